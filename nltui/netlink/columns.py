"""A buffer of messages → numpy columns, all messages in lockstep, frequent shapes faster.

Nothing here loops over messages in Python. Places are indices of 32-bit words (netlink aligns everything to four
bytes), 0 meaning absent: no payload can lie at word 0, where a header begins. Malformed input is never an exception:
a message whose attribute chain is broken at some level has all fields of that level absent and is marked in `broken`;
a scalar of another size than declared is absent. `wire.extract` is the reference.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nltui.netlink.fields import ADDR, Attr, Field, First, Format, Head, Slice, Storage, Whole

Words = NDArray[np.uint32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_LENGTHS = 6
MAX_SHAPES = 4
MIN_SHARE = 8
"""A shape is tried only for more than 1/8 of the messages; rare shapes cost more to find than lockstep to walk."""
SMALL_BATCH = 256
"""Below this many messages the search for shapes costs more than it saves."""


@dataclass(slots=True)
class Node:
    """One level of the tree of wanted attribute types."""

    column: int = -1
    """Row of the place arrays, -1 where only descended through."""
    children: dict[int, Node] = field(default_factory=dict)


class Plan:
    """Which attribute paths to locate; compiled once a table from its fields."""

    def __init__(self, fields: Iterable[Field], body: int) -> None:
        """`body` is the byte offset of the first attribute (nlmsghdr and family header, aligned)."""
        self.body = body
        self.root = Node()
        self.columns: dict[tuple[int, ...], int] = {}
        for wanted in fields:
            for single in wanted.fields if isinstance(wanted, First) else (wanted,):
                if isinstance(single, Attr | Slice):
                    self._add(single.path)

    def _add(self, path: tuple[int, ...]) -> None:
        if path in self.columns:
            return
        node = self.root
        for number in path:
            node = node.children.setdefault(number, Node())
        node.column = self.columns[path] = len(self.columns)


@dataclass(slots=True)
class Addresses:
    """Address values: `high` and `low` 64 bits (an IPv4 address in the lowest 32 of `low`), `size` 0, 4 or 16."""

    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    size: NDArray[np.uint8]


class Batch:
    """Messages located and walked: columns are gathered from the buffer when asked for.

    `words` is the buffer, `start` the word index of each nlmsghdr, `size` each nlmsg_len in bytes.
    """

    def __init__(self, words: Words, start: Ints, size: Ints, plan: Plan, *, shapes: bool = True) -> None:
        self.words, self.start, self.size, self.plan = words, start, size, plan
        count = len(start)
        self.place: Ints = np.zeros((len(plan.columns), count), np.int64)
        self.length: NDArray[np.int32] = np.zeros((len(plan.columns), count), np.int32)
        self.broken: Bools = size < plan.body
        rest = np.flatnonzero(~self.broken) if self.broken.any() else np.arange(count)
        if shapes and count >= SMALL_BATCH and plan.root.children:
            rest = self._by_shape(rest)
        if len(rest):
            begin = start[rest] + plan.body // 4
            self._walk(plan.root, rest, begin, start[rest] * 4 + size[rest])

    def __len__(self) -> int:
        return len(self.start)

    # -- locating --

    def _walk(self, level: Node, rows: Ints, begin: Ints, end: Ints) -> None:
        """Step through one level of attributes of all `rows` together; `begin` in words, `end` in bytes."""
        if not level.children:
            return
        wanted = list(level.children.items())
        column_of = np.full(max(level.children) + 2, len(wanted), np.int64)
        for number, (type_, _) in enumerate(wanted):
            column_of[type_] = number
        column_of *= len(rows)
        found, broken = self._step(column_of, len(wanted), begin, end - begin * 4)
        if len(broken):
            found[:, broken] = 0
            self.broken[rows[broken]] = True
        for number, (_, node) in enumerate(wanted):
            place, length = found[number] >> 16, found[number] & 0xFFFF
            if node.column >= 0:
                self.place[node.column, rows] = place
                self.length[node.column, rows] = length
            if node.children:
                inside = np.flatnonzero(place)
                if len(inside):
                    first = place[inside]
                    self._walk(node, rows[inside], first, first * 4 + length[inside])

    def _step(self, column_of: Ints, columns: int, position: Ints, left: Ints) -> tuple[Ints, Ints]:
        """The last attribute of each wanted type: payload place << 16 | length, 0 where absent; and the broken rows.

        `column_of` gives where a type's column begins; the one behind the last takes what is not wanted, so that every
        attribute of a step is written at once. `left` is in bytes.
        """
        found = np.zeros((columns + 1, len(position)), np.int64)
        flat = found.reshape(-1)
        broken: list[Ints] = []
        active = np.arange(len(position))
        while True:
            more = left >= 4
            if not more.all():
                active, position, left = active[more], position[more], left[more]
            if not len(active):
                return found, np.concatenate(broken) if broken else active
            head = self.words[position]
            size = (head & np.uint32(0xFFFF)).astype(np.int64)
            fits = (size >= 4) & (size <= left)
            if not fits.all():
                broken.append(active[~fits])
                active, position, left, head, size = active[fits], position[fits], left[fits], head[fits], size[fits]
            column = column_of.take((head >> np.uint32(16)) & np.uint32(0x3FFF), mode="clip")
            flat[column + active] = ((position + 1) << 16) + (size - 4)
            padded = (size + 3) & ~3
            position, left = position + (padded >> 2), left - padded

    def _by_shape(self, rows: Ints) -> Ints:
        """Settle messages that share every attribute header with a prototype; the rest is returned."""
        if not len(rows):
            return rows
        sizes = self.size[rows]
        first = int(sizes[0])
        if (sizes == first).all():
            return self._shapes_of(rows, len(rows) // MIN_SHARE)
        counts = np.bincount(np.minimum(sizes, 1 << 16))
        frequent = np.argsort(counts)[::-1][:MAX_LENGTHS]
        left = np.ones(len(rows), bool)
        for size in frequent[counts[frequent] * MIN_SHARE > len(rows)]:
            mine = np.flatnonzero(sizes == size)
            rest = self._shapes_of(rows[mine], len(rows) // MIN_SHARE)
            left[mine] = False
            left[np.searchsorted(rows, rest)] = True
        return rows[left]

    def _shapes_of(self, rows: Ints, least: int) -> Ints:
        """Rows of one length; `least` is how many must be left to try another prototype."""
        for _ in range(MAX_SHAPES):
            if len(rows) <= least or not len(rows):
                break
            prototype = int(rows[0])
            shape = self._shape(prototype)
            if shape is None:
                break
            heads, places = shape
            same: Bools | None = None
            start = self.start[rows]
            for offset, head in heads:
                equal = self.words[start + offset] == head
                same = equal if same is None else same & equal
            whole = same is None or bool(same.all())
            mine, start = (rows, start) if whole else (rows[same], start[same])
            for column, offset, length in places:
                if len(mine) == len(self.start):
                    np.add(start, offset, out=self.place[column])
                    self.length[column] = length
                else:
                    self.place[column, mine] = start + offset
                    self.length[column, mine] = length
            if whole or same is None:
                return rows[:0]
            rows = rows[~same]
        return rows

    def _shape(self, row: int) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]] | None:
        """Attribute headers (offset in words, header) and places (column, offset, length) of one message."""
        start = int(self.start[row])
        heads: list[tuple[int, int]] = []
        places: dict[int, tuple[int, int]] = {}
        todo = [(self.plan.root, start + self.plan.body // 4, start * 4 + int(self.size[row]))]
        while todo:
            level, position, end = todo.pop()
            inside: dict[int, tuple[Node, int, int]] = {}
            while (position + 1) * 4 <= end:
                head = int(self.words[position])
                size, type_ = head & 0xFFFF, (head >> 16) & 0x3FFF
                if size < 4 or position * 4 + size > end:
                    return None
                heads.append((position - start, head))
                node = level.children.get(type_)
                if node is not None:
                    inside[type_] = node, position + 1, size - 4
                position += (size + 3) >> 2
            for node, at, length in inside.values():
                if node.column >= 0:
                    places[node.column] = at - start, length
                if node.children:
                    todo.append((node, at, at * 4 + length))
        return heads, [(column, offset, length) for column, (offset, length) in places.items()]

    # -- values --

    def ints(self, field: Field) -> tuple[Ints, Bools]:
        """Values (unsigned 64-bit ones above 2⁶³ wrap to negative) and whether present; absent ones are 0."""
        values, present, _ = self._ints(field)
        return values, present

    def _ints(self, field: Field) -> tuple[Ints, Bools, Bools | None]:
        """As ints(), and where the attribute was there with a wrong size."""
        if isinstance(field, Head):
            present = self.size >= field.offset + field.format.size
            at = np.where(present, self.start * 4 + field.offset, 0)
            return np.where(present, self._gather(at, field.format) & field.mask, 0), present, None
        if isinstance(field, First):
            return self._first(field)
        assert isinstance(field, Attr | Slice)
        column = self.plan.columns[field.path]
        place, length = self.place[column], self.length[column]
        found = place > 0
        if isinstance(field, Slice):
            present = found & (length >= field.offset + field.format.size)
            at = np.where(present, place * 4 + field.offset, 0)
            return np.where(present, self._gather(at, field.format), 0), present, None
        present = found & (length == field.format.size)
        if present.all():
            return self._gather(place * 4, field.format), present, None
        values = self._gather(np.where(present, place * 4, 0), field.format)
        return np.where(present, values, 0), present, found & ~present

    def _first(self, field: First) -> tuple[Ints, Bools, Bools | None]:
        values = np.zeros(len(self), np.int64)
        present = np.zeros(len(self), bool)
        closed = np.zeros(len(self), bool)
        for option in field.fields:
            got, there, misfit = self._ints(option)
            if there.all() and not closed.any():
                return got, there, None
            take = there & ~closed
            values[take] = got[take]
            present |= take
            closed |= there if misfit is None else there | misfit
            if closed.all():
                break
        return values, present, None

    def _gather(self, at: Ints, format: Format) -> Ints:
        """Integers at byte offsets `at` (aligned to the value's size or to four bytes)."""
        word = self.words[at >> 2]
        size = format.size
        if size == 8:
            high = self.words[np.minimum((at >> 2) + 1, len(self.words) - 1)]
            low64, high64 = word.astype(np.uint64), high.astype(np.uint64)
            if sys.byteorder == "big":
                low64, high64 = high64, low64
            whole = low64 | (high64 << np.uint64(32))
            if format.big != (sys.byteorder == "big"):
                whole = whole.byteswap()
            wide: Ints = whole.view(np.int64)
            return wide
        if size < 4:
            step = at & 3 if sys.byteorder == "little" else (4 - size) - (at & 3)
            word = (word >> (step << 3).astype(np.uint32)) & np.uint32((1 << 8 * size) - 1)
        kind = np.dtype(f"{'i' if format.signed else 'u'}{size}")
        narrow = word.astype(f"u{size}")
        if format.big != (sys.byteorder == "big"):
            narrow = narrow.byteswap()
        values: Ints = narrow.view(kind).astype(np.int64)
        return values

    def addresses(self, field: Field) -> Addresses:
        """Address columns; any length but 4 and 16 is absent."""
        count = len(self)
        if isinstance(field, First):
            return self._first_address(field)
        assert isinstance(field, Attr)
        column = self.plan.columns[field.path]
        place, length = self.place[column], self.length[column]
        four = (place > 0) & (length == 4)
        high, low, size = np.zeros(count, np.uint64), np.zeros(count, np.uint64), np.zeros(count, np.uint8)
        if four.all():
            return Addresses(high, self._word(place).astype(np.uint64), np.full(count, 4, np.uint8))
        rows = np.flatnonzero(four)
        low[rows], size[rows] = self._word(place[rows]), 4
        rows = np.flatnonzero((place > 0) & (length == 16))
        if len(rows):
            at = place[rows]
            parts = [self._word(at + step).astype(np.uint64) for step in range(4)]
            high[rows] = (parts[0] << np.uint64(32)) | parts[1]
            low[rows] = (parts[2] << np.uint64(32)) | parts[3]
            size[rows] = 16
        return Addresses(high, low, size)

    def _first_address(self, field: First) -> Addresses:
        """The first alternative that is there, even where its length is wrong; alternatives are attributes."""
        options = [option for option in field.fields if isinstance(option, Attr)]
        merged = self.addresses(options[0])
        missing = np.ones(len(self), bool)
        for before, option in pairwise(options):
            missing &= self.place[self.plan.columns[before.path]] == 0
            if not missing.any():
                break
            other = self.addresses(option)
            merged = Addresses(
                np.where(missing, other.high, merged.high),
                np.where(missing, other.low, merged.low),
                np.where(missing, other.size, merged.size),
            )
        return merged

    def _word(self, at: Ints) -> NDArray[np.uint32]:
        """Words in network order as numbers."""
        word = self.words[at]
        return word.byteswap() if sys.byteorder == "little" else word

    def blobs(self, field: Field) -> tuple[Ints, Ints]:
        """Byte offsets in the buffer and lengths; length -1 where absent. A Whole field is the message."""
        if isinstance(field, Whole):
            return self.start * 4, self.size
        if isinstance(field, First):
            at, length = self.blobs(field.fields[0])
            for option in field.fields[1:]:
                other, more = self.blobs(option)
                missing = length < 0
                at, length = np.where(missing, other, at), np.where(missing, more, length)
            return at, length
        assert isinstance(field, Attr | Slice)
        column = self.plan.columns[field.path]
        place = self.place[column] * 4
        return place, np.where(place > 0, self.length[column], -1)

    def values(self, field: Field) -> list[int | bytes | None]:
        """Python values, one a message: what wire.extract gives."""
        storage = field.format.storage
        if storage is Storage.INT:
            numbers, present = self.ints(field)
            unsigned = numbers.view(np.uint64) if field.format.size == 8 and not field.format.signed else numbers
            if present.all():
                return list(unsigned.tolist())
            return [value if there else None for value, there in zip(unsigned.tolist(), present.tolist(), strict=True)]
        if field.format is ADDR:
            got = self.addresses(field)
            return [
                None if not size else (low.to_bytes(4, "big") if size == 4 else (high << 64 | low).to_bytes(16, "big"))
                for high, low, size in zip(got.high.tolist(), got.low.tolist(), got.size.tolist(), strict=True)
            ]
        at, length = self.blobs(field)
        raw = self.words.data.cast("B")
        return [bytes(raw[a : a + n]) if n >= 0 else None for a, n in zip(at.tolist(), length.tolist(), strict=True)]
