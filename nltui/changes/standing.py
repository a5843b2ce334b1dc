"""The order in which the kernel holds rows that nothing else tells apart: which of them it takes first.

Stores do not keep it, since a notification does not tell where among others a row was put. So the kernel is asked,
where several are alike.
"""

from __future__ import annotations

import select
import struct
from collections.abc import Callable, Sequence

from nltui.changes.again import attributes, body_of
from nltui.changes.build import AF_INET
from nltui.changes.route_rows import metric_of, place_of
from nltui.changes.world import World
from nltui.errors import KernelRefused, TimedOut
from nltui.netlink import wire
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NETLINK_ROUTE, NLMSG_DONE, NLMSG_ERROR
from nltui.netlink.receive import SLOT
from nltui.netlink.socket import Sockets, begin_dump
from nltui.netlink.wire import nlattr

DEADLINE = 5.0
"""Seconds without an answer."""
SMALL = 1 << 14
"""Bytes of a datagram from which it is one of a dump's many; the kernel fills those up to twice as much."""


def routes(world: World, dst: str) -> Sequence[bytes]:
    """All that lead to a destination: those of one table by their metrics, those alike as the kernel has them."""
    rows = sorted(world.where("routes", dst=dst), key=lambda row: metric_of(row[16:]))
    places = [place_of(row[16:]) for row in rows]
    if len(set(places)) == len(places) or rows[0][16] != AF_INET:
        return rows
    # Of many routes only a few datagrams hold this one.
    wanted = attributes(rows[0], 28).get(rt.RTA_DST)
    has = nlattr(rt.RTA_DST, wanted) if wanted is not None else b""
    found = [one for one in _dumped(world, rt.RTM_GETROUTE, AF_INET, has) if one[17:18] == rows[0][17:18]]
    return sorted(rows, key=_place("routes", found))


def rules(world: World) -> Sequence[bytes]:
    """All, by family and priority, those alike as the kernel has them."""
    rows = sorted(world.rows("rules"), key=_rank)
    alike = {_rank(row) for at, row in enumerate(rows[1:]) if _rank(row) == _rank(rows[at])}
    found = [one for family in {rank[0] for rank in alike} for one in _dumped(world, rt.RTM_GETRULE, family)]
    place = _place("rules", found)
    return sorted(rows, key=lambda row: (_rank(row), place(row)))


def _rank(row: bytes) -> tuple[int, int]:
    return row[16], struct.unpack("=I", attributes(row, 28).get(fr.FRA_PRIORITY, bytes(4)))[0]


def _place(table: str, found: Sequence[bytes]) -> Callable[[bytes], int]:
    """Where a row is among these; what went or came since is last."""
    at = {body_of(table, one): number for number, one in reversed(list(enumerate(found)))}
    return lambda row: at.get(body_of(table, row), len(at))


def _dumped(world: World, type_: int, family: int, has: bytes = b"") -> list[bytes]:
    """Messages of a dump that hold these bytes, and their neighbours. Raises KernelRefused, TimedOut."""
    found: list[bytes] = []
    sockets = Sockets(world.session.namespace)
    sock, sequence = begin_dump(sockets, NETLINK_ROUTE, type_, struct.pack("=B11x", family), strict=True)
    with sock:
        while select.select([sock], [], [], DEADLINE)[0]:
            raw = sock.recv(SLOT)
            # Only the last of many is small.
            for message in wire.messages(raw) if has in raw or len(raw) < SMALL else ():
                head = wire.header(message)
                if head.sequence != sequence:
                    continue
                if head.type in (NLMSG_DONE, NLMSG_ERROR):
                    number = -struct.unpack_from("=i", message, 16)[0]
                    if number > 0:
                        raise KernelRefused("the order of what is alike could not be read", number)
                    return found
                found.append(bytes(message))
    raise TimedOut("the order of what is alike could not be read: the kernel did not answer")
