"""One followed table at work: its store, the events that change it and the dumps that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from time import time_ns

import numpy as np

from nltui.model.conditions import accepted
from nltui.model.events import Events
from nltui.model.heard import Heard
from nltui.model.history import History
from nltui.model.intake import Intake
from nltui.model.past import KEYS, Past
from nltui.model.store import Store
from nltui.model.sync import Part
from nltui.model.table import Doubt, Dump, Table
from nltui.netlink.arrays import member, member_of, repeated, unique
from nltui.netlink.columns import Batch, Ints, Words
from nltui.netlink.dump import BURST, FILLED, FIRST_BURST, ROOM, Burst, Chunk, DumpReader, Scratch
from nltui.netlink.socket import Sockets

Doubted = tuple[str, Part | None]
"""A table, and the part of it that is uncertain; None: all of it."""
GROWTH = 4
"""Each burst of a dump may be so many times larger than the one before."""
COMPARED = BURST // 2
"""Datagrams of a burst that is only compared: whoever follows a storm meanwhile waits half as long."""


class Follower:
    """Takes in events and dumps of one table."""

    def __init__(self, table: Table, number: int, history: History, names: int = KEYS) -> None:
        """`number` is the table's index in the session, for history; `names`: rows whose former labels are kept."""
        self.table = table
        self.store = Store(table)
        self.events = Events(self.store, history, number)
        self.history, self.number = history, number
        self._types = table.sets | table.removes
        self._sets = table.sets
        self.past = Past(self.store, names) if table.label else None
        self.running: RunningDump | None = None
        self.loaded = False

    def hear(self, words: Words, type_: Ints, start: Ints, size: Ints, times: Ints) -> tuple[int, list[Doubted], int]:
        """Apply those messages of a batch that are this table's; `times` of arrival in ns since the epoch.

        Returns how many there were, what is doubtful now, and how many messages were malformed.
        """
        unsettled = self.table.unsettles and member(type_, self.table.unsettles).any()
        doubts: list[Doubted] = [(self.table.name, None)] if unsettled else []
        mine = np.flatnonzero(member(type_, self._types))
        if not len(mine):
            return 0, doubts, 0
        batch = Batch(words, start[mine], size[mine], self.store.key_plan)
        malformed = int(batch.broken.sum())
        keep = accepted(self.table, batch)
        doubts += [(self.table.name, None)] if malformed else []
        if not keep.all():
            turned_away = type_[mine[~keep]]
            for doubt in self.table.doubts:
                if doubt.rejected and member(turned_away, doubt.on).any():
                    doubts += ((table, None) for table in doubt.tables)
            mine = mine[keep]
            batch = Batch(words, start[mine], size[mine], self.store.key_plan)
        if not len(mine):
            return 0, doubts, malformed
        at = start[mine]
        sets = member(type_[mine], self._sets)
        doubts += self._doubts(batch, type_[mine])
        heard = Heard(
            batch,
            sets,
            (words[at + 1] >> np.uint32(16)).astype(np.int64),
            words[at + 3].astype(np.int64),
            words[at + 2].astype(np.int64),
            times[mine],
        )
        if self.past is not None:
            self.past.hear(words, at, size[mine], sets, times[mine])
        outcome = self.events.apply(heard)
        if outcome.doubtful:
            inexact = self.table.inexact
            parts = [(inexact[0], value) for value in outcome.values] if inexact else [None]
            doubts += ((self.table.name, part) for part in parts)
        return len(mine), doubts, malformed

    def _doubts(self, batch: Batch, type_: Ints) -> list[Doubted]:
        """What these events make uncertain, as the declaration says."""
        out: list[Doubted] = []
        for doubt in self.table.doubts:
            if doubt.rejected:
                continue
            rows = self._casting(doubt, batch, np.flatnonzero(member(type_, doubt.on)))
            if not len(rows):
                continue
            parts: list[Part | None] = [None]
            if doubt.part is not None:
                name, field = doubt.part
                parts = [(name, number) for number in unique(batch.ints(field)[0][rows]).tolist()]
            out += ((table, part) for table in doubt.tables for part in parts)
        return out

    def _casting(self, doubt: Doubt, batch: Batch, rows: Ints) -> Ints:
        """Those of the rows that cast the doubt."""
        if doubt.flips is None or not len(rows):
            return rows
        field, mask = doubt.flips
        now = batch.ints(field)[0][rows]
        read, hashes = self.store.read_keys(batch)
        slots = self.store.find(read, hashes)[rows]
        known = slots >= 0
        before = self.store.batch(slots[known], self.store.key_plan).ints(field)[0]
        casts = np.ones(len(rows), bool)
        # Of several events about one row, any may have flipped the bits and the last flipped them back.
        once = ~member_of(slots[known], repeated(slots[known]))
        casts[known] = (((now[known] ^ before) & mask) != 0) | ~once
        return rows[casts]

    def dump(self, sockets: Sockets, scratch: Scratch, part: Part | None = None) -> RunningDump:
        """Begin a resync of a part, or of all of the table."""
        dumps = self.table.dumps if part is None else self.table.parts[part[0]].dumps(part[1])
        self.running = RunningDump(self, sockets, scratch, dumps)
        return self.running


