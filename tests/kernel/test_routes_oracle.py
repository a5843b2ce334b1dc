"""Every route that `ip -j -d route show table all` shows, both families, key by key."""

from __future__ import annotations

from nltui.tables.routes import ROUTES
from tests.kernel import oracle, world
from tests.kernel.netns import Netns

REASONS = {"nh_info": "ip asks for the nexthop object in a second request; here it is a row of the nexthops table"}
COUNTING_DOWN = {"expires": 2.0}


def theirs(ns: Netns) -> list[oracle.Row]:
    return [row for family in "46" for row in oracle.ip(ns, f"-{family} route show table all")]


def identity(row: oracle.Row) -> object:
    return row["table"], "pref" in row, *(row.get(key) for key in ("dst", "tos", "metric", "dev", "gateway"))


def look(ns: Netns) -> oracle.Report:
    return oracle.quiet(lambda: oracle.dumped(ROUTES, ns), lambda: theirs(ns), identity, COUNTING_DOWN)


def test_routes_of_a_namespace_with_some_of_everything(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)

    report = look(netns)

    oracle.assert_equal(report, REASONS, at_least=100)
    assert {"nexthops", "metrics", "flow", "via", "encap", "nhid", "expires", "pref"} <= set(report.compared)


def test_metrics_in_the_units_of_ip(netns: Netns) -> None:
    netns.batch(
        [
            "link add br0 type bridge",
            "link set br0 up",
            "route add 10.1.0.0/16 dev br0 rtt 2500ms rttvar 2s rto_min 1500ms features ecn",
            "route add 10.2.0.0/16 dev br0 rtt 900 rttvar 4001 hoplimit 3 quickack 1 congctl cubic",
            "route add 10.3.0.0/16 dev br0 initcwnd lock 5 mtu lock 1300 window 30 ssthresh 7 reordering 4",
            "route add 10.4.0.0/16 dev br0 fastopen_no_cookie 1 initrwnd 9 cwnd 8 advmss 1200",
        ]
    )

    report = look(netns)

    oracle.assert_equal(report, REASONS, at_least=4)
    assert report.compared["metrics"] == 4


def test_flags_of_a_lost_carrier(netns: Netns) -> None:
    netns.batch(
        [
            "link add va type veth peer name vb",
            "link set va up",
            "link set vb up",
            "address add 10.1.0.1/24 dev va",
            "address add fd00::1/64 dev va nodad",
            "route add 10.2.0.0/16 nexthop via 10.1.0.2 weight 2 nexthop via 10.1.0.3 dev va onlink",
            "route add fd01::/64 via fd00::2",
            "link set vb down",
        ]
    )

    report = look(netns)

    oracle.assert_equal(report, REASONS, at_least=5)
    assert any("linkdown" in row["flags"] for row in theirs(netns)), "the case was made"
