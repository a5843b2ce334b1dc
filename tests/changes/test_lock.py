"""What changed while a dialog was open is refused, with the difference; what the kernel refuses changes nothing."""

from __future__ import annotations

import shlex

import pytest

from nltui.changes.addresses import AddressDelete
from nltui.changes.base import Problems
from nltui.changes.command import parsed
from nltui.changes.execute import Changed, Stopped
from nltui.changes.links.settings import LinkSet
from nltui.changes.links.state import LinkDown
from nltui.changes.neighbour_flush import NeighbourFlush
from nltui.changes.neighbours import NeighbourDelete
from nltui.changes.preview import common, of, previewed
from nltui.changes.registry import CHANGES
from nltui.changes.route_delete import RouteDelete
from nltui.changes.route_flush import RouteFlush
from nltui.changes.routes import RouteAdd
from nltui.errors import KernelRefused
from tests.changes.ground import Changing, Desk, build, difference, picture
from tests.kernel.netns import Netns


def test_a_route_that_another_program_changed_is_left_alone(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        row = changing.row("routes", "dst == 10.23.0.0/16")
        seen = previewed(changing.session, RouteDelete, {}, [row or b""])
        netns.ip("route replace 10.23.0.0/16 via 10.0.0.8 table 100 proto static")
        before = picture(netns)
        with pytest.raises(Changed) as caught:
            changing.executor.apply(seen.changes, seen.subjects)
        assert any("gateway 10.0.0.9 → 10.0.0.8" in said for said in caught.value.differences)
        assert difference(before, picture(netns)) == []


def test_a_row_that_went_is_told(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world, row = changing.world, changing.row("addresses", "address == 10.0.0.2")
        seen = of(world, [AddressDelete.of(row or b"", world)])
        netns.ip("address del 10.0.0.2/24 dev va")
        with pytest.raises(Changed, match="the address is gone"):
            changing.executor.apply(seen.changes, seen.subjects)


def test_two_links_that_swap_their_names(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        seen = of(world, [LinkDown.parsed({"dev": "va"}, world)])
        for line in ("va down", "vc down", "va name tmp", "vc name va", "tmp name vc", "va up", "vc up"):
            netns.ip(f"link set {line}")
        with pytest.raises(Changed, match="was called va and is now vc"):
            changing.executor.apply(seen.changes, seen.subjects)


def test_a_link_made_anew_under_the_same_name(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        seen = of(world, [LinkSet.parsed({"dev": "bri0", "mtu": "1400"}, world)])
        netns.ip("link del bri0")
        netns.ip("link add name bri0 type bridge")
        with pytest.raises(Changed, match="gone"):
            changing.executor.apply(seen.changes, seen.subjects)


REFUSED = (
    ("RouteAdd", {"dst": "10.99.0.0/16", "via": "192.0.2.1"}, "ENETUNREACH", "Nexthop has invalid gateway"),
    ("RouteAdd", {"dst": "10.20.0.0/16", "via": "10.0.0.9"}, "EEXIST", ""),
    ("RouteAdd", {"dst": "10.99.0.0/16", "via": "10.0.0.9", "src": "192.0.2.77"}, "EINVAL", "Invalid prefsrc address"),
    ("RouteAdd", {"dst": "10.99.0.0/16", "nhid": "4711"}, "EINVAL", "Nexthop id does not exist"),
    ("AddressAdd", {"local": "10.0.0.1/24", "dev": "va"}, "EEXIST", ""),
    ("NeighbourAdd", {"dst": "10.0.0.9", "dev": "va", "lladdr": "02:00:00:00:00:01"}, "EEXIST", ""),
    ("RuleAdd", {"source": "10.0.0.0/24", "table_id": "100", "priority": "1000"}, "EEXIST", ""),
    ("NexthopAdd", {"id": "1", "via": "10.0.0.8", "dev": "va"}, "EEXIST", ""),
    ("NexthopAdd", {"id": "30", "group": "99"}, "EINVAL", "Invalid nexthop id"),
    ("LinkSet", {"dev": "va", "gso_max_size": "1"}, "ERANGE", "integer out of range"),
    ("LinkSet", {"dev": "va", "name": "vb"}, "EEXIST", ""),
    ("LinkSet", {"dev": "lo", "master": "bri0"}, "EINVAL", ""),
)


@pytest.mark.parametrize("case", REFUSED, ids=[f"{name} {errno} {said}" for name, _, errno, said in REFUSED])
def test_what_the_kernel_refuses_changes_nothing(case: tuple[str, dict[str, str], str, str], netns: Netns) -> None:
    name, texts, errno, said = case
    build(netns)
    with Changing(netns) as changing:
        before = picture(netns)
        cls = next(one for one in CHANGES if one.__name__ == name)
        seen = previewed(changing.session, cls, texts, [])
        with pytest.raises(Stopped) as caught:
            changing.executor.apply(seen.changes, seen.subjects)
        assert isinstance(caught.value.error, KernelRefused)
        assert errno in str(caught.value)
        assert said in str(caught.value)
        assert difference(before, picture(netns)) == []


TYPED = (
    ("RouteAdd", {"dst": "10.99.0.1/16", "via": "10.0.0.9"}, "dst", "did you mean 10.99.0.0/16"),
    ("RouteAdd", {"dst": "10.99.0.0/16"}, "via", "needed"),
    ("RouteAdd", {"dst": "10.99.0.0/16", "via": "x"}, "via", "no IP address"),
    ("RouteAdd", {"dst": "10.99.0.0/16", "dev": "nosuch"}, "dev", "there is no link"),
    ("RouteAdd", {"dst": "10.99.0.0/16", "via": "10.0.0.9", "pref": "high"}, "pref", "IPv6 only"),
    ("AddressAdd", {"local": "10.0.0.300/24", "dev": "va"}, "local", "is no address/length"),
    ("AddressAdd", {"local": "10.0.0.3/24", "dev": "va", "label": "x"}, "label", "must begin with va"),
    ("AddressAdd", {"local": "fd00::9/64", "dev": "va", "valid": "10", "preferred": "20"}, "preferred", "longer"),
    ("AddVeth", {"name": "a-name-much-too-long", "peer": "v2"}, "name", "too long"),
    ("AddVeth", {"name": "va", "peer": "v2"}, "name", "already"),
    ("LinkSet", {"dev": "va", "mtu": "many"}, "mtu", "no number"),
    ("LinkSet", {"dev": "va", "mtu": "20"}, "mtu", "va takes 68 to 65535"),
    ("LinkSet", {"dev": "va", "name": "a/b"}, "name", "cannot be"),
    ("NeighbourAdd", {"dst": "10.0.0.7", "dev": "va", "lladdr": "02-00"}, "lladdr", "no link-layer address"),
    ("RuleAdd", {"source": "10.0.0.0/8"}, "table_id", "needed"),
    ("NexthopAdd", {"id": "5"}, "via", "either"),
    ("RouteFlush", {"where": "dst in 192.0.2.0/24"}, "where", "no route is left"),
    ("RuleFlush", {"where": "priority == 0"}, "where", "those of priority 0 stay"),
    ("NexthopFlush", {"where": "id == 99"}, "where", "no nexthop is left"),
)


@pytest.mark.parametrize("case", TYPED, ids=[f"{name} {field} {said}" for name, _, field, said in TYPED])
def test_what_cannot_be_is_told_as_it_is_typed(case: tuple[str, dict[str, str], str, str], netns: Netns) -> None:
    name, texts, field, said = case
    build(netns)
    with Changing(netns) as changing:
        cls = next(one for one in CHANGES if one.__name__ == name)
        with pytest.raises(Problems) as caught:
            previewed(changing.session, cls, texts, [])
        assert said in caught.value.sentences[field]


def test_a_kind_that_this_kernel_may_lack_is_refused_with_its_words_or_made(netns: Netns) -> None:
    build(netns)
    lower = {"AddVlan": {"link": "va", "id": "7"}, "AddVrf": {"table_id": "77"}}
    with Changing(netns) as changing:
        for name in ("AddVlan", "AddBond", "AddVrf", "AddDummy"):
            said = tried(changing, name, {"name": "extra", **lower.get(name, {})})
            assert not said or "ENOTSUP" in said or "Unknown device type" in said, said
            assert all(row["ifname"] != "extra" for row in netns.ip_json("link show"))


def tried(changing: Changing, name: str, texts: dict[str, str]) -> str:
    """What the kernel said against it; what was done is undone."""
    try:
        done = changing.apply(name, "", texts)
    except Stopped as error:
        return str(error)
    return "".join(changing.executor.revert(done.undo.steps))


def test_a_link_moves_to_another_namespace(netns: Netns, peer: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        done = changing.apply("LinkMove", "name == vb", {"netns": peer.name})
        assert "vb" in [row["ifname"] for row in peer.ip_json("link show")]
        assert not done.undo.steps
        assert "another network namespace" in done.undo.lost[0]


def test_a_step_that_fails_takes_back_those_before_it(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world, before = changing.world, picture(netns)
        rows = world.rows("routes", "dst in 10.16/12 table == main")
        gone = [RouteDelete.parsed({}, world, row) for row in rows]
        last = RouteAdd.parsed({"dst": "10.99.0.0/16", "via": "192.0.2.1"}, world)
        plan = of(world, [*gone, last])
        with pytest.raises(Stopped, match=f"step {len(rows) + 1} of {len(rows) + 1}"):
            changing.executor.apply(plan.changes, ())
        assert difference(before, picture(netns)) == []


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("AddressDelete", "dev == va family == inet"),
        ("LinkDelete", "name == va or name == vb"),
        ("NexthopDelete", "id in {1, 10}"),
        ("RouteDelete", "dst == 10.21.0.0/16"),
    ],
)
def test_marked_rows_of_which_one_takes_the_other_along(name: str, where: str, netns: Netns) -> None:
    build(netns)
    cls = next(one for one in CHANGES if one.__name__ == name)
    before = picture(netns, indexes=True)
    with Changing(netns) as changing:
        rows = changing.world.rows(cls.table, where)
        assert len(rows) > 1
        texts = common([cls.filled(row, changing.world) for row in rows])
        plan = previewed(changing.session, cls, texts, rows)
        done = changing.executor.apply(plan.changes, plan.subjects)
        assert changing.world.rows(cls.table, where) == []
        assert changing.executor.revert(done.undo.steps) == []
    assert difference(before, picture(netns, indexes=True)) == []


def test_what_came_after_a_flush_was_shown_stays(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        seen = previewed(changing.session, RouteFlush, {"where": "dst in 10.20.0.0/15"}, [])
        assert shlex.split(seen.line, comments=True) == []
        assert seen.line == "# no single line: `ip route del …` for each of 4 with dst in 10.20.0.0/15"
        netns.ip("route add 10.20.7.0/24 via 10.0.0.9")
        changing.executor.apply(seen.changes, seen.subjects)
        assert [one["dst"] for one in netns.ip_json("route show root 10.20.0.0/15")] == ["10.20.7.0/24"]


@pytest.mark.parametrize(
    ("name", "texts", "lines"),
    [
        ("RouteFlush", {"where": "dst in 10.20.0.0/14"},
         "route del 10.20.0.0/16\nroute del 10.22.0.0/16\nroute add 10.22.0.0/16 via 10.0.0.7"),
        ("RuleFlush", {"where": "table == 100"},
         "rule add from 10.5.0.0/24 lookup 100 priority 1002\nrule del priority 1000"),
        ("NexthopFlush", {"where": "id > 0"}, "nexthop replace id 3 via fd00::8 dev va"),
        ("NeighbourFlush", {"where": "dev == va not address in ff00::/8"}, "neighbour del 10.0.0.9 dev va"),
        ("AddressFlush", {"dev": "va"}, "address del fd00::1/64 dev va\naddress add 10.0.1.1/24 dev va"),
    ],
)  # fmt: skip
def test_what_somebody_removed_after_a_flush_was_shown_is_not_brought_back(
    name: str, texts: dict[str, str], lines: str, netns: Netns
) -> None:
    cls = next(one for one in CHANGES if one.__name__ == name)
    build(netns)
    with Changing(netns) as changing:
        seen = previewed(changing.session, cls, texts, [])
        for line in lines.splitlines():
            netns.ip(line)
        before = picture(netns, indexes=True)
        done = changing.executor.apply(seen.changes, seen.subjects)
        assert difference(before, picture(netns, indexes=True))
        assert changing.executor.revert(done.undo.steps) == []
    assert difference(before, picture(netns, indexes=True)) == []


@pytest.mark.parametrize(
    "line", ["ip link set vc mtu 1400 txqueuelen 77 master va", "ip link set va mtu 1400 address 03:00:00:00:00:01"]
)
@pytest.mark.parametrize("seconds", [0, 60])
def test_of_settings_that_are_refused_none_stays(line: str, seconds: int, netns: Netns) -> None:
    """The kernel sets one after the other, and stops at what it refuses."""
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        world = desk.world
        cls, texts, row = parsed(line, world)
        with pytest.raises(Stopped) as caught:
            desk.changes.apply(of(world, [cls.parsed(texts, world, row)]), seconds)
        assert not caught.value.left
        assert desk.changes.pending is None
    assert difference(before, picture(netns, indexes=True)) == []


MEANWHILE: tuple[tuple[str, str, dict[str, str], str, str], ...] = (
    ("LinkSet", "name == va", {"mtu": "1400"}, "link set va mtu 1300", "mtu 1500 → 1300"),
    ("LinkSet", "name == va", {"promisc": "on"}, "link set va promisc on", "promisc off → on"),
    ("LinkDown", "name == va", {}, "link set va down", "state up → down"),
    ("BridgeSet", "name == bri0", {"priority": "7"}, "link set bri0 type bridge priority 8", "priority 32768 → 8"),
    ("NeighbourReplace", "address == 10.0.0.9", {"lladdr": "02:00:00:00:00:55"},
     "neighbour replace 10.0.0.9 lladdr 02:00:00:00:00:44 dev va", "lladdr 02:00:00:00:00:99 → 02:00:00:00:00:44"),
    ("NeighbourDelete", "address == 10.0.0.9", {},
     "neighbour replace 10.0.0.9 lladdr 02:00:00:00:00:44 dev va", "02:00:00:00:00:44"),
    ("RouteReplace", "", {"dst": "10.20.0.0/16", "via": "10.0.0.8"},
     "route replace 10.20.0.0/16 via 10.0.0.7", "gateway 10.0.0.9 → 10.0.0.7"),
    ("NexthopReplace", "", {"id": "1", "via": "10.0.0.8", "dev": "va"},
     "nexthop replace id 1 via 10.0.0.7 dev va", "gateway 10.0.0.9 → 10.0.0.7"),
    ("AddressReplace", "", {"local": "10.0.0.1/24", "dev": "va", "metric": "4"},
     "address replace 10.0.0.1/24 dev va metric 5", "metric nothing → 5"),
    ("RouteReplace", "", {"dst": "10.50.0.0/16", "via": "10.0.0.9"},
     "route add 10.50.0.0/16 via 10.1.0.9", "there is one by now: 10.50.0.0/16 10.1.0.9 vc"),
    ("NeighbourReplace", "", {"dst": "10.0.0.70", "dev": "va", "lladdr": "02:00:00:00:00:70"},
     "neighbour add 10.0.0.70 lladdr 02:00:00:00:00:71 dev va", "there is one by now: 10.0.0.70"),
    ("NexthopReplace", "", {"id": "70", "via": "10.0.0.8", "dev": "va"},
     "nexthop add id 70 via 10.0.0.7 dev va", "there is one by now"),
    ("RouteReplace", "dst == 10.22.0.0/16", {"mtu": "1400"},
     "route replace 10.22.0.0/16 nexthop via 10.0.0.9 nexthop via 10.1.0.8", "nexthops gateway 10.0.0.9 dev va weight"),
)  # fmt: skip


@pytest.mark.parametrize("case", MEANWHILE, ids=[f"{name} {line}"[:60] for name, _, _, line, _ in MEANWHILE])
def test_a_setting_that_somebody_changed_is_not_overwritten(
    case: tuple[str, str, dict[str, str], str, str], netns: Netns
) -> None:
    name, where, texts, line, says = case
    build(netns)
    cls = next(one for one in CHANGES if one.__name__ == name)
    with Changing(netns) as changing:
        row = changing.row(cls.table, where)
        filled = cls.filled(row, changing.world) if row is not None else {}
        seen = previewed(changing.session, cls, filled | texts, [row] if row is not None else [])
        netns.ip(line)
        before = picture(netns)
        with pytest.raises(Changed) as caught:
            changing.executor.apply(seen.changes, seen.subjects)
        assert says in "; ".join(caught.value.differences)
        assert not any(mark in str(caught.value) for mark in "{}[]")
    assert difference(before, picture(netns)) == []


def test_a_route_put_before_it_meanwhile_is_not_taken_for_it(netns: Netns) -> None:
    build(netns)
    netns.ip("route add 10.50.0.0/16 via 10.0.0.9")
    with Changing(netns) as changing:
        row = changing.row("routes", "dst == 10.50.0.0/16")
        seen = previewed(changing.session, RouteDelete, {}, [row or b""])
        netns.ip("route prepend 10.50.0.0/16 via 10.0.0.9 src 10.0.0.2")
        before = picture(netns)
        with pytest.raises(Problems, match="the kernel would take another"):
            changing.executor.apply(seen.changes, seen.subjects)
    assert difference(before, picture(netns)) == []


def test_a_flush_leaves_what_somebody_made_lasting_meanwhile(netns: Netns) -> None:
    build(netns)
    netns.ip("neighbour add 10.0.0.7 lladdr 02:00:00:00:00:97 dev va nud stale")
    with Changing(netns) as changing:
        seen = previewed(changing.session, NeighbourFlush, {"dev": "va"}, [])
        netns.ip("neighbour replace 10.0.0.8 lladdr 02:00:00:00:00:98 dev va nud permanent")
        changing.executor.apply(seen.changes, seen.subjects)
        there = {row["dst"] for row in netns.ip_json("neighbour show dev va nud all")}
        assert "10.0.0.8" in there
        assert "10.0.0.7" not in there


def test_what_is_not_touched_may_change_meanwhile(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        seen = of(world, [LinkSet.parsed({"dev": "va", "mtu": "1400"}, world)])
        netns.ip("link set va alias other")
        changing.executor.apply(seen.changes, seen.subjects)
        neighbour = changing.row("neighbours", "address == 10.0.0.8")
        seen = previewed(changing.session, NeighbourDelete, {"dst": "10.0.0.8", "dev": "va"}, [neighbour or b""])
        netns.ip("neighbour change 10.0.0.8 dev va nud delay")
        changing.executor.apply(seen.changes, seen.subjects)


def test_what_was_pasted_is_shown_escaped(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        seen = previewed(changing.session, LinkSet, {"dev": "va", "alias": "\x1b]0;x\x07[bold]"}, [])
        assert "\\x1b]0;x" in seen.sentence
        assert (seen.sentence + seen.line).isprintable()
