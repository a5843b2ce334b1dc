"""What happened to a row a moment ago: its mark, and the cells that flash."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from nltui.model.history import History
from nltui.model.rows import Cell, Mark
from nltui.model.table import Column
from nltui.netlink.columns import Bools, Ints

FLASH_NS = 1_000_000_000
"""How long a change stays marked."""
NONE: frozenset[int] = frozenset()


class Marks:
    """Looks rows up in history; `until` is when the last mark given out has to fade (ns since the epoch), 0 none."""

    def __init__(self, history: History, cells: Callable[[bytes, Sequence[Column]], list[Cell]]) -> None:
        """`cells` renders one message."""
        self._history, self._cells = history, cells
        self.until = 0

    def faded(self) -> bool:
        """Whether marks given out have had their time since this was last asked."""
        if not self.until or time.time_ns() <= self.until:
            return False
        self.until = 0
        return True

    def of(
        self, gone: Bools, unsure: Bools, recent: Ints, columns: Sequence[Column], lines: list[tuple[Cell, ...]]
    ) -> list[tuple[Mark, frozenset[int]]]:
        """Mark and flashing cells of each row; `recent` are the history numbers of their last changes."""
        marks = zip(gone.tolist(), unsure.tolist(), recent.tolist(), lines, strict=True)
        return [
            (Mark.REMOVED, NONE) if left else self._one(dim, number, columns, line) for left, dim, number, line in marks
        ]

    def _one(
        self, unsure: bool, number: int, columns: Sequence[Column], line: tuple[Cell, ...]
    ) -> tuple[Mark, frozenset[int]]:
        mark = Mark.UNCONFIRMED if unsure else Mark.NONE
        change = self._history.get(number) if number else None
        if change is None or time.time_ns() - change.time > FLASH_NS:
            return mark, NONE
        self.until = max(self.until, change.time + FLASH_NS)
        if not change.old:
            return Mark.ADDED, NONE
        old = self._cells(change.old, columns)
        compared = (at for at, column in enumerate(columns) if not column.volatile and not column.rate_of)
        return mark, frozenset(at for at in compared if old[at].text != line[at].text)
