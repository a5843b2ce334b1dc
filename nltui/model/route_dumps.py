"""How routes are dumped: all of one family, or those that go out by one link (struct rtmsg, linux/rtnetlink.h)."""

from __future__ import annotations

import errno
import struct

from nltui.model.routing import AF_INET, AF_INET6
from nltui.model.table import Dump, Narrowing, Part, Uses, Where
from nltui.netlink import wire
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.fields import U8, U32, First, Head, attr

FAMILY = Head(16, U8)
PROTOCOL = Head(21, U8)
TABLE = First((attr(rt.RTA_TABLE, format=U32), Head(20, U8)))
DEVICE = attr(rt.RTA_OIF, format=U32)
LEGS = attr(rt.RTA_MULTIPATH)
FAMILIES = (AF_INET, AF_INET6)


def of_family(family: int) -> tuple[Dump, ...]:
    """All routes of one family. Same as `ip -4 route show table all`."""
    covers = (Where(FAMILY, among=frozenset({family})),)
    return (Dump(rt.RTM_GETROUTE, bytes((family,)) + bytes(11), covers, family=family),)


def of_device(ifindex: int) -> tuple[Dump, ...]:
    """Those by a link, multipath ones too. Same as `ip route show table all dev DEVICE` and `ip -6` …"""
    out = wire.nlattr(rt.RTA_OIF, struct.pack("=I", ifindex))
    return tuple(
        Dump(
            rt.RTM_GETROUTE,
            bytes((family,)) + bytes(11) + out,
            (Where(FAMILY, among=frozenset({family})), Uses(DEVICE, LEGS, ifindex)),
            empty=frozenset({errno.ENODEV}),
            family=family,
        )
        for family in FAMILIES
    )


def of_table(table: int) -> tuple[Dump, ...]:
    """Those of one routing table. Same as `ip route show table TABLE` and `ip -6` …"""
    wanted = wire.nlattr(rt.RTA_TABLE, struct.pack("=I", table))
    return tuple(
        Dump(
            rt.RTM_GETROUTE,
            bytes((family,)) + bytes(11) + wanted,
            (Where(FAMILY, among=frozenset({family})), Where(TABLE, among=frozenset({table}))),
            # There is no such table.
            empty=frozenset({errno.ENOENT}),
            family=family,
        )
        for family in FAMILIES
    )


def of_protocol(protocol: int) -> tuple[Dump, ...]:
    """Those that one protocol installed. Same as `ip route show table all proto PROTOCOL` and `ip -6` …"""
    return tuple(
        Dump(
            rt.RTM_GETROUTE,
            bytes((family, 0, 0, 0, 0, protocol, 0, 0)) + bytes(4),
            (Where(FAMILY, among=frozenset({family})), Where(PROTOCOL, among=frozenset({protocol}))),
            family=family,
        )
        for family in FAMILIES
    )


NARROWINGS = {"table": Narrowing(TABLE, of_table), "proto": Narrowing(PROTOCOL, of_protocol)}
WHOLE = tuple(dump for family in FAMILIES for dump in of_family(family))
PARTS = {
    # A route of a nexthop object goes out where the object says; one that has just lost this link is not shown.
    "dev": Part(of_device, unless="nexthops"),
    "family": Part(of_family),
}
