"""What the lines below the filter offer: filters of former times, columns, operators, values of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nltui.model.filter.completion import Completion, complete
from nltui.model.filter.errors import FilterError
from nltui.model.filter.parsed import filter_of
from nltui.model.filter.seen import values_of
from nltui.model.table import Column
from nltui.ui.menu import Line
from nltui.ui.panel import Panel
from nltui.ui.remembered import Remembered

SAVED, RECENT = "★ saved", "recent"


class Completing:
    """For one panel at a time; values of a column are looked up once while a filter is typed."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered
        self._panel: Panel | None = None
        self._values: dict[str, list[tuple[str, str]]] = {}
        self._whole: list[str] = []
        """Whole filters that are offered."""
        self._found = Completion(0)

    def begin(self, panel: Panel) -> None:
        """A filter for this panel is going to be typed."""
        self._panel, self._values = panel, {}

    def at(self, text: str, asked: bool) -> tuple[Sequence[Line], str, int]:
        """(lines, a hint where there are none, where in the text they would stand) for a text up to the cursor.

        Behind a finished term nothing is offered unless `asked` for: it would hide what was found.
        """
        panel, self._whole = self._panel, []
        if panel is None:
            return (), "", 0
        if not text.strip() and not asked:
            known = self._remembered.of(panel.table.name)
            self._whole = [filter_ for filter_, _ in known]
            self._found = Completion(0)
            return [(filter_, SAVED if is_saved else RECENT) for filter_, is_saved in known], "", 0
        self._found = complete(text, panel.table, self._values_of)
        names = {column.name for column in panel.table.columns}
        typed = text[self._found.start :]
        offered = [one for one in self._found.candidates if one.text != typed]
        is_term = all(one.text in names or one.text in ("and", "or") for one in offered)
        if is_term and not asked:
            # Most words are looked for in any column: a name is offered where it begins like the word.
            offered = [one for one in offered if typed and one.text.startswith(typed.casefold())]
        self._found = replace(self._found, candidates=tuple(offered))
        return [(one.text, one.note) for one in offered], self._found.hint, self._found.start

    def finished(self, text: str) -> str:
        """A text without the comparison at its end that is only begun: with it, hardly any row would be left."""
        begin = complete(text, self._panel.table, self._values_of).unfinished if self._panel is not None else None
        return text if begin is None else text[:begin].rstrip()

    def taken(self, place: int) -> tuple[str, int]:
        """(what stands there when the line at a place is taken, from which character on)."""
        if self._whole:
            return self._whole[place], 0
        return self._found.candidates[place].text + " ", self._found.start

    def error(self, text: str) -> FilterError | None:
        """What is wrong with a text by itself."""
        try:
            if self._panel is not None:
                filter_of(text, self._panel.table)
        except FilterError as error:
            return error
        return None

    def _values_of(self, column: Column) -> Sequence[tuple[str, str]]:
        if column.name not in self._values and self._panel is not None and self._panel.view.rows is not None:
            self._values[column.name] = values_of(self._panel.view.rows, column)
        return self._values.get(column.name, ())
