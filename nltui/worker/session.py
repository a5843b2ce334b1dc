"""A worker that dumps and follows the kernel for a set of tables: what the screen and every headless command hold.

Importing this file costs nothing: numpy and all that needs it are imported in the reader threads.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from nltui.errors import NltuiError
from nltui.model.rows import Rows
from nltui.model.table import Feed, Framing, Table
from nltui.record import replace
from nltui.system.namespaces import Identity, Namespace, current
from nltui.worker.contract import Freshness, SessionStatus, TableStatus
from nltui.worker.lookups import Lookups

if TYPE_CHECKING:
    from nltui.config import Limits
    from nltui.model.actor import Actor
    from nltui.model.history import History
    from nltui.model.log import LogStore
    from nltui.model.store import Store
    from nltui.worker.actors import Actors
    from nltui.worker.guard import Guard
    from nltui.worker.local import Local
    from nltui.worker.log_reader import LogReader
    from nltui.worker.process_events import ProcessEvents
    from nltui.worker.reader import Reader

DUMPED = (Feed.FOLLOWED, Feed.SAMPLED)
JOIN = 1.0
"""Seconds to wait for readers to end."""


class Session:
    """See `contract.SessionLike`. `namespace` None: the one this process is in."""

    def __init__(
        self,
        namespace: Namespace | None,
        tables: Sequence[Table],
        *,
        buffer: int | None = None,
        limits: Limits | None = None,
        names: bool = False,
        audit: bool = True,
    ) -> None:
        """`buffer`: receive buffer of the monitor sockets in bytes; `limits`: how much is held, None: the defaults.

        `names`: requesters of changes are asked about, so process events are worth hearing. `audit`: dump tables again
        from time to time though nothing casts a doubt on them, see `model.sync`. A namespace that is deleted meanwhile
        is let go of: its sockets and `namespace` itself are closed.
        """
        self._tables = tuple(tables)
        self._namespace, self._buffer, self._limits = namespace, buffer, limits
        self._names, self._audit = names, audit
        self.context = Lookups()
        self._threads: list[threading.Thread] = []
        self._listening: list[threading.Thread] = []
        """Those that hold sockets."""
        self._guard: Guard | None = None
        self._readers: dict[int, Reader] = {}
        self._logs: dict[str, LogReader] = {}
        self._local: dict[str, Local] = {}
        self._visible: set[str] = set()
        self._history: History | None = None
        self._actors: Actors | None = None
        self._processes: ProcessEvents | None = None
        self._trouble = self._unnamed = ""
        self._stopping = threading.Event()
        self.ready = threading.Event()
        """Set once every store exists."""
        self.changed = threading.Condition()
        """Notified after rows of any table changed."""
        self.pulse = 0
        """Grows whenever rows of any table, or its state, changed."""
        self._started = time.time()

    @property
    def tables(self) -> tuple[Table, ...]:
        """In display order."""
        return self._tables

    @property
    def history(self) -> History:
        """What changed; only after `ready`."""
        assert self._history is not None
        return self._history

    def store(self, name: str) -> Store:
        """Rows of a followed table; only after `ready`."""
        for reader in self._readers.values():
            if name in reader.followers:
                return reader.followers[name].store
        raise KeyError(name)

    def log(self, name: str) -> LogStore:
        """Records of a log; only after `ready`."""
        return self._logs[name].store

    def start(self) -> None:
        """Return at once; the first thread imports what is needed and starts the others."""
        if self._stopping.is_set():
            return
        starter = threading.Thread(target=self._start, name="nltui-start", daemon=True)
        self._threads.append(starter)
        starter.start()

    def _start(self) -> None:
        try:
            self._build()
        except Exception as error:  # said on the screen; without readers there is nothing else to do
            self._trouble = f"the readers could not be started: {type(error).__name__}: {error}"
        finally:
            self.ready.set()
        if self._names and not self._trouble and not self._stopping.is_set():
            try:
                self._name_requesters()
            except Exception as error:  # the tables are as good without
                self._unnamed = f"requesters are not named: {type(error).__name__}: {error}"

    def _name_requesters(self) -> None:
        """Last, as it is of no use to the tables: what is heard before stays unnamed."""
        from nltui.config import DEFAULTS
        from nltui.system.processes import remember
        from nltui.worker.actors import Actors
        from nltui.worker.process_events import ProcessEvents

        most = (self._limits or DEFAULTS).processes
        remember(most)
        self._processes = ProcessEvents(2 * most)
        self._actors = Actors(
            self._network(),
            self._namespace,
            remembered=most,
            lives=self._processes.lives,
            unheard=self._unheard,
            told=partial(self._on_change, "activity"),
        )
        for reader in self._readers.values():
            reader.actors = self._actors
        if not self._stopping.is_set():
            thread = threading.Thread(target=self._processes.run, name="nltui-processes", daemon=True)
            # Started first: a thread that was not cannot be joined.
            thread.start()
            self._threads.append(thread)

    def _build(self) -> None:
        from nltui.config import DEFAULTS
        from nltui.model.history import History
        from nltui.model.room import fitting
        from nltui.worker.local import local_tables
        from nltui.worker.log_reader import LogReader
        from nltui.worker.reader import Reader

        self._limits = limits = self._limits or DEFAULTS
        self._history = History(limits.history_entries, limits.history_bytes)
        buffer = self._buffer or limits.monitor_buffer
        runs = []
        wished = [replace(t, capacity=limits.rows.get(t.name, t.capacity)) for t in self._tables if t.feed in DUMPED]
        sized = {table.name: table for table in fitting(wished)}
        for protocol in dict.fromkeys(table.protocol for table in self._tables if table.feed in DUMPED):
            mine = [
                (number, sized[table.name])
                for number, table in enumerate(self._tables)
                if table.protocol == protocol and table.feed in DUMPED
            ]
            reader = Reader(protocol, mine, self._namespace, self._history, buffer, on_change=self._on_change)
            reader.refresher.visible = self._visible
            reader.sync.audit = self._audit
            self._readers[protocol] = reader
            runs.append(reader.run)
            for _, table in mine:
                if table.label:
                    self.context.provide(table.name, partial(_labels, reader, table))
                past = reader.followers[table.name].past
                if past is not None:
                    self.context.remember(table.name, past)
        for table in self._tables:
            if table.feed is Feed.LOG and table.framing is Framing.UEVENT:
                log = LogReader(table, self._namespace, self._history, buffer, on_change=self._on_change, limits=limits)
                self._logs[table.name] = log
                runs.append(log.run)
        self._local = local_tables(self, self._history, self.actor, self._knowledge, self._readers, self._logs)
        if self._stopping.is_set():
            return
        for run in runs:
            thread = threading.Thread(target=run, name="nltui-reader", daemon=True)
            thread.start()
            self._threads.append(thread)
            self._listening.append(thread)
        if self._namespace is not None and self._namespace.path:
            from nltui.worker.guard import Guard

            guard = Guard(self._namespace, self._let_go, partial(self._on_change, ""))
            guard.thread.start()
            self._guard = guard

    def _network(self) -> Identity | None:
        if self._namespace is not None:
            return self._namespace.identity
        with contextlib.suppress(NltuiError), current() as here:
            return here.identity
        return None

    def stop(self) -> None:
        """Ask the readers to end and wait for them, at most a second."""
        self._stopping.set()
        deadline = time.monotonic() + JOIN
        if self._threads:
            self.ready.wait(JOIN)
        for reader in self._running():
            reader.stop()
        if self._guard is not None:
            self._guard.stop()
            self._threads.append(self._guard.thread)
        if self._processes is not None:
            self._processes.stop()
        if self._actors is not None:
            self._actors.stop()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _let_go(self) -> None:
        """The namespace was deleted: nothing of it is held any more but what was seen."""
        for reader in self._running():
            reader.stop()
        if self._actors is not None:
            self._actors.stop()
        for thread in self._listening:
            thread.join()
        assert self._namespace is not None
        self._namespace.close()

    def _running(self) -> list[Reader | LogReader]:
        return [*self._readers.values(), *self._logs.values()]

    def _on_change(self, name: str) -> None:
        self.context.invalidate(name)
        with self.changed:
            self.pulse += 1
            self.changed.notify_all()

    # -- looking --

    def status(self) -> SessionStatus:
        """Now."""
        counts = [reader.counts for reader in self._running()]
        tables = {table.name: self._table_status(table) for table in self._tables}
        return SessionStatus(
            events=sum(count.events for count in counts),
            lost=sum(count.lost for count in counts),
            foreign=sum(count.foreign for count in counts),
            malformed=sum(count.malformed for count in counts),
            tables=tables,
            gap=self._gap(),
            trouble=self._gone or next((count.trouble for count in counts if count.trouble), self._trouble),
            gone=bool(self._gone),
        )

    def _unheard(self) -> str:
        """Why requesters that have gone are not named, for the person."""
        return self._processes.counts.trouble if self._processes is not None else self._unnamed

    @property
    def _gone(self) -> str:
        """What happened to the namespace, empty while it is there."""
        return "" if self._guard is None else self._guard.sentence

    def _gap(self) -> str:
        if self._history is None or not (numbers := self._history.recent_gaps(len(self._readers) + len(self._logs))):
            return ""
        from nltui.model.gaps import newest

        return newest([self._history.gap(number) for number in numbers], time.time_ns())

    def _table_status(self, table: Table) -> TableStatus:
        if not self.ready.is_set():
            return TableStatus()
        if self._guard is not None and self._guard.sentence and table.feed is not Feed.LOCAL:
            return TableStatus(Freshness.STALE, self._held(table), self._guard.since, self._guard.sentence)
        if table.name in self._logs:
            log = self._logs[table.name]
            fresh = Freshness.STALE if log.counts.trouble else Freshness.FRESH
            return TableStatus(fresh, len(log.store), self._started, log.counts.trouble)
        if table.name in self._local:
            return TableStatus(Freshness.FRESH, self._local[table.name].count(), self._started)
        reader = self._readers.get(table.protocol)
        if reader is None:
            return TableStatus(Freshness.STALE, 0, self._started, self._trouble)
        from nltui.worker.status import describe

        return describe(reader, table)

    def _held(self, table: Table) -> int:
        if table.name in self._logs:
            return len(self._logs[table.name].store)
        return self.store(table.name).count

    def rows(self, name: str) -> Rows | None:
        """A new view of one table; None until its store exists, or where the readers could not be started."""
        if not self.ready.is_set() or self._history is None:
            return None
        from nltui.model.log import LogView
        from nltui.model.view import View

        table = next(table for table in self._tables if table.name == name)
        if name in self._local:
            return self._local[name].open(table)
        if name in self._logs:
            return LogView(self._logs[name].store, self.context)
        reader = self._readers.get(table.protocol)
        if reader is None:
            return None
        rates = reader.refresher.tables.get(name)
        store = reader.followers[name].store
        assert self._limits is not None
        return View(store, self._history, self.context, rates[1] if rates else None, self._limits.memo_values)

    def watch(self, name: str, visible: bool) -> None:
        """Volatile values of visible tables are refreshed."""
        (self._visible.add if visible else self._visible.discard)(name)
        for reader in list(self._readers.values()):
            reader.wake()

    def actor(self, port_id: int, time_ns: int) -> Actor:
        """Who a port id was at a time."""
        from nltui.model.actor import Actor, Certainty

        if self._actors is None:
            return Actor(port_id, Certainty.UNKNOWN)
        return self._actors.actor(port_id, time_ns)

    def _knowledge(self) -> int:
        return 0 if self._actors is None else self._actors.knowledge()

    def settle(self, seconds: float) -> bool:
        """Wait until everything is known about requesters heard of so far; False when the time is up first."""
        return self._actors is None or self._actors.settle(seconds)

    def news(self, pulse: int, seconds: float) -> int:
        """Wait until something changed since this pulse, at most so many seconds; returns the present one."""
        with self.changed:
            self.changed.wait_for(lambda: self.pulse != pulse, seconds)
            return self.pulse

    def wait(self, names: Sequence[str], seconds: float) -> bool:
        """Block until these tables are fresh (or refused); False when the time is up first."""
        deadline = time.monotonic() + seconds
        self.ready.wait(seconds)
        pulse = self.pulse
        while not all(self._settled(name) for name in names):
            left = deadline - time.monotonic()
            if left <= 0 or self._stopping.is_set():
                return False
            # Seen before it was looked: what changed since ends the wait at once.
            pulse = self.news(pulse, min(left, 0.05))
        return True

    def _settled(self, name: str) -> bool:
        table = next(table for table in self._tables if table.name == name)
        return self._table_status(table).freshness in (Freshness.FRESH, Freshness.STALE)


def _labels(reader: Reader, table: Table, keys: Collection[int] | None) -> dict[int, str]:
    """Labels by integer key, of these rows or of every one."""
    from nltui.model.labels import labels

    return labels(reader.followers[table.name].store, keys)
