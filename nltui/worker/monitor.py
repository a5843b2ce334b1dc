"""The socket that hears events: what came is taken in batches, and what was lost is noticed."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from nltui.netlink.arrays import unique
from nltui.netlink.receive import Datagrams, Overrun, Receiver
from nltui.netlink.socket import Sockets, drops, monitor
from nltui.worker.counts import Counts
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


class Monitor:
    """One protocol's groups. All but `fileno()` belongs to the reader's thread.

    `overran` is called as soon as the kernel says that something was lost, `lost` with how many messages once what
    came before them was taken in.
    """

    def __init__(
        self,
        sockets: Sockets,
        protocol: int,
        groups: Sequence[int],
        buffer: int,
        counts: Counts,
        wake: Wake,
        stopping: threading.Event,
        overran: Callable[[], None],
        lost: Callable[[int], None],
    ) -> None:
        """`buffer`: of the socket, in bytes; `wake` ends a wait, `stopping` all of them."""
        self.actors: Actors | None = None
        """Who is shown port ids of requesters, once somebody wants them named."""
        self._sockets, self._protocol, self._groups, self._buffer = sockets, protocol, tuple(groups), buffer
        self._counts, self._wake, self._stopping = counts, wake, stopping
        self._say_overran, self._say_lost = overran, lost
        self._socket: socket.socket | None = None
        self._receiver = Receiver(HELD)
        self._drops = 0
        self._has_overrun = False

    def listen(self) -> None:
        """Join the groups. Raises: NltuiError."""
        self._socket = monitor(self._sockets, self._protocol, self._groups, self._buffer)
        self._counts.listens(self._socket)
        self._drops = 0

    def fileno(self) -> int:
        """For poll(2)."""
        return self._open.fileno()

    def close(self) -> None:
        """What was lost until now is counted."""
        if self._socket is None:
            return
        with contextlib.suppress(OSError):
            self._count_drops()
        self._socket.close()
        self._socket = None
        if not self._stopping.is_set():
            self._counts.opened = 0.0

    @property
    def _open(self) -> socket.socket:
        assert self._socket is not None
        return self._socket

    def gather(self) -> int:
        """Take datagrams as they come, for a moment after the first, naming requesters while they are alive.

        Returns how many lie in the receiver: `batches` wants to know.
        """
        begun, held = time.monotonic(), 0
        deadline = begun + GATHER
        poll = select.poll()
        poll.register(self._open, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            try:
                count = self._receiver.receive(self._open, held)
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
        while not self._receiver.is_full and not self._stopping.wait(GATHER):
            try:
                count = self._receiver.receive(self._open, held)
            except Overrun:
                self._overran()
                return held
            held, new = count, count - held
            if new < MANY or time.monotonic() + GATHER > deadline:
                break
        return held

    def batches(self, held: int = 0) -> Iterator[Datagrams]:
        """Everything that is queued, behind `held` datagrams already in the receiver; losses are told between them.

        A batch lies in the receiver's memory: it is overwritten by the next one.
        """
        while True:
            try:
                count = self._receiver.receive(self._open, held)
            except Overrun:
                self._overran()
                continue
            if not count:
                break
            yield self._receiver.datagrams(count)
            held = 0
            if self._stopping.is_set():
                return
            if not self._receiver.is_full:  # what came meanwhile gathers: a batch costs the same for one as for many
                break
            if self._has_overrun:
                self._count_drops()
        self._count_drops()

    def _overran(self) -> None:
        self._counts.overruns += 1
        self._has_overrun = True
        self._say_overran()

    def _count_drops(self) -> None:
        """Called once what came before the loss is taken in, so that the log tells it first."""
        lost = drops(self._open)
        new, self._drops = (lost - self._drops) & 0xFFFFFFFF, lost
        if new or self._has_overrun:
            self._has_overrun = False
            self._counts.lost += new
            self._say_lost(new)
