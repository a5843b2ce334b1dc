"""IPv4 prefixes searched as text without ever being text: `10.0.0.0/8` as five small numbers a row.

A part of such a text is a row of parts between dots and a slash. Seen from octet to octet, its first part must end
what it falls on, its last part begin it, and those between be all of it: one table of 256 answers a part each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from nltui.netlink.columns import Addresses, Bools, Ints

DIGITS = "0123456789./"
Fits = Callable[[str, str], bool]
"""Whether a number, as text, fits a part."""


class Prefixes:
    """Prefixes by row: their octets and lengths as bytes, one string each."""

    def __init__(self, address: Addresses, length: Ints) -> None:
        """All addresses have four bytes."""
        low = address.low
        self._fields = [(low >> np.uint64(shift)).astype(np.uint8).tobytes() for shift in (24, 16, 8, 0)]
        self._fields.append(np.minimum(length, 255).astype(np.uint8).tobytes())

    def contain(self, wanted: str) -> Bools:
        """Which texts have this in them."""
        return self._search(wanted, False)

    def begin(self, wanted: str) -> Bools:
        """Which texts begin with it."""
        return self._search(wanted, True)

    def _search(self, wanted: str, anchored: bool) -> Bools:
        hits = np.zeros(len(self._fields[0]), bool)
        address, slash, length = wanted.partition("/")
        parts = address.split(".") + ([length] if slash else [])
        if wanted.strip(DIGITS) or len(parts) > 5 or (not slash and len(parts) > 4) or "" in parts[1:-1]:
            return hits
        starts = [5 - len(parts)] if slash else range(5 - len(parts))
        if len(parts) == 1 and not anchored:
            starts = range(5)
        for start in starts:
            if not anchored or start == 0:
                hits |= self._from(start, parts, anchored)
        return hits

    def _from(self, start: int, parts: list[str], anchored: bool) -> Bools:
        """Where the first part falls on this field."""
        found = np.ones(len(self._fields[0]), bool)
        for at, part in enumerate(parts):
            first, last = at == 0, at == len(parts) - 1
            if first and last:
                fits = str.startswith if anchored else str.__contains__
            elif first and not anchored:
                fits = str.endswith
            else:
                fits = str.startswith if last else str.__eq__
            found &= self._field(start + at, part, fits)
            if not found.any():
                break
        return found

    def _field(self, number: int, part: str, fits: Fits) -> Bools:
        table = _answers(part, fits, number == 4)
        if table is None:
            return np.zeros(len(self._fields[0]), bool)
        return np.frombuffer(self._fields[number].translate(table), bool)


@lru_cache(512)
def _answers(part: str, fits: Fits, length: bool) -> bytes | None:
    """What each number says to a part, None where all say no. Of lengths, 32 is not shown, and neither is its slash."""
    table = bytes(fits(str(value), part) and not (length and value == 32) for value in range(256))
    return table if any(table) else None
