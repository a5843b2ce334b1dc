"""Every rule that `ip -j -d rule` shows, both families, key by key."""

from __future__ import annotations

from nltui.tables.rules import RULES
from tests.kernel import oracle, world
from tests.kernel.netns import Netns


def theirs(ns: Netns) -> list[oracle.Row]:
    return [row for family in "46" for row in oracle.ip(ns, f"-{family} rule show")]


def identity(row: oracle.Row) -> object:
    return row["priority"]


def look(ns: Netns) -> oracle.Report:
    return oracle.quiet(lambda: oracle.dumped(RULES, ns), lambda: theirs(ns), identity)


def test_rules_of_a_namespace_with_some_of_everything(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)

    report = look(netns)

    oracle.assert_equal(report, reasons={}, at_least=35)
    assert not report.only_ours, str(report)


def test_rules_with_odd_selectors(netns: Netns) -> None:
    netns.batch(
        [
            "rule add from 10.0.0.0/8 fwmark 0x5/0xff goto 32766 prio 10",
            "rule add oif gone9 blackhole prio 11",
            "rule add not from all tos 0x10 ipproto tcp sport 10-20 dport 80 unreachable prio 12",
            "rule add uidrange 5-10 prohibit prio 13",
            "rule add from 1.2.3.4 nop prio 14",
            "rule add l3mdev prio 15",
            "rule add lookup main suppress_ifgroup 7 realms 3/4 prio 16",
            "rule add goto 50000 prio 17",
            "rule add tun_id 55 lookup 1000000 prio 18",
        ]
    )
    netns.ip("-6 rule add to fd00::1 dport 10-11 sport 5 ipproto 250 lookup 5 prio 20")
    netns.ip("-6 rule add tos 8 lookup 253 prio 21")

    report = look(netns)

    oracle.assert_equal(report, reasons={}, at_least=16)
    assert not report.only_ours, str(report)
