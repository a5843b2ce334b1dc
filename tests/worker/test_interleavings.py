"""Any interleaving of changes, losses, forgeries, interrupted and broken dumps: quiet for five seconds, and all is exact.

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
from nltui.worker import reader
from nltui.worker.actors import Actors
from nltui.worker.reader import Reader
from tests.model.small import NEW, NLM_F_APPEND, NLM_F_REPLACE, Row, row_of
from tests.worker.wire import GROUPINGS, SPOOFER, Datagram, MonitorSocket, Wire, World, tables

NAMES = st.sampled_from(list(GROUPINGS))
GROUPS = st.integers(1, 5)
VALUES = st.sampled_from([b"a", b"bb", b"long enough for another length"])
FLAGS = st.sampled_from([0, 0, NLM_F_APPEND, NLM_F_REPLACE])
QUIET = 5.0
"""Seconds within which every table must be exact again."""


class Interleaving(RuleBasedStateMachine):
    """Rules are what a kernel, other processes and time do; `step` is one turn of the reader's loop."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world = World()
        self._patches = pytest.MonkeyPatch()
        clock = SimpleNamespace(monotonic=world.monotonic, time_ns=world.time_ns)
        for module in (reader, dump, store):
            self._patches.setattr(module, "time", clock)
        self._patches.setattr(intake, "monotonic", world.monotonic)
        self._patches.setattr(reader, "select", SimpleNamespace(select=self._wait))
        self._patches.setattr(reader, "drops", world.drops)
        self._patches.setattr(dump, "dump_socket", world.dump_socket)
        self.reader = Reader(0, list(enumerate(tables())), None, History(1 << 12, 1 << 20), Actors(), 1 << 16)
        self.reader.sync.chance = lambda: 0.5
        self.reader._monitor = cast(Any, MonitorSocket(world))
        self.reader._receiver = Wire(8)
        self.reader._scratch.receivers = Wire(4), Wire(4)
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
            self.world.changed(name, lambda kernel, g=group, v=value: kernel.add(Row(g, 0, v), NLM_F_APPEND), False)

    @rule(name=NAMES, group=GROUPS, row=st.integers(0, 2), value=VALUES, flags=FLAGS)
    def adds(self, name: str, group: int, row: int, value: bytes, flags: int) -> None:
        self.world.changed(name, lambda kernel: kernel.add(self.made(name, group, row, value), flags))

    @staticmethod
    def made(name: str, group: int, row: int, value: bytes) -> Row:
        return Row(group, row if GROUPINGS[name] is not Grouping.MULTISET else 0, value)

    @rule(name=NAMES, group=GROUPS, choose=st.integers(0, 3))
    def deletes(self, name: str, group: int, choose: int) -> None:
        self.world.changed(name, lambda kernel: kernel.delete(group, choose))

    @rule(group=GROUPS, lost=st.lists(GROUPS, max_size=3), value=VALUES)
    def changes_one_and_others_without_a_word(self, group: int, lost: list[int], value: bytes) -> None:
        for each in lost:
            self.world.kernels["unique"].vanish(each, 0)
        self.world.changed("chain", lambda kernel: kernel.add(Row(group, 0, value), NLM_F_REPLACE))
        # Also where nothing changed: a notification that says what is known already.
        self.world.tell(Datagram(World.typed("chain", self.world.kernels["chain"].groups[group][0].message(NEW))))

    @rule(name=NAMES, group=GROUPS, choose=st.integers(0, 3), datagram=st.sampled_from(["cut", "short", "torn"]))
    def is_told_unreadably(self, name: str, group: int, choose: int, datagram: str) -> None:
        self.world.changed(name, lambda kernel: kernel.delete(group, choose), heard=False)
        whole = World.typed(name, Row(group, 0, b"x").message(NEW))
        made = {"cut": Datagram(whole, cut=True), "short": Datagram(whole[:12]), "torn": Datagram(whole[:-4])}
        self.world.tell(made[datagram])

    @rule(name=NAMES, group=GROUPS, value=VALUES)
    def is_forged(self, name: str, group: int, value: bytes) -> None:
        self.world.tell(Datagram(World.typed(name, Row(group, 3, value).message(NEW)), SPOOFER))

    @rule(fault=st.sampled_from(["interrupt", "miss", "twice", "error", "cut", "foreign", "silence"]))
    def dumps_go_wrong(self, fault: str) -> None:
        setattr(self.world.faults, fault, 1)

    @rule(seconds=st.sampled_from([0.001, 0.05, 0.3, 2.0]))
    def passes(self, seconds: float) -> None:
        self.world.now += seconds

    # -- the reader --

    @rule(times=st.integers(1, 4))
    def step(self, times: int) -> None:
        for _ in range(times):
            self.turn()

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
        if world.queue or not world.told_overrun or world.dropped != self.reader._drops:
            return
        for name, state in self.reader.sync.states.items():
            if state.phase is Phase.FRESH and state.doubt_since is None and self.reader.sync.running is None:
                assert self.rows(name) == self.kernel_rows(name), name

    @invariant()
    def nothing_forged_is_believed(self) -> None:
        assert all(row.row != 3 for name in GROUPINGS for row in self.rows(name) if isinstance(row, Row))

    def rows(self, name: str) -> list[Row | str]:
        held = self.reader.followers[name].store
        live = held.live()
        if GROUPINGS[name] is Grouping.CHAIN:
            slots = [slot for head in chains.heads(held, live) for slot in chains.members(held, head)]
            found: list[Row] = [row_of(held.message(slot)) for slot in slots]
            return list(sorted(found, key=lambda row: row.group))
        return sorted((row_of(held.message(slot)) for slot in live.tolist()), key=repr)

    def kernel_rows(self, name: str) -> list[Row]:
        rows = self.world.kernels[name].rows()
        return rows if GROUPINGS[name] is Grouping.CHAIN else sorted(rows, key=repr)

    @rule()
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
