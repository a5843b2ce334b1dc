"""Addresses with prefix lengths as arrays: which lie in which."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model.filter.literals import Network
from nltui.model.filter.tree import Comparison
from nltui.model.types import Meaning
from nltui.netlink.columns import Bools

HALF = (1 << 64) - 1
AF_INET6 = 10


class Spans:
    """One prefix a row. `comparing.place` is the same for one row."""

    def __init__(
        self,
        meaning: Meaning,
        size: NDArray[Any],
        high: NDArray[np.uint64],
        low: NDArray[np.uint64],
        length: NDArray[Any] | None = None,
        family: NDArray[Any] | None = None,
    ) -> None:
        """`size` of the address in bytes, 0 none; `high` and `low` half of it as numbers, IPv4 in `low`."""
        self._high, self._low, self._meaning = high, low, meaning
        bits = size.astype(np.int16) * 8
        if meaning is Meaning.NETWORK:
            assert family is not None
            bits = np.where(bits > 0, bits, np.where(family == AF_INET6, np.int16(128), np.int16(32)))
        self._bits = bits
        self._length = bits if length is None else np.minimum(length, 255).astype(np.int16)

    def holds(self, test: Comparison) -> Bools:
        """Where `==`, `in` or `covers` is true of any of the values."""
        hits = np.zeros(len(self._bits), bool)
        for literal in test.literals:
            alone = self._meaning is Meaning.INTERFACE and (test.op == "in" or "/" not in literal.text)
            for network in literal.networks:
                if test.op == "covers":
                    hits |= self._covers(network)
                elif test.op == "in":
                    hits |= self._inside(network, alone)
                else:
                    hits |= self._equal(network, alone)
        return hits

    def _lengths(self, alone: bool) -> NDArray[np.int16]:
        """Prefix lengths; those of hosts where only addresses count."""
        return self._bits if alone else self._length

    def _equal(self, network: Network, alone: bool) -> Bools:
        bits, address, length = network
        same = (self._bits == bits) & (self._lengths(alone) == length)
        found: Bools = same & (self._high == np.uint64(address >> 64)) & (self._low == np.uint64(address & HALF))
        return found

    def _inside(self, network: Network, alone: bool) -> Bools:
        bits, address, length = network
        mask = ((1 << length) - 1) << (bits - length)
        hits: Bools = np.asarray((self._bits == bits) & (self._lengths(alone) >= length))
        for half, shift in ((self._high, 64), (self._low, 0)):
            part = np.uint64(mask >> shift & HALF)
            if part:
                hits &= (half & part) == np.uint64(address >> shift & int(part))
        return hits

    def _covers(self, network: Network) -> Bools:
        bits, address, length = network
        hits: Bools = (self._bits == bits) & (self._length <= length)
        rows = np.flatnonzero(hits)
        high, low = _masks(bits)
        lengths = self._length[rows]
        differs = (self._high[rows] ^ np.uint64(address >> 64)) & high[lengths]
        differs |= (self._low[rows] ^ np.uint64(address & HALF)) & low[lengths]
        hits[rows] = differs == 0
        return hits


@cache
def _masks(bits: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Halves of the netmask by prefix length."""
    masks = [((1 << length) - 1) << (bits - length) for length in range(bits + 1)]
    return np.array([m >> 64 for m in masks], np.uint64), np.array([m & HALF for m in masks], np.uint64)
