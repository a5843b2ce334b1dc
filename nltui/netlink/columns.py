"""A buffer of messages → numpy columns, all messages in lockstep, frequent shapes faster.

Nothing here loops over messages in Python. Places are indices of 32-bit words (netlink aligns everything to four
bytes), 0 meaning absent: no payload can lie at word 0, where a header begins. Malformed input is never an exception:
a message whose attribute chain is broken at some level has all fields of that level absent and is marked in `broken`;
a scalar of another size than declared is absent. `wire.extract` is the reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nltui.netlink.arrays import step_of
from nltui.netlink.fields import ADDR, BE32, BE64, Attr, Field, First, Format, Head, Slice, Storage, Whole
from nltui.netlink.gather import integers, network, spaced, words_at
from nltui.netlink.shapes import Node, shape

Words = NDArray[np.uint32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_LENGTHS = 6
MAX_SHAPES = 4
MIN_SHARE = 8
"""A shape is tried only for more than 1/8 of the messages; rare shapes cost more to find than lockstep to walk."""
SMALL_BATCH = 256
"""Below this many messages the search for shapes costs more than it saves."""


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
        self._found: tuple[Ints, NDArray[np.int32]] | None = None
        self._shared: dict[int, tuple[int, int]] | None = None
        """Where all messages have one shape: offset in words and length of each column's attribute that is there."""
        self.broken: Bools = size < plan.body
        rest = np.flatnonzero(~self.broken) if self.broken.any() else np.arange(count)
        shapes = shapes and count >= SMALL_BATCH
        self._apart = step_of(start) if shapes else 0
        """How many words lie between neighbouring messages, where it is always the same; else 0."""
        if shapes:
            rest = self._by_shape(rest)
        if len(rest) and plan.root.children:
            begin = start[rest] + plan.body // 4
            self._walk(plan.root, rest, begin, start[rest] * 4 + size[rest])

    @property
    def place(self) -> Ints:
        """By column of the plan and message: the word at which an attribute's payload begins, 0 where absent."""
        return self._located()[0]

    @property
    def length(self) -> NDArray[np.int32]:
        """The same: bytes of the payload."""
        return self._located()[1]

    def _located(self) -> tuple[Ints, NDArray[np.int32]]:
        if self._found is None:
            size = len(self.plan.columns), len(self.start)
            self._found = np.zeros(size, np.int64), np.zeros(size, np.int32)
            for column, (offset, length) in (self._shared or {}).items():
                np.add(self.start, offset, out=self._found[0][column])
                self._found[1][column] = length
        return self._found

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
        if (sizes == sizes[0]).all():
            if len(rows) == len(self.start) and not self.plan.root.children:
                self._shared = {}
                return rows[:0]
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
            prototype = int(self.start[rows[0]])
            found = shape(
                self.words, prototype, prototype * 4 + int(self.size[rows[0]]), self.plan.body, self.plan.root
            )
            if found is None:
                break
            heads, places = found
            same: Bools | None = None
            every = len(rows) == len(self.start)
            start = self.start[rows]
            for offset, head in heads:
                word = words_at(self.words, self.start, self._apart, offset) if every else self.words[start + offset]
                equal = word == head
                same = equal if same is None else same & equal
            whole = same is None or bool(same.all())
            if whole and every:
                self._shared = {column: (offset, length) for column, offset, length in places}
                return rows[:0]
            mine, start = (rows, start) if whole else (rows[same], start[same])
            for column, offset, length in places:
                self.place[column, mine] = start + offset
                self.length[column, mine] = length
            if whole or same is None:
                return rows[:0]
            rows = rows[~same]
        return rows

    def _same_at(self, offset: int, format: Format) -> Ints:
        """Integers of a format, so many bytes behind each message's start."""
        if not self._apart:
            return integers(self.words, self.start * 4 + offset, format)
        return spaced(self.words, int(self.start[0]) * 4 + offset, self._apart * 4, len(self.start), format)

    # -- values --

    def ints(self, field: Field) -> tuple[Ints, Bools]:
        """Values (unsigned 64-bit ones above 2⁶³ wrap to negative) and whether present; absent ones are 0."""
        values, present, _ = self._ints(field)
        return values, present

    def _ints(self, field: Field) -> tuple[Ints, Bools, Bools | None]:
        """As ints(), and where the attribute was there with a wrong size."""
        if self._shared is not None and isinstance(field, Head | Attr | Slice):
            return self._shared_ints(field)
        if isinstance(field, Head):
            present = self.size >= field.offset + field.format.size
            at = np.where(present, self.start * 4 + field.offset, 0)
            return np.where(present, integers(self.words, at, field.format) & field.mask, 0), present, None
        if isinstance(field, First):
            return self._first(field)
        assert isinstance(field, Attr | Slice)
        column = self.plan.columns[field.path]
        place, length = self.place[column], self.length[column]
        found = place > 0
        if isinstance(field, Slice):
            present = found & (length >= field.offset + field.format.size)
            at = np.where(present, place * 4 + field.offset, 0)
            return np.where(present, integers(self.words, at, field.format), 0), present, None
        present = found & (length == field.format.size)
        if present.all():
            return integers(self.words, place * 4, field.format), present, None
        values = integers(self.words, np.where(present, place * 4, 0), field.format)
        return np.where(present, values, 0), present, found & ~present

    def _shared_ints(self, field: Head | Attr | Slice) -> tuple[Ints, Bools, Bools | None]:
        """Where all messages have one shape, and so one length."""
        offset, length = (0, int(self.size[0])) if isinstance(field, Head) else self._shared_place(field)
        inside = 0 if isinstance(field, Attr) else field.offset
        fits = length == field.format.size if isinstance(field, Attr) else length >= inside + field.format.size
        if offset < 0 or not fits:
            misfit = np.full(len(self), offset >= 0) if isinstance(field, Attr) else None
            return np.zeros(len(self), np.int64), np.zeros(len(self), bool), misfit
        values = self._same_at(offset * 4 + inside, field.format)
        if isinstance(field, Head) and field.mask != -1:
            values &= field.mask
        return values, np.ones(len(self), bool), None

    def _shared_place(self, field: Attr | Slice) -> tuple[int, int]:
        """Offset in words and length of an attribute that all messages have alike; -1 where absent."""
        assert self._shared is not None
        return self._shared.get(self.plan.columns[field.path], (-1, 0))

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

    def addresses(self, field: Field) -> Addresses:
        """Address columns; any length but 4 and 16 is absent."""
        count = len(self)
        if isinstance(field, First):
            return self._first_address(field)
        assert isinstance(field, Attr)
        if self._shared is not None:
            return self._shared_addresses(field)
        column = self.plan.columns[field.path]
        place, length = self.place[column], self.length[column]
        four = (place > 0) & (length == 4)
        high, low, size = np.zeros(count, np.uint64), np.zeros(count, np.uint64), np.zeros(count, np.uint8)
        if four.all():
            return Addresses(high, network(self.words, place).astype(np.uint64), np.full(count, 4, np.uint8))
        rows = np.flatnonzero(four)
        low[rows], size[rows] = network(self.words, place[rows]), 4
        rows = np.flatnonzero((place > 0) & (length == 16))
        if len(rows):
            at = place[rows]
            parts = [network(self.words, at + step).astype(np.uint64) for step in range(4)]
            high[rows] = (parts[0] << np.uint64(32)) | parts[1]
            low[rows] = (parts[2] << np.uint64(32)) | parts[3]
            size[rows] = 16
        return Addresses(high, low, size)

    def _shared_addresses(self, field: Attr) -> Addresses:
        offset, length = self._shared_place(field)
        high, low = np.zeros(len(self), np.uint64), np.zeros(len(self), np.uint64)
        size = np.full(len(self), length if offset >= 0 and length in (4, 16) else 0, np.uint8)
        if offset >= 0 and length == 4:
            low = self._same_at(offset * 4, BE32).view(np.uint64)
        elif offset >= 0 and length == 16:
            high = self._same_at(offset * 4, BE64).view(np.uint64)
            low = self._same_at(offset * 4 + 8, BE64).view(np.uint64)
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
