"""What the screen draws: the contract between a view and the one big-table widget. No numpy, no textual."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from nltui.model.table import Column, Table
from nltui.model.types import Json, Tone


class Mark(Enum):
    """What happened to a row a moment ago; the value is its glyph."""

    NONE = " "
    ADDED = "+"
    REMOVED = "−"
    UNCONFIRMED = "?"


class Cell(NamedTuple):
    """Text that already went through the one door, and what its colour says."""

    text: str
    tone: Tone = Tone.PLAIN
    dim_from: int = -1
    """Characters from here on are dimmed (a prefix length); -1 none."""


class Row(NamedTuple):
    """One line: identity survives sorting and updates; `cells` follow the columns asked for."""

    identity: Hashable
    cells: tuple[Cell, ...]
    mark: Mark = Mark.NONE
    flash: frozenset[int] = frozenset()
    """Indices into `cells` that changed within the last second."""
    flow: frozenset[int] = frozenset()
    """Neighbouring cells whose texts are one sentence, drawn over the places of them all; no column is as wide."""


def evenly(count: int, most: int) -> range:
    """At most so many places from 0 to `count`, all over them."""
    return range(0, count, -(-count // most) or 1)


class Rows(Protocol):
    """An ordered, filtered, live sequence of rows. Every call is cheap enough for one repaint (≤ a screenful)."""

    table: Table

    @property
    def generation(self) -> int:
        """Grows when anything that could be drawn changed; the widget repaints when it differs."""

    @property
    def total(self) -> int:
        """Rows known, before the filter."""

    @property
    def sort(self) -> tuple[str, bool]:
        """Column name and whether reversed."""

    @property
    def filter_text(self) -> str:
        """The filter in force; empty: none."""

    @property
    def busy(self) -> bool:
        """Whether ticks have work of their own left, without news: a filter to try, something that has to fade."""

    @property
    def narrowed(self) -> bool:
        """Whether only the table's usual rows are kept (`Table.usual`), before the filter."""

    def narrow(self, usual: bool) -> None:
        """Keep only the usual rows, or all; of no effect where the table declares none."""

    def __len__(self) -> int:
        """Rows after the filter, as of the last tick."""

    def tick(self) -> bool:
        """Take in what the model learnt since; called 10 times a second by the screen unless paused. True: repaint."""

    def rows(self, start: int, stop: int, columns: Sequence[Column]) -> list[Row]:
        """The rows at these places of the order; fewer where the sequence ends."""

    def index_of(self, identity: Hashable) -> int | None:
        """Where a row is now; None where it is gone or filtered out."""

    def sort_by(self, column: str, reverse: bool = False) -> None:
        """Order by a column; ties keep a total order."""

    def filter(self, text: str) -> None:
        """Keep the rows that fulfil a filter (`model.filter`); empty: all. Raises FilterError, then nothing changes."""

    def seen(self, column: Column, most: int) -> list[tuple[str, Json]]:
        """(text, JSON) of a column in up to `most` rows, evenly taken from all there are, filtered out or not."""

    def message(self, identity: Hashable) -> bytes | None:
        """The kernel's own bytes of a row, for the detail pane; None where it is gone or has none."""

    def before(self, identity: Hashable) -> bytes | None:
        """The row's bytes before its last change, where remembered."""
