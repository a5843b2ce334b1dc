"""What the kernel changes without a word: each line of the list is exact soon, and no timed comparison did it.

Sessions run without timed dumps; only where nothing at all is told (proxies, rules) the tables' own ones are on.
"""

from __future__ import annotations

import pytest

from nltui.model.history import Source
from nltui.tables.addresses import ADDRESSES
from nltui.tables.links import LINKS
from nltui.tables.neighbours import NEIGHBOURS
from nltui.tables.nexthops import NEXTHOPS
from nltui.tables.routes import ROUTES
from nltui.tables.rules import RULES
from tests.kernel.agreement import SILENT, WITHIN, ends_equal
from tests.kernel.churn import ground
from tests.kernel.followed import FOLLOWED, Followed, comes_true
from tests.kernel.netns import Netns
from tests.kernel.oracle import Row

SLACK = 2.0
"""Seconds for the oracle's own looks, on a busy machine."""


def without_ipv6(netns: Netns, *devices: str) -> None:
    """IPv6 tells much of what happens to a link; what IPv4 says by itself is less."""
    for device in devices:
        netns.sysctl(f"net.ipv6.conf.{device}.disable_ipv6", 1)


def exact(followed: Followed) -> None:
    """Every table is as a new session loads it, and no audit repaired anything."""
    ends_equal(followed, SILENT + SLACK)
    assert [table.name for table in FOLLOWED if followed.state(table).repairs] == []


def shown(followed: Followed, destination: str) -> list[Row]:
    """Routes to one destination, as records."""
    return [row for row in followed.records(ROUTES) if row["dst"] == destination]


@pytest.mark.parametrize(
    "action", ["link set d0 down", "link del d0", "link set d0 netns {}", "addr del 10.0.0.1/24 dev d0"]
)
def test_routes_that_go_with_a_link_or_its_last_address(netns: Netns, peer: Netns, action: str) -> None:
    ground(netns)
    without_ipv6(netns, "d0", "d1")
    netns.batch(f"route add 10.70.{n}.0/24 via 10.0.0.2" for n in range(50))
    with Followed(netns, audit=False) as followed:
        assert shown(followed, "10.70.7.0/24")
        netns.ip(action.format(peer.name))
        exact(followed)
        assert not shown(followed, "10.70.7.0/24")


def test_flags_and_nexthops_of_a_carrier_lost_and_back(netns: Netns) -> None:
    ground(netns)
    netns.batch(
        [
            "route add 10.70.0.0/16 via 10.0.0.2",
            "route add fd70::/64 via fd00::2",
            "nexthop add id 7 via 10.0.0.2 dev d0",
            "nexthop add id 8 via 10.0.2.2 dev v0",
            "nexthop add id 9 group 7/8",
        ]
    )
    with Followed(netns, audit=False) as followed:
        assert shown(followed, "10.70.0.0/16")[0]["flags"] == shown(followed, "fd70::/64")[0]["flags"] == []
        netns.ip("link set d1 down")
        # What follows from a carrier comes up to a second after the link's state.
        assert comes_true(lambda: "linkdown" in str(shown(followed, "10.70.0.0/16")))
        exact(followed)
        assert "linkdown" in str(shown(followed, "fd70::/64"))
        assert [row["id"] for row in followed.records(NEXTHOPS)] == [8, 9]
        netns.ip("link set d1 up")
        assert comes_true(lambda: "linkdown" not in str(shown(followed, "10.70.0.0/16")))
        exact(followed)
        assert shown(followed, "fd70::/64")[0]["flags"] == []


def test_one_leg_of_a_multipath_route_down(netns: Netns) -> None:
    ground(netns)
    without_ipv6(netns, "d0", "v0", "v1")
    netns.ip("route add 10.71.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.2.2")
    with Followed(netns, audit=False) as followed:
        netns.ip("link set v0 down")
        exact(followed)
        assert "dead" in str(shown(followed, "10.71.0.0/16")[0]["nexthops"])


def test_a_nexthop_object_deleted(netns: Netns) -> None:
    ground(netns)
    netns.batch(
        [
            "nexthop add id 7 via 10.0.0.2 dev d0",
            "nexthop add id 8 via 10.0.2.2 dev v0",
            "nexthop add id 9 group 7/8",
            "route add 10.72.0.0/16 nhid 7",
            "route add 10.73.0.0/16 nhid 9",
        ]
    )
    with Followed(netns, audit=False) as followed:
        netns.ip("nexthop del id 7")
        exact(followed)
        assert not shown(followed, "10.72.0.0/16")
        assert shown(followed, "10.73.0.0/16")
        assert [len(row["group"]) for row in followed.records(NEXTHOPS) if row["id"] == 9] == [1]


def test_neighbours_go_with_the_last_ipv4_address(netns: Netns) -> None:
    ground(netns)
    without_ipv6(netns, "d0")
    netns.batch(f"neigh add 10.0.0.{n} lladdr 02:00:00:00:00:01 dev d0 nud permanent" for n in range(2, 12))
    with Followed(netns, audit=False) as followed:
        assert "10.0.0.5" in str(followed.records(NEIGHBOURS))
        netns.ip("addr del 10.0.0.1/24 dev d0")
        exact(followed)
        assert "10.0.0.5" not in str(followed.records(NEIGHBOURS))


