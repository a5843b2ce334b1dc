"""Whole messages of the kernel out of datagrams: what is foreign, cut off or malformed is counted and left out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nltui.netlink.columns import Ints, Words
from nltui.netlink.frames import split
from nltui.netlink.receive import Datagrams


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages in the order heard; what they are made of lies in the receiver's memory."""

    words: Words
    """The receiver's memory, in words of 4 bytes."""
    type_: Ints
    """nlmsg_type of each."""
    start: Ints
    """Index of each one's first word."""
    size: Ints
    """Bytes of each, nlmsg_len."""
    times: Ints
    """When each was received, ns since 1970."""
    foreign: int
    """Datagrams that another process sent, left out."""
    bad: int
    """Datagrams cut off or malformed: something is missing."""

    def __len__(self) -> int:
        return len(self.type_)

    def runs(self) -> list[slice]:
        """Stretches about one kind of object, cause before effect."""
        cuts = [0, *(np.flatnonzero((self.type_[1:] ^ self.type_[:-1]) & ~3) + 1).tolist(), len(self)]
        return [slice(begin, end) for begin, end in pairwise(cuts)]


def whole(got: Datagrams) -> Messages:
    """The kernel's messages in these datagrams."""
    words, start, size = got.words, got.start, got.length
    kernel = got.sender == 0
    torn = got.cut | (size < 16)
    good = kernel & ~torn
    bad = int((kernel & torn).sum())
    start, size, times = start[good], size[good], got.time[good]
    several = np.flatnonzero(words[start] != size)
    if len(several):
        start, size, more = _apart(words, start, size, set(several.tolist()))
        times = np.full(len(start), times.max(), np.int64)
        bad += more
    type_ = (words[start + 1] & np.uint32(0xFFFF)).astype(np.int64)
    return Messages(words, type_, start, size, times, int((~kernel).sum()), bad)


def _apart(words: Words, start: Ints, size: Ints, several: set[int]) -> tuple[Ints, Ints, int]:
    """Datagrams that are not exactly one message: several, or malformed. The last is how many are the latter."""
    starts, sizes, bad = [], [], 0
    for row in range(len(start)):
        if row not in several:
            starts.append(start[row : row + 1])
            sizes.append(size[row : row + 1])
            continue
        begin = int(start[row]) * 4
        inner, lengths, problem = split(words, begin, begin + int(size[row]))
        bad += bool(problem)
        starts.append(inner)
        sizes.append(lengths)
    return np.concatenate(starts), np.concatenate(sizes), bad
