"""Reading what only CAP_NET_ADMIN may, for a process that has given it up: `--read-only=broker`.

A process of its own keeps that one capability, and nothing else. It knows a list of things that can be asked, made
before it was started, and of each knows the whole message; the other end says a number, no more. The answer is an open
socket on which the kernel is already telling: the kernel looks at the capabilities of whoever sends, so on that socket
nothing else can be asked by who receives it.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
import struct
import threading
from collections.abc import Callable, Sequence

from nltui.errors import KernelRefused, UsageError
from nltui.record import Record

ANSWER = struct.Struct("=iI")
"""errno, sequence number of the request."""


class Offer(Record):
    """One thing that can be asked: to hear groups, or, without any, to have a request answered."""

    protocol: int
    groups: tuple[int, ...] = ()
    type: int = 0
    body: bytes = b""


class Broker:
    """The asking end. Its calls may come from any thread."""

    def __init__(self, offers: Sequence[Offer], control: socket.socket) -> None:
        self._offers, self._control, self._lock = tuple(offers), control, threading.Lock()

    def has(self, offer: Offer) -> bool:
        """Whether it can be asked."""
        return offer in self._offers

    def ask(self, offer: Offer) -> tuple[int, int]:
        """(descriptor, sequence number of the request). Raises KernelRefused."""
        tried = "reading with the help of another process"
        try:
            with self._lock:
                self._control.send(bytes([self._offers.index(offer)]))
                told, descriptors, _, _ = socket.recv_fds(self._control, ANSWER.size, 1)
        except OSError as error:
            raise KernelRefused(tried, error.errno or errno.EIO) from error
        if len(told) != ANSWER.size:
            raise KernelRefused(tried, errno.EPIPE, "it has ended")
        number, sequence = ANSWER.unpack(told)
        if number or not descriptors:
            raise KernelRefused(tried, number or errno.EIO)
        return descriptors[0], sequence


def start(offers: Sequence[Offer], lock: Callable[[], None], opened: Callable[[Offer, int], socket.socket]) -> Broker:
    """Start the process. Only while there is one thread; the asking end is not locked yet.

    `lock` gives up there all but the capability; `opened` makes the socket of an offer, its request being sent under a
    sequence number. Raises UsageError where it could not be started or locked.
    """
    if len(offers) > 255:
        raise UsageError("there are too many things to be asked")
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        try:
            _alone(its)
            lock()
            its.send(b"locked")
            _serve(its, tuple(offers), opened)
        except UsageError as error:
            its.send(str(error).encode())
        finally:
            os._exit(0)
    its.close()
    said = mine.recv(1000)
    if said != b"locked":
        mine.close()
        raise UsageError(said.decode("utf-8", "replace") or "read-only mode cannot be entered: its other process ended")
    return Broker(offers, mine)


def _alone(control: socket.socket) -> None:
    """No terminal, no descriptor but this one: nothing that this process holds is worth anything to anybody."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    most = os.sysconf("SC_OPEN_MAX")
    os.closerange(3, control.fileno())
    os.closerange(control.fileno() + 1, most if most > 0 else 1 << 16)


def _serve(control: socket.socket, offers: Sequence[Offer], opened: Callable[[Offer, int], socket.socket]) -> None:
    """Until the other end is gone, or says what is no number of an offer."""
    while len(said := control.recv(2)) == 1 and said[0] < len(offers):
        sequence = secrets.randbits(31) | 1
        try:
            with opened(offers[said[0]], sequence) as made:
                socket.send_fds(control, [ANSWER.pack(0, sequence)], [made.fileno()])
        except OSError as error:
            control.send(ANSWER.pack(error.errno or errno.EIO, 0))
