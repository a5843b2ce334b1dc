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
