"""A table's key as arrays: read from a batch, hashed, compared, kept by slot."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model.table import Table
from nltui.netlink.arena import array
from nltui.netlink.columns import Batch, Bools, Ints
from nltui.netlink.fields import Field, First, Storage

U64 = NDArray[np.uint64]

_SALT = np.uint64(int.from_bytes(os.urandom(8)))
"""Per process, so that nobody can choose keys that collide."""
_SALTS = np.frombuffer(os.urandom(8 * 64), np.uint64).reshape(64, 1)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def mix(words: U64) -> U64:
    """A 64-bit finaliser: every input bit reaches every output bit."""
    words = words ^ (words >> np.uint64(30))
    words *= _MIX[0]
    words ^= words >> np.uint64(27)
    words *= _MIX[1]
    words ^= words >> np.uint64(31)
    return words


def hash_words(parts: list[U64], count: int) -> U64:
    """One hash of several 64-bit words a row: each is mixed with a salt of its place before they are summed.

    Words that are zero in every row, as the halves of addresses often are, cost one look.
    """
    total = np.zeros(count, np.uint64)
    for number, part in enumerate(parts):
        salt = _SALTS[number % len(_SALTS)]
        total += mix(part ^ salt) if part.any() else mix(salt)[0]
    return total


def hash_blobs(batch: Batch, at: Ints, length: Ints) -> U64:
    """A hash of the bytes at byte offsets `at`; absent ones (length -1) hash apart from empty ones.

    The last word may hold up to three padding bytes: they are masked off.
    """
    total = mix((length + 1).astype(np.uint64) ^ _SALT)
    words = np.maximum(length + 3, 0) >> 2
    for step in range(int(words.max(initial=0))):
        rows = np.flatnonzero(words > step)
        word = batch.words[(at[rows] >> 2) + step]
        tail = np.minimum(length[rows] - 4 * step, 4)
        shift = (8 * (4 - tail)).astype(np.uint32)
        word = (word << shift) >> shift if sys.byteorder == "little" else (word >> shift) << shift
        total[rows] = mix(total[rows] ^ word.astype(np.uint64)) + np.uint64(step)
    return total


class KeyArrays:
    """Key columns by slot (reserved memory: zeros cost nothing) and of one batch, in one layout."""

    def __init__(self, table: Table) -> None:
        assert table.key is not None
        self.fields: tuple[Field, ...] = table.key.fields
        self.columns: list[NDArray[Any]] = []
        self.of: dict[Field, slice] = {}
        """Which columns hold a field; addresses take three (size, high, low), blobs one (a hash)."""
        for field in self.fields:
            kinds = _kinds(field)
            self.of[field] = slice(len(self.columns), len(self.columns) + len(kinds))
            self.columns += [array(kind, table.capacity) for kind in kinds]

    def read(self, batch: Batch) -> list[NDArray[Any]]:
        """The key columns of a batch, one array each in the order of `columns`."""
        out: list[NDArray[Any]] = []
        for field in self.fields:
            storage = field.format.storage
            if storage is Storage.INT:
                out.append(batch.ints(field)[0])
            elif storage is Storage.ADDR:
                got = batch.addresses(field)
                out += [got.size, got.high, got.low]
            else:
                out.append(hash_blobs(batch, *batch.blobs(field)))
        return out

    def hash(self, read: list[NDArray[Any]]) -> U64:
        """Hashes of what read() gave; columns of up to 16 bits share words."""
        parts: list[U64] = []
        packed: U64 | None = None
        bits = 0
        for column, values in zip(self.columns, read, strict=True):
            width = column.dtype.itemsize * 8
            word = values.astype(np.uint64, copy=False)
            if width == 64:
                parts.append(word)
                continue
            if packed is None or bits + width > 64:
                if packed is not None:
                    parts.append(packed)
                packed, bits = np.zeros(len(values), np.uint64), 0
            packed = packed | ((word & np.uint64((1 << width) - 1)) << np.uint64(bits))
            bits += width
        if packed is not None:
            parts.append(packed)
        return hash_words(parts, len(read[0]) if read else 0)

    def write(self, slots: Ints | slice, read: list[NDArray[Any]], rows: Ints | slice) -> None:
        """Put rows of a batch into slots. All-zero columns are not written into fresh slots."""
        fresh = isinstance(slots, slice)
        for column, values in zip(self.columns, read, strict=True):
            mine = values[rows]
            if not fresh or mine.any():
                column[slots] = mine.astype(column.dtype)

    def equal(self, read: list[NDArray[Any]], rows: Ints, slots: Ints) -> Bools:
        """Whether rows of a batch have the keys of these slots."""
        same = np.ones(len(rows), bool)
        for column, values in zip(self.columns, read, strict=True):
            same &= column[slots] == values[rows].astype(column.dtype)
        return same

    def alike(self, slots: Ints, others: Ints) -> Bools:
        """Whether these slots have the keys of those."""
        same = np.ones(len(slots), bool)
        for column in self.columns:
            same &= column[slots] == column[others]
        return same


def _kinds(field: Field) -> tuple[str, ...]:
    storage = field.format.storage
    if storage is Storage.ADDR:
        return ("u1", "u8", "u8")
    if storage is Storage.BLOB:
        return ("u8",)
    options = field.fields if isinstance(field, First) else (field,)
    widest = max(option.format.size for option in options)
    return (f"{'i' if field.format.signed else 'u'}{widest}",)
