"""The thread that listens to a log of kernel uevents: one multicast group, framing of its own, nothing to dump.

Source: lib/kobject_uevent.c. CAP_NET_ADMIN can send to the group too: only the kernel's datagrams count.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable

from nltui.config import DEFAULTS, Limits
from nltui.errors import NltuiError
from nltui.model.gaps import Cause
from nltui.model.history import History
from nltui.model.log import LogStore
from nltui.model.table import Table
from nltui.netlink.receive import Overrun, Receiver
from nltui.netlink.socket import Sockets, drops, monitor
from nltui.system.namespaces import Namespace
from nltui.worker.counts import Counts
from nltui.worker.losses import Losses
from nltui.worker.wake import Wake


class LogReader:
    """Fills one LogStore."""

    def __init__(
        self,
        table: Table,
        namespace: Namespace | None,
        history: History,
        buffer: int,
        on_change: Callable[[str], None],
        limits: Limits = DEFAULTS,
    ) -> None:
        self.store, self.counts = LogStore(table, limits.log_records, limits.log_bytes), Counts(asked=buffer)
        self._losses = Losses(history, [table.name], on_change, heals=False)
        self._table, self._sockets, self._buffer, self._on_change = table, Sockets(namespace), buffer, on_change
        self._receiver = Receiver()
        self._wake = Wake()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask run() to return; callable from any thread."""
        self._stopping.set()
        self.wake()

    def wake(self) -> None:
        """Let the poll return."""
        self._wake.ring()

    def run(self) -> None:
        """Until stop(); restarts itself."""
        pause = 0.05
        while not self._stopping.is_set():
            try:
                self._listen()
            except NltuiError as error:
                self.counts.trouble = str(error)
            except Exception as error:  # a reader must outlive every surprise: it is told, and starts again
                self.counts.trouble = f"the {self._table.name} reader failed: {type(error).__name__}: {error}"
                self.counts.restarts += 1
            if self.counts.opened and not self._stopping.is_set():
                self._losses.lost(0, Cause.RESTART)
                self.counts.opened = 0.0
            self._stopping.wait(pause)
            pause = min(pause * 2, 5.0)

    def _listen(self) -> None:
        with monitor(self._sockets, self._table.protocol, self._table.groups, self._buffer) as sock:
            poll = select.poll()
            poll.register(sock, select.POLLIN)
            poll.register(self._wake, select.POLLIN)
            dropped = 0
            self.counts.listens(sock)
            self.counts.trouble = ""
            while not self._stopping.is_set():
                poll.poll()
                self._wake.clear()
                try:
                    while count := self._receiver.receive(sock):
                        got, now = self._receiver.datagrams(count), time.time_ns()
                        for at, length, sender, cut in zip(
                            got.start.tolist(), got.length.tolist(), got.sender.tolist(), got.cut.tolist(), strict=True
                        ):
                            if sender != 0:
                                self.counts.foreign += 1
                            elif cut:
                                self.counts.malformed += 1
                            else:
                                self.store.append(now, got.words[at : at + (length + 3) // 4].tobytes()[:length])
                                self.counts.events += 1
                        self._on_change(self._table.name)
                except Overrun:
                    self.counts.overruns += 1
                lost = drops(sock)
                if lost != dropped:
                    self.counts.lost += (lost - dropped) & 0xFFFFFFFF
                    self._losses.lost((lost - dropped) & 0xFFFFFFFF)
                    dropped = lost
