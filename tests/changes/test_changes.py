"""Every change on the real kernel: it does what its `ip` line does, and undone, nothing is left of it."""

from __future__ import annotations

import pytest

from nltui.changes.base import Problems, fields_of
from nltui.changes.execute import Stopped
from nltui.changes.links.settings import LinkSet
from nltui.changes.preview import common, of, previewed
from nltui.changes.registry import CHANGES
from nltui.changes.rules import RuleMove
from tests.changes.ground import Changing, build, difference, picture, run, undo
from tests.kernel.netns import Netns

MAC, OTHER_MAC = "02:00:00:00:01:01", "02:00:00:00:01:02"
Case = tuple[str, str, dict[str, str]]

CASES: tuple[Case, ...] = (
    ("LinkUp", "name == spare", {}),
    ("LinkDown", "name == va", {}),
    ("LinkSet", "name == va", {"mtu": "1200"}),
    ("LinkSet", "name == va", {"address": "02:00:00:00:00:77"}),
    ("LinkSet", "name == va", {"arp": "off"}),
    ("LinkDown", "name == bri0", {}),
    ("LinkSet", "name == va", {"mtu": "1400", "alias": "an alias", "group": "7", "txqueuelen": "55"}),
    ("LinkSet", "name == vb", {"alias": "", "address": "02:00:00:00:00:77"}),
    ("LinkSet", "name == vc", {"master": "bri0", "promisc": "on"}),
    ("LinkSet", "name == vd", {"master": ""}),
    ("LinkSet", "name == vc", {"name": "other", "arp": "off", "multicast": "off", "allmulticast": "on"}),
    ("BridgeSet", "name == bri0", {"stp_state": "1", "ageing_time": "20000", "priority": "99", "mcast_snooping": "0"}),
    ("BridgeSet", "name == bri0", {"group_fwd_mask": "8", "mcast_query_interval": "9000",
                                   "group_address": "01:80:c2:00:00:04", "nf_call_iptables": "1",
                                   "mcast_last_member_count": "3", "mcast_hash_max": "1024"}),
    ("BridgePortSet", "name == vd", {"cost": "77", "hairpin": "on", "learning": "off", "isolated": "on",
                                           "state": "blocking"}),
    ("AltnameAdd", "name == vc", {"altname": "a-second-name-longer-than-fifteen"}),
    ("AltnameDelete", "name == va", {}),
    ("LinkDelete", "name == bri0", {}),
    ("LinkDelete", "name == va", {}),
    ("AddVeth", "", {"name": "v1", "peer": "v2", "address": MAC, "peer_address": OTHER_MAC}),
    ("AddVeth", "", {"name": "v1", "peer": "v2", "mtu": "1300", "txqueuelen": "9", "up": "yes", "address": MAC,
                     "peer_address": OTHER_MAC}),
    ("AddBridge", "", {"name": "b1", "stp_state": "1", "forward_delay": "1000", "address": MAC,
                       "ageing_time": "9000", "priority": "99", "mcast_snooping": "0"}),
    ("AddBridge", "", {"name": "b1", "address": MAC, "vlan_protocol": "802.1ad", "group_fwd_mask": "8",
                       "mcast_query_interval": "9000", "group_address": "01:80:c2:00:00:04", "hello_time": "300",
                       "mcast_igmp_version": "3", "nf_call_arptables": "1", "mcast_startup_query_count": "4"}),
    ("AddMacvlan", "", {"name": "m1", "link": "va", "mode": "bridge", "address": MAC}),
    ("AddMacvtap", "", {"name": "t1", "link": "va", "mode": "private", "address": MAC}),
    ("AddVxlan", "", {"name": "x1", "id": "42", "remote": "10.0.0.9", "local": "10.0.0.1", "dstport": "4789",
                      "ttl": "9", "ageing": "77", "nolearning": "yes", "dev": "va", "address": MAC}),
    ("AddVxlan", "", {"name": "x1", "id": "42", "remote": "ff02::9", "dev": "va", "dstport": "4789", "address": MAC}),
    ("AddTuntap", "", {"name": "u1", "mode": "tun", "user": "1000", "group": "1001"}),
    ("AddTuntap", "", {"name": "u1", "mode": "tun", "multi_queue": "yes"}),
    ("AddIfb", "", {"name": "i1", "mtu": "1300", "address": MAC}),
    ("AddressAdd", "", {"local": "10.9.0.1/24", "dev": "va", "broadcast": "10.9.0.255", "label": "va:x",
                        "scope": "link", "metric": "5"}),
    ("AddressAdd", "", {"local": "10.9.0.1", "dev": "va", "peer": "10.9.0.2/32"}),
    ("AddressAdd", "", {"local": "fd09::1/64", "dev": "va", "valid": "3600", "preferred": "1800", "nodad": "yes",
                        "noprefixroute": "yes", "home": "yes"}),
    ("AddressAdd", "", {"local": "239.1.1.1/32", "dev": "va", "autojoin": "yes"}),
    ("AddressReplace", "address == 10.0.0.1", {"metric": "9"}),
    ("AddressReplace", "address == fd00::1", {"valid": "3600", "preferred": "60"}),
    ("AddressReplace", "", {"local": "10.9.0.1/24", "dev": "vb"}),
    ("AddressDelete", "address == 10.0.0.1", {}),
    ("AddressDelete", "address == 10.0.0.2", {}),
    ("AddressDelete", "address == 10.1.0.1", {}),
    ("AddressDelete", "address == fd00::1", {}),
    ("AddressFlush", "dev == va", {}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "via": "10.0.0.9"}),
    ("RouteAdd", "", {"dst": "default", "via": "10.0.0.9", "metric": "50", "proto": "static", "src": "10.0.0.2"}),
    ("RouteAdd", "", {"dst": "default", "dev": "va", "family": "inet6"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "dev": "va", "table_id": "1000", "scope": "link", "tos": "8"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "via": "fd00::9", "dev": "va"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "via": "192.0.2.1", "dev": "va", "onlink": "yes"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "type": "prohibit", "metric": "3"}),
    ("RouteAdd", "", {"dst": "10.30.0.1/32", "type": "local", "dev": "va"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "nhid": "10"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "via": "10.0.0.9", "tos": "10"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "hops": "via fd00::9 dev va / via 10.1.0.9"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "hops": "via 10.0.0.9 weight 3 / via 10.1.0.9 dev vc"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "via": "10.0.0.9", "mtu": "1300", "advmss": "1200",
                      "metrics": "window 1000 initcwnd 9"}),
    ("RouteAdd", "", {"dst": "fd30::/32", "via": "fd00::9", "pref": "low", "metric": "44", "mtu": "1400"}),
    ("RouteAdd", "", {"dst": "fd30::/32", "hops": "via fd00::9 dev va / via fd01::9 dev vc weight 2"}),
    ("RouteAdd", "", {"dst": "fd30::/32", "dev": "vc", "expires": "300"}),
    ("RouteAdd", "", {"dst": "fd30::/32", "via": "fd00::9", "source": "fd00::/64"}),
    ("RouteAdd", "", {"dst": "10.30.0.0/16", "via": "10.0.0.9", "realms": "3/7"}),
    ("RouteReplace", "dst == 10.20.0.0/16", {"realms": "5"}),
    ("RouteAdd", "", {"dst": "fd30::/32", "type": "blackhole", "table_id": "100"}),
    ("RouteAppend", "", {"dst": "10.20.0.0/16", "via": "10.0.0.8"}),
    ("RouteAppend", "", {"dst": "fd20::/16", "via": "fd01::9"}),
    ("RoutePrepend", "", {"dst": "10.20.0.0/16", "via": "10.0.0.8"}),
    ("RouteReplace", "dst == 10.20.0.0/16", {"via": "10.1.0.9", "dev": "vc"}),
    ("RouteReplace", "dst == 10.22.0.0/16", {"hops": "via 10.0.0.9 / via 10.0.0.8"}),
    ("RouteReplace", "dst == 10.23.0.0/16", {"mtu": "1200"}),
    ("RouteReplace", "dst == 10.24.0.0/16", {"nhid": "1"}),
    ("RouteReplace", "dst == fd21::/16", {"pref": "low"}),
    ("RouteReplace", "", {"dst": "10.30.0.0/16", "via": "10.0.0.9"}),
    ("RouteDelete", "dst == 10.20.0.0/16", {}),
    ("RouteDelete", "dst == 10.21.0.0/16 via == 10.0.0.9", {}),
    ("RouteDelete", "dst == 10.21.0.0/16 via == 10.0.0.7", {}),
    ("RouteDelete", "dst == 10.22.0.0/16", {}),
    ("RouteDelete", "dst == 10.23.0.0/16", {}),
    ("RouteDelete", "dst == 10.24.0.0/16", {}),
    ("RouteDelete", "dst == 10.25.0.0/16", {}),
    ("RouteDelete", "dst == 10.26.0.0/16", {}),
    ("RouteDelete", "dst == fd21::/16", {}),
    ("RouteDelete", "dst == fd22::/16", {}),
    ("RouteFlush", "", {"where": "dst in 10.16/12 or dst in fd20::/12"}),
    ("NeighbourAdd", "", {"dst": "10.0.0.50", "dev": "va", "lladdr": "02:00:00:00:00:50", "router": "yes"}),
    ("NeighbourAdd", "", {"dst": "fd00::50", "dev": "va", "lladdr": "02:00:00:00:00:50", "state": "permanent",
                          "proto": "bgp"}),
    ("NeighbourReplace", "address == 10.0.0.9", {"lladdr": "02:00:00:00:00:51"}),
    ("NeighbourReplace", "address == 10.0.0.8", {"state": "permanent"}),
    ("NeighbourProbe", "address == 10.0.0.9", {}),
    ("NeighbourDelete", "address == fd00::9", {}),
    ("NeighbourDelete", "address == 10.0.0.77", {}),
    ("NeighbourFlush", "dev == va", {}),
    ("ProxyAdd", "", {"dst": "fd00::77", "dev": "va"}),
    ("RuleAdd", "", {"table_id": "100", "source": "10.5.0.0/16", "to": "10.6.0.0/16", "priority": "500", "tos": "8",
                     "fwmark": "0x10/0xff", "iif": "va", "oif": "vc", "ipproto": "tcp", "sport": "1000-2000",
                     "dport": "443", "uidrange": "1000-2000", "negated": "yes", "proto": "static"}),
    ("RuleAdd", "", {"table_id": "254", "priority": "501", "suppress": "0", "suppress_group": "5", "family": "inet6"}),
    ("RuleAdd", "", {"action": "prohibit", "priority": "502", "source": "fd05::/16"}),
    ("RuleAdd", "", {"goto": "1000", "priority": "503"}),
    ("RuleMove", "priority == 1000", {"priority": "900"}),
    ("RuleDelete", "priority == 1001", {}),
    ("RuleFlush", "", {"where": "table == 100"}),
    ("RuleFlush", "", {"where": "family == inet6"}),
    ("RuleAdd", "", {"realms": "3/4", "table_id": "100", "priority": "504"}),
    ("NexthopAdd", "", {"id": "20", "via": "10.0.0.8", "dev": "va", "proto": "bgp"}),
    ("NexthopAdd", "", {"id": "20", "via": "192.0.2.1", "dev": "va", "onlink": "yes"}),
    ("NexthopAdd", "", {"id": "20", "blackhole": "yes", "family": "inet6"}),
    ("NexthopAdd", "", {"id": "20", "dev": "va", "family": "inet6"}),
    ("NexthopAdd", "", {"id": "20", "group": "1,3/2"}),
    ("NexthopAdd", "", {"id": "20", "group": "1/2,2", "type": "resilient", "buckets": "8", "idle_timer": "60",
                        "unbalanced_timer": "300"}),
    ("NexthopReplace", "id == 1", {"via": "10.0.0.8"}),
    ("NexthopReplace", "id == 10", {"group": "1,5/2"}),
    ("NexthopDelete", "id == 3", {}),
    ("NexthopFlush", "", {"where": "dev == va"}),
    ("NexthopFlush", "", {"where": "group ~ ."}),
    ("NexthopDelete", "id == 10", {}),
    ("NexthopDelete", "id == 2", {}),
)  # fmt: skip
QUIET = ("NeighbourProbe", "NeighbourFlush")
"""What they change goes on changing by itself."""
NOT_HERE = ("AddVlan", "AddBond", "AddVrf", "AddDummy", "LinkMove", "MacvlanSet", "VxlanSet", "BondSet")
"""Kinds that this kernel may lack, and what leaves the namespace: each has a test of its own."""


