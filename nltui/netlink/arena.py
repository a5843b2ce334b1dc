"""Reserved memory that recv writes into. Addresses never move, so views on it stay valid; only touched pages cost.

Rows of many lengths live here; a freed row's bytes are reused by a row of the same padded length. Where lengths change
for good, freed bytes of lengths that nobody asks for pile up: the owner then slides what it holds together.
"""

from __future__ import annotations

import contextlib
import mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nltui.netlink.arrays import runs, unique
from nltui.netlink.columns import Ints, Words

IDLE = 4 << 20
"""Bytes that may lie idle in any case."""
MAP_NORESERVE = 0x4000
"""linux/mman.h; the mmap module names it only in later Pythons."""


MADV_POPULATE_WRITE = 23
"""linux/mman.h"""


def reserve(size: int) -> mmap.mmap:
    """Anonymous private memory of `size` bytes that costs nothing until written. Raises OSError where refused."""
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE)


def array(dtype: DTypeLike, count: int) -> NDArray[Any]:
    """A zeroed array of `count` elements in reserved memory: zeros that are never written cost nothing."""
    kind = np.dtype(dtype)
    return np.frombuffer(reserve(max(count * kind.itemsize, mmap.PAGESIZE)), kind, count)


def kept(run: Ints) -> Ints:
    """What is left of a run, without keeping all of it in memory for the sake of a few."""
    whole = run.base
    return run.copy() if isinstance(whole, np.ndarray) and len(run) * 4 < whole.size else run


class Arena:
    """A growing run of words with free lists by length (in words)."""

    def __init__(self, size: int) -> None:
        """`size` in bytes, the most it can ever hold."""
        self._map = reserve(size)
        self.bytes = memoryview(self._map)
        self.words: Words = np.frombuffer(self._map, np.uint32)
        self.size = size
        self.tail = 16
        """Byte offset of the first never-used byte. Starts past 0, so that no place is ever 0."""
        self._free: dict[int, list[Ints]] = {}
        self.idle = 0
        """Bytes in the free lists."""
        self._front = 0
        """Word up to which slide() has filled."""

    def touch(self, begin: int, size: int) -> None:
        """Have the kernel lay down memory for bytes that are about to be written, so that who writes need not wait."""
        begin = begin // mmap.PAGESIZE * mmap.PAGESIZE
        with contextlib.suppress(OSError, ValueError):  # older kernels do not know it: then pages come as they are used
            self._map.madvise(MADV_POPULATE_WRITE, begin, min(size, self.size - begin))

    def room(self) -> int:
        """Bytes never used yet."""
        return self.size - self.tail

    def reserve(self, length: int) -> int:
        """Set aside `length` bytes (a multiple of four) behind all others, to be written; returns where they begin."""
        begin = self.tail
        self.tail += length
        return begin

    def settle(self, begin: int, length: int, end: int) -> None:
        """Of what reserve() gave, keep the bytes before `end`; others stay unused if something lies behind them now."""
        if self.tail == begin + length:
            self.tail = (end + 3) & ~3

    def allocate(self, count: int, words: int) -> Ints | None:
        """Places (word indices) for `count` messages of one length in words; None when full."""
        taken: list[Ints] = []
        free = self._free.get(words, [])
        while free and count:
            run = free.pop()
            if len(run) > count:
                free.append(kept(run[count:]))
                run = run[:count]
            taken.append(run)
            count -= len(run)
            self.idle -= len(run) * words * 4
        if count:
            need = count * words * 4
            if need > self.room():
                for run in taken:
                    self.release(run, words)
                return None
            first = self.tail // 4
            taken.append(np.arange(first, first + count * words, words, dtype=np.int64))
            self.tail += need
        return taken[0] if len(taken) == 1 else np.concatenate(taken)

    def release(self, places: Ints, words: int) -> None:
        """Give back messages of one length."""
        if len(places) and words:
            self.idle += len(places) * words * 4
            self._free.setdefault(words, []).append(places)

    def store(self, source: Words, start: Ints, size: Ints) -> Ints | None:
        """Copy messages in, those of one length together; returns their places or None when full (nothing kept)."""
        places = np.zeros(len(start), np.int64)
        lengths = (size + 3) >> 2
        done: list[tuple[Ints, int]] = []
        for words in unique(lengths).tolist():
            mine = np.flatnonzero(lengths == words)
            room = self.allocate(len(mine), words)
            if room is None:
                for run, length in done:
                    self.release(run, length)
                return None
            copy(self.words, room, source, start[mine], words)
            places[mine] = room
            done.append((room, words))
        return places

    @property
    def wasteful(self) -> bool:
        """Whether so much lies idle that it is worth sliding everything together."""
        scarce = self.room() < self.size // 8 and self.idle > self.size // 16
        return self.idle > max(IDLE, self.tail // 2) or scarce

    def begin_slide(self) -> None:
        """From now on until end_slide() nothing but slide() may be called."""
        self._free.clear()
        self.idle, self._front = 0, 4

    def slide(self, places: Ints, size: Ints) -> Ints:
        """Move messages (sizes in bytes) to the front; returns their new places. All are given once, by place."""
        lengths = (size + 3) >> 2
        ends = self._front + np.cumsum(lengths)
        to: Ints = ends - lengths
        end = int(ends[-1]) if len(ends) else self._front
        # What moves is gathered before it is written: no place lies before the one it moves to.
        self.words[self._front : end] = self.words[np.repeat(places - to, lengths) + np.arange(self._front, end)]
        self._front = end
        return to

    def end_slide(self) -> None:
        """What was not moved is gone, its memory is the kernel's again."""
        before, self.tail = self.tail, self._front * 4
        page = -(-self.tail // mmap.PAGESIZE) * mmap.PAGESIZE
        if before > page:
            self._map.madvise(mmap.MADV_DONTNEED, page, before - page)

    def free(self, places: Ints, size: Ints) -> None:
        """Give back messages of any lengths (bytes)."""
        lengths = (size + 3) >> 2
        for words in unique(lengths).tolist():
            self.release(places[lengths == words], words)


def copy(into: Words, to: Ints, source: Words, start: Ints, words: int) -> None:
    """Copy equally long runs of words, in slices that stay in the processor's cache."""
    if not words:
        return
    target, pieces = runs(into, words), runs(source, words)
    for at in range(0, len(start), 4096):
        part = slice(at, at + 4096)
        target[to[part]] = pieces[start[part]]
