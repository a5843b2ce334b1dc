"""Rows that the person marked: one by one, or a range. A mark is a row's identity, and survives sorts and changes."""

from __future__ import annotations

from collections.abc import Hashable

from nltui.model.rows import Rows

MOST = 10_000
"""Rows of a range at most."""


class Marked:
    """Of one table."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, None] = {}
        self.anchor: int | None = None
        """Where a range begins; None: none is open."""

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, identity: object) -> bool:
        return identity in self._rows

    @property
    def identities(self) -> list[Hashable]:
        """In the order that they were marked in."""
        return list(self._rows)

    def flip(self, identity: Hashable) -> None:
        """Mark a row, or no longer."""
        if identity in self._rows:
            del self._rows[identity]
        else:
            self._rows[identity] = None

    def close(self, rows: Rows, index: int) -> None:
        """Mark everything from the anchor to a place."""
        if self.anchor is None:
            return
        first, last = sorted((self.anchor, index))
        self.anchor = None
        found = rows.rows(first, min(last + 1, first + MOST), rows.table.columns[:1])
        self._rows |= dict.fromkeys(row.identity for row in found)

    def covers(self, index: int, cursor: int) -> bool:
        """Whether a place is within the range that is open."""
        return self.anchor is not None and min(self.anchor, cursor) <= index <= max(self.anchor, cursor)

    def clear(self) -> bool:
        """No marks, and no open range; False where there were none."""
        had = bool(self._rows) or self.anchor is not None
        self._rows.clear()
        self.anchor = None
        return had
