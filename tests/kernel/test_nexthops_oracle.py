"""Every nexthop object that `ip -j -d nexthop` shows, key by key."""

from __future__ import annotations

from nltui.tables.nexthops import NEXTHOPS
from tests.kernel import oracle, world
from tests.kernel.netns import Netns


def identity(row: oracle.Row) -> object:
    return row["id"]


def look(ns: Netns) -> oracle.Report:
    return oracle.quiet(lambda: oracle.dumped(NEXTHOPS, ns), lambda: oracle.ip(ns, "nexthop show"), identity)


def test_nexthops_of_a_namespace_with_some_of_everything(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)

    report = look(netns)

    oracle.assert_equal(report, reasons={}, at_least=12)
    assert not report.only_ours, str(report)
    assert {"group", "resilient_args", "blackhole", "fdb", "encap"} <= set(report.compared)
