"""Rows of text in aligned columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from nltui.model.table import Column
from nltui.model.types import Align

GAP = "  "


class Lines:
    """Widths are settled by the first rows; later rows that are wider push what follows to the right."""

    def __init__(self, columns: Sequence[Column], width: int | None) -> None:
        """`width` of the terminal in cells; None: unlimited. Columns that are empty in the first rows are left out."""
        self._columns, self._width = columns, width
        self._widths: list[int] | None = None

    def render(self, rows: list[list[str]]) -> Iterator[str]:
        """Lines with their ends; the header first."""
        if self._widths is None:
            self._widths = self._measure(rows)
            names = [column.name.upper() for column in self._columns]
            if rows:
                yield self._line(names)
        for row in rows:
            yield self._line(row)

    def _measure(self, rows: list[list[str]]) -> list[int]:
        widths = []
        for number, column in enumerate(self._columns):
            widest = max((cell_len(row[number]) for row in rows), default=0)
            widths.append(max(widest, len(column.name)) if widest else 0)
        return widths

    def _line(self, row: Sequence[str]) -> str:
        assert self._widths is not None
        cells = []
        for text, width, column in zip(row, self._widths, self._columns, strict=True):
            if not width:
                continue
            space = " " * max(0, width - (len(text) if text.isascii() else cell_len(text)))
            cells.append(space + text if column.type.align is Align.RIGHT else text + space)
        return GAP.join(cells).rstrip() + "\n"
