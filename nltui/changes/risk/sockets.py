"""Connections that end here: established TCP sockets on the addresses that go."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from nltui.changes.again import attributes
from nltui.changes.base import Step, Undo
from nltui.changes.build import AF_INET6
from nltui.changes.risk.finding import Finding
from nltui.changes.risk.links import leaves, touched
from nltui.changes.world import World
from nltui.model.types import ip_text
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import rtnetlink as rt

INET_DIAG_CONG, ATTRIBUTES = 4, 16 + 72
"""Of an answer (linux/inet_diag.h): the attribute, and where attributes begin."""
MANY = 20
"""Connections from which a change counts as cutting."""
ESTABLISHED = 1
MAPPED = bytes(10) + b"\xff\xff"


def used(steps: Sequence[Step], world: World, undo: Undo) -> Iterator[Finding]:
    """How many connections lose their address or link."""
    if all(table.name != "sockets" for table in world.session.tables):
        return
    gone = {_address(step) for step in steps if step.type == rt.RTM_DELADDR}
    for step, device in touched(steps, world):
        if leaves(step):
            rows = world.where("addresses", dev=device.name)
            gone |= {str(world.said("addresses", row)["local"]) for row in rows}
    if not gone:
        return
    count = sum(_local(row) in gone for row in world.rows("sockets") if row[17] == ESTABLISHED and _is_tcp(row))
    if count:
        is_one = count == 1
        said = f"{count:,} established connection{' uses' if is_one else 's use'} an address that goes"
        yield Finding(said, cuts=count >= MANY)


def _address(step: Step) -> str:
    found = attributes(step.body, 8)
    return ip_text(found.get(ia.IFA_LOCAL) or found.get(ia.IFA_ADDRESS, bytes(4)))


def _is_tcp(row: bytes) -> bool:
    """By its congestion control, which a connected UDP socket has not."""
    return INET_DIAG_CONG in attributes(row, ATTRIBUTES)


def _local(row: bytes) -> str:
    raw = struct.unpack_from("16s", row, 24)[0]
    if row[16] != AF_INET6:
        return ip_text(raw[:4])
    return ip_text(raw[12:]) if raw.startswith(MAPPED) else ip_text(raw)
