"""Which rows of a batch have equal values in a column, found on the arrays: equal values are rendered once."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model.keys import hash_blobs, hash_words
from nltui.model.table import Column
from nltui.netlink.arrays import groups
from nltui.netlink.columns import Addresses, Batch, Ints
from nltui.netlink.fields import Field, Storage


def distinct(batch: Batch, column: Column) -> tuple[Ints, Ints | None]:
    """One row for each distinct value, and which of them each row has (None: all rows have the only one)."""
    parts = [part for field in column.fields for part in _parts(batch, field) if bool((part != part[0]).any())]
    if not parts:
        return np.zeros(min(1, len(batch)), np.int64), None
    key = parts[0] if len(parts) == 1 else hash_words([part.astype(np.uint64) for part in parts], len(batch))
    return groups(key)


def _parts(batch: Batch, field: Field) -> list[NDArray[Any]]:
    """A field as arrays that are equal where its values are."""
    if field.format.storage is Storage.INT:
        return list(batch.ints(field))
    if field.format.storage is Storage.ADDR:
        got = batch.addresses(field)
        return [got.size, got.high, got.low]
    at, length = batch.blobs(field)
    if not (length >= 0).any():
        return [length[:1]]
    return [hash_blobs(batch, at, length)]


def some(batch: Batch, rows: Ints) -> Batch:
    """A batch of a few of the messages."""
    return Batch(batch.words, batch.start[rows], batch.size[rows], batch.plan)


def prefix_texts(address: Addresses, length: Ints, before: str = "", after: str = "") -> list[str] | None:
    """IPv4 prefixes as text, `10.0.0.0/8` and `10.0.0.1`, from two tables of halves; None where one is not IPv4."""
    if not bool((address.size == 4).all()):
        return None
    heads, ends, tails = _halves(before, after)
    high, low = (address.low >> np.uint64(16)).tolist(), (address.low & np.uint64(0xFFFF)).tolist()
    return [heads[a] + ends[b] + tails[n] for a, b, n in zip(high, low, length.tolist(), strict=True)]


@cache
def _halves(before: str, after: str) -> tuple[list[str], list[str], list[str]]:
    """`10.20.` · `30.0` · `/24` by number."""
    pairs = [f"{number >> 8}.{number & 255}" for number in range(1 << 16)]
    return [f"{before}{pair}." for pair in pairs], pairs, [f"/{bits}{after}" for bits in range(32)] + [after] * 225
