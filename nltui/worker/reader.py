"""The thread that listens: one per protocol and namespace, polling monitor socket, running dump and a wake-up.

No exception leaves it: what goes wrong is said, everything becomes doubtful, and it starts again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nltui.errors import NltuiError, PrivilegeMissing
from nltui.model.gaps import Cause
from nltui.model.history import History
from nltui.model.sync import Phase, Sync
from nltui.model.table import Table
from nltui.netlink.arrays import unique
from nltui.netlink.columns import Bools, Ints, Words
from nltui.netlink.constants.netlink import PROTOCOL_NAMES
from nltui.netlink.dump import Scratch
from nltui.netlink.frames import split
from nltui.netlink.request import Requests
from nltui.netlink.socket import MONITOR_BUFFER, Datagrams, Overrun, Receiver, Sockets, drops, monitor
from nltui.system.namespaces import Namespace
from nltui.worker.asking import Asking
from nltui.worker.counts import Counts
from nltui.worker.follow import Follower, RunningDump
from nltui.worker.losses import Losses
from nltui.worker.refresh import Refresher
from nltui.worker.wake import Wake

if TYPE_CHECKING:
    from nltui.worker.actors import Actors

GATHER = 0.02
"""Seconds to let events gather after the first: one wake-up for hundreds of them."""
STORM = 0.08
"""Seconds to let them gather where many come: a batch of some thousand costs half as much an event."""
HELD = 4096
"""Datagrams of one batch, at most."""
MANY = 64
"""Datagrams in one wake-up from which it is a storm: looks at who asked would cost more than they tell."""
HUGE = 5_000
"""Rows from which parts of a table are read apart where a doubt is about them alone."""
FINAL = (errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT)


class Reader:
    """Follows all tables of one protocol; run() is its thread. Stores exist from the start."""

    def __init__(
        self,
        protocol: int,
        tables: Sequence[tuple[int, Table]],
        namespace: Namespace | None,
        history: History,
        buffer: int = MONITOR_BUFFER,
        on_change: Callable[[str], None] = lambda table: None,
    ) -> None:
        """`tables` with their index in the session; `on_change` is called after rows of a table changed."""
        self.protocol, self.counts = protocol, Counts(asked=buffer)
        self.followers = {table.name: Follower(table, number, history) for number, table in tables}
        self.sync = Sync([table for _, table in tables])
        self.refresher = Refresher(self.followers)
        self._losses = Losses(history, self.followers, on_change)
        self._sockets = Sockets(namespace)
        self._requests = Requests(self._sockets, protocol)
        self._buffer, self._on_change = buffer, on_change
        self.actors: Actors | None = None
        """Who is shown port ids of requesters, once somebody wants them named."""
        self._groups = tuple(sorted({group for _, table in tables for group in table.groups}))
        self._taken: Bools = np.zeros(1 << 16, bool)
        """By message type, whether a table takes it."""
        self._taken[[number for _, table in tables for number in table.sets | table.removes]] = True
        self._monitor: socket.socket | None = None
        self._receiver = Receiver(HELD)
        self._scratch = Scratch()
        self._dump: RunningDump | None = None
        self._drops = 0
        self._has_overrun = False
        self._told: dict[str, tuple[int, Phase]] = {}
        self._wake = Wake()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask run() to return; callable from any thread."""
        self._stopping.set()
        self.wake()

    def wake(self) -> None:
        """Look at plans now."""
        self._wake.ring()

    def run(self) -> None:
        """Until stop(). Restarts itself after an unexpected error, with everything doubtful."""
        pause = 0.05
        while not self._stopping.is_set():
            try:
                self._follow()
            except NltuiError as error:
                self.counts.trouble = str(error)
                final = isinstance(error, PrivilegeMissing)
                for name in self.followers:
                    self.sync.failed(name, time.monotonic(), str(error), final)
                if final:
                    self._stopping.wait()
            except Exception as error:  # a reader must outlive every surprise: it is told, and healed by new dumps
                self.counts.trouble = (
                    f"the {self._name} reader failed and was restarted: {type(error).__name__}: {error}"
                )
                self.counts.restarts += 1
            self._close()
            if not self._stopping.is_set() and any(state.loaded for state in self.sync.states.values()):
                self._losses.lost(0, Cause.RESTART)
            self._stopping.wait(pause)
            pause = min(pause * 2, 5.0)

    @property
    def _name(self) -> str:
        return PROTOCOL_NAMES.get(self.protocol, str(self.protocol))

    def _close(self) -> None:
        dump, self._dump = self._dump, None
        if dump is not None:
            with contextlib.suppress(Exception):  # what stopped the reader may stop this too; a new dump heals it
                dump.abandon()
        self.sync.abandoned(time.monotonic())
        self._requests.close()
        if self._monitor is not None:
            with contextlib.suppress(OSError):
                self._count_drops()
            self._monitor.close()
            self._monitor = None
            if not self._stopping.is_set():
                self.counts.opened = 0.0

    def _follow(self) -> None:
        self._monitor = monitor(self._sockets, self.protocol, self._groups, self._buffer)
        self.counts.listens(self._monitor)
        self._drops = 0
        if not self.counts.restarts:
            self.counts.trouble = ""
        self.sync.abandoned(time.monotonic())
        poll = select.poll()
        poll.register(self._monitor, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        self._begin()
        while not self._stopping.is_set():
            if self._dump is not None:
                self._pump()
                self._step()
                continue
            ready = {fd for fd, _ in poll.poll(self._patience())}
            if self._wake.fileno() in ready:
                self._wake.clear()
            self._pump(self._gather() if self._monitor.fileno() in ready else 0)
            self._begin()

    def _patience(self) -> int:
        """Milliseconds until something is planned."""
        now = time.monotonic()
        waits = [self.sync.wake(now), self.refresher.wake(now)]
        for follower in self.followers.values():
            due = follower.store.purge()
            if due is not None:
                waits.append(due - now)
        return int(min(max(min(waits), 0.001), 3600.0) * 1000) + 1

    # -- events --

    def _gather(self) -> int:
        """Take datagrams as they come, for a moment after the first, naming requesters while they are alive.

        Returns how many lie in the receiver.
        """
        assert self._monitor is not None
        begun, held = time.monotonic(), 0
        deadline = begun + GATHER
        poll = select.poll()
        poll.register(self._monitor, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            try:
                count = self._receiver.receive(self._monitor, held)
            except Overrun:
                self._overran()
                return held
            if count > held and self.actors is not None:
                got = self._receiver.datagrams(count)
                self.actors.see_all(unique(got.words[got.start[held:] + 3]).tolist())
            held = count
            if held >= MANY:
                return self._gather_more(held, begun + STORM)
            left = deadline - time.monotonic()
            if left <= 0 or self._stopping.is_set():
                return held
            if self._wake.fileno() in {fd for fd, _ in poll.poll(max(1, int(left * 1000)))}:
                return held

    def _gather_more(self, held: int, deadline: float) -> int:
        """In a storm: take what comes now and then, so that the kernel's buffer stays as empty, until it calms down."""
        assert self._monitor is not None
        while not self._receiver.is_full and not self._stopping.wait(GATHER):
            try:
                count = self._receiver.receive(self._monitor, held)
            except Overrun:
                self._overran()
                return held
            held, new = count, count - held
            if new < MANY or time.monotonic() + GATHER > deadline:
                break
        return held

    def _overran(self) -> None:
        self.counts.overruns += 1
        self.sync.overrun(time.monotonic())
        self._has_overrun = True

    def _count_drops(self) -> None:
        """Called once what came before the loss is taken in, so that the log tells it first."""
        assert self._monitor is not None
        lost = drops(self._monitor)
        new, self._drops = (lost - self._drops) & 0xFFFFFFFF, lost
        if new or self._has_overrun:
            self._has_overrun = False
            self.counts.lost += new
            self.sync.overrun(time.monotonic())
            self._losses.lost(new)

    def _pump(self, held: int = 0) -> None:
        """Take in everything that is queued, behind `held` datagrams already in the receiver."""
        assert self._monitor is not None
        while True:
            try:
                count = self._receiver.receive(self._monitor, held)
            except Overrun:
                self._overran()
                continue
            if not count:
                break
            self._hear(self._receiver.datagrams(count))
            held = 0
            if self._stopping.is_set():
                return
            if not self._receiver.is_full:  # what came meanwhile gathers: a batch costs the same for one as for many
                break
            if self._has_overrun:
                self._count_drops()
        self._count_drops()

    def _hear(self, got: Datagrams) -> None:
        words, start, size = got.words, got.start, got.length
        good = (got.sender == 0) & ~got.cut & (size >= 16)
        self.counts.foreign += int((got.sender != 0).sum())
        bad = int(((got.sender == 0) & (got.cut | (size < 16))).sum())
        start, size, times = start[good], size[good], got.time[good]
        several = np.flatnonzero(words[start] != size)
        if len(several):
            start, size, more = self._split(words, start, size, set(several.tolist()))
            times = np.full(len(start), times.max(), np.int64)
            bad += more
        if bad:
            self.counts.malformed += bad
            self.sync.overrun(time.monotonic())
            self._losses.lost(bad, Cause.MALFORMED)
        if not len(start):
            return
        self.counts.events += len(start)
        type_ = (words[start + 1] & np.uint32(0xFFFF)).astype(np.int64)
        self.counts.unknown += len(type_) - int(np.count_nonzero(self._taken[type_]))
        for part in self._runs(type_):
            self._apply(words, type_[part], start[part], size[part], times[part])

    def _runs(self, type_: Ints) -> list[slice]:
        """A few events are applied in the order heard, so that the log tells cause before effect; many, by table."""
        if len(type_) > MANY:
            return [slice(None)]
        cuts = [0, *(np.flatnonzero((type_[1:] ^ type_[:-1]) & ~3) + 1).tolist(), len(type_)]
        return [slice(begin, end) for begin, end in pairwise(cuts)]

    def _apply(self, words: Words, type_: Ints, start: Ints, size: Ints, times: Ints) -> None:
        now = time.monotonic()
        for name, follower in self.followers.items():
            count, doubts, malformed = follower.hear(words, type_, start, size, times)
            self.counts.malformed += malformed
            if count:
                self.sync.heard(name, count, now)
                self._tell(name)
            for doubted, part in doubts:
                self.sync.doubt(doubted, now, part if part and self._is_apart(doubted, part[0]) else None)

    def _is_apart(self, name: str, part: str) -> bool:
        """Whether what is doubtful in a part of a table has no bearing on the rest of it."""
        follower = self.followers.get(name)
        declared = follower.table.parts.get(part) if follower is not None else None
        if declared is None or not declared.unless:
            return declared is not None
        other = self.followers.get(declared.unless)
        return other is not None and not other.store.count

    def _split(self, words: Words, start: Ints, size: Ints, several: set[int]) -> tuple[Ints, Ints, int]:
        """Datagrams that are not exactly one message: several, or malformed."""
        starts, sizes, bad = [], [], 0
        for row in range(len(start)):
            if row not in several:
                starts.append(start[row : row + 1])
                sizes.append(size[row : row + 1])
                continue
            begin = int(start[row]) * 4
            inner, lengths, problem = split(words, begin, begin + int(size[row]))
            bad += bool(problem)
            starts.append(inner)
            sizes.append(lengths)
        return np.concatenate(starts), np.concatenate(sizes), bad

    # -- dumps --

    def _begin(self) -> None:
        now = time.monotonic()
        for table, follower in self.followers.items():
            if follower.store.tidy():
                self.sync.doubt(table, now)
        name = self.sync.due(now)
        if name is None:
            self.refresher.run(self._sockets, now, self._scratch)
            return
        follower = self.followers[name]
        self.sync.began(name, now, divisible=follower.store.count >= HUGE)
        self._dump = follower.dump(self._sockets, self._scratch, self.sync.states[name].part)

    def _step(self) -> None:
        dump = self._dump
        assert dump is not None
        assert self.sync.running is not None
        name = self.sync.running
        if not dump.ended:
            more = dump.step()
            if dump.interrupted:
                self.sync.interrupt(name)
            self._tell(name)
            if not dump.ended:
                if not more and dump.reader is not None:
                    select.select([dump.reader.socket.fileno(), self._wake.fileno()], [], [], 0.05)
                return
        self._pump()
        now, follower = time.monotonic(), self.followers[name]
        self._dump = None
        if dump.error:
            dump.finish(False)
            self.sync.failed(name, now, _sentence(follower.table, dump.error), dump.error in FINAL)
        else:
            dump.finish(self.sync.proven(name))
            self._ask(follower, dump)
            self.sync.ended(name, now, dump.unconfirmed, dump.changed)
            self.sync.schedule_audit(name, now, follower.store.count)
        self._losses.read_again(name, dump.changed, self.sync.states)
        self._tell(name)
        self._begin()

    def _ask(self, follower: Follower, dump: RunningDump) -> None:
        """What a dump that proves nothing did not show: ask about each row where the kernel answers that."""
        if not dump.unconfirmed or follower.table.ask is None:
            return
        asking = Asking(follower)
        try:
            asking.ask(self._requests)
            self._pump()
            dump.unconfirmed, changed = asking.settle()
            dump.changed += changed
        finally:
            follower.events.dump = None

    def _tell(self, name: str) -> None:
        """Say that rows or the state of a table changed, if they did."""
        state = self.sync.states[name]
        audit = state.phase is Phase.DUMPING and state.auditing
        now = self.followers[name].store.generation, Phase.FRESH if audit else state.phase
        if self._told.get(name) != now:
            self._told[name] = now
            self._on_change(name)


def _sentence(table: Table, number: int) -> str:
    """Why a table cannot be shown, and what would help."""
    if number in (errno.EPERM, errno.EACCES):
        return f"the kernel shows {table.title.lower()} only to CAP_NET_ADMIN; run nltui with sudo"
    if number in FINAL:
        return f"this kernel has no {table.title.lower()} ({os.strerror(number)})"
    return f"dumping {table.title.lower()}: {errno.errorcode.get(number, number)}, {os.strerror(number)}; trying again"
