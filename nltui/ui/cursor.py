"""The cursor of a table: a row's identity, not a place. It survives inserts, removals and sorts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from nltui.model.rows import Row, Rows


class Cursor:
    """Where the person is in a sequence of rows that moves under them.

    Until it is moved for the first time it is not `pinned`: it stays on the first line while rows arrive before it.
    It asks for no rows of its own: `take` learns the identity from those that are fetched for the screen anyway.
    """

    def __init__(self) -> None:
        self.identity: Hashable | None = None
        self.index = 0
        self.pinned = False

    def settle(self, rows: Rows) -> int:
        """Find the row again after the rows changed; where it is gone, its neighbour takes over. Gives lines moved."""
        before = self.index
        found = rows.index_of(self.identity) if self.pinned and self.identity is not None else None
        if not self.pinned:
            self.index = 0
        elif found is not None:
            self.index = found
        self.index = max(0, min(self.index, len(rows) - 1))
        return self.index - before

    def take(self, rows: Sequence[Row], top: int) -> None:
        """Learn whose row the cursor is on; `rows` are those on screen, the first of them at place `top`."""
        place = self.index - top
        self.identity = rows[place].identity if 0 <= place < len(rows) else None

    def move_to(self, rows: Rows, index: int) -> None:
        """Go to a place; past the ends means the end."""
        self.pinned, self.identity = True, None
        self.index = max(0, min(index, len(rows) - 1))

    def release(self) -> None:
        """Stay on the first line from now on, whichever row that is."""
        self.pinned, self.identity = False, None
        self.index = 0
