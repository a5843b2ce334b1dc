"""Sort keys of a column by slot: comparable arrays, kept up to date for the rows that changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model.cells import Memo, columns_of
from nltui.model.distinct import distinct, some
from nltui.model.store import Store
from nltui.model.table import Column
from nltui.model.types import Order
from nltui.netlink.arena import array
from nltui.netlink.arrays import run_of
from nltui.netlink.columns import Batch, Ints, Plan
from nltui.netlink.fields import Field, First, Storage

Rate = Callable[[Column, Ints], NDArray[np.float64]]
"""Values a second of a rate column for some slots."""
CHUNK = 1 << 16
TEXTS = 4096
"""Distinct texts of rows long gone that are remembered in any case."""


class SortKeys:
    """Arrays by slot, most significant first; the slot itself ends every comparison, so the order is total."""

    def __init__(self, store: Store, column: Column, memo: Memo, rate: Rate) -> None:
        self._store, self._column, self._memo, self._rate = store, column, memo, rate
        self.arrays: list[NDArray[Any]] = []
        self._own: list[tuple[Field | None, list[NDArray[Any]]]] = []
        self._texts: dict[str, int] = {}
        self._rank: Ints = np.zeros(0, np.int64)
        by_text = column.type.order is Order.TEXT or any(f.format.storage is Storage.BLOB for f in column.fields)
        if column.rate_of:
            self._keep(None, ["f8"])
        elif by_text:
            self._keep(None, ["i4"])
        else:
            for field in column.fields:
                held = store.keys.of.get(field)
                if held is not None:
                    self.arrays += store.keys.columns[held]
                else:
                    self._keep(field, _kinds(field))
        self._text = by_text and not column.rate_of
        self._plan = Plan(column.fields, store.table.body)

    def _keep(self, field: Field | None, kinds: list[str]) -> None:
        arrays: list[NDArray[Any]] = [array(kind, self._store.table.capacity) for kind in kinds]
        self._own.append((field, arrays))
        self.arrays += arrays

    @property
    def derived(self) -> bool:
        """Whether keys must be refreshed for changed rows (else they are the store's own columns)."""
        return bool(self._own)

    @property
    def crowded(self) -> bool:
        """Whether most of the texts ever seen are of rows long gone: it is time to begin anew."""
        return len(self._texts) > TEXTS + 2 * self._store.count

    def refresh(self, slots: Ints) -> None:
        """Read the keys of these rows anew."""
        if not self._own:
            return
        for begin in range(0, len(slots), CHUNK):
            some = slots[begin : begin + CHUNK]
            if self._column.rate_of:
                self._own[0][1][0][some] = self._rate(self._column, some)
                continue
            run = run_of(some)
            with self._store.lock:
                self._read(self._store.batch(run, self._plan), run)

    def _read(self, batch: Batch, slots: Ints | slice) -> None:
        if self._text:
            self._own[0][1][0][slots] = self._codes(batch)
            return
        for field, arrays in self._own:
            assert field is not None
            if len(arrays) == 3:
                got = batch.addresses(field)
                for target, values in zip(arrays, (got.size, got.high, got.low), strict=True):
                    target[slots] = values
            else:
                values, present = batch.ints(field)
                arrays[0][slots] = values if present.all() else np.where(present, values, -1)

    def _codes(self, batch: Batch) -> NDArray[np.int32]:
        """A code for each row's text; ranks are made anew when a text was never seen before."""
        texts, before = self._texts, len(self._texts)
        first, which = distinct(batch, self._column)
        cells = self._memo.cells(self._column, columns_of(some(batch, first), self._column))
        codes = np.fromiter((texts.setdefault(cell.text, len(texts)) for cell in cells), np.int32, len(cells))
        codes = np.repeat(codes, len(batch)) if which is None else codes[which]
        if len(texts) != before:
            order = sorted(texts, key=lambda text: (text == "", _natural(text)))
            self._rank = np.zeros(len(texts), np.int64)
            self._rank[[texts[text] for text in order]] = np.arange(len(order))
        return codes

    def values(self, slots: Ints | slice) -> list[NDArray[Any]]:
        """Comparable keys of these rows as they are now, most significant first."""
        if self._text:
            codes = self.arrays[0][slots]
            return [self._rank[codes] if len(self._rank) else codes]
        # Copied where indexing does not: a reader that writes meanwhile must not change a key while it is compared.
        return [keys[slots].copy() if isinstance(slots, slice) else keys[slots] for keys in self.arrays]

    def sorted(self, slots: Ints) -> Ints:
        """These rows, ascending slots, in order."""
        if not len(slots):
            return slots
        order = in_order(self.values(run_of(slots)))
        return slots if order is None else slots[order]

    def places(self, order: Ints, slots: Ints) -> Ints:
        """Where each of `slots` (sorted among themselves) belongs in the ordered rows: binary search in lockstep."""
        low, high = np.zeros(len(slots), np.int64), np.full(len(slots), len(order), np.int64)
        mine = [*self.values(slots), slots]
        while True:
            open_ = low < high
            if not open_.any():
                return low
            middle = np.minimum((low + high) >> 1, len(order) - 1)
            there = order[middle]
            less = np.zeros(len(slots), bool)
            equal = open_.copy()
            for own, other in zip(mine, [*self.values(there), there], strict=True):
                less |= equal & (other < own)
                equal &= other == own
            low = np.where(open_ & less, middle + 1, low)
            high = np.where(open_ & ~less, middle, high)


def _kinds(field: Field) -> list[str]:
    """Arrays that hold a field's keys, -1 for absent numbers among them."""
    if field.format.storage is Storage.ADDR:
        return ["u1", "u8", "u8"]
    return ["i2" if field.format.size == 1 and not isinstance(field, First) else "i8"]


def in_order(keys: list[NDArray[Any]]) -> Ints | None:
    """The places of some values in their order, most significant keys first; equal ones stay as they are.

    None where they are in order already.
    """
    count = len(keys[0])
    keys = [key for key in keys if (key != key[0]).any()]
    if not keys or _ordered(keys):
        return None
    packed = _packed(keys)
    if packed is None:
        return np.lexsort(keys[::-1])
    key, bits = packed
    if bits <= 16:  # sorted digit by digit
        return np.argsort(key.astype(np.uint8 if bits <= 8 else np.uint16), kind="stable")
    low = np.uint64(count.bit_length())
    if bits + int(low) > 64:
        return np.argsort(key, kind="stable")
    # Keys and places in one word: numbers sort in half the time that their places take.
    key <<= low
    key |= np.arange(count, dtype=np.uint64)
    key.sort()
    key &= (np.uint64(1) << low) - np.uint64(1)
    return key.view(np.int64)


def _packed(keys: list[NDArray[Any]]) -> tuple[NDArray[np.uint64], int] | None:
    """Integer keys as one unsigned word of so many bits that sorts as all of them do; None where it would not do."""
    if any(key.dtype.kind == "f" for key in keys):
        return None
    least = [int(key.min()) for key in keys]
    widths = [(int(key.max()) - low).bit_length() for key, low in zip(keys, least, strict=True)]
    if sum(widths) > 64:
        return None
    packed = np.zeros(len(keys[0]), np.uint64)
    for key, low, width in zip(keys, least, widths, strict=True):
        packed <<= np.uint64(width)
        packed |= key.astype(np.int64, copy=False).view(np.uint64) - np.uint64(low % (1 << 64))
    return packed, sum(widths)


def _ordered(keys: list[NDArray[Any]]) -> bool:
    """Whether rows already are in order, as the kernel's dumps of IPv4 routes are."""
    equal: NDArray[np.bool_] | None = None
    for key in keys:
        below = key[1:] < key[:-1]
        if bool((below if equal is None else below & equal).any()):
            return False
        same = key[1:] == key[:-1]
        equal = same if equal is None else equal & same
        if not equal.any():
            return True
    return True


def _natural(text: str) -> tuple[object, ...]:
    """eth2 before eth10."""
    parts: list[object] = []
    number = ""
    for char in text + "\0":
        if char.isdecimal() and char.isascii():
            number += char
            continue
        if number:
            parts.append((0, int(number), ""))
            number = ""
        parts.append((1, 0, char))
    return tuple(parts)
