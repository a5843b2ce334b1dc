"""What changed, newest kept: a bounded ring of (sequence, time, table, requester, old bytes, new bytes).

Readers consume by sequence number and are told when they were overtaken. Differences are computed when shown.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from nltui.config import DEFAULTS
from nltui.model.gaps import Gap
from nltui.model.types import Context, Remembering
from nltui.netlink.arena import copy, reserve
from nltui.netlink.arrays import member, unique
from nltui.netlink.columns import Batch, Bools, Ints, Plan, Words
from nltui.record import Record

GAPS = 1 << 10
"""Gaps remembered."""
NO_TABLE = 255
"""In the place of a table's index, of entries that are about none."""


class Kind(IntEnum):
    """What an entry tells."""

    ADDED = 0
    CHANGED = 1
    REMOVED = 2
    GAP = 3
    """Messages were lost; `History.gap` tells more. Such an entry has no table, no requester and no bytes."""


class Source(IntEnum):
    """How it was learnt."""

    EVENT = 0
    """A notification of the kernel."""
    DUMP = 1
    """Found by comparing a dump with what was known: the kernel had said nothing, or was not heard."""


class Change(Record):
    """One entry. `time` in ns since the epoch; `port_id` and `sequence` are the requester's, from nlmsghdr."""

    number: int
    time: int
    table: int
    """Index of the table in the session's order."""
    kind: Kind
    source: Source
    port_id: int
    sequence: int
    old: bytes
    new: bytes


def then(change: Change, context: Context) -> Context:
    """A context as it was when something changed, where it remembers."""
    return context.at(change.time, change.source is Source.DUMP) if isinstance(context, Remembering) else context


class Pieces(Record):
    """Bytes of many entries, gathered from one or more buffers. `size` in bytes, 0 where an entry has none."""

    size: Ints
    parts: tuple[tuple[Words, Bools, Ints], ...] = ()
    """(buffer, which entries it serves, their word index in it)."""


META = np.dtype(
    [
        ("time", "i8"),
        ("place", "i8"),
        ("old", "u4"),
        ("new", "u4"),
        ("port", "u4"),
        ("sequence", "u4"),
        ("table", "u1"),
        ("kind", "u1"),
        ("source", "u1"),
    ]
)


