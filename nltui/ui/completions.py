"""The lines below the filter: what could come next in it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from nltui.model.types import Tone
from nltui.ui.menu import Line, Menu, Row
from nltui.ui.plain import Still
from nltui.ui.text import Part, cells, crop, strip
from nltui.ui.theme import paint_of

MOST = 7
"""Lines at once."""


class Completions(Still):
    """Lies over the table. `current` is what Tab takes; it is `chosen` once the person moved to it."""

    class Clicked(Message):
        """The person pointed at the line that is current now."""

    def __init__(self, name: str = "completions", most: int = MOST) -> None:
        """`most`: lines at once."""
        super().__init__(id=name)
        self._most = most
        self.display = False
        self.lines: tuple[Line, ...] = ()
        self._menu = Menu()
        self.cursor, self._top = 0, 0
        self.chosen = False

    @property
    def current(self) -> int | None:
        """Index of the line under the cursor; None where there is nothing to take."""
        return self.cursor if self.display and self.lines else None

    def show(self, lines: Sequence[Line], hint: str, x: int, y: int) -> None:
        """Lines to choose from, or a hint alone; nothing where both are empty.

        `x` and `y` are a cell of the screen; with a negative `y`, just above the last line.
        """
        self.lines, self._hint = tuple(lines), hint
        self.cursor, self._top, self.chosen = 0, 0, False
        self.display = bool(self.lines or hint)
        if not self.display:
            return
        screen = self.screen.size
        names = max((cells(name) for name, _ in self.lines), default=0)
        notes = max((cells(note) for _, note in self.lines), default=0)
        width = min(screen.width, max(names + notes + 4, cells(hint) + 2 if not self.lines else 0))
        self._menu = Menu(self.lines, width - 2)
        y = max(0, screen.height - 1 - len(self._menu.rows)) if y < 0 else y
        self.styles.width = width
        self.styles.height = max(1, min(len(self._menu.rows), self._most, screen.height - y))
        self.styles.offset = (max(0, min(x, screen.width - width)), y)
        self.refresh()

    def hide(self) -> None:
        """Nothing to choose from."""
        self.lines, self.display = (), False

    def move(self, by: int) -> None:
        """To another line; over the ends."""
        if self.lines:
            self.cursor, self.chosen = (self.cursor + (by if self.chosen or by < 0 else 0)) % len(self.lines), True
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """A name and what is said of it."""
        paint, width, height = paint_of(self), self.size.width, self.size.height
        self._top = self._menu.top(self.cursor, self._top, height)
        row = self.row(y)
        if row is None:
            said = (
                [(f" {crop(self._hint, width - 2)}", paint.style(Tone.DIM, "bar"))] if not self.lines and not y else []
            )
            return strip(said, width, paint.style(Tone.DIM, "bar"))
        ground = "cursor" if row.number == self.cursor else "bar"
        mark = "▸" if row.number == self.cursor and self.chosen else " "
        parts: list[Part] = [
            (mark, paint.style(Tone.ACCENT, ground)),
            (row.name, paint.style(Tone.PLAIN, ground, True)),
            (row.note, paint.style(Tone.DIM, ground)),
        ]
        return strip(parts, width, paint.style(Tone.DIM, ground))

    def row(self, y: int) -> Row | None:
        """What is drawn on a line of it."""
        return self._menu.at(self._top + y)

    def on_click(self, event: events.Click) -> None:
        """Take the line under the pointer."""
        event.stop()
        if (row := self.row(event.y)) is not None:
            self.cursor, self.chosen = row.number, True
            self.post_message(self.Clicked())
