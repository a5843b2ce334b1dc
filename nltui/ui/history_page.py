"""The History page: every change of the row that is remembered, and how any two moments of it differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nltui.model.activity import ActivityView, clock, differences
from nltui.model.history import Change, Kind, then
from nltui.model.rows import Cell
from nltui.model.types import Tone
from nltui.record import replace
from nltui.ui.jumps import About
from nltui.ui.list_page import ListPage
from nltui.ui.summary import Line
from nltui.ui.text import cells, crop
from nltui.ui.theme import Paint

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

MOST = 500
"""Changes listed."""

Told = tuple[Change, dict[str, Cell]]
"""A change, and its cells in the activity log by column."""


class HistoryPage(ListPage):
    """Newest first. Space marks a moment, which the one under the cursor is then compared with."""

    name = "history"
    empty = "it has not changed since nltui looks, or what it was is forgotten"

    def __init__(self, app: Actions) -> None:
        super().__init__(app)
        self._about: About | None = None
        self._told: list[Told] = []
        self._marked: int | None = None
        """Number of the change after which the row is compared."""
        self._view: ActivityView | None = None

    def begin(self, found: About | None) -> None:
        """Of another row: nothing is known of it yet."""
        before, self._about = self._about, found
        if before is None or found is None or (before.table, before.message) != (found.table, found.message):
            self.looked = False
        if found is None:
            self._told, self.cursor, self._marked = [], 0, None

    def look(self) -> list[Told]:
        """All that the ring holds."""
        if self._view is None:
            rows = self.app.session.rows("activity")
            self._view = rows if isinstance(rows, ActivityView) else None
        if self._view is None or self._about is None:
            return []
        return self._view.past(self._about.table, self._about.message, MOST)

    def take(self, seen: list[Told]) -> None:
        """The cursor stays on its change."""
        number = self._told[self.cursor][0].number if self._told else None
        self._told, self.looked = seen, True
        places = [place for place, (change, _) in enumerate(seen) if change.number == number]
        self.cursor = places[0] if places and self.cursor else 0
        if self._marked not in [change.number for change, _ in seen]:
            self._marked = None

    @property
    def count(self) -> int:
        """Changes."""
        return len(self._told)

    def lines(self, width: int, paint: Paint) -> list[Line]:
        """Time, what, old → new, who; a mark where one is."""
        widest = max((cells(told["who"].text) for _, told in self._told), default=0)
        made: list[Line] = []
        for change, told in self._told:
            mark = "●" if change.number == self._marked else " "
            what = crop(told["what"].text, max(8, width - 18 - widest))
            line: Line = [(mark, paint.style(Tone.ACCENT, strong=True))]
            line += [(f"{told[name].text} ", paint.style(told[name].tone)) for name in ("time", "change")]
            line += [
                (what, paint.style(told["what"].tone)),
                (" " * max(1, width - 17 - widest - cells(what)), paint.style()),
            ]
            made.append([*line, (told["who"].text, paint.style(told["who"].tone))])
        return made

    def mark(self) -> None:
        """The moment after the change under the cursor, or none again."""
        if self._told:
            number = self._told[self.cursor][0].number
            self._marked = None if self._marked == number else number

    async def enter(self) -> None:
        """As Space."""
        self.mark()

    def below(self, width: int, paint: Paint) -> list[Line]:
        """How the row differs: before and after the change under the cursor, or from the moment that is marked."""
        if not self._told or self._about is None:
            return []
        change = self._told[self.cursor][0]
        marked = next((one for one, _ in self._told if one.number == self._marked), None)
        if marked is None or marked.number == change.number:
            title, compared = f"at {clock(change.time)}, before → after", change
        else:
            first, last = sorted((marked, change), key=lambda one: one.number)
            title = f"after {clock(first.time)} → after {clock(last.time)}"
            compared = replace(last, old=_after(first), new=_after(last))
        heading: Line = [(title, paint.style(Tone.DIM, strong=True))]
        return [heading, *self._difference(compared, width, paint)]

    def _difference(self, compared: Change, width: int, paint: Paint) -> list[Line]:
        assert self._about is not None
        if not compared.old or not compared.new:
            said = "it was not there before" if compared.new else "it was not there after"
            return [[(said if compared.old or compared.new else "it was there at neither", paint.style(Tone.DIM))]]
        found = differences(self._about.table, compared, then(compared, self.app.session.context))
        if not found:
            return [[("no difference", paint.style(Tone.DIM))]]
        names = max(cells(name) for name, _, _ in found) + 2
        return [
            [
                (name.ljust(names), paint.style(Tone.DIM)),
                (crop(f"{old or '∅'} → {new or '∅'}", max(4, width - names)), paint.style(Tone.CHANGED)),
            ]
            for name, old, new in found
        ]


def _after(change: Change) -> bytes:
    return b"" if change.kind is Kind.REMOVED else change.new
