"""What the kernel takes along where nobody looks: other links' nexthops, tunnels, sources, order; and it comes back."""

from __future__ import annotations

import pytest

from nltui.changes.address_flush import AddressFlush
from nltui.changes.base import Problems
from nltui.changes.preview import previewed
from nltui.changes.registry import CHANGES
from nltui.changes.route_delete import RouteDelete
from nltui.model.recreate import Unrepeatable
from tests.changes.ground import Changing, Desk, build, difference, picture
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

Case = tuple[str, str, dict[str, str], str]

CASES: tuple[Case, ...] = (
    ("LinkDown", "name == va", {}, ("address add 10.2.0.1/24 dev vb\nnexthop add id 30 via 10.2.0.9 dev vb\n"
     "nexthop add id 31 group 30/2\nroute add 10.42.0.0/16 nhid 31\nroute add 10.43.0.0/16 nhid 30")),
    ("LinkDown", "name == vc", {}, ("address add 10.3.0.1/24 dev bri0\nnexthop add id 30 via 10.3.0.9 dev bri0\n"
     "route add 10.42.0.0/16 nhid 30")),
    ("LinkDelete", "name == va", {}, ("link add vx address 02:00:00:00:00:66 type vxlan id 5 dstport 4789 dev va "
     "remote 10.0.0.9\nlink set vx addrgenmode none\nlink set vx up\naddress add 10.4.0.1/24 dev vx")),
    ("LinkDelete", "name == va", {}, ("link add m1 link va address 02:00:00:00:00:67 type macvlan mode bridge\n"
     "link set m1 addrgenmode none\nlink set m1 up\nlink set m1 master bri0\nlink set vb mtu 1300\n"
     "link property add dev va altname two-more")),
    ("AddressDelete", "address == fd00::2", {}, ("address add fd00::2/64 dev va nodad\n"
     "route add fd24::/16 via fd00::9 src fd00::2 metric 9\nroute add fd25::/16 dev va src fd00::2")),
    ("AddressFlush", "dev == va", {}, "route add fd24::/16 via fd00::9 src fd00::1"),
    ("AddressDelete", "address == 10.0.0.2", {}, "route add 10.42.0.0/16 via 10.0.0.9 src 10.0.0.2 table 100"),
    ("LinkDown", "name == va", {}, "route add fd24::/16 nexthop via fd00::9 dev va nexthop via fd01::9 dev vc"),
    ("LinkDown", "name == va", {}, "route add fd24::/16 nexthop via fd01::9 dev vc nexthop via fd00::9 dev va"),
    ("LinkDown", "name == va", {}, ("route add 10.42.0.0/16 via 10.0.0.9\nroute append 10.42.0.0/16 dev va\n"
     "route append 10.42.0.0/16 via 10.0.0.8\nroute append 10.42.0.0/16 via 10.1.0.9")),
    ("LinkDown", "name == va", {}, ("route add 10.42.0.0/16 via 10.1.0.9\nroute append 10.42.0.0/16 via 10.0.0.8\n"
     "route append 10.42.0.0/16 dev va")),
    ("RouteFlush", "", {"where": "dst == 10.42.0.0/16 dev == va"}, ("route add 10.42.0.0/16 via 10.0.0.9\n"
     "route append 10.42.0.0/16 dev va\nroute append 10.42.0.0/16 via 10.1.0.9")),
    ("LinkDown", "name == va", {}, ("neighbour add 10.0.0.60 lladdr 02:00:00:00:00:60 dev va nud noarp\n"
     "neighbour add 10.0.0.61 lladdr 02:00:00:00:00:61 dev va nud reachable extern_learn\n"
     "neighbour add 10.0.0.62 dev va managed")),
    ("AddressFlush", "dev == va", {"where": "address == 10.0.0.1"}, ""),
    ("AddressFlush", "", {"where": "address in 10/8"}, "route add 10.42.0.0/16 via 10.0.0.9 src 10.1.0.1"),
    ("AddressFlush", "dev == va", {"where": "family == inet6"}, "route add fd24::/16 via fd00::9 src fd00::1"),
    ("NexthopDelete", "id == 5", {}, (
        "nexthop add id 5 encap ip id 10 dst 1.1.1.1 via 10.0.0.9 dev va\nroute add 10.43.0.0/16 nhid 5"
    )),
    ("LinkDelete", "name == vc", {}, (
        "link set vd type bridge_slave cost 50 hairpin on isolated on\nlink set vc gso_max_size 5000 gso_max_segs 77"
    )),
    ("LinkDelete", "name == bri0", {}, "link set vd type bridge_slave cost 50 learning off"),
    ("LinkSet", "name == vd", {"master": ""}, "link set vd type bridge_slave cost 50 learning off"),
    ("RouteDelete", "dst == 10.22.0.0/16", {}, "link set vd down"),
    ("RouteDelete", "dst == 10.44.0.0/16 realms == 2", {}, (
        "route add 10.44.0.0/16 via 10.0.0.9 realms 1\nroute append 10.44.0.0/16 via 10.0.0.9 realms 2"
    )),
    ("LinkSet", "name == va", {"mtu": "1400"}, (
        "link add m1 link va address 02:00:00:00:00:67 type macvlan mode bridge\nlink set m1 addrgenmode none\n"
        "link add m2 link va address 02:00:00:00:00:68 mtu 1300 type macvlan\nlink set m2 addrgenmode none"
    )),
    ("LinkDelete", "name == u1", {}, (
        "tuntap add dev u1 mode tun user 1000 multi_queue\nlink set u1 mtu 1400 group 7 alias mine\nlink set u1 up\n"
        "address add 10.77.0.1/24 dev u1\nroute add 10.78.0.0/16 dev u1"
    )),
    ("LinkDelete", "name == u1", {}, (
        "tuntap add dev u1 mode tap group 1001 vnet_hdr pi\nlink set u1 address 02:00:00:00:00:51 txqueuelen 77\n"
        "link set u1 addrgenmode none\nlink set u1 up\naddress add fd77::1/64 dev u1 nodad"
    )),
    ("RouteDelete", "dst == fd24::/16 not dev == vc", {}, (
        "route add fd24::/16 dev vc\nroute append fd24::/16 nexthop via fd00::9 dev va nexthop via fd00::8 dev va"
    )),
    ("RouteAppend", "", {"dst": "fd20::/16", "hops": "via fd00::7 dev va / via fd01::9 dev vc"}, ""),
    ("RouteReplace", "dst == 10.20.0.0/16", {"metric": "7"}, ""),
    ("RouteReplace", "dst == 10.23.0.0/16", {"table_id": "200"}, ""),
    ("RouteReplace", "dst == fd21::/16", {"metric": "70"}, ""),
    ("RuleFlush", "", {"where": "priority == 1000"}, "rule add from 10.0.0.0/24 lookup 200 priority 1000"),
    ("RuleFlush", "", {"where": "table == 200"}, "rule add from 10.0.0.0/24 lookup 200 priority 1000"),
    ("NexthopFlush", "", {"where": "dev == va"}, "route add 10.43.0.0/16 nhid 1\nroute add 10.44.0.0/16 nhid 10"),
    ("NexthopFlush", "", {"where": "id > 0"}, "route add 10.43.0.0/16 nhid 1\nroute add fd43::/16 nhid 3"),
    ("AddressReplace", "address == 10.0.0.1", {"valid": "1000", "preferred": "500", "metric": "7"}, ""),
)  # fmt: skip


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{name}-{lines.splitlines()[0] if lines else texts}"[:60] for name, _, texts, lines in CASES]
)
def test_all_of_it_comes_back_in_its_order(case: Case, netns: Netns) -> None:
    name, where, texts, lines = case
    build(netns)
    for line in lines.splitlines():
        netns.ip(line)
    before, order, near = picture(netns, indexes=True), _order(netns), _neighbours(netns)
    with Changing(netns) as changing:
        done = changing.apply(name, where, texts)
        assert picture(netns, indexes=True) != before
        assert not any("place" in lost or "which route" in lost for lost in done.undo.lost)
        assert changing.executor.revert(done.undo.steps) == []
    left = difference(before, picture(netns, indexes=True))
    assert not left, "\n".join([*left, *(step.says for step in done.undo.steps)])
    assert (_order(netns), _neighbours(netns)) == (order, near)


