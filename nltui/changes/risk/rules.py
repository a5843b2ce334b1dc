"""Rules that go: whether anything still leads to the tables that they led to."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from nltui.changes.again import attributes
from nltui.changes.base import Step, Undo
from nltui.changes.build import AF_INET6
from nltui.changes.risk.finding import Finding
from nltui.changes.world import World
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import rtnetlink as rt

_SAID = frozenset({fr.FRA_PRIORITY, fr.FRA_PROTOCOL, fr.FRA_TABLE, fr.FRA_SUPPRESS_IFGROUP, fr.FRA_SUPPRESS_PREFIXLEN})
"""Attributes that do not tell of which packets a rule is for; the kernel tells -1 for none of the last two."""


def unused(steps: Sequence[Step], world: World, undo: Undo) -> Iterator[Finding]:
    """Of each family that loses its last rule for all packets that looks into the main table."""
    gone = [step.body for step in steps if step.type == rt.RTM_DELRULE and _is_main(step.body)]
    added = [step.body for step in steps if step.type == rt.RTM_NEWRULE and _is_main(step.body)]
    for family in sorted({body[0] for body in gone}):
        mine = [body for body in gone if body[0] == family]
        there = [row for row in world.rows("rules") if row[16] == family and _is_main(row[16:])]
        if len(there) <= len(mine) and not any(body[0] == family for body in added):
            version = 6 if family == AF_INET6 else 4
            yield Finding(f"no rule leads all IPv{version} packets to the main table any more: its routes go unused")


def _is_main(body: bytes) -> bool:
    """Whether a rule leads all packets to the main table."""
    found = attributes(body, 12)
    table = int.from_bytes(found.get(fr.FRA_TABLE, body[4:5]), sys.byteorder)
    is_for_all = not any(body[1:4]) and not body[8] & fr.FIB_RULE_INVERT and not set(found) - _SAID
    none = b"\xff" * 4
    suppresses = any(found.get(one, none) != none for one in (fr.FRA_SUPPRESS_IFGROUP, fr.FRA_SUPPRESS_PREFIXLEN))
    return is_for_all and not suppresses and table == rt.RT_TABLE_MAIN and body[7] == fr.FR_ACT_TO_TBL
