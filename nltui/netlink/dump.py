"""One dump on a fresh socket, as an incremental reader: each step takes a bounded amount, then returns to its caller.

Every header is looked at: NLM_F_DUMP_INTR sits on single messages, DONE carries an errno, replies count only from the
kernel, for our port id and our sequence number.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time

import numpy as np

from nltui.netlink.arena import reserve
from nltui.netlink.columns import Ints, Words
from nltui.netlink.constants.netlink import NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR
from nltui.netlink.frames import split
from nltui.netlink.socket import SLOT, Overrun, Receiver, Sockets, dump_socket
from nltui.netlink.wire import nlmsg
from nltui.record import Record

BURST = 32
"""Datagrams taken by one system call and decoded together; the kernel fills those of a dump up to 32 KiB."""
ROOM = BURST * SLOT
"""Bytes that a burst can take at most."""
DEADLINE = 10.0
"""Seconds without an answer after which a dump counts as failed."""


class Chunk(Record):
    """Messages of a dump: their types and places."""

    words: Words
    type: Ints
    start: Ints
    size: Ints
    interrupted: bool


class Scratch:
    """Where dumps are received, one burst while another is decoded, and where those lie that are only compared."""

    def __init__(self) -> None:
        self.receivers = Receiver(BURST), Receiver(BURST)
        self._map = reserve(ROOM)
        self.words: Words = np.frombuffer(self._map, np.uint32)


class DumpReader:
    """Asks, and reads what comes. Once `ended`, `error` is 0 or an errno; `problem` tells of malformed bytes."""

    def __init__(self, sockets: Sockets, protocol: int, type_: int, body: bytes, strict: bool) -> None:
        self.socket = dump_socket(sockets, protocol, strict)
        self._port = self.socket.getsockname()[0]
        self._sequence = int.from_bytes(os.urandom(4)) >> 1 | 1
        self.ended = False
        self.error = 0
        self.problem = ""
        self.foreign = 0
        self._heard = time.monotonic()
        self.socket.send(nlmsg(type_, NLM_F_REQUEST | NLM_F_DUMP, self._sequence, body))

    def close(self) -> None:
        """Let go of the socket; the kernel ends the dump."""
        self.socket.close()

    def receive(self, into: Receiver) -> int:
        """Take what is there; returns how many datagrams, 0 when none is there yet. Never blocks."""
        try:
            count = into.receive(self.socket)
        except Overrun:
            self._end(errno.ENOBUFS)
            return 0
        except OSError as error:
            self._end(error.errno or errno.EIO)
            return 0
        if count:
            self._heard = time.monotonic()
        elif time.monotonic() - self._heard > DEADLINE:
            self._end(errno.ETIMEDOUT)
        return count

    def gather(self, taken: Receiver, count: int, words: Words, begin: int) -> int:
        """Put the kernel's datagrams one behind the other into `words` from byte `begin`; returns where they end.

        `words` has room for ROOM bytes there.
        """
        got = taken.datagrams(count)
        kernel = got.sender == 0
        self.foreign += int((~kernel).sum())
        if bool((kernel & got.cut).any()):
            self.problem = f"a datagram of a dump was longer than {SLOT} bytes"
            self._end(errno.EMSGSIZE)
        good = kernel & ~got.cut
        at = begin // 4
        for start, length in zip(got.start[good].tolist(), got.length[good].tolist(), strict=True):
            size = (length + 3) >> 2
            words[at : at + size] = got.words[start : start + size]
            at += size
        return at * 4

    def _end(self, number: int) -> None:
        # The first error counts: DONE behind a datagram that was cut off does not make the dump whole.
        self.ended, self.error = True, self.error or number

    def messages(self, words: Words, begin: int, end: int) -> Chunk:
        """Frame the received byte range; takes note of DONE and ERROR."""
        start, size, problem = split(words, begin, end)
        if problem:
            self.problem = problem
        if not len(start):
            return Chunk(words, start, start, size, bool(problem))
        type_ = (words[start + 1] & np.uint32(0xFFFF)).astype(np.int64)
        flags = words[start + 1] >> np.uint32(16)
        ours = (words[start + 2] == self._sequence) & (words[start + 3] == self._port)
        for row in np.flatnonzero(ours & ((type_ == NLMSG_DONE) | (type_ == NLMSG_ERROR))).tolist():
            known = int(size[row]) >= 20
            self._end(-int(words[start[row] + 4 : start[row] + 5].view(np.int32)[0]) if known else 0)
        interrupted = bool((flags & np.uint32(NLM_F_DUMP_INTR)).any()) or bool(problem)
        keep = ours & (type_ >= 16)
        if not keep.all():
            type_, start, size = type_[keep], start[keep], size[keep]
        return Chunk(words, type_, start, size, interrupted)


class Burst:
    """What a dump says next, on its way. `start()` lets a thread receive it, so that the kernel goes on meanwhile."""

    def __init__(self, reader: DumpReader, into: Receiver) -> None:
        """Nobody else may let `reader` receive until finish()."""
        self._reader, self.into = reader, into
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._count = 0

    def start(self) -> None:
        """Receive in a thread of its own; where none can be had, finish() receives."""
        thread = threading.Thread(target=self._run, name="nltui-dump", daemon=True)
        with contextlib.suppress(RuntimeError):
            thread.start()
            self._thread = thread

    def finish(self) -> int:
        """Wait for the thread, or receive now; returns how many datagrams there are. Raises what the thread met."""
        if self._thread is None:
            return self._reader.receive(self.into)
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._count

    def _run(self) -> None:
        try:
            self._count = self._reader.receive(self.into)
        except Exception as error:  # handed to whoever waits
            self._failure = error
