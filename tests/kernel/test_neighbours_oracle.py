"""Every neighbour and proxy entry that `ip -j neighbour` shows, key by key, with -s for its ages."""

from __future__ import annotations

from ipaddress import ip_address

from nltui.tables.neighbours import NEIGHBOURS
from tests.kernel import oracle, world
from tests.kernel.netns import Netns

COUNTING = dict.fromkeys(("used", "confirmed", "updated", "probes"), 2.0)
MOVING = ("INCOMPLETE", "PROBE", "DELAY", "FAILED")
"""States that can end between two looks."""

REASONS = {"refcnt": "a count of kernel references, shown only while something holds the entry at that moment"}


def theirs(ns: Netns) -> list[oracle.Row]:
    return [
        row
        for args in ("-s neigh show nud all", "-s -4 neigh show proxy", "-s -6 neigh show proxy")
        for row in oracle.ip(ns, args)
    ]


def identity(row: oracle.Row) -> object:
    return row.get("dev"), row["dst"], "proxy" in row


def settled(rows: list[oracle.Row]) -> list[oracle.Row]:
    """Rows without what changes by itself: the kernel makes entries of multicast groups whenever it sends to one."""
    lasting = [row for row in rows if not ip_address(row["dst"]).is_multicast]
    moving = [not set(row.get("state", ())).isdisjoint(MOVING) for row in lasting]
    return [{**row, "state": "moving"} if moves else row for row, moves in zip(lasting, moving, strict=True)]


def look(ns: Netns) -> oracle.Report:
    return oracle.quiet(
        lambda: settled(oracle.dumped(NEIGHBOURS, ns)),
        lambda: settled(theirs(ns)),
        identity,
        COUNTING,
    )


def test_neighbours_of_a_namespace_with_some_of_everything(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)

    report = look(netns)

    oracle.assert_equal(report, REASONS, at_least=15)
    assert {"lladdr", "router", "extern_learn", "managed", "proxy", "protocol", "used"} <= set(report.compared)


def test_states_that_stay(netns: Netns) -> None:
    netns.batch(
        [
            "link add va type veth peer name vb",
            "link set va up",
            "link set vb up",
            "address add 10.1.0.1/24 dev va",
            "neigh add 10.1.0.2 lladdr 02:00:00:00:00:01 dev va nud permanent",
            "neigh add 10.1.0.3 lladdr 02:00:00:00:00:02 dev va nud reachable",
            "neigh add 10.1.0.4 lladdr 02:00:00:00:00:03 dev va nud stale",
            "neigh add 10.1.0.5 lladdr 02:00:00:00:00:04 dev va nud noarp",
            "neigh add proxy 10.1.0.6 dev va",
            "neigh add proxy 10.1.0.7",
        ]
    )

    report = look(netns)

    oracle.assert_equal(report, REASONS, at_least=6)
