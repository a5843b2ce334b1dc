"""Key → slot: open addressing over salted 64-bit hashes, every operation on whole batches.

It belongs to the reader thread and is never touched under a store's lock.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nltui.netlink.columns import Bools, Ints

EMPTY = np.uint32(0)
GONE = np.uint32(0xFFFFFFFF)
"""A removed entry: probing goes on past it."""
SMALLEST = 1 << 10
ROOMY = 1 << 21
"""Entries up to which a table is made four times as large as needed: 8 MB, which a million keys need in any case."""

Equal = Callable[[Ints, Ints], Bools]
"""(positions in the batch, candidate slots) → whether the keys really are equal."""


class Index:
    """Maps hashes to slots. `hashes` is the store's hash column, indexed by slot."""

    def __init__(self, hashes: NDArray[np.uint64]) -> None:
        self._hashes = hashes
        self._table: NDArray[np.uint32] = np.zeros(SMALLEST, np.uint32)
        self._used = 0
        """Entries that are not EMPTY, GONE ones included."""

    def clear(self) -> None:
        """Forget everything."""
        self._table = np.zeros(SMALLEST, np.uint32)
        self._used = 0

    def find(self, hashes: NDArray[np.uint64], equal: Equal) -> Ints:
        """The slot of each key, -1 where unknown."""
        found = np.full(len(hashes), -1, np.int64)
        mask = len(self._table) - 1
        at = (hashes & np.uint64(mask)).view(np.int64)
        entry = self._table.take(at)
        rows = np.flatnonzero(entry)
        if len(rows) < len(at):
            at, entry = at[rows], entry[rows]
        while len(rows):
            hit = self._same(entry, hashes[rows], rows, equal)
            if hit.any():
                found[rows[hit]] = entry[hit].astype(np.int64) - 1
                rows, at = rows[~hit], at[~hit]
            at = (at + 1) & mask
            entry = self._table.take(at)
            on = np.flatnonzero(entry)
            if len(on) < len(at):
                rows, at, entry = rows[on], at[on], entry[on]
        return found

    def _same(self, entry: NDArray[np.uint32], hashes: NDArray[np.uint64], rows: Ints, equal: Equal) -> Bools:
        """Where an entry (none of them EMPTY) is of the same key; GONE ones are of none."""
        slot = entry.astype(np.int64) - 1
        hit: Bools = (self._hashes.take(slot, mode="clip") == hashes) & (entry != GONE)
        maybe = np.flatnonzero(hit)
        if len(maybe):
            hit[maybe] = equal(rows[maybe], slot[maybe])
        return hit

    def insert(self, hashes: NDArray[np.uint64], slots: Ints, equal: Equal) -> Ints:
        """Enter keys; returns the slot that holds each: its own, or the one that was there first.

        `equal` gets positions in this batch and slots; a slot of this batch may be among them, so the store's
        key columns must be written before. Of equal keys in one batch the first wins.
        """
        self._room(len(hashes))
        holder = slots.copy()
        mask = len(self._table) - 1
        rows = np.arange(len(hashes))
        at = (hashes & np.uint64(mask)).view(np.int64)
        mine = (slots + 1).astype(np.uint32)
        while len(rows):
            lost, entry = self._claim(at, mine)
            rows, at, mine = rows[lost], at[lost], mine[lost]
            hit = self._same(entry, hashes[rows], rows, equal)
            if hit.any():
                holder[rows[hit]] = entry[hit].astype(np.int64) - 1
                on = ~hit
                rows, at, mine = rows[on], at[on], mine[on]
            at = (at + 1) & mask
        return holder

    def _claim(self, at: Ints, mine: NDArray[np.uint32]) -> tuple[Ints, NDArray[np.uint32]]:
        """Write entries where places are EMPTY, of several for one place the first; returns who lost, and to whom."""
        table = self._table
        entry = table.take(at)
        empty = np.flatnonzero(entry == EMPTY)
        if len(empty):
            place, new = (at, mine) if len(empty) == len(at) else (at[empty], mine[empty])
            table[place[::-1]] = new[::-1]
            entry = table.take(at)
        lost = np.flatnonzero(entry != mine)
        self._used += len(at) - len(lost)
        return lost, entry[lost]

    def remove(self, slots: Ints) -> None:
        """Take out entries that hold these slots."""
        self._replace(slots, np.full(len(slots), GONE, np.uint32))

    def move(self, slots: Ints, to: Ints) -> None:
        """Let the entries that hold `slots` hold `to`, whose keys are equal."""
        self._replace(slots, (to + 1).astype(np.uint32))

    def _replace(self, slots: Ints, entries: NDArray[np.uint32]) -> None:
        mask = len(self._table) - 1
        rows = np.arange(len(slots))
        at = (self._hashes[slots] & np.uint64(mask)).astype(np.int64)
        while len(rows):
            entry = self._table[at]
            hit = entry == (slots[rows] + 1).astype(np.uint32)
            self._table[at[hit]] = entries[rows[hit]]
            on = ~hit & (entry != EMPTY)
            rows, at = rows[on], (at[on] + 1) & mask

    def _room(self, more: int) -> None:
        """Keep at most half of the table in use; rebuilding drops GONE entries."""
        if (self._used + more) * 2 <= len(self._table):
            return
        mine = self._table[(self._table != EMPTY) & (self._table != GONE)]
        size = SMALLEST
        while size < (len(mine) + more) * 2:
            size *= 2
        # What grows will grow on: a table is made larger than needed, so that it is rebuilt less often.
        self._table = np.zeros(max(size, min(size * 4, ROOMY)), np.uint32)
        self._used = 0
        mask = len(self._table) - 1
        at = (self._hashes.take(mine.astype(np.int64) - 1) & np.uint64(mask)).view(np.int64)
        while len(mine):
            lost, _ = self._claim(at, mine)
            mine, at = mine[lost], (at[lost] + 1) & mask
