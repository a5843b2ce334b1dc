"""Rows of text in aligned columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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
            texts = ([row[number] for row in rows] for number in range(len(self._columns)))
            self._widths = widths(self._columns, texts)
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

    def _line(self, row: Sequence[str]) -> str:
        assert self._widths is not None
        if "".join(row).isascii():
            return (self._plain % tuple([row[number] for number in self._kept])).rstrip() + "\n"
        cells = []
        for number in self._kept:
            text, column = row[number], self._columns[number]
            space = " " * max(0, self._widths[number] - wide(text))
            cells.append(space + text if column.type.align is Align.RIGHT else text + space)
        return GAP.join(cells).rstrip() + "\n"


def widths(columns: Sequence[Column], texts: Iterable[Iterable[str]]) -> list[int]:
    """Cells that each column takes, by its texts and its name; 0 where it has no text at all."""
    widest = (max(map(wide, some), default=0) for some in texts)
    return [max(most, len(column.name)) if most else 0 for column, most in zip(columns, widest, strict=True)]


def wide(text: str) -> int:
    """Cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)
