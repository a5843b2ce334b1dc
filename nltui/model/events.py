"""Notifications, taken into a store in batches. The last one of a key wins in the store; history keeps every one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model import chains
from nltui.model.groups import Told, replay, settle
from nltui.model.heard import Heard, bytes_of
from nltui.model.history import History, Kind, Pieces, Source
from nltui.model.intake import Intake
from nltui.model.keys import U64
from nltui.model.store import LIVE, Store
from nltui.model.table import Grouping
from nltui.netlink.columns import Batch, Bools, Ints, Words
from nltui.netlink.constants.netlink import NLM_F_REPLACE

AF_INET = 2


@dataclass(slots=True)
class Outcome:
    """What a batch did."""

    recorded: int = 0
    doubtful: int = 0
    """Events that cannot be applied exactly: a removal of an unknown row, a route whose place is uncertain."""
    values: set[int] = field(default_factory=set)
    """Of the field of `Table.inexact` in those events."""


class Events:
    """Applies events to one store."""

    def __init__(self, store: Store, history: History, table: int) -> None:
        self.store, self.history, self.table = store, history, table
        self._multiset = store.table.key is not None and store.table.key.grouping is Grouping.MULTISET
        self.dump: Intake | None = None
        """The dump that is running into this store: touched rows and removed keys are remembered for it."""

    def apply(self, heard: Heard) -> Outcome:
        """Take in one batch."""
        if self.store.table.merge is not None:
            return self._merged(heard)
        return self._apply(heard)

    def _merged(self, heard: Heard) -> Outcome:
        """Events that carry only what changed, one by one: each is completed by the row it is about."""
        total = Outcome()
        for row in range(len(heard.batch)):
            whole, complete = self._complete(heard, row)
            outcome = self._apply(whole)
            total.recorded += outcome.recorded
            total.doubtful += outcome.doubtful + (not complete)
            total.values |= outcome.values
        return total

    def _complete(self, heard: Heard, row: int) -> tuple[Heard, bool]:
        """One event as a whole row, and whether the rest of the row was known."""
        store, one, complete = self.store, np.array([row]), True
        message = bytes_of(heard.batch, row)
        if heard.sets[row]:
            read, hashes = store.read_keys(Batch(*_own(message), store.key_plan))
            if self.dump is not None:
                self.dump.flush()
            slot = int(store.find(read, hashes)[0])
            complete = slot >= 0
            if complete and store.table.merge is not None:
                message = store.table.merge(store.message(slot), message)
        batch = Batch(*_own(message), store.key_plan)
        heard = Heard(
            batch, heard.sets[one], heard.flags[one], heard.ports[one], heard.sequences[one], heard.times[one]
        )
        return heard, complete

    def _apply(self, heard: Heard) -> Outcome:
        store, batch = self.store, heard.batch
        outcome = Outcome()
        if self.dump is not None:
            self.dump.flush()
            # Of several rows that are all alike, the dump may have shown the one that went, or not.
            outcome.doubtful += int((~heard.sets).sum()) if self._multiset else 0
        read, hashes = store.read_keys(batch)
        slots = store.find(read, hashes)
        if not store.chained:
            self._plain(heard, read, hashes, slots, outcome)
            return outcome
        once = store.unique_in(hashes)
        simple = once & self._simple(heard, slots)
        rows = np.flatnonzero(simple)
        if len(rows) == len(batch):
            self._plain(heard, read, hashes, slots, outcome)
            return outcome
        if len(rows):
            self._plain(_pick(heard, rows, store), [part[rows] for part in read], hashes[rows], slots[rows], outcome)
        self._replay(heard, np.flatnonzero(~simple), read, hashes, slots, outcome)
        return outcome

    def _simple(self, heard: Heard, slots: Ints) -> Bools:
        """Events about groups of at most one row that need no look at identities."""
        store, batch = self.store, heard.batch
        known = slots >= 0
        simple = ~known & heard.sets
        rows = np.flatnonzero(known)
        rows = rows[store.next[slots[rows]] == 0]
        if len(rows):
            mine = slots[rows]
            at, size = store.at[mine].astype(np.int64), store.size[mine].astype(np.int64)
            same = store.comparer.same(store.words, at, size, batch.words, batch.start[rows], batch.size[rows])
            exact = heard.sets[rows] & ((heard.flags[rows] & NLM_F_REPLACE) != 0) & self._ordered(batch, rows)
            # A rule like one that is known may be a second one or the same, told again: it is looked at.
            again = heard.sets[rows] & self._multiset
            simple[rows] = (same & ~again) | exact
        return simple

    def _ordered(self, batch: Batch, rows: Ints) -> Bools:
        """Where REPLACE is known to replace the group's first row: IPv4 routes."""
        key = self.store.table.key
        if key is None or key.grouping is not Grouping.CHAIN:
            return np.zeros(len(rows), bool)
        ipv4: Bools = (batch.words[batch.start[rows] + 4] & np.uint32(0xFF)) == AF_INET
        return ipv4

    def _plain(self, heard: Heard, read: list[NDArray[Any]], hashes: U64, slots: Ints, outcome: Outcome) -> None:
        """Keys with at most one row each; any number of events a key."""
        store, batch, count = self.store, heard.batch, len(heard.batch)
        order = np.argsort(hashes, kind="stable")
        again = hashes[order][1:] == hashes[order][:-1]
        before = np.full(count, -1, np.int64)
        before[order[1:][again]] = order[:-1][again]
        final = np.ones(count, bool)
        final[order[:-1][again]] = False
        chained = before >= 0
        stored = ~chained & (slots >= 0)
        follows = chained.copy()
        follows[chained] = heard.sets[before[chained]]
        has_old = stored | follows
        old_start, old_size = np.zeros(count, np.int64), np.zeros(count, np.int64)
        old_start[stored], old_size[stored] = store.at[slots[stored]], store.size[slots[stored]]
        old_start[follows], old_size[follows] = batch.start[before[follows]], batch.size[before[follows]]
        same = np.zeros(count, bool)
        for words, where in ((store.words, stored & heard.sets), (batch.words, follows & heard.sets)):
            rows = np.flatnonzero(where)
            if len(rows):
                same[rows] = store.comparer.same(
                    words, old_start[rows], old_size[rows], batch.words, batch.start[rows], batch.size[rows]
                )
        kinds = np.where(heard.sets, np.where(has_old, Kind.CHANGED, Kind.ADDED), Kind.REMOVED).astype(np.uint8)
        told = np.flatnonzero((heard.sets & ~same) | (~heard.sets & has_old))
        self._doubt(outcome, batch, np.flatnonzero(~heard.sets & ~has_old))
        outcome.recorded += len(told)
        numbers = np.zeros(count, np.int64)
        if len(told):
            new_size = np.where(heard.sets[told], batch.size[told], 0)
            old = Pieces(
                np.where(has_old[told], old_size[told], 0),
                ((store.words, stored[told], old_start[told]), (batch.words, follows[told], old_start[told])),
            )
            new = Pieces(new_size, ((batch.words, heard.sets[told], batch.start[told]),))
            times, ports, sequences = heard.times[told], heard.ports[told], heard.sequences[told]
            first = self.history.append(self.table, Source.EVENT, kinds[told], times, ports, sequences, old, new)
            numbers[told] = np.arange(first, first + len(told))
        self._settle(heard, np.flatnonzero(final), read, hashes, slots, numbers)
        back = slots[~heard.sets & ~final & (slots >= 0)]
        if len(back):
            store.renew(back[store.state[back] == LIVE])

    def _settle(
        self, heard: Heard, final: Ints, read: list[NDArray[Any]], hashes: U64, slots: Ints, numbers: Ints
    ) -> None:
        """Bring the store to what the last event of each key says."""
        store, batch = self.store, heard.batch
        sets, known = heard.sets[final], slots[final] >= 0
        gone = final[~sets & known]
        if len(gone):
            store.recent[slots[gone]] = numbers[gone]
            chains.remove(store, slots[gone])
        if self.dump is not None:
            for row in final[~sets].tolist():
                self._remember(int(hashes[row]), chains.identity(store.table, bytes_of(batch, row)))
        kept = final[sets & known]
        if len(kept):
            if store.chained and self.dump is not None:
                for row in kept.tolist():
                    self._forget(int(hashes[row]), int(slots[row]), bytes_of(batch, row))
            places = store.arena.store(batch.words, batch.start[kept], batch.size[kept])
            if places is None:
                store.full += len(kept)
            else:
                store.update(slots[kept], places, batch.size[kept])
            fresh = kept[numbers[kept] > 0]
            store.recent[slots[fresh]] = numbers[fresh]
            store.touched[slots[kept]] = self.dump is not None
        new = final[sets & ~known]
        if len(new):
            self._insert(heard, new, read, hashes, numbers)

    def _insert(self, heard: Heard, rows: Ints, read: list[NDArray[Any]], hashes: U64, numbers: Ints) -> None:
        store = self.store
        slots = store.insert(heard.batch, rows, hashes, read)
        if slots is None:
            return
        store.indexed = store.top
        store.enter(slots)
        store.recent[slots] = numbers[rows]
        store.touched[slots] = self.dump is not None

    # -- groups of several rows --

    def _replay(
        self, heard: Heard, events: Ints, read: list[NDArray[Any]], hashes: U64, slots: Ints, outcome: Outcome
    ) -> None:
        found = replay(self.store, heard, events.tolist(), hashes[events].tolist(), slots[events].tolist())
        self._doubt(outcome, heard.batch, np.array(found.doubtful, np.int64))
        for hashed, identity in found.left:
            self._remember(hashed, identity)
        # First: what the store frees is used again.
        first = self._tell(heard, found.told) if found.told else 0
        outcome.recorded += len(found.told)
        settle(self.store, heard, found, read, hashes, self.dump is not None)
        for number, told in enumerate(found.told, first):
            if told.row.slot >= 0:
                self.store.recent[told.row.slot] = number

    def _tell(self, heard: Heard, told: list[Told]) -> int:
        """Entries for what happened to groups, in order; returns the first number."""
        store, batch = self.store, heard.batch
        events = np.array([one.event for one in told])
        kinds = np.array([one.kind for one in told], np.uint8)
        held = np.array([one.row.slot if one.kind is not Kind.ADDED and one.old < 0 else -1 for one in told])
        earlier = np.array([-1 if one.kind is Kind.ADDED else one.old for one in told])
        size = np.where(held >= 0, store.size[held], np.where(earlier >= 0, batch.size[earlier], 0)).astype(np.int64)
        old = Pieces(
            size,
            (
                (store.words, held >= 0, store.at[held].astype(np.int64)),
                (batch.words, earlier >= 0, batch.start[earlier]),
            ),
        )
        new = Pieces(
            np.where(kinds == Kind.REMOVED, 0, batch.size[events]),
            ((batch.words, np.ones(len(told), bool), batch.start[events]),),
        )
        times, ports, sequences = heard.times[events], heard.ports[events], heard.sequences[events]
        return self.history.append(self.table, Source.EVENT, kinds, times, ports, sequences, old, new)

    def _doubt(self, outcome: Outcome, batch: Batch, rows: Ints) -> None:
        outcome.doubtful += len(rows)
        inexact = self.store.table.inexact
        if inexact is not None and len(rows):
            outcome.values.update(batch.ints(inexact[1])[0][rows].tolist())

    def _remember(self, hashed: int, identity: object) -> None:
        if self.dump is not None:
            self.dump.deleted(hashed, identity)

    def _forget(self, hashed: int, slot: int, message: bytes) -> None:
        """A message takes the place of a row: where that was another one, an older dump must not bring it back."""
        before = chains.identity(self.store.table, self.store.message(slot))
        if before != chains.identity(self.store.table, message):
            self._remember(hashed, before)


def _pick(heard: Heard, rows: Ints, store: Store) -> Heard:
    batch = Batch(heard.batch.words, heard.batch.start[rows], heard.batch.size[rows], store.key_plan)
    return Heard(
        batch, heard.sets[rows], heard.flags[rows], heard.ports[rows], heard.sequences[rows], heard.times[rows]
    )


def _own(message: bytes) -> tuple[Words, Ints, Ints]:
    """One message in a buffer of its own: words, start, size."""
    words = np.frombuffer(bytes(4) + message + bytes(-len(message) % 4), np.uint32)
    return words, np.array([1]), np.array([len(message)])