def _order(ns: Netns) -> list[str]:
    return [f"{one.get('gateway')} {one['dev']}" for one in ns.ip_json("route show 10.42.0.0/16") if "dev" in one]


def _neighbours(ns: Netns) -> list[str]:
    """Those that a person or a program said, though they are not permanent."""
    rows = ns.ip_json("neighbour show nud all dev va")
    return sorted(str(row["dst"]) for row in rows if str(row["dst"]).startswith("10.0.0.6"))


def test_a_place_that_does_not_come_back_is_told(netns: Netns) -> None:
    build(netns)
    for line in ("add 10.42.0.0/16 via 10.1.0.9", "append 10.42.0.0/16 via 10.0.0.8", "append 10.42.0.0/16 dev vc"):
        netns.ip(f"route {line}")
    with Changing(netns) as changing:
        done = changing.apply("LinkDown", "name == va", {})
        assert "the place of 10.42.0.0/16 10.0.0.8 va before others that stay: it comes last" in done.undo.lost
        assert changing.executor.revert(done.undo.steps) == []


def test_which_of_them_is_first_is_asked_of_the_kernel(netns: Netns) -> None:
    """A notification does not tell where a route was put."""
    build(netns)
    netns.ip("route add 10.42.0.0/16 via 10.0.0.9")
    netns.ip("rule add from 10.5.0.0/16 lookup 100 priority 700")
    with Changing(netns) as changing:
        for line in ("route append 10.42.0.0/16 via 10.0.0.8", "route prepend 10.42.0.0/16 via 10.0.0.7"):
            netns.ip(line)
        order = _order(netns)
        assert order == ["10.0.0.7 va", "10.0.0.9 va", "10.0.0.8 va"]
        done = changing.apply("RouteDelete", "dst == 10.42.0.0/16 via == 10.0.0.7", {})
        assert changing.executor.revert(done.undo.steps) == []
        assert _order(netns) == order
        with pytest.raises(Problems, match="would replace the first"):
            changing.apply("RouteReplace", "dst == 10.42.0.0/16 via == 10.0.0.9", {"mtu": "1400"})
        changing.apply("RouteReplace", "dst == 10.42.0.0/16 via == 10.0.0.7", {"mtu": "1400"})
        assert _order(netns) == order
        netns.ip("rule del from 10.5.0.0/16 lookup 100 priority 700")
        netns.ip("rule add priority 700 iif va fwmark 7 lookup 100")
        netns.ip("rule add priority 700 iif va lookup 100")
        with pytest.raises(Problems, match="the kernel would take another"):
            changing.apply("RuleDelete", "priority == 700 not fwmark", {})


