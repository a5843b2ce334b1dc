"""The Related page: rows of other tables that belong to the row, and how many there are."""

from __future__ import annotations

import contextlib

from nltui.errors import NltuiError
from nltui.model.relation import Relation
from nltui.model.types import Tone
from nltui.ui.jumps import About, relations_of
from nltui.ui.list_page import ListPage
from nltui.ui.summary import Line
from nltui.ui.text import cells, crop, grouped
from nltui.ui.theme import Paint


class RelatedPage(ListPage):
    """`g` and the letter go there from the table, Enter from here."""

    name = "related"
    empty = "nothing belongs to this row"

    _found: tuple[tuple[Relation, str], ...] = ()
    _counts: dict[str, int | None]

    def begin(self, found: About | None) -> None:
        """Its relations are told at once, how many rows they have a moment later."""
        known = relations_of(found) if found is not None else {}
        if tuple(known.values()) != self._found:
            self._found, self._counts, self.cursor = tuple(known.values()), {}, 0
        self.looked = True

    def look(self) -> dict[str, int | None]:
        """Rows of each."""
        counts: dict[str, int | None] = {}
        for relation, text in self._found:
            with contextlib.suppress(NltuiError):
                counts[relation.letter] = self.app.session.count(relation.table, text)
        return counts

    def take(self, seen: dict[str, int | None]) -> None:
        """Beside each."""
        self._counts = seen

    @property
    def count(self) -> int:
        """Relations."""
        return len(self._found)

    def lines(self, width: int, paint: Paint) -> list[Line]:
        """Letter, title, count, and the filter that finds them."""
        titles = max((cells(relation.title) for relation, _ in self._found), default=0)
        made: list[Line] = []
        for relation, text in self._found:
            count = self._counts.get(relation.letter)
            shown = "…" if count is None else grouped(count)
            said = f"{relation.table}: {text}"
            made.append([
                (f"g{relation.letter}  ", paint.style(Tone.ACCENT, strong=True)),
                (relation.title.ljust(titles + 1), paint.style(Tone.PLAIN if count != 0 else Tone.DIM)),
                (shown.rjust(9), paint.style(Tone.STRONG if count else Tone.DIM)),
                (f"   {crop(said, max(0, width - titles - 18))}", paint.style(Tone.DIM)),
            ])  # fmt: skip
        return made

    def mark(self) -> None:
        """Nothing to mark here."""

    async def enter(self) -> None:
        """Go there."""
        if self._found:
            relation, text = self._found[self.cursor]
            await self.app.jumps.to(relation.table, text)
