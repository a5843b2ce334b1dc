"""Which rows contain some words, each in any of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nltui.model.cells import Memo, columns_of
from nltui.model.distinct import distinct, prefix_texts, some
from nltui.model.kept import Kept
from nltui.model.store import FREE, Store
from nltui.model.table import Column
from nltui.model.types import Prefix
from nltui.netlink.columns import Batch, Bools, Ints, Plan
from nltui.record import replace

CHUNK = 1 << 15
SHARE = 8
"""What is kept of a range of rows is made anew once more than one in so many has changed."""
MANY = 4096
"""Rows from which the tables of halves of addresses are worth their making."""


class Search:
    """Case-insensitive words, all of them, each in any column that is compared (counters and timers are not)."""

    def __init__(self, store: Store, memo: Memo) -> None:
        self._store, self._memo = store, memo
        self._columns = [column for column in store.table.columns if not column.rate_of and not column.volatile]
        self._plan = Plan([field for column in self._columns for field in column.fields], store.table.body)
        self._kept: dict[int, _Range] = {}

    def matches(self, slots: Ints, words: Sequence[str]) -> Bools:
        """One answer a row; words are case-folded. At most CHUNK rows at a time."""
        every = np.ones(len(slots), bool)
        with self._store.lock:
            batch = self._store.batch(slots, self._plan)
            for word in words:
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

    # -- with texts that are kept --

    def forget(self) -> None:
        """Let go of texts that were kept: nobody searches any more, or names have changed."""
        self._kept.clear()

    def first_range(self, slots: Ints) -> int:
        """How many of these rows, ascending, are of one range, so that tried() takes them together."""
        return int(np.searchsorted(slots, (int(slots[0]) // CHUNK + 1) * CHUNK))

    def tried(self, slots: Ints, words: tuple[str, ...]) -> Bools:
        """As matches(), of ascending rows of one range; what they read as is kept for the next words."""
        number = int(slots[0]) // CHUNK
        begin = number * CHUNK
        kept = self._kept.get(number)
        stale = 0 if kept is None else self._stale(kept, begin)
        if kept is None or stale * SHARE > len(kept.slots):
            if len(slots) * SHARE < CHUNK:
                return self.matches(slots, words)
            kept, stale = self._keep(begin), 0
            self._kept[number] = kept
        if kept.words != words:
            kept.hits, kept.words = kept.texts.contain(words), words
        if not stale and np.array_equal(slots, kept.slots):
            return kept.hits
        at = kept.row[slots - begin]
        fresh = (at >= 0) & (self._store.changed[slots] <= kept.generation)
        if fresh.all():
            return kept.hits[at]
        hits = np.zeros(len(slots), bool)
        hits[fresh] = kept.hits[at[fresh]]
        late = np.flatnonzero(~fresh)
        hits[late] = self.matches(slots[late], words)
        return hits

    def _stale(self, kept: _Range, begin: int) -> int:
        """Rows of a range that are others by now."""
        return int((self._store.changed[begin : begin + CHUNK] > kept.generation).sum())

    def _keep(self, begin: int) -> _Range:
        store = self._store
        with store.lock:
            stop = min(begin + CHUNK, store.top)
            slots = begin + np.flatnonzero(store.state[begin:stop] != FREE)
            texts = Kept(store.batch(slots, self._plan), self._columns, self._memo)
            generation = store.generation
        row = np.full(CHUNK, -1, np.int32)
        row[slots - begin] = np.arange(len(slots))
        return _Range(generation, slots, row, texts)


@dataclass(slots=True)
class _Range:
    """What rows of CHUNK neighbouring slots read as."""

    generation: int
    """Of the store, when they did."""
    slots: Ints
    row: NDArray[np.int32]
    """Of each slot in `texts`, -1 none."""
    texts: Kept
    words: tuple[str, ...] | None = None
    hits: Bools = field(default_factory=lambda: np.zeros(0, bool))
    """Of the last words."""
