"""One dump on a fresh socket, as an incremental reader: each step takes a bounded amount, then returns to its caller.

Every header is looked at: NLM_F_DUMP_INTR sits on single messages, DONE carries an errno, replies count only from the
kernel, for our port id and our sequence number.
"""

from __future__ import annotations

import contextlib
import errno
import threading
import time

import numpy as np

from nltui.netlink.arena import reserve
from nltui.netlink.arrays import step_of
from nltui.netlink.columns import Ints, Words
from nltui.netlink.constants.netlink import NLM_F_DUMP_INTR, NLMSG_DONE, NLMSG_ERROR
from nltui.netlink.frames import split_all
from nltui.netlink.gather import words_at
from nltui.netlink.receive import SLOT, Overrun, Packed, Packer
from nltui.netlink.socket import Sockets, begin_dump
from nltui.record import Record

BURST = 64
"""Datagrams taken by one system call and decoded together; the kernel fills those of a dump up to 32 KiB."""
FIRST_BURST = 2
"""Of the first burst, so that the kernel goes on while it is decoded; the bursts after it grow."""
ROOM = 2 * BURST * SLOT
"""Bytes that a burst can take at most."""
FILLED = 1 << 15
"""The kernel fills no datagram of a dump further, but for a single row that is larger."""
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
    """What dumps are received with, and where those lie that are only compared: two bursts, taken in turn."""

    def __init__(self) -> None:
        self.packers = Packer(BURST), Packer(BURST)
        self._map = reserve(2 * ROOM)
        self.words: Words = np.frombuffer(self._map, np.uint32)


class DumpReader:
    """Asks, and reads what comes. Once `ended`, `error` is 0 or an errno; `problem` tells of malformed bytes."""

    def __init__(self, sockets: Sockets, protocol: int, type_: int, body: bytes, strict: bool) -> None:
        self.socket, self._sequence = begin_dump(sockets, protocol, type_, body, strict)
        self._port = self.socket.getsockname()[0]
        self.ended = False
        self.error = 0
        self.problem = ""
        self.foreign = 0
        self._stride = SLOT
        self._heard = time.monotonic()

    def close(self) -> None:
        """Let go of the socket; the kernel ends the dump."""
        self.socket.close()

    def receive(self, packer: Packer, words: Words, begin: int, most: int = BURST) -> Packed:
        """Take what is there, up to `most` datagrams, none when there is nothing yet. Never blocks.

        They lie in `words` from byte `begin` (aligned to four), where ROOM bytes are free.
        """
        stride = self._stride
        try:
            count = packer.receive(self.socket, words, begin, stride, most)
        except Overrun:
            self._end(errno.ENOBUFS)
            count = 0
        except OSError as error:
            self._end(error.errno or errno.EIO)
            count = 0
        if count:
            self._heard = time.monotonic()
        elif time.monotonic() - self._heard > DEADLINE:
            self._end(errno.ETIMEDOUT)
        taken = packer.packed(words, begin, stride, count)
        if count == most:
            # Rows of one length fill all datagrams alike: then nothing is left free between them.
            alike = bool((taken.length[1:] == taken.length[-1]).all())
            self._stride = min(int(taken.length[-1]) + 3 & ~3, SLOT) if alike else FILLED
        return taken

    def _end(self, number: int) -> None:
        # The first error counts: DONE behind a datagram that was cut off does not make the dump whole.
        self.ended, self.error = True, self.error or number

    def messages(self, words: Words, taken: Packed) -> Chunk:
        """Frame what was received; takes note of DONE and ERROR."""
        kernel = taken.sender == 0
        self.foreign += int((~kernel).sum())
        if bool((kernel & taken.cut).any()):
            self.problem = f"a datagram of a dump was longer than {SLOT} bytes"
            self._end(errno.EMSGSIZE)
        good = kernel & ~taken.cut & (taken.length > 0)
        begin, length = (taken.start, taken.length) if good.all() else (taken.start[good], taken.length[good])
        if not len(begin):
            return Chunk(words, begin, begin, begin, False)
        start, size, problem = split_all(words, begin, begin + length)
        if problem:
            self.problem = problem
        if not len(start):
            return Chunk(words, start, start, size, bool(problem))
        step = step_of(start)
        head, sequence, port = (words_at(words, start, step, offset) for offset in (1, 2, 3))
        type_ = (head & np.uint32(0xFFFF)).astype(np.int64)
        ours = (sequence == self._sequence) & (port == self._port)
        for row in np.flatnonzero(ours & ((type_ == NLMSG_DONE) | (type_ == NLMSG_ERROR))).tolist():
            known = int(size[row]) >= 20
            self._end(-int(words[start[row] + 4 : start[row] + 5].view(np.int32)[0]) if known else 0)
        interrupted = bool((head & np.uint32(NLM_F_DUMP_INTR << 16)).any()) or bool(problem)
        keep = ours & (type_ >= 16)
        if not keep.all():
            type_, start, size = type_[keep], start[keep], size[keep]
        return Chunk(words, type_, start, size, interrupted)


class Burst:
    """What a dump says next, on its way. `start()` lets a thread receive it, so that the kernel goes on meanwhile."""

    def __init__(self, reader: DumpReader, packer: Packer, words: Words, begin: int, most: int = BURST) -> None:
        """Nobody else may let `reader` receive, or use the packer or ROOM bytes of `words`, until finish()."""
        self._reader, self._packer = reader, packer
        self.words, self.begin, self.most = words, begin, most
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._taken: Packed | None = None

    def start(self) -> None:
        """Receive in a thread of its own; where none can be had, finish() receives."""
        thread = threading.Thread(target=self._run, name="nltui-dump", daemon=True)
        with contextlib.suppress(RuntimeError):
            thread.start()
            self._thread = thread

    def finish(self) -> Packed:
        """Wait for the thread, or receive now; returns the datagrams there are. Raises what the thread met."""
        if self._thread is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure
        if self._taken is None:
            self._taken = self._reader.receive(self._packer, self.words, self.begin, self.most)
        return self._taken

    def _run(self) -> None:
        try:
            self._taken = self._reader.receive(self._packer, self.words, self.begin, self.most)
        except Exception as error:  # handed to whoever waits
            self._failure = error
