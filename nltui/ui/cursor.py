"""The cursor of a table: a row's identity, not a place. It survives inserts, removals and sorts."""

from __future__ import annotations

from collections.abc import Hashable

from nltui.model.rows import Rows


class Cursor:
    """Where the person is in a sequence of rows that moves under them.

    Until it is moved for the first time it is not `pinned`: it stays on the first line while rows arrive before it.
    """

    def __init__(self) -> None:
        self.identity: Hashable | None = None
        self.index = 0
        self.pinned = False

    def settle(self, rows: Rows) -> int:
        """Find the row again after the rows changed; where it is gone, its neighbour takes over. Gives lines moved."""
        before = self.index
        count = len(rows)
        found = rows.index_of(self.identity) if self.pinned and self.identity is not None else None
        if not self.pinned:
            self._take(rows, 0)
        elif found is not None and found < count:
            self.index = found
        else:
            self._take(rows, min(self.index, count - 1))
        return self.index - before

    def move_to(self, rows: Rows, index: int) -> None:
        """Go to a place; past the ends means the end."""
        self.pinned = True
        self._take(rows, max(0, min(index, len(rows) - 1)))

    def release(self) -> None:
        """Stay on the first line from now on, whichever row that is."""
        self.pinned = False
        self.index = 0

    def _take(self, rows: Rows, index: int) -> None:
        index = max(0, index)
        at = rows.rows(index, index + 1, ())
        self.index = index if at else 0
        self.identity = at[0].identity if at else None
