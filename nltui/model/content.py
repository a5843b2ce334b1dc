"""Whether two messages say the same, their volatile parts (counters, timers, cache info) and nlmsghdr left out."""

from __future__ import annotations

import numpy as np

from nltui.errors import MalformedMessage
from nltui.model.table import Table
from nltui.netlink import wire
from nltui.netlink.columns import Batch, Bools, Ints, Plan, Words
from nltui.netlink.fields import BLOB, Attr

HEADER_WORDS = 4


class Comparer:
    """Compares pairs of messages of one table, all of one length together."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._paths = [(number,) for number in sorted(table.volatile)] + sorted(table.volatile_paths)
        self._plan = Plan([Attr(path, BLOB) for path in self._paths], table.body)

    def same(self, a: Words, a_start: Ints, a_size: Ints, b: Words, b_start: Ints, b_size: Ints) -> Bools:
        """Pairwise, rows of buffer `a` against rows of buffer `b`."""
        same = np.zeros(len(a_start), bool)
        for size in np.unique(a_size).tolist():
            rows = np.flatnonzero((a_size == size) & (b_size == size))
            for at in range(0, len(rows), 4096):
                some = rows[at : at + 4096]
                same[some] = self._equal(a, a_start[some], b, b_start[some], size)
        if self._paths:
            for row in np.flatnonzero((a_size != b_size) & ~same).tolist():
                same[row] = self._stripped(a, a_start[row], a_size[row]) == self._stripped(b, b_start[row], b_size[row])
        return same

    def _equal(self, a: Words, a_start: Ints, b: Words, b_start: Ints, size: int) -> Bools:
        step = np.arange(HEADER_WORDS, (size + 3) >> 2)
        differs = a[a_start[:, None] + step] != b[b_start[:, None] + step]
        left: Bools = differs.any(axis=1)
        if not self._paths or not left.any():
            return ~left
        rows = np.flatnonzero(left)
        sizes = np.full(len(rows), size, np.int64)
        batch = Batch(b, b_start[rows], sizes, self._plan)
        other = Batch(a, a_start[rows], sizes, self._plan)
        inside = differs[rows]
        for path in self._paths:
            column = self._plan.columns[path]
            place, length = batch.place[column], batch.length[column]
            aligned = (other.place[column] - a_start[rows] == place - b_start[rows]) & (place > 0)
            begin = np.where(aligned, place - b_start[rows] - 1, 0)[:, None]
            end = np.where(aligned, begin[:, 0] + 1 + ((length + 3) >> 2), 0)[:, None]
            inside &= ~((step >= begin) & (step < end))
        left[rows] = inside.any(axis=1)
        for row in rows[left[rows]].tolist():
            left[row] = self._stripped(a, a_start[row], size) != self._stripped(b, b_start[row], size)
        return ~left

    def _stripped(self, words: Words, start: int, size: int) -> object:
        """What counts of one message: family header and attributes by path, in plain Python."""
        raw = words[start : start + ((size + 3) >> 2)].tobytes()[:size]
        return raw[16 : self._table.body], _tree(raw, self._table.body, size, (), frozenset(self._paths))


def _tree(raw: bytes, begin: int, end: int, above: tuple[int, ...], skip: frozenset[tuple[int, ...]]) -> object:
    deeper = any(len(path) > len(above) + 1 and path[: len(above)] == above for path in skip)
    out: list[object] = []
    try:
        for attribute in wire.attributes(raw, begin, end):
            path = (*above, attribute.type)
            if path in skip:
                continue
            inner = attribute.payload
            nested = deeper and any(p[: len(path)] == path for p in skip)
            content = _tree(raw, inner.start, inner.stop, path, skip) if nested else raw[inner]
            out.append((attribute.type, content))
    except MalformedMessage:
        return raw[begin:end]
    return out