def test_every_change_is_tried() -> None:
    assert {cls.__name__ for cls in CHANGES} - {name for name, _, _ in CASES} == set(NOT_HERE)


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{name}-{' '.join([where, *texts.values()])}"[:60] for name, where, texts in CASES]
)
def test_it_does_what_its_line_does_and_is_undone(case: Case, netns: Netns) -> None:
    name, where, texts = case
    with Netns() as other:
        for ns in (netns, other):
            build(ns)
            if name == "LinkUp":
                ns.ip("link add spare address 02:00:00:00:09:09 type ifb")
        before, plain = picture(netns, indexes=True), picture(netns)
        assert difference(picture(other, indexes=True), before) == []
        with Changing(netns) as changing:
            done = changing.apply(name, where, texts)
            changed = picture(netns)
            assert "  " not in done.sentence
            lines = done.line if "…" not in done.line else "\n".join(step.says for step in done.steps)
            run(other, lines)
            told = difference(changed, picture(other))
            assert not told, "\n".join([done.line, *told])
            assert changed != plain or name in QUIET, "nothing was changed"
            assert changing.executor.revert(done.undo.steps) == []
        left = difference(before, picture(netns, indexes=True))
        assert not left, "\n".join([*left, *(step.says for step in done.undo.steps)])
        undo(other, done.undo.steps)
        left = difference(plain, picture(other))
        assert not left, "\n".join([*left, *(step.says for step in done.undo.steps)])


