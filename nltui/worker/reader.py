"""The thread that listens: one per protocol and namespace, polling monitor socket, running dump and a wake-up.

No exception leaves it: what goes wrong is said, everything becomes doubtful, and it starts again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from nltui.errors import KernelRefused, NltuiError, PrivilegeMissing
from nltui.model.gaps import Cause
from nltui.model.history import History
from nltui.model.past import KEYS
from nltui.model.sync import Phase, Sync
from nltui.model.table import Table
from nltui.netlink import gate
from nltui.netlink.columns import Bools, Ints, Words
from nltui.netlink.constants.netlink import PROTOCOL_NAMES
from nltui.netlink.dump import Scratch
from nltui.netlink.request import Requests
from nltui.netlink.socket import MONITOR_BUFFER, Sockets
from nltui.system.namespaces import Namespace
from nltui.worker.asking import Asking
from nltui.worker.counts import Counts
from nltui.worker.follow import Follower, RunningDump
from nltui.worker.losses import Losses
from nltui.worker.messages import Messages, whole
from nltui.worker.monitor import MANY, Monitor
from nltui.worker.refresh import Refresher
from nltui.worker.wake import Wake

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
        names: int = KEYS,
    ) -> None:
        """`tables` with their index in the session; `on_change` is called after rows of a table changed.

        `buffer`: of the monitor socket, in bytes; `names`: rows of each table whose former labels are remembered.
        """
        self.protocol, self.counts = protocol, Counts(asked=buffer)
        self.followers = {table.name: Follower(table, number, history, names) for number, table in tables}
        self.sync = Sync([table for _, table in tables])
        self.refresher = Refresher(self.followers)
        self._losses = Losses(history, self.followers, on_change)
        self._sockets = Sockets(namespace)
        self._requests = Requests(self._sockets, protocol)
        self._on_change = on_change
        self._taken: Bools = np.zeros(1 << 16, bool)
        """By message type, whether a table takes it."""
        self._taken[[number for _, table in tables for number in table.sets | table.removes | table.unsettles]] = True
        self._scratch = Scratch()
        self._dump: RunningDump | None = None
        self._told: dict[str, tuple[int, Phase]] = {}
        self._wake = Wake()
        self._asked: deque[tuple[tuple[str, ...], threading.Event]] = deque()
        self._stopping = threading.Event()
        groups = sorted({group for _, table in tables for group in table.groups})
        self.monitor = Monitor(
            self._sockets,
            protocol,
            groups,
            buffer,
            self.counts,
            self._wake,
            self._stopping,
            overran=self._overran,
            lost=self._lost,
        )

    def stop(self) -> None:
        """Ask run() to return; callable from any thread."""
        self._stopping.set()
        self.wake()

    def wake(self) -> None:
        """Look at plans now."""
        self._wake.ring()

    def reread(self, names: Sequence[str]) -> threading.Event:
        """Have these tables dumped again, from any thread; what it returns is set once they count as doubtful."""
        noted = threading.Event()
        self._asked.append((tuple(names), noted))
        self.wake()
        return noted

    def _doubt_asked(self) -> None:
        while self._asked:
            names, noted = self._asked.popleft()
            for name in names:
                if name in self.followers:
                    self.sync.doubt(name, time.monotonic())
            noted.set()

    def run(self) -> None:
        """Until stop(). Restarts itself after an unexpected error, with everything doubtful."""
        pause = 0.05
        while not self._stopping.is_set():
            try:
                self._follow()
            except NltuiError as error:
                final = self._is_final(error)
                # Who lacks the privilege to hear the groups is told what it is for; to enter a namespace is another.
                is_shut = isinstance(error, PrivilegeMissing) and "CAP_" not in str(error)
                # What is not to be had here is said in its tables' place, and concerns nobody else.
                is_lacking = isinstance(error, KernelRefused) and final
                self.counts.trouble = "" if is_shut or is_lacking else str(error)
                for name, follower in self.followers.items():
                    said = _sentence(follower.table, errno.EPERM) if is_shut else str(error)
                    self.sync.failed(name, time.monotonic(), said, final)
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

    def _is_final(self, error: NltuiError) -> bool:
        """Whether trying again is of no use: a privilege that is missing, a protocol that this kernel has not."""
        known = isinstance(error, KernelRefused) and error.number in FINAL
        return known or isinstance(error, PrivilegeMissing)

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
        self.monitor.close()

    def _follow(self) -> None:
        self.monitor.listen()
        if not self.counts.restarts:
            self.counts.trouble = ""
        self.sync.abandoned(time.monotonic())
        poll = select.poll()
        poll.register(self.monitor, select.POLLIN)
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
                self._doubt_asked()
            self._pump(self.monitor.gather() if self.monitor.fileno() in ready else 0)
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

    def _overran(self) -> None:
        self.sync.overrun(time.monotonic())

    def _lost(self, count: int) -> None:
        self.sync.overrun(time.monotonic())
        self._losses.lost(count)

    def _pump(self, held: int = 0) -> None:
        """Take in everything that is queued, behind `held` datagrams already received."""
        for got in self.monitor.batches(held):
            self._hear(whole(got))

    def _hear(self, heard: Messages) -> None:
        self.counts.foreign += heard.foreign
        if heard.bad:
            self.counts.malformed += heard.bad
            self.sync.overrun(time.monotonic())
            self._losses.lost(heard.bad, Cause.MALFORMED)
        if not len(heard):
            return
        self.counts.events += len(heard)
        self.counts.unknown += len(heard) - int(np.count_nonzero(self._taken[heard.type_]))
        # A few events are applied in the order heard, so that the log tells cause before effect; many, by table.
        for part in heard.runs() if len(heard) <= MANY else [slice(None)]:
            self._apply(heard.words, heard.type_[part], heard.start[part], heard.size[part], heard.times[part])

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
    title = table.title if table.title[1:2].isupper() else table.title.lower()
    if number in (errno.EPERM, errno.EACCES):
        way = "start with --read-only=broker" if gate.is_closed() else "run nltui with sudo"
        return f"the kernel shows {title} only to CAP_NET_ADMIN: {way}"
    if number in FINAL:
        return f"this kernel has no {title} ({os.strerror(number)})"
    return f"dumping {title}: {errno.errorcode.get(number, number)}, {os.strerror(number)}; trying again"