class RunningDump:
    """The dumps of one resync, read in bounded steps."""

    def __init__(self, follower: Follower, sockets: Sockets, scratch: Scratch, dumps: Sequence[Dump]) -> None:
        self._follower, self._sockets, self._scratch = follower, sockets, scratch
        self._waiting = list(dumps)
        self._part: Dump | None = None
        self._intake: Intake | None = None
        self.reader: DumpReader | None = None
        self._ahead: Burst | None = None
        """What is received while the burst before is taken in."""
        self._turn, self._most = False, FIRST_BURST
        self.rows = 0
        self.changed = 0
        self.unconfirmed = 0
        self.interrupted = False
        self.error = 0
        self.problem = ""
        self._finished: list[Dump] = []
        self._next()

    @property
    def ended(self) -> bool:
        """Whether nothing is left to read."""
        return self.reader is None

    def _next(self) -> None:
        """Ask for the next part, or be done."""
        if self.reader is not None:
            self.reader.close()
            self.reader = None
        if not self._waiting or self.error:
            return
        follower, part = self._follower, self._waiting.pop(0)
        table = follower.table
        if self._intake is None:
            self._intake = Intake(follower.store, follower.history, follower.number, not follower.loaded)
            follower.events.dump = self._intake
        self._part = part
        self.reader = DumpReader(self._sockets, table.protocol, part.type, part.body, part.strict)

    def step(self) -> bool:
        """Receive a burst, or what is there of it, and take it in. True: more may be there now."""
        assert self.reader is not None
        assert self._intake is not None
        reader, arena = self.reader, self._follower.store.arena
        burst, self._ahead = self._ahead or self._burst(), None
        taken = burst.finish()
        count, in_place = len(taken.start), burst.words is arena.words
        if in_place:
            arena.settle(burst.begin, ROOM, taken.end)
        if count == burst.most:
            self._most = min(BURST if in_place else COMPARED, self._most * GROWTH)
            self._ahead = self._burst()
            self._ahead.start()
        if count:
            self._take(reader.messages(burst.words, taken), in_place)
            self.interrupted |= self._intake.crowded
            if self._ahead is not None:
                if self._ahead.words is arena.words:
                    arena.touch(self._ahead.begin + self._most * FILLED, self._most * FILLED)
                self._intake.index_some()
        if reader.ended:
            self._join()
            self.error, self.problem = reader.error, reader.problem or self.problem
            if self._part is not None and self.error in self._part.empty:
                self.error = 0
            if self.error == 0 and self._part is not None:
                self._finished.append(self._part)
            self._next()
        return count > 0

    def _burst(self) -> Burst:
        """The next one, apart from the one before: straight into the arena where its rows will stay, else beside it."""
        assert self.reader is not None
        assert self._intake is not None
        arena, scratch = self._follower.store.arena, self._scratch
        self._turn = not self._turn
        if self._intake.in_place and arena.room() >= ROOM:
            return Burst(self.reader, scratch.packers[self._turn], arena.words, arena.reserve(ROOM), self._most)
        return Burst(self.reader, scratch.packers[self._turn], scratch.words, self._turn * ROOM, self._most)

    def _join(self) -> None:
        """Let the burst end that is being received: its thread uses the socket."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.finish()
            if ahead.words is self._follower.store.arena.words:
                self._follower.store.arena.settle(ahead.begin, ROOM, ahead.begin)

    def _take(self, chunk: Chunk, in_place: bool) -> None:
        assert self._intake is not None
        self.interrupted |= chunk.interrupted
        mine = member(chunk.type, self._follower._sets)
        start, size = (chunk.start, chunk.size) if mine.all() else (chunk.start[mine], chunk.size[mine])
        if len(start):
            self._intake.take(chunk.words, start, size, in_place)
            self.rows = self._intake.rows

    def finish(self, remove: bool) -> None:
        """Settle what the dumps did not show. Called once, after `ended`."""
        intake = self._intake
        if intake is not None:
            intake.flush()
            for part in self._finished:
                self.unconfirmed += intake.finish(part.covers, remove)
            self.changed = intake.changed
            if not self.error:
                intake.recount()
            if self.changed and self._follower.past is not None:
                self._follower.past.check(time_ns())
        self._follower.events.dump = None
        self._follower.running = None
        if not self.error:
            self._follower.loaded = True

    def abandon(self) -> None:
        """Stop reading; nothing is removed."""
        try:
            self._join()
        finally:
            if self.reader is not None:
                self.reader.close()
                self.reader = None
            self._follower.events.dump = self._follower.running = None
            if self._intake is not None:
                self._intake.flush()