@pytest.mark.parametrize("promote", [0, 1])
def test_the_first_of_several_addresses_comes_back_as_the_first(promote: int, netns: Netns) -> None:
    """Where the kernel promotes the second meanwhile, too: which one is primary decides about source addresses."""
    build(netns)
    netns.sysctl("net.ipv4.conf.va.promote_secondaries", promote)
    netns.ip("address add 10.0.0.3/24 dev va")
    before, listed = picture(netns, indexes=True), netns.ip_json("-4 address show dev va")
    with Changing(netns) as changing:
        done = changing.apply("AddressDelete", "address == 10.0.0.1", {})
        assert ("10.0.0.3" in str(netns.ip_json("-4 address show dev va"))) == bool(promote)
        assert changing.executor.revert(done.undo.steps) == []
    assert difference(before, picture(netns, indexes=True)) == []
    assert netns.ip_json("-4 address show dev va") == listed


def test_a_vxlan_and_a_resilient_group_and_the_first_rule_come_back(netns: Netns) -> None:
    """What is told in one form and asked for in another."""
    build(netns)
    netns.ip("link add vx type vxlan id 5 dstport 4789 ttl inherit")
    netns.ip("link add vy type vxlan id 6 dstport 4789 dev vc remote 10.1.0.9")
    netns.ip("nexthop add id 50 group 1/2 type resilient buckets 4")
    before = picture(netns, indexes=True)
    with Changing(netns) as changing:
        for name, where in (
            ("LinkDelete", "name == vx"),
            ("LinkDelete", "name == vy"),
            ("NexthopDelete", "id == 50"),
            ("RuleDelete", "priority == 0 family == inet"),
        ):
            done = changing.apply(name, where, {})
            assert picture(netns, indexes=True) != before
            assert changing.executor.revert(done.undo.steps) == [], name
            assert difference(before, picture(netns, indexes=True)) == [], name