@pytest.mark.parametrize(
    ("name", "where", "texts", "told"),
    [
        ("AddressReplace", "address == fd00::1", {"metric": "9"}, "no metric was said"),
        ("NeighbourReplace", "address == 10.0.0.9", {"proto": "bgp"}, "who set it"),
        ("RouteDelete", "dst == fd00::1 table == local", {}, "metric 0"),
        ("LinkSet", "name == va", {"name": "vq"}, "labels of its further IPv4 addresses"),
        ("RuleDelete", "priority == 1000 table == 100", {}, "its place before others of the same priority"),
        ("RuleMove", "priority == 1000 table == 100", {"priority": "900"}, "its place before others"),
        ("RuleFlush", "", {"where": "priority == 1000 table == 100"}, "the place of rules of priority 1000 before"),
        ("RuleMove", "priority == 1000 table == 100", {"priority": "500"}, "the kernel would take one that was there"),
    ],
)
def test_what_cannot_come_back_is_told(name: str, where: str, texts: dict[str, str], told: str, netns: Netns) -> None:
    build(netns)
    netns.ip("rule add from 10.0.0.0/24 lookup 200 priority 1000")
    netns.ip("rule add from 10.0.0.0/24 fwmark 7 lookup 100 priority 500")
    with Changing(netns) as changing:
        done = changing.apply(name, where, texts)
        assert told in " ".join(done.undo.lost)
        assert changing.executor.revert(done.undo.steps) == []


