"""Whether two messages say the same, their volatile parts (counters, timers, cache info) and nlmsghdr left out."""

from __future__ import annotations

import numpy as np

from nltui.errors import MalformedMessage
from nltui.model.table import Table
from nltui.netlink import wire
from nltui.netlink.arrays import runs, unique
from nltui.netlink.columns import Batch, Bools, Ints, Plan, Words
from nltui.netlink.fields import BLOB, Attr

HEADER_WORDS = 4


class Comparer:
    """Compares pairs of messages of one table, all of one length together."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._paths = [(number,) for number in sorted(table.volatile)] + sorted(table.volatile_paths)
        self._given = table.volatile_given
        self._heads = frozenset(head.offset // 4 for head in table.volatile_heads)
        wanted = [*self._paths, *(path for path, _ in self._given.values())]
        self._plan = Plan([Attr(path, BLOB) for path in wanted], table.body)

    def same(self, a: Words, a_start: Ints, a_size: Ints, b: Words, b_start: Ints, b_size: Ints) -> Bools:
        """Pairwise, rows of buffer `a` against rows of buffer `b`."""
        same = np.zeros(len(a_start), bool)
        for size in unique(a_size).tolist():
            rows = np.flatnonzero((a_size == size) & (b_size == size))
            for at in range(0, len(rows), 4096):
                some = rows[at : at + 4096]
                same[some] = self._equal(a, a_start[some], b, b_start[some], size)
        if self._paths:
            other = np.flatnonzero(a_size != b_size)
            plain = self._plain(Batch(a, a_start[other], a_size[other], self._plan))
            plain &= self._plain(Batch(b, b_start[other], b_size[other], self._plan))
            for row in other[~plain].tolist():
                one, two = _bytes(a, a_start[row], a_size[row]), _bytes(b, b_start[row], b_size[row])
                same[row] = self._stripped(one) == self._stripped(two)
        return same

    def alike(self, one: bytes, other: bytes) -> bool:
        """The same for two messages."""
        if one[16:] == other[16:]:
            return True
        return bool(self._paths or self._heads) and self._stripped(one) == self._stripped(other)

    def _equal(self, a: Words, a_start: Ints, b: Words, b_start: Ints, size: int) -> Bools:
        """Messages of `size` bytes: first word by word, then without their volatile parts."""
        step = np.arange(HEADER_WORDS, (size + 3) >> 2)
        if not len(step):
            return np.ones(len(a_start), bool)
        mine, theirs = (
            runs(words, len(step))[start + HEADER_WORDS].view(np.uint32).reshape(-1, len(step))
            for words, start in ((a, a_start), (b, b_start))
        )
        differs = mine != theirs
        for word in self._heads:
            differs[:, word - HEADER_WORDS : word - HEADER_WORDS + 1] = False
        left: Bools = differs.any(axis=1)
        if not self._paths or not left.any():
            return ~left
        rows = np.flatnonzero(left)
        sizes = np.full(len(rows), size, np.int64)
        one, other = Batch(a, a_start[rows], sizes, self._plan), Batch(b, b_start[rows], sizes, self._plan)
        inside = differs[rows]
        steady = ~one.broken & ~other.broken
        for path in self._paths:
            column = self._plan.columns[path]
            begin = other.place[column] - b_start[rows]
            alike = (one.place[column] - a_start[rows] == begin) & (other.place[column] > 0)
            if path in self._given:
                alike &= self._holds(other, *self._given[path])
            absent = (one.place[column] == 0) & (other.place[column] == 0)
            steady &= absent | (alike & (one.length[column] == other.length[column]) & (len(path) == 1))
            first = np.where(alike, begin - 1, 0)[:, None]
            last = np.where(alike, begin + ((other.length[column] + 3) >> 2), 0)[:, None]
            inside &= ~((step >= first) & (step < last))
        left[rows] = inside.any(axis=1)
        # Where all volatile attributes lie alike, what differs outside them differs; nested ones may be repeated.
        for row in rows[left[rows] & ~steady].tolist():
            left[row] = self._stripped(_bytes(a, a_start[row], size)) != self._stripped(_bytes(b, b_start[row], size))
        return ~left

    def _plain(self, batch: Batch) -> Bools:
        """Well-formed messages without any volatile attribute: another length means another content."""
        plain = ~batch.broken
        for path in self._paths:
            plain &= batch.place[self._plan.columns[path]] == 0
        return plain

    def _holds(self, batch: Batch, path: tuple[int, ...], content: bytes) -> Bools:
        """Where the attribute at a path has this content."""
        column = self._plan.columns[path]
        holds: Bools = (batch.place[column] > 0) & (batch.length[column] == len(content))
        for number, word in enumerate(np.frombuffer(content + bytes(-len(content) % 4), np.uint32)):
            at = np.where(holds, batch.place[column] + number, 0)
            holds &= batch.words[at] == word
        return holds

    def _stripped(self, raw: bytes) -> object:
        """What counts of one message: family header and attributes by path, in plain Python."""
        head = bytearray(raw[16 : self._table.body])
        for word in self._heads:
            head[word * 4 - 16 : word * 4 - 12] = bytes(4)
        skip = frozenset(path for path in self._paths if path not in self._given or self._given_in(raw, path))
        return bytes(head), _tree(raw, self._table.body, len(raw), (), skip)

    def _given_in(self, raw: bytes, path: tuple[int, ...]) -> bool:
        where, content = self._given[path]
        try:
            found = wire.find(raw, where, self._table.body)
        except MalformedMessage:
            return False
        return found is not None and raw[found] == content


def _bytes(words: Words, start: int, size: int) -> bytes:
    return words[start : start + ((size + 3) >> 2)].tobytes()[:size]


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