class History:
    """The ring. Numbers start at 1; `last` is the newest, 0 when nothing happened yet."""

    def __init__(self, entries: int = DEFAULTS.history_entries, size: int = DEFAULTS.history_bytes) -> None:
        """`size` in bytes; an entry too large for a quarter of it keeps no bytes."""
        self._meta: NDArray[np.void] = np.zeros(entries, META)
        self._map = reserve(size)
        self._words: Words = np.frombuffer(self._map, np.uint32)
        self._room = len(self._words)
        self._head = 0
        """Words ever written; entry bytes are valid while place > head - room."""
        self.last = 0
        self.lock = threading.Lock()
        self._gaps: dict[int, Gap] = {}
        self.edits = 0
        """Grows whenever a gap that was told of became another."""

    @property
    def first(self) -> int:
        """The oldest number whose entry is still there; last + 1 when there is none."""
        with self.lock:
            oldest = max(1, self.last - len(self._meta) + 1)
            if self._head <= self._room:
                return oldest
            low, high = oldest, self.last + 1
            while low < high:
                middle = (low + high) // 2
                if self._meta[middle % len(self._meta)]["place"] >= self._head - self._room:
                    high = middle
                else:
                    low = middle + 1
            return low

    def append(
        self,
        table: int,
        source: Source,
        kinds: NDArray[np.uint8],
        times: Ints,
        ports: Ints,
        sequences: Ints,
        old: Pieces,
        new: Pieces,
    ) -> int:
        """Add entries in order; returns the first number. The bytes are copied, so buffers may be reused afterwards."""
        count = len(kinds)
        old, new = self._fitting(old), self._fitting(new)
        sizes = ((old.size + 3) >> 2) + ((new.size + 3) >> 2)
        with self.lock:
            first = self.last + 1
            for begin in range(0, count, len(self._meta)):
                part = slice(begin, begin + len(self._meta))
                self._part(table, source, kinds[part], times[part], ports[part], sequences[part], sizes[part])
                number = self.last - len(kinds[part]) + 1
                rows = (number + np.arange(len(kinds[part]))) % len(self._meta)
                self._copy(rows, 0, "old", old, part)
                self._copy(rows, (old.size[part] + 3) >> 2, "new", new, part)
        return first

    def _fitting(self, pieces: Pieces) -> Pieces:
        """Without the bytes that would push out most of the others."""
        return Pieces(np.where((pieces.size + 3) >> 2 > self._room // 4, 0, pieces.size), pieces.parts)

    def _part(
        self,
        table: int,
        source: Source,
        kinds: NDArray[np.uint8],
        times: Ints,
        ports: Ints,
        sequences: Ints,
        sizes: Ints,
    ) -> None:
        rows = (self.last + 1 + np.arange(len(kinds))) % len(self._meta)
        meta = self._meta
        meta["time"][rows], meta["port"][rows], meta["sequence"][rows] = times, ports, sequences
        meta["table"][rows], meta["kind"][rows], meta["source"][rows] = table, kinds, source
        meta["place"][rows] = self._head + np.cumsum(sizes) - sizes
        self._head += int(sizes.sum())
        self.last += len(kinds)

    def _copy(self, rows: Ints, skip: Ints | int, name: str, pieces: Pieces, part: slice) -> None:
        """Write bytes at each entry's place; the ring wraps inside an entry."""
        size = pieces.size[part]
        self._meta[name][rows] = size
        lengths = (size + 3) >> 2
        base = self._meta["place"][rows] + skip
        held = base >= self._head - self._room
        for words, where, start in pieces.parts:
            here = lengths * where[part] * held
            for length in unique(here).tolist():
                if not length:
                    continue
                mine = np.flatnonzero(here == length)
                to = (base[mine] % self._room).astype(np.int64)
                begin = start[part][mine]
                inside = to + length <= self._room
                if inside.all():
                    copy(self._words, to, words, begin, length)
                    continue
                copy(self._words, to[inside], words, begin[inside], length)
                for at, first in zip(to[~inside].tolist(), begin[~inside].tolist(), strict=True):
                    self._words[(at + np.arange(length)) % self._room] = words[first : first + length]

    def get(self, number: int) -> Change | None:
        """One entry, None where it was overtaken or never was."""
        with self.lock:
            if not 0 < number <= self.last or number <= self.last - len(self._meta):
                return None
            meta = self._meta[number % len(self._meta)]
            place = int(meta["place"])
            if place < self._head - self._room:
                return None
            old, new = int(meta["old"]), int(meta["new"])
            middle = place + ((old + 3) >> 2)
            return Change(
                number,
                int(meta["time"]),
                int(meta["table"]),
                Kind(int(meta["kind"])),
                Source(int(meta["source"])),
                int(meta["port"]),
                int(meta["sequence"]),
                self._bytes(place, old),
                self._bytes(middle, new),
            )

    def batch(self, table: int, start: int, stop: int, plan: Plan) -> tuple[Ints, Batch | None]:
        """Numbers of the entries from `start` to `stop` that are about a table, and a copy of one message of each.

        That is the new one, or the old one of what was removed. Entries without bytes are left out.
        """
        with self.lock:
            numbers = np.arange(max(start, self.last - len(self._meta) + 1, 1), min(stop, self.last) + 1)
            meta = self._meta[numbers % len(self._meta)]
            size = np.where(meta["new"] > 0, meta["new"], meta["old"]).astype(np.int64)
            skip = np.where(meta["new"] > 0, (meta["old"].astype(np.int64) + 3) >> 2, 0)
            mine = (meta["table"] == table) & (size > 0) & (meta["place"] >= self._head - self._room)
            numbers, size, places = numbers[mine], size[mine], (meta["place"] + skip)[mine]
            if not len(numbers):
                return numbers, None
            lengths = (size + 3) >> 2
            starts = 1 + np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)[:-1]])
            words = np.zeros(1 + int(lengths.sum()), np.uint32)
            inside = np.arange(len(words) - 1) - np.repeat(starts - 1, lengths)
            words[1:] = self._words[(np.repeat(places, lengths) + inside) % self._room]
        return numbers, Batch(words, starts, size, plan)

    def times(self, numbers: Ints) -> Ints:
        """When entries that are still there were heard, in ns since the epoch."""
        with self.lock:
            found: Ints = self._meta["time"][numbers % len(self._meta)]
        return found

    # -- gaps --

    def tell(self, gap: Gap) -> int:
        """Add an entry about a gap; returns its number, under which `edit` says what became of it."""
        none = np.zeros(1, np.int64)
        with self.lock:
            self._part(NO_TABLE, Source.EVENT, np.array([Kind.GAP], np.uint8), none + gap.time, none, none, none)
            row = self.last % len(self._meta)
            self._meta["old"][row] = self._meta["new"][row] = 0
            self._gaps[self.last] = gap
            while len(self._gaps) > GAPS:
                del self._gaps[next(iter(self._gaps))]
            return self.last

    def edit(self, number: int, gap: Gap) -> None:
        """The gap of this number is now so."""
        with self.lock:
            if number in self._gaps:
                self._gaps[number] = gap
                self.edits += 1

    def gap(self, number: int) -> Gap | None:
        """What is known about a gap by now; None where there is none, or it was long ago."""
        return self._gaps.get(number)

    def recent_gaps(self, most: int) -> list[int]:
        """Numbers of the newest gaps, oldest of them first."""
        with self.lock:
            return list(self._gaps)[-most:]

    def found(self, after: int, until: int, tables: Sequence[int], most: int) -> tuple[list[int], int]:
        """Numbers of entries that dumps of these tables found, first ones first, and how many more there are."""
        begin = max(after + 1, self.first)
        with self.lock:
            numbers = np.arange(begin, max(begin, min(until, self.last) + 1))
            meta = self._meta[numbers % len(self._meta)]
            silent = (meta["source"] == Source.DUMP) & member(meta["table"], tables)
            mine: list[int] = numbers[silent].tolist()
        return mine[:most], max(0, len(mine) - most)

    def _bytes(self, place: int, size: int) -> bytes:
        at = (place + np.arange((size + 3) >> 2)) % self._room
        return self._words[at].tobytes()[:size]

    def since(self, number: int, limit: int = 1 << 30) -> tuple[list[Change], int]:
        """Entries after `number`, at most `limit`, and how many of them were overtaken before they could be read."""
        first = max(number + 1, self.first)
        missed = first - number - 1
        out: list[Change] = []
        for wanted in range(first, min(self.last, first + limit - 1) + 1):
            change = self.get(wanted)
            if change is None:
                missed += 1
            else:
                out.append(change)
        return out, missed