@pytest.mark.parametrize("mtu", ["1400", "1500"])
def test_of_several_rows_only_what_was_typed_is_changed(mtu: str, netns: Netns) -> None:
    """Also to what the first of them has already, which then is left out."""
    build(netns)
    netns.ip("link set vb mtu 1300")
    before = {row["ifname"]: row for row in netns.ip_json("-d link show")}
    with Changing(netns) as changing:
        world = changing.world
        rows = [row for name in ("vc", "vd", "vb") if (row := changing.row("links", f"name == {name}"))]
        texts = common([LinkSet.filled(row, world) for row in rows])
        assert "mtu" not in texts
        # As the dialog tells them: what is empty, too.
        told = {field.name: texts.get(field.name, "") for field in fields_of(LinkSet)} | {"mtu": mtu}
        plan = previewed(changing.session, LinkSet, told, rows)
        assert len(plan.changes) == (1 if mtu == "1500" else 3)
        changing.executor.apply(plan.changes, plan.subjects)
    after = {row["ifname"]: row for row in netns.ip_json("-d link show")}
    for name in ("vc", "vd", "vb"):
        assert after[name]["mtu"] == int(mtu)
        kept = ("master", "ifalias", "group", "address")
        assert [after[name].get(key) for key in kept] == [before[name].get(key) for key in kept]


