"""A worker that dumps and follows the kernel for a set of tables: what the screen and every headless command hold.

Importing this file costs nothing: numpy and all that needs it are imported in the reader threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nltui.errors import UsageError
from nltui.model.rows import Rows
from nltui.model.table import Feed, Table
from nltui.system.namespaces import Namespace
from nltui.worker.contract import Freshness, SessionStatus, TableStatus
from nltui.worker.lookups import Lookups

if TYPE_CHECKING:
    from nltui.config import Limits
    from nltui.model.actor import Actor
    from nltui.model.history import History
    from nltui.model.log import LogStore
    from nltui.model.store import Store
    from nltui.model.why.query import Query
    from nltui.model.why.telling import Line
    from nltui.worker.crew import Crew

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
        self._crew: Crew | None = None
        self._starter: threading.Thread | None = None
        self._visible: set[str] = set()
        self._trouble = ""
        self._stopping = threading.Event()
        self.ready = threading.Event()
        """Set once every store exists."""
        self.changed = threading.Condition()
        """Notified after rows of any table changed."""
        self.pulse = 0
        """Grows whenever rows of any table, or its state, changed."""
        self._started = time.time()

    @property
    def namespace(self) -> Namespace | None:
        """That is followed; None: the one this process is in."""
        return self._namespace

    @property
    def tables(self) -> tuple[Table, ...]:
        """In display order."""
        return self._tables

    @property
    def crew(self) -> Crew:
        """Who does the work; only after `ready`, and where it could be started."""
        assert self._crew is not None
        return self._crew

    @property
    def history(self) -> History:
        """What changed; only after `ready`."""
        return self.crew.history

    def store(self, name: str) -> Store:
        """Rows of a followed table; only after `ready`."""
        return self.crew.store(name)

    def log(self, name: str) -> LogStore:
        """Records of a log; only after `ready`."""
        return self.crew.logs[name].store

    def start(self) -> None:
        """Return at once; the first thread imports what is needed and starts the others."""
        if self._stopping.is_set():
            return
        starter = threading.Thread(target=self._start, name="nltui-start", daemon=True)
        starter.start()
        self._starter = starter

    def _start(self) -> None:
        try:
            self._build()
        except Exception as error:  # said on the screen; without readers there is nothing else to do
            self._trouble = f"the readers could not be started: {type(error).__name__}: {error}"
        finally:
            self.ready.set()
        if self._names and self._crew is not None and not self._stopping.is_set():
            try:
                self._crew.name_requesters()
            except Exception as error:  # the tables are as good without
                self._trouble = f"requesters are not named: {type(error).__name__}: {error}"

    def _build(self) -> None:
        from nltui.config import DEFAULTS
        from nltui.worker.crew import Crew

        limits = self._limits or DEFAULTS
        crew = Crew(self, self.context, self._namespace, limits, self._buffer or limits.monitor_buffer, self._on_change)
        for reader in crew.readers.values():
            reader.refresher.visible = self._visible
            reader.sync.audit = self._audit
            reader.sync.visible = self._visible
        self._crew = crew
        if not self._stopping.is_set():
            crew.start()

    def stop(self) -> None:
        """Ask the readers to end and wait for them, at most a second; let go of the namespace."""
        self._stopping.set()
        deadline = time.monotonic() + JOIN
        if self._starter is not None:
            self.ready.wait(JOIN)
        if self._crew is not None:
            self._crew.stop(deadline)
        if self._starter is not None:
            self._starter.join(max(0.0, deadline - time.monotonic()))
        if self._namespace is not None:
            # Held longer it would keep a namespace that is deleted alive.
            self._namespace.close()

    def threads(self) -> list[threading.Thread]:
        """All that were started."""
        mine = [self._starter] if self._starter is not None else []
        return mine + (self._crew.threads if self._crew is not None else [])

    def _on_change(self, name: str) -> None:
        self.context.invalidate(name)
        with self.changed:
            self.pulse += 1
            self.changed.notify_all()

    # -- looking --

    def status(self) -> SessionStatus:
        """Now."""
        crew = self._crew
        counts = [reader.counts for reader in crew.running()] if crew is not None else []
        gone = crew.gone if crew is not None else ""
        return SessionStatus(
            events=sum(count.events for count in counts),
            lost=sum(count.lost for count in counts),
            foreign=sum(count.foreign for count in counts),
            malformed=sum(count.malformed for count in counts),
            tables={table.name: self._table_status(table) for table in self._tables},
            gap=crew.gap() if crew is not None else "",
            trouble=gone or next((count.trouble for count in counts if count.trouble), self._trouble),
            gone=bool(gone),
        )

    def _table_status(self, table: Table) -> TableStatus:
        if not self.ready.is_set():
            return TableStatus()
        if self._crew is None:
            return TableStatus(Freshness.STALE, 0, self._started, self._trouble)
        from nltui.worker.status import describe

        return describe(self._crew, table, self._started)

    def rows(self, name: str) -> Rows | None:
        """A new view of one table; None until its store exists, or where the readers could not be started."""
        crew = self._crew
        if not self.ready.is_set() or crew is None:
            return None
        table = next(table for table in self._tables if table.name == name)
        return crew.rows(table)

    def count(self, name: str, text: str) -> int | None:
        """Rows of a table that fulfil a filter now."""
        from nltui.model.filter.parsed import filter_of

        table = next(table for table in self._tables if table.name == name)
        wanted = filter_of(text, table)
        if not self.ready.is_set() or self._crew is None:
            return None
        if table.feed is Feed.FOLLOWED:
            from nltui.model.filter.columnar import among, chooser

            store = self.store(name)
            return len(among(chooser(store, self.context), wanted.node, store.live()))
        rows = self._crew.rows(table)
        if rows is None:
            return None
        rows.filter(text)
        while rows.tick() and rows.busy:
            pass
        return len(rows)

    def why(self, query: Query) -> Sequence[Line]:
        """Which route a packet takes, in lines for a person. Raises NltuiError."""
        from nltui.worker.why import explained

        return explained(self, self._namespace, query)

    def export(self, path: str, namespace: str, progress: Callable[[str, int], bool]) -> dict[str, Any]:
        """Write everything that is known to a file. Raises NltuiError."""
        from nltui.worker.bundle import export

        if not self.ready.is_set() or self._crew is None:
            raise UsageError("nothing is known yet")
        return export(self, path, namespace, progress)

    def watch(self, name: str, visible: bool) -> None:
        """Volatile values of visible tables are refreshed, and sampled ones read at once."""
        comes = visible and name not in self._visible
        (self._visible.add if visible else self._visible.discard)(name)
        if self._crew is not None:
            for reader in self._crew.readers.values():
                follower = reader.followers.get(name)
                if comes and follower is not None and follower.table.feed is Feed.SAMPLED:
                    reader.reread((name,))
                reader.wake()

    def actor(self, port_id: int, time_ns: int) -> Actor:
        """Who a port id was at a time."""
        from nltui.model.actor import Actor, Certainty

        actors = self._crew.actors if self._crew is not None else None
        if actors is None:
            return Actor(port_id, Certainty.UNKNOWN)
        return actors.actor(port_id, time_ns)

    def introduce(self, port_id: int, pid: int, name: str, seconds: float) -> None:
        """Say whose a socket is that was opened for another process, which may have gone before it can be looked at."""
        if self._starter is not None:
            # Requesters are named last.
            self._starter.join(1.0)
        if self._crew is not None and self._crew.actors is not None:
            self._crew.actors.introduce(port_id, pid, name, seconds)

    def settle(self, seconds: float) -> bool:
        """Wait until everything is known about requesters heard of so far; False when the time is up first."""
        actors = self._crew.actors if self._crew is not None else None
        return actors is None or actors.settle(seconds)

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

    def reread(self, names: Sequence[str], seconds: float) -> bool:
        """Have these tables read from the kernel again and wait until they are; False when the time is up first."""
        deadline = time.monotonic() + seconds
        readers = [reader for reader in self.crew.readers.values() if not reader.followers.keys().isdisjoint(names)]
        noted = [reader.reread(names) for reader in readers]
        return all(one.wait(max(0.0, deadline - time.monotonic())) for one in noted) and self.wait(
            names, max(0.0, deadline - time.monotonic())
        )

    def _settled(self, name: str) -> bool:
        table = next(table for table in self._tables if table.name == name)
        return self._table_status(table).freshness in (Freshness.FRESH, Freshness.STALE)
