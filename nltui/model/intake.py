"""What a dump says, taken into a store. The first load keeps rows where recv wrote them; later dumps only compare.

Events that arrive while a dump runs win over it: what they touched is at least as new.
"""

from __future__ import annotations

from time import monotonic, time_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model import chains
from nltui.model.conditions import accepted, fields
from nltui.model.history import History, Kind, Pieces, Source
from nltui.model.keys import U64
from nltui.model.store import LIVE, Store
from nltui.model.table import Condition, Feed, Grouping
from nltui.netlink.arrays import member_of
from nltui.netlink.columns import Batch, Bools, Ints, Plan, Words

DELETED_MOST = 200_000
"""Keys deleted while a dump runs that are remembered: minutes of a storm."""
BEHIND = 4096
"""Rows that stay unindexed while a first load goes on, so that whoever looks can tell that it does."""


class Intake:
    """One dump into one store. `first` says that the table was never loaded before: what it shows is no change."""

    def __init__(self, store: Store, history: History, table: int, first: bool) -> None:
        """`table` is the table's index in the session, for history."""
        self.store, self.history, self.table = store, history, table
        top = int(store.seen[: store.top].max(initial=0))
        if top > 1 << 31:
            store.seen[: store.top] = 0
            top = 0
        self._before = top
        self._number = top + 1
        self.first = first
        store.touched[: store.top] = False
        self.gone: dict[int, set[object]] = {}
        """Keys (hashes) deleted by events since the dump began; of chains, the identities of the rows."""
        self.crowded = False
        """Whether more was deleted than is remembered: no row is new to this dump, and it proves nothing."""
        self._groups: set[int] = set()
        self.in_place = first and not store.top
        """Whether the dump's bytes may become the rows' own: nearly all of them are new to an empty table."""
        self._loading = self.in_place
        """Whether rows can be laid down unlooked-at: the table was empty and nobody asked for a row since."""
        self._unheld = store.full
        self.rows = 0
        """Rows dumped so far."""
        self.changed = 0
        """Rows that the dump added or changed, though no event had said so."""

    def deleted(self, hashed: int, identity: object) -> None:
        """An event removed a row: what the dump says of it is older."""
        self.crowded |= len(self.gone) >= DELETED_MOST
        if not self.crowded:
            self.gone.setdefault(hashed, set()).add(identity)

    def take(self, words: Words, start: Ints, size: Ints, in_place: bool) -> None:
        """Messages of the dump, all of types that set rows. `in_place`: they lie in the store's own arena, for good."""
        store = self.store
        batch = Batch(words, start, size, store.key_plan)
        keep = accepted(store.table, batch)
        if not keep.all():
            start, size = start[keep], size[keep]
            batch = Batch(words, start, size, store.key_plan)
        if not len(start):
            return
        self.rows += len(start)
        read, hashes = store.read_keys(batch)
        if in_place and self._loading:
            self._load(start, size, hashes, read)
        else:
            self.flush()
            self._merge(batch, read, hashes, in_place)

    def _load(self, start: Ints, size: Ints, hashes: U64, read: list[NDArray[Any]]) -> None:
        slots = self.store.add(start, size, hashes, read, slice(None))
        if slots is not None:
            self.store.seen[slots] = self._sequence(len(slots))

    def _sequence(self, count: int) -> Ints:
        self._number += count
        return np.arange(self._number - count, self._number)

    def flush(self) -> None:
        """Index all rows that were laid down; from now on every row is looked at as it comes."""
        self._loading = False
        self._index(self.store.top)

    def index_some(self) -> None:
        """Use a moment of waiting to index rows that were laid down, but for the last ones: the load goes on."""
        if self._loading:
            self._index(self.store.top - BEHIND)

    def _index(self, stop: int) -> None:
        """Up to a slot. Several of one key: chains keep all in dump order, else the last one wins."""
        store = self.store
        while store.indexed < stop:
            slots = np.arange(store.indexed, min(stop, store.indexed + (1 << 16)))
            store.indexed = int(slots[-1]) + 1
            holder = store.enter(slots)
            twice = np.flatnonzero(holder != slots)
            for mine, first in zip(slots[twice].tolist(), holder[twice].tolist(), strict=True):
                if store.chained:
                    chains.append(store, first, mine)
                else:
                    store.update(
                        np.array([first]), store.at[[mine]].astype(np.int64), store.size[[mine]].astype(np.int64)
                    )
                    store.size[mine] = 0
                    store.drop(np.array([mine]), most=0)

    def _merge(self, batch: Batch, read: list[NDArray[Any]], hashes: U64, in_place: bool) -> None:
        store = self.store
        slots = store.find(read, hashes)
        plain = np.ones(len(batch), bool)
        if self.gone:
            plain &= ~member_of(hashes, np.array(list(self.gone), np.uint64))
        known = slots >= 0
        if store.chained:
            single = store.unique_in(hashes)
            single[known] &= store.next[slots[known]] == 0
            plain &= single
        else:
            plain &= store.unique_in(hashes) | known
        rows = np.flatnonzero(known & plain)
        if len(rows):
            rows = self._compare(batch, rows, slots)
        new = np.flatnonzero(~known & plain & (not self.crowded))
        if len(new):
            self._new(batch, new, hashes, read, in_place)
        slow = np.flatnonzero(~plain & (known | (not self.crowded)))
        for row in np.concatenate([rows, slow]).tolist():
            self._one(batch, row, read, hashes)

    def _compare(self, batch: Batch, rows: Ints, slots: Ints) -> Ints:
        """Confirm rows that are the same, update those that differ; chained rows that differ are returned."""
        store = self.store
        mine = slots[rows]
        store.seen[mine] = self._sequence(len(mine))
        open_ = ~store.touched[mine]
        rows, mine = rows[open_], mine[open_]
        if not len(rows):
            return rows
        at, size = store.at[mine].astype(np.int64), store.size[mine].astype(np.int64)
        same = store.comparer.same(store.words, at, size, batch.words, batch.start[rows], batch.size[rows])
        store.mark(mine, False)
        differ = np.flatnonzero(~same)
        if len(differ) and store.chained:
            store.seen[mine[differ]] = 0
            return rows[differ]
        if len(differ):
            self._update(batch, rows[differ], mine[differ])
        return rows[:0]

    def _update(self, batch: Batch, rows: Ints, slots: Ints) -> None:
        store = self.store
        places = store.arena.store(batch.words, batch.start[rows], batch.size[rows])
        if places is None:
            store.full += len(rows)
            return
        at, size = store.at[slots].astype(np.int64), store.size[slots].astype(np.int64)
        self._record(Kind.CHANGED, slots, (store.words, at, size), (batch.words, batch.start[rows], batch.size[rows]))
        store.update(slots, places, batch.size[rows])

    def _new(self, batch: Batch, rows: Ints, hashes: U64, read: list[NDArray[Any]], in_place: bool) -> Ints | None:
        store = self.store
        start, size = batch.start[rows], batch.size[rows]
        if in_place:
            slots = store.add(start, size, hashes[rows], read, rows)
        else:
            slots = store.insert(batch, rows, hashes, read)
        if slots is None:
            return None
        store.indexed = store.top
        store.enter(slots)
        store.seen[slots] = self._sequence(len(slots))
        if not self.first:
            self._record(Kind.ADDED, slots, None, (batch.words, start, size))
        return slots

    def _one(self, batch: Batch, row: int, read: list[NDArray[Any]], hashes: U64) -> None:
        """A row that needs thought: several of one key, or a key that an event deleted meanwhile."""
        store = self.store
        hashed = int(hashes[row])
        only = np.array([row])
        head = int(store.find([part[only] for part in read], hashes[only])[0])
        message = batch.words[batch.start[row] : batch.start[row] + (int(batch.size[row]) + 3) // 4].tobytes()
        message = message[: int(batch.size[row])]
        identity = chains.identity(store.table, message)
        if head < 0:
            if identity not in self.gone.get(hashed, ()):
                self._new(batch, only, hashes, read, False)
            return
        if not store.chained:
            self._compare(batch, only, np.full(len(batch), head))
            return
        self._groups.add(hashed)
        members = chains.members(store, head)
        for slot in members:
            again = store.seen[slot] > self._before and not store.touched[slot]
            if not again and chains.identity(store.table, store.message(slot)) == identity:
                store.seen[slot] = self._sequence(1)[0]
                self._settle(batch, row, slot)
                return
        multiset = store.table.key is not None and store.table.key.grouping is Grouping.MULTISET
        if self.crowded or (identity in self.gone.get(hashed, ()) and not multiset):
            return
        slots = store.insert(batch, only, hashes, read)
        if slots is None:
            return
        store.indexed = store.top
        store.seen[slots] = self._sequence(1)
        chains.append(store, head, int(slots[0]))
        if not self.first:
            self._record(Kind.ADDED, slots, None, (batch.words, batch.start[only], batch.size[only]))

    def _settle(self, batch: Batch, row: int, slot: int) -> None:
        store = self.store
        if store.touched[slot]:
            return
        mine, rows = np.array([slot]), np.array([row])
        at, size = store.at[mine].astype(np.int64), store.size[mine].astype(np.int64)
        store.mark(mine, False)
        if not store.comparer.same(store.words, at, size, batch.words, batch.start[rows], batch.size[rows])[0]:
            self._update(batch, rows, mine)

    def _record(
        self, kind: Kind, slots: Ints, old: tuple[Words, Ints, Ints] | None, new: tuple[Words, Ints, Ints] | None
    ) -> None:
        self.changed += len(slots)
        if self.store.table.feed is Feed.SAMPLED:
            # Two looks tell what is there, not what happened between them.
            return
        self.store.recent[slots] = record(self.history, self.table, Source.DUMP, kind, len(slots), old, new)

    def recount(self) -> None:
        """All dumps have ended: of rows that could not be held, only those met since they began still count."""
        self.store.full -= self._unheld

    def finish(self, covers: tuple[Condition, ...], remove: bool) -> int:
        """The dump has ended: rows it covers but did not show are removed, or dimmed where `remove` is False.

        Returns how many rows are left that it covers and did not show.
        """
        self.flush()
        store = self.store
        seen = store.seen[: store.top] > self._before
        missing = np.flatnonzero((store.state[: store.top] == LIVE) & ~seen & ~store.touched[: store.top])
        for condition in covers:
            # One after another: a family is told by the header, so the attributes of the others need not be walked.
            plan = Plan(fields((condition,)), store.table.body)
            missing = missing[accepted(store.table, store.batch(missing, plan), (condition,))]
        gone = missing if remove else store.miss(missing, monotonic())
        self.remove(gone)
        # Last: a row that was here and is gone would hide that all others were shown.
        self._reorder()
        return len(missing) - len(gone)

    def remove(self, slots: Ints) -> None:
        """The kernel has these rows no longer, though no event said so."""
        if len(slots):
            self._record(Kind.REMOVED, slots, (self.store.words, *_places(self.store, slots)), None)
            chains.remove(self.store, slots)

    def _reorder(self) -> None:
        """Where a dump showed all rows of a group, its order is the kernel's."""
        store = self.store
        if not self._groups:
            return
        hashes = np.array(list(self._groups), np.uint64)
        heads = np.flatnonzero(member_of(store.hash[: store.top], hashes) & (store.state[: store.top] == LIVE))
        for head in chains.heads(store, heads):
            order = chains.members(store, head)
            if len(order) > 1 and all(store.seen[slot] > self._before and not store.touched[slot] for slot in order):
                chains.arrange(store, order, sorted(order, key=lambda slot: int(store.seen[slot])))


def record(
    history: History,
    table: int,
    source: Source,
    kind: Kind,
    count: int,
    old: tuple[Words, Ints, Ints] | None,
    new: tuple[Words, Ints, Ints] | None,
) -> Ints:
    """Entries of one kind learnt from a dump, now, without a requester; returns their numbers."""
    every: Bools = np.ones(count, bool)
    none = np.zeros(count, np.int64)

    def pieces(given: tuple[Words, Ints, Ints] | None) -> Pieces:
        return Pieces(none) if given is None else Pieces(given[2], ((given[0], every, given[1]),))

    kinds = np.full(count, kind, np.uint8)
    times = np.full(count, time_ns(), np.int64)
    first = history.append(table, source, kinds, times, none, none, pieces(old), pieces(new))
    return np.arange(first, first + count)


def _places(store: Store, slots: Ints) -> tuple[Ints, Ints]:
    return store.at[slots].astype(np.int64), store.size[slots].astype(np.int64)
