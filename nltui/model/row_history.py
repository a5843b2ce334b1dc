"""What the ring of changes remembers about one object: entries with its key, newest first."""

from __future__ import annotations

from nltui.model import single
from nltui.model.history import History
from nltui.model.table import Table
from nltui.netlink.columns import Plan

CHUNK = 4096
"""Entries looked at under the ring's lock at a time."""


def entries_of(history: History, number: int, table: Table, message: bytes, most: int) -> list[int]:
    """Numbers of the changes of the object that `message` is about, newest first; `number` is the table's in the ring.

    Rows that share a key (routes to one prefix) are told together.
    """
    if table.key is None:
        return []
    fields = table.key.fields
    wanted = [single.value(table, field, message) for field in fields]
    plan = Plan(fields, table.body)
    found: list[int] = []
    stop = history.last
    while stop >= history.first and len(found) < most:
        start = max(history.first, stop - CHUNK + 1)
        numbers, batch = history.batch(number, start, stop, plan)
        if batch is not None:
            columns = [batch.values(field) for field in fields]
            rows = zip(*columns, strict=True)
            same = [one for one, values in zip(numbers.tolist(), rows, strict=True) if list(values) == wanted]
            found += reversed(same)
        stop = start - 1
    return found[:most]
