"""Any interleaving of changes, losses, forgeries and broken dumps: five seconds of quiet, and all is exact.

The reader is the real one; the kernel behind its sockets is small (wire.py), and so is the clock.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nltui.model import chains, intake, store
from nltui.model.history import History
from nltui.model.sync import TRIES, Phase
from nltui.model.table import Grouping
from nltui.netlink import dump
from nltui.netlink.request import Requests
from nltui.worker import monitor, reader
from nltui.worker.reader import Reader
from tests.model.small import NEW, NLM_F_APPEND, NLM_F_REPLACE, Row, row_of
from tests.worker.wire import FORGED, GROUPINGS, SPOOFER, Datagram, MonitorSocket, Parts, Wire, World, tables

NAMES = st.sampled_from(list(GROUPINGS))
GROUPS = st.integers(1, 5)
VALUES = st.sampled_from([b"a", b"bb", b"long enough for another length"])
FLAGS = st.sampled_from([0, 0, NLM_F_APPEND, NLM_F_REPLACE])
TURNS = st.lists(st.sampled_from([0.0, 0.0, 0.02, 0.15, 0.4]), max_size=3)
"""Seconds that pass before each turn of the reader's loop that follows."""
FAULTS = st.sampled_from(["interrupt", "miss", "twice", "error", "cut", "foreign"])
QUIET = 5.0
"""Seconds within which every table must be exact again."""