def test_legs_of_an_ipv6_route_appended_and_deleted(netns: Netns) -> None:
    ground(netns)
    netns.ip("-6 route add fd01::/64 via fd00::2")
    with Followed(netns, audit=False) as followed:
        for action, legs in (
            ("append fd01::/64 via fd00::3", 2),
            ("append fd01::/64 via fd00:2::3", 3),
            ("append fd01::/64 nexthop via fd00::4 nexthop via fd00::5", 5),
            ("del fd01::/64 via fd00::3", 4),
            ("replace fd01::/64 via fd00::9", 1),
            ("append fd01::/64 dev d1", 2),
            ("del fd01::/64 via fd00::9", 1),
        ):
            netns.ip(f"-6 route {action}")
            exact(followed)
            found = [len(row.get("nexthops", [row])) for row in shown(followed, "fd01::/64")]
            assert sum(found) == legs, action


def test_a_tentative_address_changed(netns: Netns) -> None:
    ground(netns)
    with Followed(netns, audit=False) as followed:
        for n in range(4):
            netns.batch(
                [
                    f"addr add fd07::{n + 1}/64 dev v0",
                    f"addr change fd07::{n + 1}/64 dev v0 valid_lft {100 + n} preferred_lft 50",
                ]
            )
        exact(followed)
        assert sum("fd07::" in str(row["local"]) for row in followed.records(ADDRESSES)) == 4


def test_a_preferred_source_is_stripped_with_its_address(netns: Netns) -> None:
    ground(netns)
    netns.ip("-6 route add fd05::/64 via fd00::2 dev d0 onlink src fd00::1")
    with Followed(netns, audit=False) as followed:
        assert shown(followed, "fd05::/64")[0]["prefsrc"] == "fd00::1"
        netns.ip("addr del fd00::1/64 dev d0")
        exact(followed)
        assert "prefsrc" not in shown(followed, "fd05::/64")[0]


def test_neighbours_and_proxies_that_nobody_tells_of(netns: Netns) -> None:
    ground(netns)
    with Followed(netns) as followed:
        netns.ip("neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev d0 nud noarp")
        netns.ip("neigh add 10.0.0.8 dev d0 nud incomplete")
        netns.ip("neigh add proxy 10.0.0.7 dev d0")
        exact(followed)
        assert {"10.0.0.9", "10.0.0.8", "10.0.0.7"} <= {row["dst"] for row in followed.records(NEIGHBOURS)}
        netns.ip("neigh del proxy 10.0.0.7 dev d0")
        exact(followed)
        assert "10.0.0.7" not in str(followed.records(NEIGHBOURS))


def test_a_bridge_port_that_leaves_is_no_link_and_no_neighbour_deleted(netns: Netns) -> None:
    ground(netns)
    netns.batch(
        [
            "link add x0 address 02:00:00:00:00:77 type bridge",
            "link set x0 up",
            "link set v1 master x0",
            "addr add 10.9.0.1/24 dev x0",
            "neigh add 10.9.0.5 lladdr 02:00:00:00:00:05 dev x0 nud permanent",
        ]
    )
    netns.bridge("fdb add 02:00:00:00:00:05 dev v1 master static")
    with Followed(netns, audit=False) as followed:
        netns.ip("link set v1 nomaster")
        exact(followed)
        assert {"x0", "v1"} <= {row["ifname"] for row in followed.records(LINKS)}
        assert not any(row["ifname"] == "v1" and "master" in row for row in followed.records(LINKS))
        assert "10.9.0.5" in str(followed.records(NEIGHBOURS))


def test_rules_attached_and_resolved(netns: Netns) -> None:
    ground(netns)
    netns.batch(
        [
            "rule add iif x1 lookup main priority 600",
            "rule add oif x1 lookup main priority 601",
            "rule add goto 700 priority 500",
        ]
    )
    with Followed(netns) as followed:
        for action, silent in (
            ("link add x1 type ifb", 1),
            ("link set x1 name x2", 3),
            ("link set x2 name x1", 1),
            ("link del x1", 3),
            ("rule add lookup main priority 700", 2),
        ):
            netns.ip(action)
            exact(followed)
            flagged = [row for row in followed.records(RULES) if "detached" in str(row) or "unresolved" in str(row)]
            assert len(flagged) == silent, action


@pytest.mark.parametrize("words", ["alias quiet", "group 7"])
def test_a_link_that_is_down_changed(netns: Netns, words: str) -> None:
    ground(netns)
    netns.ip("link set d2 down")
    with Followed(netns) as followed:
        before = followed.session.history.last
        netns.ip(f"link set d2 {words}")
        ends_equal(followed, WITHIN + SLACK)
        (row,) = (row for row in followed.records(LINKS) if row["ifname"] == "d2")
        assert row["ifalias" if "alias" in words else "group"] in words
        changes, _ = followed.session.history.since(before)
        told = [change.source for change in changes if change.table == FOLLOWED.index(LINKS)]
        assert told == [Source.DUMP], "no event tells it"
