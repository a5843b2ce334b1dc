"""How many rows tables may hold where memory cannot be reserved freely.

Reserved memory costs nothing until it is written, but RLIMIT_AS and vm.overcommit_memory=2 count all of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from nltui.model.store import BYTES_PER_ROW, SMALLEST_ARENA
from nltui.model.table import Table
from nltui.netlink.arena import reserve
from nltui.record import replace

BESIDE_ARENA = 256
"""Bytes a row that columns by slot, an index and the views on them take at most."""
LEAST_SHARE = 64
"""Tables are made so many times smaller at most; where even that is refused, making them says so."""


def fitting(tables: Sequence[Table]) -> list[Table]:
    """The same tables, where needed with a smaller capacity: half of what may be reserved stays for everything else."""
    share = 1
    while share < LEAST_SHARE and not _affordable(2 * sum(needs(table.capacity // share) for table in tables)):
        share *= 2
    return [replace(table, capacity=table.capacity // share) if share > 1 else table for table in tables]


def needs(capacity: int) -> int:
    """Bytes that a table of so many rows can take at most."""
    return max(SMALLEST_ARENA, capacity * BYTES_PER_ROW) + capacity * BESIDE_ARENA


def _affordable(size: int) -> bool:
    try:
        reserve(size).close()
    except OSError:
        return False
    return True
