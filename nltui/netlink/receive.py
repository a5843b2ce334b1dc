"""Receiving many datagrams with one system call (recvmmsg(2)), into memory that is laid out once."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.netlink.arena import reserve
from nltui.netlink.columns import Ints, Words
from nltui.record import Record

MSG_TRUNC, MSG_DONTWAIT = 0x20, 0x40
SLOTS, SLOT = 1024, (1 << 16) + 64
"""Datagrams taken by one recvmmsg (UIO_MAXIOV), and the room of each: larger than any that the kernel sends."""
PLACE = 7 * 64
"""Bytes of a place for a datagram of usual length: notifications lie close together, spread over the cache's sets."""


class Datagrams(Record):
    """What one recvmmsg took: word index and length in bytes of each datagram, its sender, whether it was cut off."""

    words: Words
    start: Ints
    length: Ints
    sender: Ints
    """nl_pid of the sending socket; the kernel's is 0."""
    cut: NDArray[np.bool_]
    time: Ints
    """When it was taken, in nanoseconds since the epoch."""


class Overrun(Exception):
    """The kernel dropped messages because the receive buffer was full (ENOBUFS)."""


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Msghdr(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint32),
        ("iov", ctypes.c_void_p),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Mmsghdr(ctypes.Structure):
    _fields_ = (("header", _Msghdr), ("length", ctypes.c_uint))


class _Headers:
    """What recvmmsg works on: a header a datagram, each with `parts` pieces of memory, as arrays."""

    def __init__(self, slots: int, parts: int) -> None:
        self.slots = slots
        names: NDArray[np.uint32] = np.zeros((slots, 3), np.uint32)
        self._headers = (_Mmsghdr * slots)()
        self._iovecs = (_Iovec * (slots * parts))()
        stride = ctypes.sizeof(_Mmsghdr)
        raw: Any = np.frombuffer(memoryview(self._headers).cast("B"), np.uint8).reshape(slots, stride)
        self.memory: Any = np.frombuffer(memoryview(self._iovecs).cast("B"), np.uintp).reshape(slots, parts, 2)
        """Address and length of each piece."""
        numbers = np.arange(slots, dtype=np.uintp)
        pieces = self.memory.ctypes.data + numbers * (parts * ctypes.sizeof(_Iovec))
        _column(raw, _Msghdr.name.offset, np.uintp)[:] = names.ctypes.data + numbers * 12
        _column(raw, _Msghdr.iov.offset, np.uintp)[:] = pieces
        _column(raw, _Msghdr.iovlen.offset, np.uintp)[:] = parts
        self._names = names
        self._length = _column(raw, _Mmsghdr.length.offset)
        self._flags = _column(raw, _Msghdr.flags.offset)
        self._namelen = _column(raw, _Msghdr.namelen.offset)
        self._call = ctypes.CDLL(None, use_errno=True).recvmmsg

    def call(self, sock: socket.socket, first: int, last: int) -> int:
        """Take what is queued into the slots from `first` to before `last`; returns how many datagrams there were.

        Raises Overrun, or OSError for anything unexpected.
        """
        if first >= last:
            return 0
        self._namelen[first:last] = 12
        header = ctypes.byref(self._headers, first * ctypes.sizeof(_Mmsghdr))
        got = int(self._call(sock.fileno(), header, last - first, MSG_DONTWAIT, None))
        if got < 0:
            number = ctypes.get_errno()
            if number == errno.ENOBUFS:
                raise Overrun
            if number in (errno.EAGAIN, errno.EINTR):
                return 0
            raise OSError(number, os.strerror(number))
        return got

    def lengths(self, count: int) -> Ints:
        """Bytes of the first `count` datagrams."""
        return self._length[:count].astype(np.int64)

    def senders(self, count: int) -> Ints:
        """nl_pid of who sent them."""
        return self._names[:count, 1].astype(np.int64)

    def cut(self, count: int) -> NDArray[np.bool_]:
        """Which of them were longer than their room."""
        cut: NDArray[np.bool_] = (self._flags[:count] & MSG_TRUNC) != 0
        return cut


