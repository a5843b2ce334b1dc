"""The thread that hears which processes begin, execute programs and end, so that who has gone can still be named.

It is optional: where the kernel does not tell (another than the first network namespace, another PID or user namespace,
an old kernel without CAP_NET_ADMIN), `counts.trouble` says so, and requesters are named only while they live.
"""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import threading
import time
from collections import OrderedDict

from nltui.errors import NltuiError
from nltui.netlink import connector, exits
from nltui.netlink.connector import ProcessEvent
from nltui.netlink.constants.connector import (
    PROC_CN_MCAST_IGNORE,
    PROC_CN_MCAST_LISTEN,
    PROC_EVENT_EXEC,
    PROC_EVENT_EXIT,
    PROC_EVENT_FORK,
    PROC_EVENT_NONE,
)
from nltui.netlink.constants.netlink import NETLINK_CONNECTOR
from nltui.netlink.exits import Exit, Exits
from nltui.netlink.receive import Overrun, Receiver
from nltui.netlink.socket import Sockets, drops, monitor
from nltui.system import namespaces, processes
from nltui.system.namespaces import Namespace
from nltui.system.processes import Process
from nltui.text import visible
from nltui.worker.counts import Counts
from nltui.worker.lives import REMEMBERED, Lives
from nltui.worker.pace import Pace
from nltui.worker.wake import Wake

BUFFER = 1 << 20
BURST = 256
"""Events taken by one system call."""
ANSWER = 0.5
"""Seconds to wait for the kernel's word that it will tell."""
SHARE = 0.1
"""Of one processor's time, the most that is spent on looking at programs that were just executed."""
REST = 0.005
"""Seconds to let events gather while there are too many to look at each."""
TOLD = 1024
RETRY = 60.0
"""Seconds until a kernel that refused is asked again."""
UNHEARD = "processes that have gone are not named: the kernel tells of them only in the first network and PID namespace"


class NotTold(NltuiError):
    """The kernel does not tell this listener about processes."""


