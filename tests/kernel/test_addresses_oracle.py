"""Every address that `ip -j -d address` shows, key by key."""

from __future__ import annotations

from nltui.tables.addresses import ADDRESSES
from tests.kernel import oracle, world
from tests.kernel.netns import Netns

COUNTING_DOWN = {"valid_life_time": 2.0, "preferred_life_time": 2.0}


def theirs(ns: Netns) -> list[oracle.Row]:
    """One row an address: its link's name and number come from ip's parent object."""
    return [
        {"ifname": link["ifname"], "ifindex": link["ifindex"], **address}
        for link in oracle.ip(ns, "address show")
        for address in link.get("addr_info", [])
    ]


def identity(row: oracle.Row) -> object:
    return row["ifname"], row["local"], row["prefixlen"], row.get("address")


def look(ns: Netns) -> oracle.Report:
    return oracle.quiet(lambda: oracle.dumped(ADDRESSES, ns), lambda: theirs(ns), identity, COUNTING_DOWN)


def test_addresses_of_a_namespace_with_some_of_everything(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)

    report = look(netns)

    oracle.assert_equal(report, reasons={}, at_least=25)


def test_flags_that_come_and_go(netns: Netns) -> None:
    netns.batch(
        [
            "link add va type veth peer name vb",
            "link set va up",
            "link set vb up",
            "address add 10.1.0.1/24 dev va",
            "address add 10.1.0.2/24 dev va",
            "address add 10.2.0.1 peer 10.2.0.2/32 dev va",
            "address add 10.2.0.1 peer 10.2.0.3/32 dev va",
            "address add 10.3.0.1/24 dev va valid_lft 100 preferred_lft 0",
            "address add fd00::1/64 dev va nodad home",
            "address add fd00::2/64 dev va valid_lft 100 preferred_lft 0 nodad",
        ]
    )

    report = look(netns)

    oracle.assert_equal(report, reasons={}, at_least=9)
    assert {"secondary", "dynamic", "deprecated", "home", "nodad", "address"} <= set(report.compared)