def test_what_was_there_before_outlives_a_plan_that_fails(netns: Netns) -> None:
    build(netns)
    netns.ip("rule add priority 900 iif va lookup 100")
    netns.ip("rule add priority 901 from 10.0.0.0/24 lookup 100")
    before = picture(netns)
    with Changing(netns) as changing:
        world = changing.world
        rows = [row for one in ("900", "901") for row in world.rows("rules", f"priority == {one}")]
        plan = of(world, [RuleMove.parsed({"priority": "1000"}, world, row) for row in rows])
        with pytest.raises(Stopped):
            changing.executor.apply(plan.changes, plan.subjects)
    assert difference(before, picture(netns)) == []


@pytest.mark.parametrize(
    ("lines", "name", "where", "texts"),
    [
        ("route add 10.40.0.0/16 dev va src 10.0.0.2\nroute append 10.40.0.0/16 dev va",
         "RouteDelete", "dst == 10.40.0.0/16 not prefsrc == 10.0.0.2", {}),
        ("route add 10.40.0.0/16 via 10.0.0.9 mtu 1400\nroute append 10.40.0.0/16 via 10.0.0.9",
         "RouteDelete", "dst == 10.40.0.0/16 not mtu", {}),
        ("rule add iif va fwmark 7 lookup 100 pref 700\nrule add iif va lookup 100 pref 700",
         "RuleDelete", "priority == 700 not fwmark", {}),
        ("rule add iif va fwmark 7 lookup 100 pref 700\nrule add iif va lookup 100 pref 700",
         "RuleMove", "priority == 700 not fwmark", {"priority": "701"}),
        ("rule add iif va fwmark 7 lookup 100 pref 700\nrule add iif va lookup 100 pref 700",
         "RuleFlush", "priority == 700 not fwmark", {"where": "priority == 700 not fwmark"}),
        ("", "RouteReplace", "dst == 10.21.0.0/16 via == 10.0.0.8", {"via": "10.0.0.6"}),
        ("rule add not from 10.7.0.0/16 dport 80 lookup 100 pref 700\nrule add from 10.7.0.0/16 lookup 100 pref 700",
         "RuleDelete", "priority == 700 not dport", {}),
        ("rule add from 10.7.0.0/16 dport 80 goto 900 pref 700\nrule add from 10.7.0.0/16 goto 800 pref 700",
         "RuleDelete", "priority == 700 not dport", {}),
        ("route add 10.40.0.0/16 via 10.0.0.9 mtu 1400 advmss 1360\nroute append 10.40.0.0/16 via 10.0.0.9 mtu 1400",
         "RouteDelete", "dst == 10.40.0.0/16 not advmss", {}),
    ],
)  # fmt: skip
def test_where_the_kernel_would_take_another_row_it_is_refused(
    lines: str, name: str, where: str, texts: dict[str, str], netns: Netns
) -> None:
    build(netns)
    for line in lines.splitlines():
        netns.ip(line)
    before = picture(netns)
    with Changing(netns) as changing:
        assert changing.row(next(one.table for one in CHANGES if one.__name__ == name), where) is not None
        with pytest.raises(Problems, match="the kernel would"):
            changing.apply(name, where, texts)
    assert difference(before, picture(netns)) == []


@pytest.mark.parametrize(
    ("name", "texts", "told"),
    [
        ("RouteAdd", {"dst": "fd21::/16", "via": "fd00::9"}, False),
        ("RouteAppend", {"dst": "10.23.0.0/16", "via": "10.0.0.9", "table_id": "100", "proto": "static", "mtu": "1400"},
         True),
        ("RouteAppend", {"dst": "10.23.0.0/16", "via": "10.0.0.9", "table_id": "100", "proto": "static"}, True),
        ("RuleAdd", {"priority": "1001", "iif": "va", "table_id": "100"}, True),
    ],
)  # fmt: skip
def test_taking_back_what_was_added_takes_nothing_else(
    name: str, texts: dict[str, str], told: bool, netns: Netns
) -> None:
    """Or it is told before that it cannot be taken back."""
    build(netns)
    before = picture(netns)
    with Changing(netns) as changing:
        done = changing.apply(name, "", texts)
        assert bool(done.undo.lost) == told
        changing.executor.revert(done.undo.steps)
    gone = [line for line in difference(before, picture(netns)) if line.startswith("-")]
    assert gone == []
    assert told or difference(before, picture(netns)) == []