class ProcessEvents:
    """Fills `lives`; run() is its thread."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        """`remembered`: most processes whose begin and end are kept."""
        self.lives, self.counts = Lives(remembered), Counts(asked=BUFFER)
        self.hears = False
        """Whether the kernel has said that it tells us."""
        self._wake = Wake()
        self._stopping = threading.Event()
        self._pace = Pace(SHARE, 0.05)
        self._exits: Exits | None = None
        self._told: OrderedDict[int, Exit] = OrderedDict()
        """Of threads whose end was not heard of yet."""
        self._ack = secrets.randbits(31)

    def stop(self) -> None:
        """Ask run() to return; callable from any thread."""
        self._stopping.set()
        self._wake.ring()

    def run(self) -> None:
        """Until stop(); restarts itself."""
        while not self._stopping.is_set():
            pause = RETRY
            try:
                self._hear_anywhere()
            except (NltuiError, OSError) as error:
                self.counts.trouble = str(error)
            except Exception as error:  # optional as it is, it must outlive every surprise, and say so
                self.counts.trouble = f"listening to process events failed: {type(error).__name__}: {error}"
                self.counts.restarts += 1
                pause = 1.0
            self.hears, self.counts.opened = False, 0.0
            self.lives.forget()
            self._stopping.wait(pause)

    def _hear_anywhere(self) -> None:
        """In this process's own network namespace, else in that of process 1, which mostly is the first one."""
        try:
            self._hear(None)
        except NotTold:
            with contextlib.ExitStack() as stack:
                try:
                    first = stack.enter_context(namespaces.resolve("/proc/1/ns/net"))
                    self._hear(first)
                except (NltuiError, OSError):
                    raise NotTold(UNHEARD) from None

    def _hear(self, namespace: Namespace | None) -> None:
        receiver = Receiver(BURST)
        try:
            sock = monitor(Sockets(namespace), NETLINK_CONNECTOR, (connector.GROUP,), BUFFER)
        except NltuiError:
            raise NotTold(UNHEARD) from None
        with sock, contextlib.ExitStack() as stack:
            is_choosy = self._ask(sock, receiver)
            self._exits = exits.listen(Sockets(namespace))
            if self._exits is not None:
                stack.callback(self._exits.close)
            try:
                self._listen(sock, receiver)
            finally:
                # Kernels before 6.6 go on counting a listener that just closes its socket.
                with contextlib.suppress(OSError):
                    sock.send(connector.request(PROC_CN_MCAST_IGNORE, self._ack, is_choosy))

    def _ask(self, sock: socket.socket, receiver: Receiver) -> bool:
        """Have the kernel tell; returns whether it takes the choice of events. Raises NotTold where it stays silent.

        It stays silent to those in another PID or user namespace, although the socket may hear what others asked for.
        """
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        for is_choosy in (True, False):
            self._ack = (self._ack + 2) & 0x7FFFFFFF
            try:
                sock.send(connector.request(PROC_CN_MCAST_LISTEN, self._ack, is_choosy))
            except ConnectionRefusedError:
                raise NotTold(UNHEARD) from None
            deadline = time.monotonic() + ANSWER
            while (left := deadline - time.monotonic()) > 0 and not self._stopping.is_set():
                poll.poll(left * 1000)
                for event in self._receive(sock, receiver):
                    if event.what == PROC_EVENT_NONE and event.acknowledged == self._ack + 1:
                        return is_choosy
        raise NotTold(UNHEARD)

    def _receive(self, sock: socket.socket, receiver: Receiver) -> list[ProcessEvent]:
        try:
            count = receiver.receive(sock)
        except Overrun:
            # What was missed may be the end of one process and the beginning of another with its number.
            self.counts.overruns += 1
            self.lives.forget()
            return []
        got = receiver.datagrams(count)
        found: list[ProcessEvent] = []
        rows = zip(got.start.tolist(), got.length.tolist(), got.sender.tolist(), strict=True)
        for start, length, sender in rows:
            if sender != 0:
                self.counts.foreign += 1
                continue
            event = connector.event(got.words[start : start + (length + 3) // 4].tobytes())
            if event is None:
                self.counts.malformed += 1
            elif event.what == PROC_EVENT_NONE or event.is_process:
                found.append(event)
        return found

    def _listen(self, sock: socket.socket, receiver: Receiver) -> None:
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        self.counts.trouble, self.hears = "", True
        self.counts.listens(sock)
        dropped = 0
        while not self._stopping.is_set():
            poll.poll()
            self._wake.clear()
            if not self._pace.is_free():
                self._stopping.wait(REST)
            with self._pace.working():
                self._take(self._receive(sock, receiver))
            lost = drops(sock)
            if lost != dropped:
                self.counts.lost += (lost - dropped) & 0xFFFFFFFF
                dropped = lost
                self.lives.forget()

    def _take(self, events: list[ProcessEvent]) -> None:
        # Monotonic time does not count sleep, but events are told at once.
        since_epoch = time.time_ns() - time.monotonic_ns()
        gone = {event.pid for event in events if event.what == PROC_EVENT_EXIT}
        self.counts.events += len(events)
        for event in events:
            at = event.time + since_epoch
            if event.what == PROC_EVENT_FORK:
                self.lives.forked(event.pid, event.parent, at)
            elif event.what == PROC_EVENT_EXEC:
                looks = event.pid not in gone and self._pace.is_free()
                self.lives.executed(event.pid, at, processes.describe(event.pid) if looks else None)
            elif event.what == PROC_EVENT_EXIT:
                self.lives.died(event.pid, at)
        if gone and self._exits is not None:
            # Told before the end itself, so what is missing of those has come by now.
            for told in self._exits.take():
                self._told[told.pid] = told
            for pid in gone & self._told.keys():
                self.lives.was(_at_its_end(self._told.pop(pid)))
            while len(self._told) > TOLD:
                self._told.popitem(last=False)


def _at_its_end(told: Exit) -> Process:
    name = visible(told.comm)
    return Process(told.pid, name, float(told.began), told.uid, f"[{name}]", parent=told.parent)
