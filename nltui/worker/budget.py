"""The most memory that a session can take: the sum of all bounds. No estimate of what it usually takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nltui.config import DEFAULTS, Limits
from nltui.model import activity, flaps, intake, past
from nltui.model.history import META
from nltui.model.room import needs
from nltui.model.search import CHUNK
from nltui.model.table import Feed, Table
from nltui.netlink.dump import BURST, ROOM
from nltui.netlink.receive import PLACE, SLOT, SLOTS
from nltui.system import descriptors
from nltui.worker.actors import SIGHTINGS
from nltui.worker.monitor import HELD

CELL = 400
"""Bytes of a rendered value with its key and text, at most 256 characters of which are kept, as measured."""
OBJECT = 200
"""Bytes of a small Python object in a dictionary or deque, with what it is found by."""
KEPT = 256
"""Bytes a row that a filter in use keeps of what rows read as, where each reads differently in two columns."""
LINE = 6 * CELL
"""Bytes of a line of the activity."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes by part."""

    fixed: dict[str, int]
    """Queues, rings and memories, whatever the kernel holds."""
    rows: dict[str, int]
    """Tables that hold as many rows as they may, each as long as they may be on average."""

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.fixed.values()) + sum(self.rows.values())


def budget(tables: Sequence[Table], limits: Limits = DEFAULTS) -> Budget:
    """Of a session with these tables, each with one view."""
    dumped = [table for table in tables if table.feed in (Feed.FOLLOWED, Feed.SAMPLED)]
    logs = [table for table in tables if table.feed is Feed.LOG]
    readers = len({table.protocol for table in dumped})
    receiving = SLOT * (SLOTS * (readers + len(logs)) + 2 * BURST * readers) + 2 * ROOM * readers
    receiving += PLACE * (HELD * readers + SLOTS * len(logs))
    fixed = {
        "history": limits.history_entries * META.itemsize + limits.history_bytes,
        "logs": len(logs) * (limits.log_bytes + limits.log_records * OBJECT),
        "received, not yet taken in": receiving,
        "queued in the kernel": 2 * limits.monitor_buffer * (readers + len(logs)),
        "rendered values": len(tables) * (limits.memo_values + CHUNK) * CELL,
        "lines of the activity": activity.REMEMBERED * LINE,
        "objects that changed": flaps.OBJECTS * (4 * flaps.BUCKETS + 2 * OBJECT) + flaps.SHOWN * LINE,
        "requesters": limits.processes * SIGHTINGS * OBJECT
        + 3 * limits.processes * (4096 + 2 * OBJECT)
        + descriptors.MOST * OBJECT,
        "names of the past": limits.names * past.NAMES * OBJECT * sum(1 for table in dumped if table.label),
        "keys deleted during a dump": readers * intake.DELETED_MOST * 2 * OBJECT,
    }
    rows = {}
    for table in dumped:
        most = limits.rows.get(table.name, table.capacity)
        rows[table.name] = needs(most) + most * KEPT
    return Budget(fixed, rows)
