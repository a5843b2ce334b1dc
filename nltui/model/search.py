"""Which rows contain some words, each in any of their columns."""

from __future__ import annotations

import numpy as np

from nltui.model.cells import Memo, columns_of
from nltui.model.distinct import distinct, prefix_texts, some
from nltui.model.store import Store
from nltui.model.table import Column
from nltui.model.types import Prefix
from nltui.netlink.columns import Batch, Bools, Ints, Plan
from nltui.record import replace

CHUNK = 1 << 15
MANY = 4096
"""Rows from which the tables of halves of addresses are worth their making."""


class Search:
    """Case-insensitive words, all of them, each in any column that is compared (counters and timers are not)."""

    def __init__(self, store: Store, memo: Memo) -> None:
        self._store, self._memo = store, memo
        self._columns = [column for column in store.table.columns if not column.rate_of and not column.volatile]
        self._plan = Plan([field for column in self._columns for field in column.fields], store.table.body)

    def matches(self, slots: Ints, needle: str) -> Bools:
        """One answer a row; `needle` is case-folded. At most CHUNK rows at a time."""
        every = np.ones(len(slots), bool)
        with self._store.lock:
            batch = self._store.batch(slots, self._plan)
            for word in needle.split():
                hit = np.zeros(len(slots), bool)
                for column in self._columns:
                    hit |= self._column(batch, column, word)
                every &= hit
        return every

    def _column(self, batch: Batch, column: Column, needle: str) -> Bools | bool:
        if isinstance(column.type, Prefix) and column.type.plain:
            found = self._prefixes(batch, column, needle)
            if found is not None:
                return found
        first, which = distinct(batch, column)
        texts = self._memo.cells(column, columns_of(some(batch, first), column))
        hits = np.fromiter((needle in cell.text.casefold() for cell in texts), bool, len(texts))
        return bool(hits.any()) if which is None else hits[which]

    def _prefixes(self, batch: Batch, column: Column, needle: str) -> Bools | None:
        """Plain IPv4 prefixes that all read alike but for the prefix; None where they do not."""
        rest = replace(column, fields=column.fields[2:])
        if len(batch) < MANY or (rest.fields and distinct(batch, rest)[1] is not None):
            return None
        texts = prefix_texts(batch.addresses(column.fields[0]), batch.ints(column.fields[1])[0])
        if texts is None:
            return None
        shown = self._memo.cells(column, columns_of(some(batch, np.zeros(1, np.int64)), column))[0].text
        before = shown.casefold().removesuffix(texts[0])
        return np.fromiter((needle in before + text for text in texts), bool, len(texts))

    def among(self, slots: Ints, needle: str) -> Ints:
        """Those of any number of rows that match."""
        parts = [slots[begin : begin + CHUNK] for begin in range(0, len(slots), CHUNK)]
        return np.concatenate([part[self.matches(part, needle)] for part in parts] or [slots])
