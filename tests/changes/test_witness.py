"""A guardian that acts by itself lets be what somebody changed meanwhile, and takes nothing of theirs for its own."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from nltui.changes import guardian, witness
from nltui.changes.journals import Entry, entries, take_back
from nltui.changes.looks import look_of
from nltui.changes.preview import Preview, previewed
from nltui.changes.registry import CHANGES
from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.netlink.socket import Sockets, request_socket
from nltui.system.namespaces import resolve
from tests.changes.another import nltui
from tests.changes.ground import Desk, build, difference, picture, run
from tests.kernel.netns import Netns

Case = tuple[str, str, dict[str, str]]


def plan(desk: Desk, name: str, where: str, texts: dict[str, str]) -> Preview:
    """As its dialog makes it."""
    cls = next(one for one in CHANGES if one.__name__ == name)
    row = desk.row(cls.table, where)
    filled = cls.filled(row, desk.world) if row is not None else {}
    return previewed(desk.session, cls, filled | texts, [row] if row is not None else [])


def acts(desk: Desk) -> str:
    """Its guardian, by itself; what it says."""
    os.kill(journal(desk).told["guardian"], signal.SIGTERM)
    return desk.ended()


def journal(desk: Desk) -> Entry:
    """As it is now."""
    assert desk.changes.pending is not None
    return next(one for one in entries() if one.path == desk.changes.pending.entry.path)


MTU: Case = ("LinkSet", "name == va", {"mtu": "1400"})
ROUTE: Case = ("RouteReplace", "dst == 10.20.0.0/16", {"via": "10.0.0.8"})
ADDRESS: Case = ("AddressAdd", "", {"local": "10.9.0.1/24", "dev": "va"})
HOPS: Case = ("RouteReplace", "dst == 10.22.0.0/16",
              {"hops": "via 10.0.0.9 dev va weight 3 / via 10.1.0.9 dev vc / via 10.1.0.8 dev vc"})  # fmt: skip
GROUP: Case = ("NexthopReplace", "id == 10", {"group": "1,3/2"})
LINK: Case = ("AddIfb", "", {"name": "i1"})
RULE: Case = ("RuleAdd", "", {"source": "10.9.0.0/16", "table_id": "100"})
NEXTHOP: Case = ("NexthopAdd", "", {"id": "77", "via": "10.0.0.8", "dev": "va"})

KEPT: tuple[tuple[Case, str, str], ...] = (
    (MTU, "link set va mtu 1300", "mtu is 1300 by now (ip link set dev va mtu 1500)"),
    (("LinkSet", "name == vb", {"alias": "mine"}), "link set vb alias theirs", "alias is theirs by now"),
    (("LinkSet", "name == vd", {"address": "02:00:00:00:00:aa"}), "link set vd address 02:00:00:00:00:bb",
     "address is 02:00:00:00:00:bb by now"),
    (("LinkSet", "name == va", {"addrgenmode": "random"}), "link set va addrgenmode eui64", "addrgenmode is 0 by now"),
    (("BridgeSet", "name == bri0", {"priority": "7"}), "link set bri0 type bridge priority 8", "priority is 8 by now"),
    (ROUTE, "route replace 10.20.0.0/16 via 10.0.0.7", "nexthop is another by now (ip -4 route replace 10.20.0.0/16"),
    (ROUTE, "route replace 10.20.0.0/16 nexthop via 10.0.0.7 dev va nexthop via 10.0.0.8 dev va",
     "nexthop is another by now"),
    (HOPS, "route replace 10.22.0.0/16 nexthop via 10.0.0.9 dev va weight 9 nexthop via 10.1.0.9 dev vc",
     "nexthop is another by now"),
    (HOPS, "route replace 10.22.0.0/16 via 10.1.0.7 dev vc", "nexthop is another by now"),
    (ROUTE, "route replace 10.20.0.0/16 nhid 2", "nexthop is another by now"),
    (GROUP, "nexthop replace id 10 group 1,3/2,5", "group is another by now (ip nexthop replace id 10 group 1/2)"),
    (ADDRESS, "address replace 10.9.0.1/24 dev va metric 7", "metric is 7 by now (ip address del 10.9.0.1/24 dev va)"),
    (("NeighbourReplace", "address == 10.0.0.9", {"lladdr": "02:00:00:00:00:44"}),
     "neighbour replace 10.0.0.9 lladdr 02:00:00:00:00:55 dev va", "lladdr is 02:00:00:00:00:55 by now"),
    (NEXTHOP, "nexthop del id 77\nip nexthop add id 77 via 10.0.0.7 dev va",
     "gateway is 10.0.0.7 by now (ip nexthop del id 77)"),
    (("NexthopReplace", "id == 1", {"via": "10.0.0.8"}), "nexthop replace id 1 via 10.0.0.7 dev va",
     "gateway is 10.0.0.7 by now"),
    (("RuleAdd", "", {"priority": "500", "table_id": "100"}),
     "rule del priority 500\nip rule add from 10.9.0.0/16 lookup 100 priority 500", "rule is another by now"),
    (NEXTHOP, "nexthop replace id 77 blackhole", "gateway is another by now (ip nexthop del id 77)"),
    (("RouteAdd", "", {"dst": "10.50.0.0/16", "via": "10.0.0.8", "metric": "5"}),
     "route change 10.50.0.0/16 via 10.0.0.8 metric 5 mtu 1234", "metrics is another by now (ip -4 route del"),
    (("RouteAdd", "", {"dst": "fd50::/16", "via": "fd00::8"}),
     "-6 route replace fd50::/16 via fd00::8 mtu 1300", "metrics is another by now (ip -6 route del"),
    (LINK, "link del i1\nip link add i1 type bridge", ""),
    (RULE, "rule del from 10.9.0.0/16\nip rule add from 10.9.0.0/16 lookup 100 priority 500", ""),
    (("RouteAdd", "", {"dst": "10.50.0.0/16", "via": "10.0.0.9"}),
     "route del 10.50.0.0/16\nip route add 10.50.0.0/16 via 10.0.0.9 metric 100", ""),
)  # fmt: skip


@pytest.mark.parametrize("case", KEPT, ids=[f"{one[0]} {line}"[:60] for one, line, _ in KEPT])
def test_what_somebody_changed_meanwhile_is_let_be_and_told(case: tuple[Case, str, str], netns: Netns) -> None:
    change, lines, says = case
    build(netns)
    with Desk(netns) as desk:
        seen = plan(desk, *change)
        desk.changes.apply(seen, 60)
        run(netns, f"ip {lines}")
        there = picture(netns, indexes=True)
        said = acts(desk)
        assert difference(there, picture(netns, indexes=True)) == []
        assert "refused" not in said
        assert said.startswith(f"rolled back; left: {says}" if says else f"rolled back: {seen.sentence}")


BACK: tuple[tuple[Case, str], ...] = (
    (("LinkSet", "name == low", {"mtu": "1400"}), "link set low up\nip link set low down"),
    (("LinkSet", "name == low", {"mtu": "1400"}), "link set low mtu 1500"),
    (ROUTE, "link set vb down\nip link set vb up"),
    (HOPS, "link set vd down\nip link set vd up"),
    (HOPS, "route replace 10.22.0.0/16 via 10.1.0.8 dev vc"),
    (GROUP, "nexthop replace id 10 group 2"),
    (ADDRESS, "address change 10.9.0.1/24 dev va valid_lft 900 preferred_lft 800"),
    (LINK, "link set i1 name mine\nip link set mine up"),
    (LINK, "link del i1"),
    (RULE, "rule add from 10.9.0.0/16 lookup 100 priority 32000\nip rule del priority 32000"),
    (NEXTHOP, "nexthop del id 77"),
    (("NexthopAdd", "", {"id": "77", "group": "1/2"}), "nexthop replace id 77 group 1"),
    (("LinkSet", "name == vb", {"master": "bri0"}), "link set bri0 down\nip link set bri0 up"),
)


@pytest.mark.parametrize("case", BACK, ids=[f"{one[0]} {line}"[:60] for one, line in BACK])
def test_what_is_nobody_elses_is_taken_back(case: tuple[Case, str], netns: Netns) -> None:
    """States, carriers, timers, what went, what is so already, what is called otherwise by now."""
    change, lines = case
    build(netns)
    netns.ip("link add low type ifb")
    if change in (ROUTE, HOPS):
        # They go with the carrier.
        netns.ip("nexthop flush")
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        seen = plan(desk, *change)
        desk.changes.apply(seen, 60)
        run(netns, f"ip {lines}")
        assert acts(desk) == f"rolled back: {seen.sentence}"
    assert difference(before, picture(netns, indexes=True)) == []


def test_an_ipv6_route_that_lost_a_nexthop_is_nobodys(netns: Netns) -> None:
    """The one that is left alone is told without its weight."""
    build(netns)
    netns.ip("route add fd33::/16 nexthop via fd00::9 dev va weight 4 nexthop via fd01::9 dev vc")
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        seen = plan(desk, "RouteReplace", "dst == fd33::/16", {"mtu": "1300"})
        desk.changes.apply(seen, 60)
        netns.ip("-6 route del fd33::/16 via fd01::9 dev vc")
        assert "nexthops" not in netns.ip_json("-6 route show fd33::/16")[0]
        assert acts(desk) == f"rolled back: {seen.sentence}"
    assert difference(before, picture(netns, indexes=True)) == []


def test_of_more_members_than_are_compared_nothing_is_said() -> None:
    """The kernel may have taken some out."""
    many, others = (b"".join(bytes([one]) * 8 for one in range(start, start + 40)) for start in (0, 40))
    assert witness._lost_some(others[:256], many[:256], "members")
    assert not witness._lost_some(others[:200], many[:200], "members")


def test_of_several_settings_only_that_one_is_let_be(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(plan(desk, "LinkSet", "name == va", {"mtu": "1400", "alias": "mine", "group": "7"}), 60)
        netns.ip("link set va mtu 1300")
        assert "left: mtu is 1300 by now" in acts(desk)
    link = netns.ip_json("link show dev va")[0]
    assert (link["mtu"], link.get("ifalias"), link["group"]) == (1300, None, "default")


def test_a_person_who_rolls_back_anyway_gets_all_of_it_back(netns: Netns) -> None:
    build(netns)
    before = picture(netns)
    with Desk(netns) as desk:
        desk.changes.apply(plan(desk, *MTU), 60)
        netns.ip("link set va mtu 1300")
        assert desk.changes.roll_back(anyway=True).startswith("rolled back: va: mtu")
    assert difference(before, picture(netns)) == []


def test_a_new_login_is_told_what_was_let_be(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(plan(desk, *MTU), 60)
        netns.ip("link set va mtu 1300")
        back = nltui("rollback", "-n", netns.name)
        assert back.returncode == 3
        assert back.stdout.startswith("rolled back; left: mtu is 1300 by now (ip link set dev va mtu 1500): va: mtu")
        assert "   left: mtu is 1300 by now (ip link set dev va mtu 1500)\n" in nltui("status").stdout
        assert "; left: mtu is 1300 by now" in desk.ended()


def test_what_is_new_is_known_by_its_number_after_its_guardian_was_killed(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(plan(desk, *LINK), 60)
        assert desk.changes.pending is not None
        desk.changes.pending._process.kill()
        desk.changes.pending._process.wait(5)
        run(netns, "ip link del i1\nip link add i1 type bridge")
        there = picture(netns, indexes=True)
        assert take_back(journal(desk), desk.session.namespace) == ([], [])
    assert difference(there, picture(netns, indexes=True)) == []


def test_a_journal_that_was_torn_keeps_nobody_from_rolling_back(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), 60)
        entry = journal(desk)
        with entry.path.open("r+b") as file:
            file.write(b"\0" * 300)
        os.kill(entry.told["guardian"], signal.SIGTERM)
        assert desk.changes.pending is not None
        assert desk.changes.pending._process.wait(10) == 3
    assert difference(before, picture(netns, indexes=True)) == []


@pytest.mark.parametrize(
    "look",
    [
        {},
        {"ask": "zz"},
        {"ask": "1400000011270100000000000000000000000000"},
        {"ask": "10000000120001000000000000000000", "kept": 7},
        {"body": 1000},
        {"left": 5},
        {"head": [["a", "b"]]},
        7,
    ],
)
def test_what_cannot_be_asked_is_taken_back(look: Any, netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk, resolve(netns.name) as namespace:
        back = plan(desk, *MTU).undo.steps[0]
        netns.ip("link set va mtu 1300")
        whole = {**(look_of(back) or {}), **look} if isinstance(look, dict) and look else look
        step = {"message": back.message().hex(), "says": back.says, "fine": [], "look": whole, "left": ["78050000"]}
        with request_socket(Sockets(namespace), NETLINK_ROUTE) as sock:
            sock.setblocking(True)
            came = guardian.roll_back(sock, [step])
    assert came.refused == []
    mtu = netns.ip_json("link show dev va")[0]["mtu"]
    # Where all can be told, it is let be.
    assert (mtu, bool(came.kept)) == ((1300, True) if look == {"left": 5} else (1500, False))


def test_what_cannot_be_compared_in_time_is_taken_back(netns: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(plan(desk, *MTU), 60)
        netns.ip("link set va mtu 1300")
        steps = journal(desk).told["steps"]
        with resolve(netns.name) as namespace, request_socket(Sockets(namespace), NETLINK_ROUTE) as sock:
            sock.setblocking(True)
            assert len(witness.standing(sock, steps, anyway=False)[1]) == 1
            monkeypatch.setattr(witness, "SECONDS", -1.0)
            assert witness.standing(sock, steps, anyway=False) == (steps, [])
        desk.changes.roll_back(anyway=True)
