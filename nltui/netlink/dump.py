"""One dump on a fresh socket, as an incremental reader: each step takes a bounded amount, then returns to its caller.

Every header is looked at: NLM_F_DUMP_INTR sits on single messages, DONE carries an errno, replies count only from the
kernel, for our port id and our sequence number.
"""

from __future__ import annotations

import errno
import secrets
import struct
import time
from dataclasses import dataclass

import numpy as np

from nltui.netlink.arena import reserve
from nltui.netlink.columns import Ints, Words
from nltui.netlink.constants.netlink import NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR
from nltui.netlink.frames import split
from nltui.netlink.socket import MSG_TRUNC, Sockets, dump_socket
from nltui.netlink.wire import nlmsg

READ = (1 << 16) + 64
"""Room for one datagram; the kernel fills dumps up to 32 KiB."""
CHUNK = 1 << 20
"""Bytes gathered before they are decoded together."""
DEADLINE = 10.0
"""Seconds without an answer after which a dump counts as failed."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Messages of a dump: their types and places."""

    words: Words
    type: Ints
    start: Ints
    size: Ints
    interrupted: bool


class Scratch:
    """Where dumps are received that are only compared: one chunk, reused."""

    def __init__(self) -> None:
        self._map = reserve(CHUNK + READ)
        self.bytes = memoryview(self._map)
        self.words: Words = np.frombuffer(self._map, np.uint32)


class DumpReader:
    """Asks, and reads what comes. Once `ended`, `error` is 0 or an errno; `problem` tells of malformed bytes."""

    def __init__(self, sockets: Sockets, protocol: int, type_: int, body: bytes, strict: bool) -> None:
        self.socket = dump_socket(sockets, protocol, strict)
        self._port = self.socket.getsockname()[0]
        self._sequence = secrets.randbits(31) | 1
        self.ended = False
        self.error = 0
        self.problem = ""
        self.foreign = 0
        self._heard = time.monotonic()
        self.socket.send(nlmsg(type_, NLM_F_REQUEST | NLM_F_DUMP, self._sequence, body))

    def close(self) -> None:
        """Let go of the socket; the kernel ends the dump."""
        self.socket.close()

    def read(self, room: memoryview) -> int:
        """Receive one datagram into `room` (READ bytes at least); 0 when none is there yet. Never blocks."""
        try:
            length, _, flags, sender = self.socket.recvmsg_into([room[:READ]])
        except BlockingIOError:
            if time.monotonic() - self._heard > DEADLINE:
                self._end(errno.ETIMEDOUT)
            return 0
        except OSError as error:
            self._end(error.errno or errno.EIO)
            return 0
        self._heard = time.monotonic()
        if sender[0] != 0:
            self.foreign += 1
            return 0
        if flags & MSG_TRUNC:
            self.problem = f"a datagram of a dump was longer than {READ} bytes"
            self._end(errno.EMSGSIZE)
            return 0
        return int(length)

    def _end(self, number: int) -> None:
        self.ended, self.error = True, number

    def last(self, room: memoryview, length: int) -> bool:
        """Whether a datagram ends the dump: DONE or ERROR is its first message, or DONE its last."""
        if length < 16:
            return True
        first = struct.unpack_from("=H", room, 4)[0]
        if first in (NLMSG_DONE, NLMSG_ERROR):
            return True
        return length >= 20 and struct.unpack_from("=IH", room, length - 20) == (20, NLMSG_DONE)

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
