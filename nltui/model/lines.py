"""Rows of text in aligned columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from nltui.model.table import Column
from nltui.model.types import Align

GAP = "  "


class Lines:
    """Widths are settled by the first rows; later rows that are wider push what follows to the right."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Columns that are empty in the first rows are left out."""
        self._columns = columns
        self._widths: list[int] | None = None
        self._kept: list[int] = []
        """Columns that are shown."""
        self._plain = ""

    def render(self, rows: list[list[str]]) -> Iterator[str]:
        """Lines with their ends; the header first."""
        if self._widths is None:
            self._widths = self._measure(rows)
            self._kept = [number for number, width in enumerate(self._widths) if width]
            # What is as wide as it is long is laid out at once, a fifth of the time.
            self._plain = GAP.join(self._place(number) for number in self._kept)
            if rows:
                yield self._line([column.name.upper() for column in self._columns])
        for row in rows:
            yield self._line(row)

    def _place(self, number: int) -> str:
        assert self._widths is not None
        is_right = self._columns[number].type.align is Align.RIGHT
        return f"%{'' if is_right else '-'}{self._widths[number]}s"

    def _measure(self, rows: list[list[str]]) -> list[int]:
        widths = []
        for number, column in enumerate(self._columns):
            widest = max((_wide(row[number]) for row in rows), default=0)
            widths.append(max(widest, len(column.name)) if widest else 0)
        return widths

    def _line(self, row: Sequence[str]) -> str:
        assert self._widths is not None
        if "".join(row).isascii():
            return (self._plain % tuple([row[number] for number in self._kept])).rstrip() + "\n"
        cells = []
        for number in self._kept:
            text, column = row[number], self._columns[number]
            space = " " * max(0, self._widths[number] - _wide(text))
            cells.append(space + text if column.type.align is Align.RIGHT else text + space)
        return GAP.join(cells).rstrip() + "\n"


def _wide(text: str) -> int:
    """Cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)