ROUTES_ALIKE = (
    "rule add priority 1002 goto 2000",
    "route add fd50::/64 dev va",
    "route append fd50::/64 via fd01::9",
    "route add 10.50.0.0/16 via 10.0.0.9 src 10.0.0.2",
    "route append 10.50.0.0/16 via 10.0.0.9",
)


@pytest.mark.parametrize(
    ("name", "where", "texts", "field"),
    [
        ("AddressReplace", "address == 10.0.0.1", {"label": "va:x"}, "label"),
        ("AddressReplace", "address == 10.0.0.1", {"scope": "link"}, "scope"),
        ("AddressReplace", "address == 10.0.0.1", {"broadcast": "10.0.0.255"}, "broadcast"),
        ("AddressReplace", "address == 10.0.0.1", {"noprefixroute": "yes"}, "noprefixroute"),
        ("AddressReplace", "address == 10.0.0.1", {"local": "10.0.0.1/25"}, "local"),
        ("AddressReplace", "", {"local": "10.0.0.1", "peer": "10.0.0.7/24", "dev": "va"}, "peer"),
        ("AddressReplace", "", {"local": "fd00::1/48", "dev": "va"}, "local"),
        ("AddressReplace", "", {"local": "fd00::1/64", "scope": "link", "dev": "va"}, "scope"),
        ("NeighbourReplace", "address == 10.0.0.9", {"dst": "10.0.0.44"}, "dst"),
        ("NexthopReplace", "id == 1", {"id": "77"}, "id"),
        ("RouteReplace", "dst == fd50::/64 not via", {"via": "fd00::9"}, "via"),
        ("RouteReplace", "dst == fd50::/64 via == fd01::9", {"via": "", "dev": "vc"}, "via"),
        ("RouteFlush", "", {"where": "dst == 10.50.0.0/16 not prefsrc == 10.0.0.2"}, "where"),
        ("AddVeth", "", {"name": "v%d", "peer": "p1"}, "name"),
        ("RuleMove", "priority == 1002", {"priority": "5000"}, "priority"),
        ("RouteAdd", "", {"dst": "10.40.0.0/16", "via": "10.0.0.9", "metrics": "window 4294967296"}, "metrics"),
        ("RouteAdd", "", {"dst": "10.40.0.0/16", "via": "10.0.0.9", "metric": "\u0661"}, "metric"),
        ("RouteAdd", "", {"dst": "10.40.0.0/16", "via": "10.0.0.9", "metric": "1_0"}, "metric"),
        ("RouteAdd", "", {"dst": "10.40.0.0/16", "hops": "via 10.0.0.9 via 10.0.0.8 / via 10.0.0.7"}, "hops"),
        ("NexthopAdd", "", {"id": "40", "group": "0/1"}, "group"),
        ("AddressAdd", "", {"local": "fe80::1%va/64", "dev": "va"}, "local"),
        ("RuleAdd", "", {"table_id": "100", "sport": "\u0661"}, "sport"),
    ],
)  # fmt: skip
def test_what_the_kernel_would_take_for_something_else_is_refused(
    name: str, where: str, texts: dict[str, str], field: str, netns: Netns
) -> None:
    """Or acknowledge, and not do."""
    build(netns)
    for line in ROUTES_ALIKE:
        netns.ip(line)
    before = picture(netns)
    cls = next(one for one in CHANGES if one.__name__ == name)
    with Changing(netns) as changing:
        row = changing.row(cls.table, where)
        filled = cls.filled(row, changing.world) if row is not None else {}
        with pytest.raises(Problems) as caught:
            previewed(changing.session, cls, filled | texts, [row] if row is not None else [])
        assert set(caught.value.sentences) == {field}
    assert difference(before, picture(netns)) == []