class Interleaving(RuleBasedStateMachine):
    """Rules are what a kernel, other processes and time do; `step` is one turn of the reader's loop."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world = World()
        self._patches = pytest.MonkeyPatch()
        clock = SimpleNamespace(monotonic=world.monotonic, time_ns=world.time_ns)
        for module in (reader, monitor, dump, store):
            self._patches.setattr(module, "time", clock)
        self._patches.setattr(intake, "monotonic", world.monotonic)
        self._patches.setattr(reader, "select", SimpleNamespace(select=self._wait))
        self._patches.setattr(monitor, "drops", world.drops)
        self._patches.setattr(dump, "begin_dump", world.begin_dump)
        self.reader = Reader(0, list(enumerate(tables())), None, History(1 << 12, 1 << 20), 1 << 16)
        self.reader.sync.chance = lambda: 0.5
        self.reader.monitor._socket = cast(Any, MonitorSocket(world))
        self.reader.monitor._receiver = Wire(8)
        self.reader._scratch.packers = Parts(4), Parts(4)
        self.reader._requests = cast(Requests, world)
        self.reader.sync.abandoned(world.now)

    def _wait(self, *asked: object) -> None:
        self.world.now += 0.05

    def teardown(self) -> None:
        try:
            self.becomes_exact()
        finally:
            self._patches.undo()

    # -- what happens --

    @initialize(rows=st.lists(st.tuples(NAMES, GROUPS, VALUES), max_size=8))
    def begins(self, rows: list[tuple[str, int, bytes]]) -> None:
        for name, group, value in rows:
            self.world.add(name, Row(group, 0, value), NLM_F_APPEND, heard=False)

    @rule(name=NAMES, group=GROUPS, row=st.integers(0, 2), value=VALUES, flags=FLAGS, turns=TURNS)
    def adds(self, name: str, group: int, row: int, value: bytes, flags: int, turns: list[float]) -> None:
        self.world.add(name, self.made(name, group, row, value), flags)
        self.turns(turns)

    @staticmethod
    def made(name: str, group: int, row: int, value: bytes) -> Row:
        return Row(group, row if GROUPINGS[name] is not Grouping.MULTISET else 0, value)

    @rule(name=NAMES, group=GROUPS, choose=st.integers(0, 3), turns=TURNS)
    def deletes(self, name: str, group: int, choose: int, turns: list[float]) -> None:
        self.world.delete(name, group, choose)
        self.turns(turns)

    @rule(changes=st.lists(st.tuples(NAMES, GROUPS, st.booleans(), VALUES), min_size=3, max_size=12), turns=TURNS)
    def storms(self, changes: list[tuple[str, int, bool, bytes]], turns: list[float]) -> None:
        """More at once than the queue holds, at times."""
        for name, group, adds, value in changes:
            if adds:
                self.world.add(name, self.made(name, group, 1, value))
            else:
                self.world.delete(name, group, 0)
        self.turns(turns)

    @rule(group=GROUPS, lost=st.lists(GROUPS, max_size=3), value=VALUES, turns=TURNS)
    def changes_one_and_others_without_a_word(
        self, group: int, lost: list[int], value: bytes, turns: list[float]
    ) -> None:
        for each in lost:
            self.world.kernels["unique"].vanish(each, 0)
        self.world.add("chain", Row(group, 0, value), NLM_F_REPLACE)
        # Also where nothing changed: a notification that says what is known already.
        self.world.tell(Datagram(World.typed("chain", self.world.kernels["chain"].groups[group][0].message(NEW))))
        self.turns(turns)

    @rule(
        name=NAMES,
        group=GROUPS,
        choose=st.integers(0, 3),
        datagram=st.sampled_from(["cut", "short", "torn"]),
        turns=TURNS,
    )
    def is_told_unreadably(self, name: str, group: int, choose: int, datagram: str, turns: list[float]) -> None:
        self.world.delete(name, group, choose, heard=False)
        whole = World.typed(name, Row(group, 0, b"x").message(NEW))
        made = {"cut": Datagram(whole, cut=True), "short": Datagram(whole[:12]), "torn": Datagram(whole[:-4])}
        self.world.tell(made[datagram])
        self.turns(turns)

    @rule(name=NAMES, group=GROUPS, value=VALUES)
    def is_forged(self, name: str, group: int, value: bytes) -> None:
        self.world.tell(Datagram(World.typed(name, Row(group, FORGED, value).message(NEW)), SPOOFER))
        self.turn()

    @rule(faults=st.lists(FAULTS, min_size=1, max_size=2), name=NAMES, group=GROUPS, value=VALUES, turns=TURNS)
    def a_dump_goes_wrong(self, faults: list[str], name: str, group: int, value: bytes, turns: list[float]) -> None:
        """Something that only a dump can tell happens, and the dump fails to."""
        for fault in faults:
            setattr(self.world.faults, fault, 1)
        self.is_told_unreadably(name, group, 0, "cut", [0.0, 0.3])
        self.world.add(name, self.made(name, group, 1, value), NLM_F_APPEND)
        self.turns([0.0, *turns])

    @rule()
    def a_dump_is_never_answered(self) -> None:
        self.world.faults.silence = 1

    @rule(seconds=st.sampled_from([0.05, 0.3, 2.0]))
    def passes(self, seconds: float) -> None:
        self.world.now += seconds

    # -- the reader --

    @rule(turns=TURNS)
    def turns(self, turns: list[float]) -> None:
        for seconds in turns:
            self.world.now += seconds
            self.turn()
            self.what_counts_as_fresh_is_exact()

    def turn(self) -> None:
        """As Reader._follow does it."""
        self.reader._pump()
        if self.reader._dump is not None:
            self.reader._step()
        else:
            self.reader._begin()
        for follower in self.reader.followers.values():
            follower.store.purge()

    # -- what must hold --

    @invariant()
    def what_counts_as_fresh_is_exact(self) -> None:
        """Unless something is on its way: queued, lost without having been noticed, or being dumped just now."""
        world = self.world
        if world.queue or not world.told_overrun or world.dropped != self.reader.monitor._drops:
            return
        for name, state in self.reader.sync.states.items():
            if state.phase is Phase.FRESH and state.doubt_since is None and self.reader.sync.running is None:
                assert self.rows(name) == self.kernel_rows(name), name

    @invariant()
    def nothing_forged_is_believed(self) -> None:
        assert all(row.row != FORGED for name in GROUPINGS for row in self.rows(name))

    def rows(self, name: str) -> list[Row]:
        held = self.reader.followers[name].store
        live = held.live()
        if GROUPINGS[name] is Grouping.CHAIN:
            slots = [slot for head in chains.heads(held, live) for slot in chains.members(held, head)]
            found: list[Row] = [row_of(held.message(slot)) for slot in slots]
            return sorted(found, key=lambda row: row.group)
        return sorted((row_of(held.message(slot)) for slot in live.tolist()), key=repr)

    def kernel_rows(self, name: str) -> list[Row]:
        rows = self.world.kernels[name].rows()
        return rows if GROUPINGS[name] is Grouping.CHAIN else sorted(rows, key=repr)

    def becomes_exact(self) -> None:
        """Quiet: nothing changes and nothing goes wrong any more."""
        world, sync = self.world, self.reader.sync
        world.faults = type(world.faults)()
        if self.reader._dump is not None:
            # One that the kernel never answers is waited for, and that is not counted.
            while self.reader._dump is not None:
                world.now += 0.2
                self.turn()
        until = world.now + QUIET
        while world.now < until:
            world.now += 0.005
            self.turn()
            if all(state.phase is Phase.FRESH for state in sync.states.values()) and self.reader._dump is None:
                break
        for name, state in sync.states.items():
            assert state.phase is Phase.FRESH, (name, state.phase, TRIES)
            assert self.rows(name) == self.kernel_rows(name), name
            assert state.repairs == 0
        assert self.reader.counts.lost == world.dropped


TestInterleavings = Interleaving.TestCase
TestInterleavings.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
