"""Notifications, taken into a store in batches. The last one of a key wins in the store; history keeps every one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model import chains
from nltui.model.history import History, Kind, Pieces, Source
from nltui.model.intake import Intake
from nltui.model.keys import U64
from nltui.model.store import LIVE, Store
from nltui.model.table import Grouping
from nltui.netlink.columns import Batch, Bools, Ints, Words
from nltui.netlink.constants.netlink import NLM_F_APPEND, NLM_F_REPLACE

AF_INET = 2


@dataclass(frozen=True, slots=True)
class Heard:
    """Accepted messages of one table, in the order received, with what nlmsghdr said of each."""

    batch: Batch
    sets: Bools
    """True where the message sets a row, False where it removes one."""
    flags: Ints
    ports: Ints
    sequences: Ints
    times: Ints
    """Nanoseconds since the epoch at which the batch was received."""


@dataclass(slots=True)
class Outcome:
    """What a batch did."""

    recorded: int = 0
    doubtful: int = 0
    """Events that cannot be applied exactly: a removal of an unknown row, a route whose place is uncertain."""


class Events:
    """Applies events to one store."""

    def __init__(self, store: Store, history: History, table: int) -> None:
        self.store, self.history, self.table = store, history, table
        self._multiset = store.table.key is not None and store.table.key.grouping is Grouping.MULTISET
        self.given_up: Callable[[], bool] = lambda: False
        """Whether nobody waits for the rest: a batch of events that are handled one by one can take a second."""
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
        return total

    def _complete(self, heard: Heard, row: int) -> tuple[Heard, bool]:
        """One event as a whole row, and whether the rest of the row was known."""
        store, one, complete = self.store, np.array([row]), True
        message = _bytes(heard.batch, row)
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
        for row in np.flatnonzero(~simple).tolist():
            if self.given_up():
                break
            self._chain(heard, row, read, hashes, outcome)
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
        outcome.doubtful += int((~heard.sets & ~has_old).sum())
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
                self._remember(int(hashes[row]), chains.identity(store.table, _bytes(batch, row)))
        kept = final[sets & known]
        if len(kept):
            if store.chained and self.dump is not None:
                for row in kept.tolist():
                    self._forget(int(hashes[row]), int(slots[row]), _bytes(batch, row))
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

    def _chain(self, heard: Heard, row: int, read: list[NDArray[Any]], hashes: U64, outcome: Outcome) -> None:
        store, only = self.store, np.array([row])
        message = _bytes(heard.batch, row)
        wanted = chains.identity(store.table, message)
        head = int(store.find([part[only] for part in read], hashes[only])[0])
        group = chains.members(store, head) if head >= 0 else []
        mine = next((s for s in group if chains.identity(store.table, store.message(s)) == wanted), -1)
        flags = int(heard.flags[row])
        outcome.doubtful += self._uncertain(message, bool(heard.sets[row]), group, mine, flags)
        if not heard.sets[row]:
            self._remember(int(hashes[row]), wanted)
            if mine >= 0:
                self._record(heard, row, Kind.REMOVED, mine, outcome)
                chains.remove(store, np.array([mine]))
            return
        if mine < 0 and group and flags & NLM_F_REPLACE and not self._multiset:
            mine = group[0]
        if mine >= 0:
            self._overwrite(heard, row, mine, outcome)
            return
        slots = store.insert(heard.batch, only, hashes, read)
        if slots is None:
            return
        store.indexed = store.top
        store.touched[slots] = self.dump is not None
        slot = int(slots[0])
        if not group:
            store.enter(slots)
        elif flags & NLM_F_APPEND or self._multiset:
            chains.append(store, head, slot)
        else:
            chains.prepend(store, head, slot)
        self._record(heard, row, Kind.ADDED, slot, outcome)

    def _uncertain(self, message: bytes, sets: bool, group: list[int], mine: int, flags: int) -> bool:
        """Whether only a dump can tell what the kernel holds now."""
        if self._multiset:
            return (mine >= 0 and (sets or len(group) > 1)) or (not sets and mine < 0)
        if not sets and mine < 0:
            return True
        if sets and mine >= 0 and len(group) > 1 and not (flags & NLM_F_REPLACE and mine == group[0]):
            # The kernel had no such row, else it had refused: where it stands among the others is not known.
            return True
        return message[16] != AF_INET and bool(group)

    def _remember(self, hashed: int, identity: object) -> None:
        if self.dump is not None:
            self.dump.deleted(hashed, identity)

    def _forget(self, hashed: int, slot: int, message: bytes) -> None:
        """A message takes the place of a row: where that was another one, an older dump must not bring it back."""
        before = chains.identity(self.store.table, self.store.message(slot))
        if before != chains.identity(self.store.table, message):
            self._remember(hashed, before)

    def _overwrite(self, heard: Heard, row: int, slot: int, outcome: Outcome) -> None:
        store, batch = self.store, heard.batch
        only, mine = np.array([row]), np.array([slot])
        at, size = store.at[mine].astype(np.int64), store.size[mine].astype(np.int64)
        if not store.comparer.same(store.words, at, size, batch.words, batch.start[only], batch.size[only])[0]:
            self._record(heard, row, Kind.CHANGED, slot, outcome)
        if self.dump is not None:
            self._forget(int(store.hash[slot]), slot, _bytes(batch, row))
        places = store.arena.store(batch.words, batch.start[only], batch.size[only])
        if places is not None:
            store.update(mine, places, batch.size[only])
        store.touched[slot] = self.dump is not None

    def _record(self, heard: Heard, row: int, kind: Kind, slot: int, outcome: Outcome) -> None:
        """One entry; for ADDED the old bytes are none, for REMOVED the new."""
        store, batch, yes = self.store, heard.batch, np.ones(1, bool)
        only, mine, none = np.array([row]), np.array([slot]), Pieces(np.zeros(1, np.int64))
        at, size = store.at[mine].astype(np.int64), store.size[mine].astype(np.int64)
        old = none if kind is Kind.ADDED else Pieces(size, ((store.words, yes, at),))
        new = none if kind is Kind.REMOVED else Pieces(batch.size[only], ((batch.words, yes, batch.start[only]),))
        kinds = np.full(1, kind, np.uint8)
        store.recent[slot] = self.history.append(
            self.table, Source.EVENT, kinds, heard.times[only], heard.ports[only], heard.sequences[only], old, new
        )
        outcome.recorded += 1


def _pick(heard: Heard, rows: Ints, store: Store) -> Heard:
    batch = Batch(heard.batch.words, heard.batch.start[rows], heard.batch.size[rows], store.key_plan)
    return Heard(
        batch, heard.sets[rows], heard.flags[rows], heard.ports[rows], heard.sequences[rows], heard.times[rows]
    )


def _own(message: bytes) -> tuple[Words, Ints, Ints]:
    """One message in a buffer of its own: words, start, size."""
    words = np.frombuffer(bytes(4) + message + bytes(-len(message) % 4), np.uint32)
    return words, np.array([1]), np.array([len(message)])


def _bytes(batch: Batch, row: int) -> bytes:
    begin, size = int(batch.start[row]), int(batch.size[row])
    return batch.words[begin : begin + (size + 3) // 4].tobytes()[:size]
