"""Names, and what is said of each beside it, in whatever width there is: what is too long goes on below itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nltui.ui.text import cells, sentence

Line = tuple[str, str]
"""A name, and what is said of it: a sentence, or columns two spaces apart of which a sentence may be the last."""
GAP = 2
"""Cells between a name and what is said of it."""
LEAST = 20
"""Cells into which it is worth to break the last of several columns; with less, it is left out."""
WORD = 8
"""Cells of what is said in a word: beside a name that is too long for its column it still finds room."""


class Row(NamedTuple):
    """One line of the screen; `number`: which of the list it is about."""

    number: int
    name: str
    note: str


class Menu:
    """A list laid out for a width."""

    def __init__(self, lines: Sequence[Line] = (), width: int = 0) -> None:
        self.lines, self.width = lines, width
        beside = [cells(name) for name, note in lines if cells(note) > WORD] or [cells(name) for name, _ in lines]
        longest = max(beside, default=0)
        notes = max((cells(note) for _, note in lines), default=0)
        fits = longest + (GAP + notes if notes else 0) <= width
        self.names = longest if fits else min(longest, max(1, width * 2 // 5))
        """Cells of the names' column."""
        self.rows = [row for number, (name, note) in enumerate(lines) for row in self._rows(number, name, note)]

    def _rows(self, number: int, name: str, note: str) -> Sequence[Row]:
        room = max(1, self.width - self.names - GAP)
        size = cells(name)
        if size > self.names and cells(note) <= WORD:
            *above, last = sentence(name, self.width - GAP - WORD)
            return [*(Row(number, one, "") for one in above), Row(number, last, " " * GAP + note if note else "")]
        names = sentence(name, self.names) if size > self.names else [name]
        notes = _broken(note, room) if cells(note) > room else [note]
        return [
            Row(number, one, " " * (self.names - cells(one) + GAP) + told)
            for one, told in (
                (names[place] if place < len(names) else "", notes[place] if place < len(notes) else "")
                for place in range(max(len(names), len(notes)))
            )
        ]

    def top(self, cursor: int, before: int, height: int) -> int:
        """The first row to draw, so that all of what the cursor is on is seen; as it was `before` where that does."""
        mine = [place for place, row in enumerate(self.rows) if row.number == cursor]
        if not mine:
            return 0
        return max(mine[-1] - height + 1, min(before, mine[0]))

    def at(self, place: int) -> Row | None:
        """A row by its place; None behind the last."""
        return self.rows[place] if 0 <= place < len(self.rows) else None


def _broken(note: str, width: int) -> list[str]:
    """The last column under itself; where it has hardly room, without it."""
    before, gap, last = note.rpartition("  ")
    lead = cells(before + gap)
    if lead and width - lead < LEAST:
        rest = before.rstrip()
        return _broken(rest, width) if cells(rest) > width else [rest]
    first, *more = sentence(last, width - lead)
    return [before + gap + first, *(" " * lead + one for one in more)]
