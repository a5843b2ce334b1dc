"""Where messages begin: a received range of the buffer → starts and sizes, without a Python loop where possible.

A dump answers one request, so all its headers carry the same sequence and port id; positions where both match are
candidates, and the chain of lengths proves them. Whatever does not prove itself is walked message by message.
"""

from __future__ import annotations

import numpy as np

from nltui.netlink.columns import Ints, Words

HEADER_WORDS = 4


def split(words: Words, begin: int, end: int) -> tuple[Ints, Ints, str]:
    """Messages in the byte range [begin, end) (begin aligned to four).

    Returns starts (word indices), nlmsg_len (bytes) and a sentence where the rest of the range is malformed, else "".
    """
    first, last = begin // 4, end // 4
    if end - begin < 16:
        return _walk(words, begin, end)
    length = int(words[first])
    step = (length + 3) >> 2
    if length >= 16 and (end - begin) % (step * 4) == 0:
        sizes = words[first:last:step]
        if bool((sizes == length).all()):
            return np.arange(first, last, step), sizes.astype(np.int64), ""
    sequence, port = words[first + 2], words[first + 3]
    found = first + np.flatnonzero(words[first + 2 : last - 1] == sequence)
    found = found[words[found + 3] == port]
    if len(found):
        size = words[found].astype(np.int64)
        after = found + ((size + 3) >> 2)
        proven = bool((after[:-1] == found[1:]).all()) and found[0] == first and int(size.min()) >= 16
        if proven and found[-1] * 4 + size[-1] <= end and after[-1] * 4 >= end:
            return found, size, ""
    return _walk(words, begin, end)


def split_all(words: Words, begin: Ints, end: Ints) -> tuple[Ints, Ints, str]:
    """The same of several ranges in the order of their messages, with anything between them; at least one."""
    first, last = begin >> 2, end >> 2
    if not bool((end & 3).any()) and bool((first[1:] >= last[:-1]).all()):
        apart = np.flatnonzero(last[:-1] != first[1:])
        found = _joined(words, first, last) if not len(apart) else _apart(words, first, last, apart)
        if found is not None:
            return (*found, "")
    parts = [split(words, *pair) for pair in zip(begin.tolist(), end.tolist(), strict=True)]
    problem = next((sentence for _, _, sentence in parts if sentence), "")
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]), problem


def _joined(words: Words, first: Ints, last: Ints) -> tuple[Ints, Ints] | None:
    """Ranges one behind the other, taken as one; None where a message does not end with its range."""
    start, size, problem = split(words, int(first[0]) * 4, int(last[-1]) * 4)
    if problem or not len(start):
        return None
    at = np.minimum(np.searchsorted(start, first), len(start) - 1)
    return (start, size) if np.array_equal(start[at], first) else None


def _apart(words: Words, first: Ints, last: Ints, apart: Ints) -> tuple[Ints, Ints] | None:
    """Ranges of which those in `apart` do not touch the next one; None where a look at all of them proves nothing."""
    low = int(first[0])
    found = low + np.flatnonzero(words[low + 2 : int(last[-1]) - 1] == words[low + 2])
    found = found[words[found + 3] == words[low + 3]]
    size = _proven(words, found, first, last, apart)
    if size is None and len(found):
        # Between the ranges there may be older messages of the same dump.
        found = found[found < last[np.searchsorted(first, found, "right") - 1]]
        size = _proven(words, found, first, last, apart)
    return None if size is None else (found, size)


def _proven(words: Words, found: Ints, first: Ints, last: Ints, apart: Ints) -> Ints | None:
    """Sizes of the messages at `found` where one follows the other through all ranges, without a rest; else None."""
    if not len(found):
        return None
    size = words[found].astype(np.int64)
    after = found + ((size + 3) >> 2)
    jumps = np.flatnonzero(after[:-1] != found[1:])
    at = np.minimum(np.searchsorted(found, first), len(found) - 1)
    whole = (
        after[-1] == last[-1]
        and int(size.min()) >= HEADER_WORDS * 4
        and np.array_equal(found[at], first)
        and np.array_equal(after[jumps], last[apart])
    )
    return size if whole else None


def _walk(words: Words, begin: int, end: int) -> tuple[Ints, Ints, str]:
    starts: list[int] = []
    sizes: list[int] = []
    problem = ""
    position = begin
    while position < end:
        if end - position < 16:
            problem = f"{end - position} bytes are left at {position - begin}, an nlmsghdr needs 16"
            break
        length = int(words[position // 4])
        if not 16 <= length <= end - position:
            problem = f"message at {position - begin} says {length} bytes, {end - position} are left"
            break
        starts.append(position // 4)
        sizes.append(length)
        position += (length + 3) & ~3
    return np.array(starts, np.int64), np.array(sizes, np.int64), problem
