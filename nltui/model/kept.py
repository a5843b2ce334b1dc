"""What rows read as, kept while a filter is in use: a range of slots at a time, column by column.

Equal texts are held once; a row has a number of one or two bytes for each column in which rows differ at all, and of
IPv4 prefixes, which nearly all differ, five bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nltui.model.cells import Memo, columns_of
from nltui.model.distinct import distinct, some
from nltui.model.prefixes import Prefixes
from nltui.model.table import Column
from nltui.model.types import Prefix
from nltui.netlink.columns import Batch, Bools, Ints


@dataclass(frozen=True, slots=True)
class Texts:
    """Case-folded texts of one column, each once, and which of them each row has; None: all have the only one."""

    texts: list[str]
    which: NDArray[np.unsignedinteger] | None

    def contain(self, word: str, count: int) -> Bools | bool:
        """Which rows have the word; one answer where it is the same for all."""
        hits = [word in text for text in self.texts]
        if self.which is None or not any(hits):
            return any(hits)
        if all(hits):
            return True
        found: Bools = np.array(hits)[self.which]
        return found


@dataclass(frozen=True, slots=True)
class Mixed:
    """A column of prefixes: those of IPv4, what stands before each, and the texts of all other rows."""

    rows: Ints | None
    """Rows of `prefixes`; None: all."""
    prefixes: Prefixes
    before: Texts
    others: Ints
    rest: Texts

    def contain(self, word: str, count: int) -> Bools:
        """Which rows have the word: in the prefix, before it, or from the one into the other."""
        found = self.prefixes.contain(word)
        for number, before in enumerate(self.before.texts):
            if not before:
                continue
            mine = True if self.before.which is None else self.before.which == number
            if word in before:
                found |= mine
                continue
            for cut in range(1, len(word)):
                if before.endswith(word[:cut]):
                    found |= mine & self.prefixes.begin(word[cut:])
        if self.rows is None:
            return found
        hits = np.zeros(count, bool)
        hits[self.rows] = found
        hits[self.others] = self.rest.contain(word, len(self.others))
        return hits


class Kept:
    """Rows of one batch, as they read when it was made."""

    def __init__(self, batch: Batch, columns: Sequence[Column], memo: Memo) -> None:
        self._count = len(batch)
        self._columns: dict[str, Texts | Mixed] = {c.name: _column(batch, c, memo) for c in columns}

    def contain(self, words: Sequence[str]) -> Bools:
        """Which rows have every word in one of the columns."""
        every = np.ones(self._count, bool)
        for word in words:
            every &= self._word(word)
        return every

    def _word(self, word: str) -> Bools | bool:
        hit: Bools | bool = False
        for column in self._columns.values():
            found = column.contain(word, self._count)
            if found is True:
                return True
            if found is not False:
                hit = hit | found
        return hit


def _column(batch: Batch, column: Column, memo: Memo) -> Texts | Mixed:
    if isinstance(column.type, Prefix) and column.type.plain:
        ipv4 = batch.addresses(column.fields[0]).size == 4
        if ipv4.any():
            return _mixed(batch, column, memo, ipv4)
    return _texts(batch, column, memo)


def _texts(batch: Batch, column: Column, memo: Memo) -> Texts:
    first, which = distinct(batch, column)
    cells = memo.cells(column, columns_of(some(batch, first), column))
    return Texts([cell.text.casefold() for cell in cells], None if which is None else _small(which, len(cells)))


def _mixed(batch: Batch, column: Column, memo: Memo, ipv4: Bools) -> Texts | Mixed:
    """Of prefixes that differ in nothing but the prefix one is rendered, to see what stands before it."""
    rows = None if ipv4.all() else np.flatnonzero(ipv4)
    others = np.flatnonzero(~ipv4)
    mine = batch if rows is None else some(batch, rows)
    address, length = mine.addresses(column.fields[0]), mine.ints(column.fields[1])[0]
    apart = replace(column, fields=column.fields[2:])
    first, which = distinct(mine, apart) if apart.fields else (np.zeros(1, np.int64), None)
    before: list[str] = []
    shown = memo.cells(column, columns_of(some(mine, first), column))
    for cell, low, bits in zip(shown, address.low[first].tolist(), length[first].tolist(), strict=True):
        prefix = ".".join(map(str, low.to_bytes(4, "big"))) + (f"/{bits}" if bits != 32 else "")
        if not cell.text.endswith(prefix):
            return _texts(batch, column, memo)
        before.append(cell.text.removesuffix(prefix).casefold())
    lead = Texts(before, None if which is None else _small(which, len(before)))
    rest = _texts(some(batch, others), column, memo) if len(others) else Texts([], None)
    return Mixed(rows, Prefixes(address, length), lead, others, rest)


def _small(which: Ints, count: int) -> NDArray[np.unsignedinteger]:
    kind = np.uint8 if count <= 1 << 8 else np.uint16 if count <= 1 << 16 else np.uint32
    return which.astype(kind)
