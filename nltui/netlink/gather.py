"""Integers out of a buffer of messages: at any places, or at places that are equally far apart."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.netlink.fields import Format

Words = NDArray[np.uint32]
Ints = NDArray[np.int64]


def words_at(words: Words, start: Ints, step: int, offset: int) -> Words:
    """The word so far behind each of `start`; `step` words lie between neighbours, 0 where that differs."""
    if not step:
        return words[start + offset]
    first = int(start[0]) + offset
    return words[first : first + step * (len(start) - 1) + 1 : step]


def integers(words: Words, at: Ints, format: Format) -> Ints:
    """Values at byte offsets `at` (aligned to the value's size or to four bytes)."""
    word = words[at >> 2]
    size = format.size
    if size == 8:
        high = words[np.minimum((at >> 2) + 1, len(words) - 1)]
        low64, high64 = word.astype(np.uint64), high.astype(np.uint64)
        if sys.byteorder == "big":
            low64, high64 = high64, low64
        whole = low64 | (high64 << np.uint64(32))
        if format.big != (sys.byteorder == "big"):
            whole = whole.byteswap()
        wide: Ints = whole.view(np.int64)
        return wide
    if size < 4:
        step = at & 3 if sys.byteorder == "little" else (4 - size) - (at & 3)
        word = (word >> (step << 3).astype(np.uint32)) & np.uint32((1 << 8 * size) - 1)
    kind = np.dtype(f"{'i' if format.signed else 'u'}{size}")
    narrow = word.astype(f"u{size}")
    if format.big != (sys.byteorder == "big"):
        narrow = narrow.byteswap()
    values: Ints = narrow.view(kind).astype(np.int64)
    return values


def spaced(words: Words, first: int, step: int, count: int, format: Format) -> Ints:
    """`count` values, the first at byte offset `first` and each `step` bytes behind the one before: one pass."""
    order = ">" if format.big else "="
    kind = np.dtype(f"{order}{'i' if format.signed else 'u'}{format.size}")
    there: NDArray[Any] = np.ndarray((count,), kind, words, first, (step,))
    return there.astype(np.int64)


def network(words: Words, at: Ints) -> Words:
    """Words in network order as numbers."""
    word = words[at]
    return word.byteswap() if sys.byteorder == "little" else word
