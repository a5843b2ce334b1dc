"""Everything that works for a session in one namespace: readers, logs, the guard, and who names requesters.

Imported by the first thread of a session, since all this needs numpy.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from nltui.config import Limits
from nltui.errors import NltuiError
from nltui.model.gaps import newest
from nltui.model.history import History
from nltui.model.log import LogView
from nltui.model.room import fitting
from nltui.model.table import Feed, Framing, Table
from nltui.model.view import View
from nltui.record import replace
from nltui.system.namespaces import Identity, Namespace, current
from nltui.worker.guard import Guard
from nltui.worker.local import local_tables
from nltui.worker.log_reader import LogReader
from nltui.worker.lookups import Lookups
from nltui.worker.reader import Reader

if TYPE_CHECKING:
    from nltui.model.rows import Rows
    from nltui.model.store import Store
    from nltui.worker.actors import Actors
    from nltui.worker.contract import SessionLike
    from nltui.worker.process_events import ProcessEvents

DUMPED = (Feed.FOLLOWED, Feed.SAMPLED)


class Crew:
    """Made, then started, then stopped, each once; stop() may come at any time and from any thread."""

    def __init__(
        self,
        session: SessionLike,
        context: Lookups,
        namespace: Namespace | None,
        limits: Limits,
        buffer: int,
        on_change: Callable[[str], None],
    ) -> None:
        """`context` learns labels of rows; `on_change` is called with a table's name, from any thread."""
        self.readers: dict[int, Reader] = {}
        """By protocol."""
        self.logs: dict[str, LogReader] = {}
        self.history = History(limits.history_entries, limits.history_bytes)
        self.guard: Guard | None = None
        self.actors: Actors | None = None
        self.processes: ProcessEvents | None = None
        self._context, self._namespace, self._limits, self._buffer = context, namespace, limits, buffer
        self._on_change, self._tables = on_change, session.tables
        self._stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self._listening: list[threading.Thread] = []
        """Those that hold sockets."""
        self._make_readers()
        for table in self._tables:
            if table.feed is Feed.LOG and table.framing is Framing.UEVENT:
                self.logs[table.name] = LogReader(
                    table, namespace, self.history, buffer, on_change=on_change, limits=limits
                )
        self.local = local_tables(
            session, self.history, session.actor, self.knowledge, self.readers, self.logs, lambda: self.processes
        )

    def _make_readers(self) -> None:
        dumped = [table for table in self._tables if table.feed in DUMPED]
        wished = [replace(t, capacity=self._limits.rows.get(t.name, t.capacity)) for t in dumped]
        sized = {table.name: table for table in fitting(wished)}
        numbers = {table.name: number for number, table in enumerate(self._tables)}
        for protocol in dict.fromkeys(table.protocol for table in dumped):
            mine = [(numbers[t.name], sized[t.name]) for t in dumped if t.protocol == protocol]
            reader = Reader(
                protocol, mine, self._namespace, self.history, self._buffer, self._on_change, self._limits.names
            )
            self.readers[protocol] = reader
            for _, table in mine:
                if table.label:
                    self._context.provide(table.name, partial(_labels, reader, table))
                past = reader.followers[table.name].past
                if past is not None:
                    self._context.remember(table.name, past)

    def start(self) -> None:
        """Begin to listen."""
        if self._stopping.is_set():
            return
        for one in self.running():
            thread = threading.Thread(target=one.run, name="nltui-reader", daemon=True)
            thread.start()
            self.threads.append(thread)
            self._listening.append(thread)
        if self._namespace is not None and self._namespace.path:
            guard = Guard(self._namespace, self._let_go, partial(self._on_change, ""))
            guard.thread.start()
            self.guard = guard

    def name_requesters(self) -> None:
        """Last, as it is of no use to the tables: what is heard before stays unnamed."""
        from nltui.system.processes import remember
        from nltui.worker.actors import Actors
        from nltui.worker.process_events import ProcessEvents

        most = self._limits.processes
        remember(most)
        self.processes = ProcessEvents(2 * most)
        self.actors = Actors(
            self._network(),
            self._namespace,
            remembered=most,
            lives=self.processes.lives,
            unheard=lambda: self.processes.counts.trouble if self.processes is not None else "",
            told=partial(self._on_change, "activity"),
        )
        for reader in self.readers.values():
            reader.monitor.actors = self.actors
        if not self._stopping.is_set():
            thread = threading.Thread(target=self.processes.run, name="nltui-processes", daemon=True)
            # Started first: a thread that was not cannot be joined.
            thread.start()
            self.threads.append(thread)

    def _network(self) -> Identity | None:
        if self._namespace is not None:
            return self._namespace.identity
        with contextlib.suppress(NltuiError), current() as here:
            return here.identity
        return None

    def knowledge(self) -> int:
        """Grows whenever more is known about requesters."""
        return 0 if self.actors is None else self.actors.knowledge()

    def running(self) -> list[Reader | LogReader]:
        """All that listens."""
        return [*self.readers.values(), *self.logs.values()]

    @property
    def gone(self) -> str:
        """What happened to the namespace, empty while it is there."""
        return "" if self.guard is None else self.guard.sentence

    def gap(self) -> str:
        """The newest losses in a line; empty where none is recent."""
        numbers = self.history.recent_gaps(len(self.running()))
        return newest([self.history.gap(number) for number in numbers], time.time_ns()) if numbers else ""

    def store(self, name: str) -> Store:
        """Rows of a followed table. Raises: KeyError."""
        for reader in self.readers.values():
            if name in reader.followers:
                return reader.followers[name].store
        raise KeyError(name)

    def count(self, name: str) -> int:
        """How many rows a table has."""
        if name in self.local:
            return self.local[name].count()
        return len(self.logs[name].store) if name in self.logs else self.store(name).count

    def rows(self, table: Table) -> Rows | None:
        """A new view of a table."""
        if table.name in self.local:
            return self.local[table.name].open(table)
        if table.name in self.logs:
            return LogView(self.logs[table.name].store, self._context)
        reader = self.readers.get(table.protocol)
        if reader is None:
            return None
        rates = reader.refresher.tables.get(table.name)
        store = reader.followers[table.name].store
        return View(store, self.history, self._context, rates[1] if rates else None, self._limits.memo_values)

    def stop(self, deadline: float) -> None:
        """Ask all threads to end and wait for them until then, on the monotonic clock."""
        self._stopping.set()
        for reader in self.running():
            reader.stop()
        if self.guard is not None:
            self.guard.stop()
            self.threads.append(self.guard.thread)
        if self.processes is not None:
            self.processes.stop()
        if self.actors is not None:
            self.actors.stop()
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _let_go(self) -> None:
        """The namespace was deleted: nothing of it is held any more but what was seen."""
        for reader in self.running():
            reader.stop()
        if self.actors is not None:
            self.actors.stop()
        for thread in self._listening:
            thread.join()
        assert self._namespace is not None
        self._namespace.close()


def _labels(reader: Reader, table: Table, keys: Collection[int] | None) -> dict[int, str]:
    """Labels by integer key, of these rows or of every one."""
    from nltui.model.labels import labels

    return labels(reader.followers[table.name].store, keys)
