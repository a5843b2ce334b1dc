"""Rows as lines of aligned text straight from the columns, thousands at a time: equal values are rendered once.

The lines are those of `lines.Lines` over the cells of the same rows, which is the reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat

import numpy as np

from nltui.model.bulk import CHUNK, MANY
from nltui.model.cells import columns_of, shown
from nltui.model.distinct import distinct, prefix_texts, some
from nltui.model.lines import GAP, wide, widths
from nltui.model.store import FREE, Store
from nltui.model.table import Column
from nltui.model.types import Align, Context, Prefix
from nltui.netlink.columns import Batch, Ints, Plan
from nltui.record import replace

Texts = tuple[list[str], Ints | None]
"""Texts, and which of them each row has; None: one a row, or all rows have the only one."""


class TextWriter:
    """Widths are settled by the first rows; later rows that are wider push what follows to the right."""

    def __init__(self, store: Store, context: Context, columns: Sequence[Column]) -> None:
        """Columns that are empty in the first rows are left out."""
        self._store, self._context, self._columns = store, context, columns
        self._plan = Plan([field for column in columns for field in column.fields], store.table.body)
        self._widths: list[int] | None = None

    def texts(self, slots: Ints) -> Iterator[str]:
        """Lines of these rows with their ends, many a text; before the first of all the header."""
        for begin in range(0, len(slots), CHUNK):
            some_slots = slots[begin : begin + CHUNK]
            with self._store.lock:
                # Of a store that goes on being written to: what has gone since is left out.
                live = some_slots[self._store.state[some_slots] != FREE]
                if not len(live):
                    continue
                batch = self._store.batch(live, self._plan)
                found = [self._column(batch, column) for column in self._columns]
            yield self._laid(found, len(batch))

    def _laid(self, found: list[Texts], count: int) -> str:
        header = []
        if self._widths is None:
            self._widths = widths(self._columns, (texts for texts, _ in found))
            header = [([column.name.upper()], None) for column in self._columns]
        return (self._lines(header, 1) if header else "") + self._lines(found, count)

    def _lines(self, found: Sequence[Texts], count: int) -> str:
        assert self._widths is not None
        side: list[Iterator[str]] = []
        for column, width, (texts, which) in zip(self._columns, self._widths, found, strict=True):
            if not width:
                continue
            padded = _padded(texts, width, column.type.align, GAP if side else "")
            if len(padded) == 1:
                side.append(repeat(padded[0], count))
            else:
                side.append(iter(padded) if which is None else map(padded.__getitem__, which.tolist()))
        return "\n".join(map(str.rstrip, map("".join, zip(*side, strict=False)))) + "\n"

    def _column(self, batch: Batch, column: Column) -> Texts:
        if isinstance(column.type, Prefix) and column.type.plain and len(batch) >= MANY:
            texts = self._prefixes(batch, column)
            if texts is not None:
                return texts, None
        first, which = distinct(batch, column)
        values = columns_of(some(batch, first), column)
        return [shown(column, value, self._context) for value in values], which

    def _prefixes(self, batch: Batch, column: Column) -> list[str] | None:
        """Of many IPv4 prefixes; those that differ in nothing but the prefix have the same before it."""
        ipv4 = batch.addresses(column.fields[0]).size == 4
        rows = np.flatnonzero(ipv4)
        if len(rows) < MANY:
            return None
        mine = batch if len(rows) == len(batch) else some(batch, rows)
        texts = prefix_texts(mine.addresses(column.fields[0]), mine.ints(column.fields[1])[0])
        if texts is None:
            return None
        apart = replace(column, fields=column.fields[2:])
        first, which = distinct(mine, apart) if apart.fields else (np.zeros(1, np.int64), None)
        before = []
        values = columns_of(some(mine, first), column)
        for row, value in zip(first.tolist(), values, strict=True):
            text = shown(column, value, self._context)
            if not text.endswith(texts[row]):
                return None
            before.append(text.removesuffix(texts[row]))
        if any(before):
            leads = repeat(before[0]) if which is None else map(before.__getitem__, which.tolist())
            texts = list(map(str.__add__, leads, texts))
        return texts if mine is batch else self._mixed(batch, column, rows, texts)

    def _mixed(self, batch: Batch, column: Column, rows: Ints, texts: list[str]) -> list[str]:
        """With the texts of all other rows between them."""
        others = np.setdiff1d(np.arange(len(batch)), rows, assume_unique=True)
        few, which = self._column(some(batch, others), column)
        every = np.empty(len(batch), object)
        every[rows] = texts
        every[others] = np.array(few, object)[which if which is not None else np.zeros(len(others), np.int64)]
        return list(every)


def _padded(texts: list[str], width: int, align: Align, before: str) -> list[str]:
    """Each as wide as its column, with the gap that stands before it."""
    if "".join(texts).isascii():
        place = f"{before}%{'' if align is Align.RIGHT else '-'}{width}s"
        return [place % text for text in texts]
    spaces = [" " * max(0, width - wide(text)) for text in texts]
    if align is Align.RIGHT:
        return [before + space + text for space, text in zip(spaces, texts, strict=True)]
    return [before + text + space for space, text in zip(spaces, texts, strict=True)]
