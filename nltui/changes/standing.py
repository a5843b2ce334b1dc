"""The order in which the kernel holds rows that nothing else tells apart: which of them it takes first."""

from __future__ import annotations

import select
import struct
from collections.abc import Sequence

from nltui.changes.again import attributes, body_of
from nltui.changes.route_rows import metric_of
from nltui.changes.world import World
from nltui.errors import KernelRefused, TimedOut
from nltui.netlink import wire
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NETLINK_ROUTE, NLMSG_DONE, NLMSG_ERROR
from nltui.netlink.receive import SLOT
from nltui.netlink.socket import Sockets, begin_dump

DEADLINE = 5.0
"""Seconds without an answer."""
FEW = 64
"""Destinations up to which each is looked for: one look over a large table costs as much as some."""


def routes(world: World, body: bytes) -> Sequence[bytes]:
    """All that lead where this one or request does: of one table by their metrics, those alike as the kernel has them.

    Where many are asked about, all are looked at once.
    """
    key, kept = _destination(body), world.by_destination
    if key not in kept and not world.has_all_destinations:
        if len(kept) < FEW:
            kept[key] = world.where("routes", dst=str(world.said("routes", bytes(16) + body)["dst"]))
        else:
            kept.clear()
            for row in world.rows("routes"):
                kept.setdefault(_destination(row[16:]), []).append(row)
            world.has_all_destinations = True
    return sorted(kept.get(key, ()), key=lambda row: metric_of(row[16:]))


def _destination(body: bytes) -> tuple[object, ...]:
    return (body[0], body[1], attributes(body, 12).get(rt.RTA_DST, b"").rstrip(b"\0"))


def rules(world: World) -> Sequence[bytes]:
    """All, by family and priority, those alike as the kernel has them.

    It is asked, where some are alike: a notification does not tell where among others a rule was put.
    """
    rows = sorted(world.rows("rules"), key=_rank)
    alike = {_rank(row) for at, row in enumerate(rows[1:]) if _rank(row) == _rank(rows[at])}
    found = [one for family in {rank[0] for rank in alike} for one in _dumped(world, family)]
    at = {body_of("rules", one): number for number, one in reversed(list(enumerate(found)))}
    # What came since is last.
    return sorted(rows, key=lambda row: (_rank(row), at.get(body_of("rules", row), len(at))))


def _rank(row: bytes) -> tuple[int, int]:
    return row[16], struct.unpack("=I", attributes(row, 28).get(fr.FRA_PRIORITY, bytes(4)))[0]


def _dumped(world: World, family: int) -> list[bytes]:
    """Rules in the kernel's order. Raises KernelRefused, TimedOut."""
    found: list[bytes] = []
    sockets = Sockets(world.session.namespace)
    sock, sequence = begin_dump(sockets, NETLINK_ROUTE, rt.RTM_GETRULE, struct.pack("=B11x", family), strict=True)
    with sock:
        while select.select([sock], [], [], DEADLINE)[0]:
            for message in wire.messages(sock.recv(SLOT)):
                head = wire.header(message)
                if head.sequence != sequence:
                    continue
                if head.type in (NLMSG_DONE, NLMSG_ERROR):
                    number = -struct.unpack_from("=i", message, 16)[0]
                    if number > 0:
                        raise KernelRefused("the order of rules could not be read", number)
                    return found
                found.append(bytes(message))
    raise TimedOut("the order of rules could not be read: the kernel did not answer")
