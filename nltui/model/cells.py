"""Values of rows → text, memoised by value: equal values are rendered once however many rows have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nltui.config import DEFAULTS
from nltui.model.rows import Cell
from nltui.model.table import Column
from nltui.model.types import Context, Tone
from nltui.netlink.columns import Batch

MEMO_MOST = DEFAULTS.memo_values
"""Values remembered by one memo, of all its columns; then the fullest column starts anew."""
EMPTY = Cell("")


def columns_of(batch: Batch, column: Column) -> Iterable[Any]:
    """What the column's type is given, one a row: values, or tuples for a column of several fields."""
    if len(column.fields) == 1:
        return batch.values(column.fields[0])
    return zip(*(batch.values(field) for field in column.fields), strict=True)


def shown(column: Column, value: Any, context: Context) -> str:
    """The text of one value; empty where the type shows nothing of it."""
    if value is None and not column.type.absent:
        return ""
    return column.type.text(value, context) or ""


class Memo:
    """Rendered values of one table's columns, for one context. Forget it when what the context answers changed."""

    def __init__(self, context: Context, most: int = MEMO_MOST) -> None:
        """`most`: values remembered, not counting those of the call that goes beyond."""
        self.context, self._most = context, most
        self._cells: dict[str, dict[Any, Cell]] = {}
        self._held = 0

    def clear(self) -> None:
        """A name changed somewhere."""
        self._cells.clear()
        self._held = 0

    def cells(self, column: Column, values: Iterable[Any]) -> list[Cell]:
        """Cells of one column."""
        if self._held > self._most:
            fullest = max(self._cells.values(), key=len)
            self._held -= len(fullest)
            fullest.clear()
        memo = self._cells.setdefault(column.name, {})
        before = len(memo)
        out: list[Cell] = []
        for value in values:
            cell = memo.get(value)
            if cell is None:
                cell = memo[value] = self._cell(column, value)
            out.append(cell)
        self._held += len(memo) - before
        return out

    def _cell(self, column: Column, value: Any) -> Cell:
        kind = column.type
        if value is None and not kind.absent:
            return EMPTY
        text = shown(column, value, self.context)
        dim: Callable[[str], int] | None = getattr(kind, "dim_from", None)
        tone = kind.tone(value, self.context) if text else Tone.PLAIN
        return Cell(text, tone, dim(text) if dim and text else -1)


def rate_cell(value: float) -> Cell:
    """Bytes or packets a second, short: 0, 88.1k, 1.24M."""
    if np.isnan(value):
        return Cell("")
    if value < 0.5:
        return Cell("0", Tone.DIM)
    for unit in ("", "k", "M", "G"):
        if value < 999.5:
            return Cell(f"{value:.0f}{unit}" if not unit or value >= 99.95 else f"{value:.3g}{unit}")
        value /= 1000
    return Cell(f"{value:.3g}T")
