"""Connections that end here: established TCP sockets on the addresses that go."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from nltui.changes.address_flush import AddressFlush
from nltui.changes.addresses import AddressDelete
from nltui.changes.again import attributes
from nltui.changes.base import Change, Undo
from nltui.changes.build import AF_INET6
from nltui.changes.links.settings import LinkSet
from nltui.changes.links.state import LinkDelete, LinkDown, LinkMove
from nltui.changes.risk.along import goes_down
from nltui.changes.risk.finding import Finding
from nltui.changes.world import World
from nltui.model.types import ip_text

INET_DIAG_CONG, ATTRIBUTES = 4, 16 + 72
"""Of an answer (linux/inet_diag.h): the attribute, and where attributes begin."""
MANY = 20
"""Connections from which a change counts as cutting."""
ESTABLISHED = 1
MAPPED = bytes(10) + b"\xff\xff"


def used(change: Change, world: World, undo: Undo) -> Iterator[Finding]:
    """How many connections lose their address or link."""
    if all(table.name != "sockets" for table in world.session.tables):
        return
    if isinstance(change, AddressDelete):
        gone = {change.local.partition("/")[0]}
    elif isinstance(change, AddressFlush):
        gone = {str(world.said("addresses", row)["local"]) for row in change.rows(world)}
    elif isinstance(change, LinkDelete | LinkMove | LinkDown | LinkSet) and (
        isinstance(change, LinkDelete | LinkMove) or goes_down(change)
    ):
        rows = world.where("addresses", dev=change.dev.name)
        gone = {str(world.said("addresses", row)["local"]) for row in rows}
    else:
        return
    count = sum(_local(row) in gone for row in world.rows("sockets") if row[17] == ESTABLISHED and _is_tcp(row))
    if count:
        is_one = count == 1
        said = f"{count:,} established connection{' uses' if is_one else 's use'} an address that goes"
        yield Finding(said, cuts=count >= MANY)


def _is_tcp(row: bytes) -> bool:
    """By its congestion control, which a connected UDP socket has not."""
    return INET_DIAG_CONG in attributes(row, ATTRIBUTES)


def _local(row: bytes) -> str:
    raw = struct.unpack_from("16s", row, 24)[0]
    if row[16] != AF_INET6:
        return ip_text(raw[:4])
    return ip_text(raw[12:]) if raw.startswith(MAPPED) else ip_text(raw)