def test_an_address_whose_time_is_over_comes_back_with_what_went(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Changing(netns) as changing:
        done = changing.apply("AddressReplace", "address == 10.0.0.1", {"valid": "1", "preferred": "1"})
        assert comes_true(lambda: "10.0.0.1" not in str(netns.ip_json("address show dev va")))
        assert changing.executor.revert(done.undo.steps) == []
    assert difference(before, picture(netns, indexes=True)) == []


@pytest.mark.parametrize("texts", [{"dev": "va"}, {"dev": "va", "where": "family == inet"}])
def test_a_flush_that_is_done_again_is_taken_back_whole(texts: dict[str, str], netns: Netns) -> None:
    """The second time rows have other times of making: a secondary address is still the one that was shown."""
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(previewed(desk.session, AddressFlush, texts, []))
        desk.changes.undo(desk.changes.back())
        desk.changes.redo(desk.changes.forth())
        desk.changes.undo(desk.changes.back())
    assert difference(before, picture(netns, indexes=True)) == []


def test_a_secondary_address_that_somebody_changed_goes_with_its_primary_and_all_comes_back(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        plan = previewed(desk.session, AddressFlush, {"dev": "va", "where": "family == inet"}, [])
        netns.ip("address change 10.0.0.2/24 dev va valid_lft 600 preferred_lft 500")
        before = picture(netns, indexes=True)
        desk.changes.apply(plan)
        assert netns.ip_json("-4 address show dev va") == []
        desk.changes.undo(desk.changes.back())
    assert difference(before, picture(netns, indexes=True)) == []


def test_marked_routes_come_back_in_their_order(netns: Netns) -> None:
    build(netns)
    for line in ("add 10.42.0.0/16 via 10.0.0.9", "append 10.42.0.0/16 via 10.0.0.8", "append 10.42.0.0/16 dev va"):
        netns.ip(f"route {line}")
    order = _order(netns)
    with Changing(netns) as changing:
        rows = changing.world.rows("routes", "dst == 10.42.0.0/16")
        plan = previewed(changing.session, RouteDelete, {}, rows)
        assert plan.undo.lost == ()
        done = changing.executor.apply(plan.changes, plan.subjects)
        assert _order(netns) == []
        assert changing.executor.revert(done.undo.steps) == []
    assert _order(netns) == order


@pytest.mark.parametrize(
    ("name", "where", "line"),
    [
        ("NexthopReplace", "id == 5", "nexthop add id 5 encap ip id 10 dst 1.1.1.1 vxlan_opts 5 via 10.0.0.9 dev va"),
        ("RouteReplace", "dst == 10.51.0.0/16",
         "route add 10.51.0.0/16 nexthop encap ip dst 1.1.1.1 vxlan_opts 5 via 10.0.0.9 nexthop via 10.1.0.9"),
    ],
)  # fmt: skip
def test_what_has_parts_without_a_field_is_not_edited(name: str, where: str, line: str, netns: Netns) -> None:
    """They would be lost."""
    build(netns)
    netns.ip(line)
    with Changing(netns) as changing, pytest.raises(Unrepeatable, match="encap"):
        changing.apply(name, where, {})
