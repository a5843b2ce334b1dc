"""The rows of one table: slots over the kernel's own bytes.

One thread, the reader, changes a store; anybody may look at it under `lock`, which is held for one bounded batch or
one screenful, never across a system call; it may be taken again by its holder, who may need a label of the same table.
Arrays are reserved once and never move.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model.conditions import fields
from nltui.model.content import Comparer
from nltui.model.index import Index
from nltui.model.keys import U64, KeyArrays
from nltui.model.table import Grouping, Table
from nltui.netlink.arena import Arena, array
from nltui.netlink.columns import Batch, Bools, Ints, Plan, Words
from nltui.netlink.fields import Field

FREE, LIVE, LINGERING = 0, 1, 2
"""Slot states; a LINGERING row was removed a moment ago and is still shown, marked."""
LINGER = 1.2
"""Seconds a removed row stays visible."""
LINGER_MOST = 64
"""Removals in one batch above which none of them lingers."""
ABSENT = 30.0
"""Seconds after which a row that one dump after another did not show is gone, though each may have left it out."""
TIDY = 4096
"""Rows moved while the lock is held."""
BYTES_PER_ROW = 1024
SMALLEST_ARENA = 16 << 20


class Store:
    """Keyed rows of one table.

    By slot: `at` (word index in the arena), `size` (bytes of the message), `hash` (of the key), `state`, `changed`
    (generation of the last visible change), `seen` (number of the dumped row that last confirmed it), `recent`
    (history number of its last change, 0 none), `unconfirmed` and since when (`absent_since`, monotonic); `next` chains
    rows of one key (slot + 1, 0 end); `born` tells rows apart that had the slot one after another (0 for the first).
    """

    def __init__(self, table: Table) -> None:
        assert table.key is not None
        self.table = table
        self.lock = threading.RLock()
        capacity = table.capacity
        self.arena = Arena(max(SMALLEST_ARENA, capacity * BYTES_PER_ROW))
        self.at: NDArray[np.uint32] = array(np.uint32, capacity)
        self.size: NDArray[np.uint32] = array(np.uint32, capacity)
        self.hash: NDArray[np.uint64] = array(np.uint64, capacity)
        self.state: NDArray[np.uint8] = array(np.uint8, capacity)
        self.changed: NDArray[np.int64] = array(np.int64, capacity)
        self.seen: NDArray[np.uint32] = array(np.uint32, capacity)
        self.touched: NDArray[np.bool_] = array(np.bool_, capacity)
        self.unconfirmed: NDArray[np.bool_] = array(np.bool_, capacity)
        self.absent_since: NDArray[np.float64] = array(np.float64, capacity)
        self.recent: NDArray[np.int64] = array(np.int64, capacity)
        self.next: NDArray[np.uint32] = array(np.uint32, capacity)
        self.born: NDArray[np.int64] = array(np.int64, capacity)
        self.keys = KeyArrays(table)
        self.index = Index(self.hash)
        self.comparer = Comparer(table)
        self.chained = table.key.grouping is not Grouping.UNIQUE
        self.plan = Plan(self._fields(table), table.body)
        self.key_plan = Plan(self._key_fields(table), table.body)
        self.generation = 1
        self.top = 0
        """Slots ever used."""
        self.count = 0
        """Live rows."""
        self.full = 0
        """Rows that could not be held."""
        self.indexed = 0
        """Slots below this are in the index; rows of a first load are entered together."""
        self._spare: NDArray[np.uint32] = array(np.uint32, capacity)
        self._spares = 0
        """Slots to be used again: a stack."""
        self._lingering: deque[tuple[float, Ints]] = deque()

    @staticmethod
    def _key_fields(table: Table) -> list[Field]:
        assert table.key is not None
        flips = [doubt.flips[0] for doubt in table.doubts if doubt.flips]
        parts = [doubt.part[1] for doubt in table.doubts if doubt.part]
        inexact = [table.inexact[1]] if table.inexact else []
        return [*table.key.fields, *fields(table.accepts), *flips, *parts, *inexact]

    @staticmethod
    def _fields(table: Table) -> list[Field]:
        """Everything a column reads."""
        return [field for column in table.columns for field in column.fields] + Store._key_fields(table)

    # -- reading (any thread, under the lock where rows may change) --

    def batch(self, slots: Ints | slice, plan: Plan | None = None) -> Batch:
        """Decode the messages of these slots where they lie."""
        return Batch(self.words, self.at[slots].astype(np.int64), self.size[slots].astype(np.int64), plan or self.plan)

    @property
    def words(self) -> Words:
        """The buffer that `at` indexes."""
        return self.arena.words

    def message(self, slot: int) -> bytes:
        """A copy of one row's message."""
        begin = int(self.at[slot]) * 4
        return bytes(self.arena.bytes[begin : begin + int(self.size[slot])])

    def live(self) -> Ints:
        """Slots of all live rows."""
        return np.flatnonzero(self.state[: self.top] == LIVE)

    # -- writing (the reader thread only) --

    def take(self, count: int) -> Ints | slice | None:
        """Slots for new rows: a fresh run, or recycled ones; None when the table is full."""
        again = min(count, self._spares)
        fresh = count - again
        if self.top + fresh > self.table.capacity:
            return None
        self.top += fresh
        if not again:
            return slice(self.top - count, self.top)
        self._spares -= again
        spare = self._spare[self._spares : self._spares + again].astype(np.int64)
        return np.concatenate([spare, np.arange(self.top - fresh, self.top)])

    def add(self, places: Ints, sizes: Ints, hashes: U64, read: list[NDArray[Any]], rows: Ints | slice) -> Ints | None:
        """New rows whose bytes are in the arena; `read` and `rows` give their keys. Not yet indexed.

        Returns their slots, or None when the table is full (counted).
        """
        with self.lock:
            slots = self.take(len(places))
            if slots is None:
                self.full += len(places)
                return None
            self.generation += 1
            self.at[slots], self.size[slots], self.hash[slots] = places, sizes, hashes
            self.keys.write(slots, read, rows)
            self.changed[slots], self.state[slots] = self.generation, LIVE
            self.count += len(places)
            if not isinstance(slots, slice):
                self.next[slots], self.recent[slots], self.touched[slots] = 0, 0, False
                self.born[slots] = self.generation
                return slots
            return np.arange(slots.start, slots.stop)

    def insert(self, batch: Batch, rows: Ints, hashes: U64, read: list[NDArray[Any]]) -> Ints | None:
        """As add(), of rows of a batch whose bytes lie elsewhere: they are copied in."""
        sizes = batch.size[rows]
        places = self.arena.store(batch.words, batch.start[rows], sizes)
        if places is None:
            self.full += len(rows)
            return None
        slots = self.add(places, sizes, hashes[rows], read, rows)
        if slots is None:
            self.arena.free(places, sizes)
        return slots

    def update(self, slots: Ints, places: Ints, sizes: Ints) -> None:
        """Give rows new bytes, already in the arena; the old ones are freed."""
        with self.lock:
            old = self.at[slots].astype(np.int64), self.size[slots].astype(np.int64)
            self.generation += 1
            self.at[slots], self.size[slots], self.changed[slots] = places, sizes, self.generation
            self.unconfirmed[slots] = False
            self.arena.free(*old)

    def renew(self, slots: Ints) -> None:
        """These rows went, and others came under their keys, before anybody could look."""
        with self.lock:
            self.born[slots] = self.generation

    def lives(self, slots: Ints) -> Ints:
        """A number for each row that no other row ever had or has."""
        return self.born[slots] * self.table.capacity + slots + 1

    def drop(self, slots: Ints, most: int = LINGER_MOST) -> None:
        """Rows are gone; index and chains have let go of them. Up to `most` linger on the screen for a moment."""
        with self.lock:
            self.generation += 1
            self.changed[slots], self.unconfirmed[slots] = self.generation, False
            self.count -= len(slots)
            if len(slots) <= most:
                self.state[slots] = LINGERING
                self._lingering.append((time.monotonic() + LINGER, slots))
            else:
                self._release(slots)

    def _release(self, slots: Ints) -> None:
        self.state[slots] = FREE
        self.arena.free(self.at[slots].astype(np.int64), self.size[slots].astype(np.int64))
        self._spare[self._spares : self._spares + len(slots)] = slots
        self._spares += len(slots)

    def tidy(self) -> bool:
        """Slide rows together where many freed bytes are of no use. Only while no dump lies in the arena.

        Returns whether rows that did not fit before may fit now.
        """
        arena = self.arena
        if not arena.wasteful:
            return False
        slots = np.flatnonzero(self.state[: self.top] != FREE)
        slots = slots[np.argsort(self.at[slots], kind="stable")]
        arena.begin_slide()
        for begin in range(0, len(slots), TIDY):
            some = slots[begin : begin + TIDY]
            with self.lock:
                self.at[some] = arena.slide(self.at[some].astype(np.int64), self.size[some].astype(np.int64))
        arena.end_slide()
        return self.full > 0

    def purge(self) -> float | None:
        """Free what has lingered long enough; returns when the next is due (monotonic), None if nothing is."""
        now = time.monotonic()
        while self._lingering and self._lingering[0][0] <= now:
            slots = self._lingering.popleft()[1]
            with self.lock:
                self.generation += 1
                self.changed[slots] = self.generation
                self._release(slots)
        return self._lingering[0][0] if self._lingering else None

    def mark(self, slots: Ints, unconfirmed: bool) -> None:
        """Dim rows that a dump did not show, or undim them."""
        differ = slots[self.unconfirmed[slots] != unconfirmed]
        if len(differ):
            with self.lock:
                self.generation += 1
                self.unconfirmed[differ], self.changed[differ] = unconfirmed, self.generation

    def miss(self, slots: Ints, now: float) -> Ints:
        """A dump that may leave out rows did not show these: they are dimmed.

        Returns those that dumps have not shown for so long that they are gone; now in monotonic seconds.
        """
        again = self.unconfirmed[slots]
        self.absent_since[slots[~again]] = now
        self.mark(slots, True)
        return slots[again & (now - self.absent_since[slots] >= ABSENT)]

    # -- the index --

    def read_keys(self, batch: Batch) -> tuple[list[NDArray[Any]], U64]:
        """Key columns and hashes of a batch."""
        read = self.keys.read(batch)
        return read, self.keys.hash(read)

    def find(self, read: list[NDArray[Any]], hashes: U64) -> Ints:
        """Slots (of a chain: its first row) by key, -1 unknown. All rows must be indexed."""
        return self.index.find(hashes, lambda rows, slots: self.keys.equal(read, rows, slots))

    def enter(self, slots: Ints) -> Ints:
        """Index new rows; returns the slot holding each key: where it is another, the key was there before."""
        return self.index.insert(self.hash[slots], slots, lambda rows, other: self.keys.alike(slots[rows], other))

    def unique_in(self, hashes: U64) -> Bools:
        """Which hashes occur once in this batch."""
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        same = ordered[1:] == ordered[:-1]
        once = np.ones(len(hashes), bool)
        once[order[1:][same]] = False
        once[order[:-1][same]] = False
        return once
