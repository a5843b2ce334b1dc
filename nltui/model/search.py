"""Which rows contain a text in any of their columns."""

from __future__ import annotations

import numpy as np

from nltui.model.cells import Memo, columns_of
from nltui.model.store import Store
from nltui.netlink.columns import Bools, Ints, Plan

CHUNK = 8192


class Search:
    """A case-insensitive substring over all columns that are compared (counters and timers are not)."""

    def __init__(self, store: Store, memo: Memo) -> None:
        self._store, self._memo = store, memo
        self._columns = [column for column in store.table.columns if not column.rate_of and not column.volatile]
        self._plan = Plan([field for column in self._columns for field in column.fields], store.table.body)

    def matches(self, slots: Ints, needle: str) -> Bools:
        """One answer a row; `needle` is case-folded. At most CHUNK rows at a time."""
        hit = np.zeros(len(slots), bool)
        with self._store.lock:
            batch = self._store.batch(slots, self._plan)
            for column in self._columns:
                texts = self._memo.cells(column, columns_of(batch, column))
                hit |= np.fromiter((needle in cell.text.casefold() for cell in texts), bool, len(texts))
        return hit

    def among(self, slots: Ints, needle: str) -> Ints:
        """Those of any number of rows that match."""
        parts = [slots[begin : begin + CHUNK] for begin in range(0, len(slots), CHUNK)]
        return np.concatenate([part[self.matches(part, needle)] for part in parts] or [slots])