class Receiver:
    """Room for many datagrams, reused for every call; one thread may use it, for any number of sockets.

    Each has a short place beside the others'. One that is longer goes on in a room of its own, of which there are as
    many as one call takes, and is put together there: what came with it is all that is taken then.
    """

    def __init__(self, slots: int = SLOTS) -> None:
        """`slots`: the most datagrams it holds."""
        self.slots, self._rooms = slots, min(slots, SLOTS)
        self._map = reserve(slots * PLACE + self._rooms * SLOT)
        self.words: Words = np.frombuffer(self._map, np.uint32)
        self._headers = _Headers(slots, 2)
        self._numbers = np.arange(slots, dtype=np.int64)
        self._places = self._numbers * (PLACE // 4)
        self._room = (slots * PLACE + self._numbers % self._rooms * SLOT) // 4
        memory, begin = self._headers.memory, self.words.ctypes.data
        memory[:, 0, 0], memory[:, 0, 1] = begin + self._places * 4, PLACE
        memory[:, 1, 0], memory[:, 1, 1] = begin + self._room * 4 + PLACE, SLOT - PLACE
        self._start, self._time = self._places.copy(), np.zeros(slots, np.int64)
        self._is_full = self._has_overrun = False

    def receive(self, sock: socket.socket, held: int = 0) -> int:
        """Take what is queued, behind `held` datagrams taken before; returns how many there are now, at most `slots`.

        Raises Overrun, or OSError for anything unexpected.
        """
        before, self._is_full = held, self._is_full and held > 0
        if self._has_overrun and not held:
            self._has_overrun = False
            raise Overrun
        while not self._is_full:
            most = min(self._rooms, self.slots - held)
            try:
                got = self._headers.call(sock, held, held + most)
            except Overrun:
                if held == before:
                    raise
                # What the calls before it took is taken in first.
                self._has_overrun = self._is_full = True
                break
            # A nanosecond apart, so that the order in which they came is that of their times too.
            self._time[held : held + got] = time.time_ns() + self._numbers[:got]
            self._put_together(held, held + got)
            held += got
            self._is_full |= held == self.slots
            if got < most:
                break
        return held

    @property
    def is_full(self) -> bool:
        """Whether what it holds must be taken in before more can be received."""
        return self._is_full

    def _put_together(self, first: int, last: int) -> None:
        """Those longer than their place get their beginning into their room, before the rest."""
        self._start[first:last] = self._places[first:last]
        long = first + np.flatnonzero(self._headers.lengths(last)[first:] > PLACE)
        if len(long):
            self._is_full = True
            self._start[long] = self._room[long]
            step = np.arange(PLACE // 4)
            self.words[self._room[long, None] + step] = self.words[self._places[long, None] + step]

    def datagrams(self, count: int) -> Datagrams:
        """The first `count` of what was taken."""
        headers = self._headers
        return Datagrams(
            self.words,
            self._start[:count],
            headers.lengths(count),
            headers.senders(count),
            headers.cut(count),
            self._time[:count],
        )


class Packer:
    """Receives datagrams straight into a buffer, side by side: what is longer than its place goes on in a spare room.

    One thread may use it at a time.
    """

    def __init__(self, slots: int) -> None:
        """`slots`: the most datagrams of one call."""
        self.slots = slots
        self._spare = reserve(slots * SLOT)
        self._rest: Words = np.frombuffer(self._spare, np.uint32)
        self._headers = _Headers(slots, 2)
        self._headers.memory[:, 1, 0] = self._rest.ctypes.data + np.arange(slots, dtype=np.uintp) * SLOT

    def receive(self, sock: socket.socket, words: Words, begin: int, stride: int, most: int) -> int:
        """Take up to `most` datagrams, the n-th at byte `begin + n * stride` of `words`; returns how many.

        Raises Overrun, or OSError for anything unexpected.
        """
        memory, number = self._headers.memory, np.arange(self.slots, dtype=np.uintp)
        memory[:, 0, 0], memory[:, 0, 1] = words.ctypes.data + begin + number * stride, stride
        memory[:, 1, 1] = SLOT - stride
        return self._headers.call(sock, 0, most)

    def packed(self, words: Words, begin: int, stride: int, count: int) -> Packed:
        """Where the `count` datagrams just received lie; those longer than `stride` are moved behind all others."""
        length = self._headers.lengths(count)
        start = begin + np.arange(count) * stride
        end = begin + count * stride if count else begin
        for row in np.flatnonzero(length > stride).tolist():
            size, at, rest = (int(length[row]) + 3) >> 2, int(start[row]) >> 2, row * (SLOT // 4)
            to, here = end >> 2, stride >> 2
            words[to : to + here] = words[at : at + here]
            words[to + here : to + size] = self._rest[rest : rest + size - here]
            start[row] = end
            end += size * 4
        if count and length[count - 1] <= stride and end == begin + count * stride:
            end = int(start[-1] + (length[-1] + 3 & ~3))
        return Packed(start, length, self._headers.senders(count), self._headers.cut(count), end)


class Packed(Record):
    """Datagrams in a buffer: byte offset and length of each, its sender's nl_pid, whether it was cut off."""

    start: Ints
    length: Ints
    sender: Ints
    cut: NDArray[np.bool_]
    end: int
    """Byte offset behind all of them."""


def _column(raw: Any, offset: int, kind: type[np.generic] = np.uint32) -> NDArray[Any]:
    """One field of every header, in place."""
    column: NDArray[Any] = raw[:, offset : offset + np.dtype(kind).itemsize].view(kind)[:, 0]
    return column
