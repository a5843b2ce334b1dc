"""`o`: which columns a table shows, and in which order; remembered from one run to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.strip import Strip

from nltui.model.table import Table
from nltui.model.types import Tone
from nltui.ui import frame
from nltui.ui.column_memory import Chosen
from nltui.ui.menu import Menu
from nltui.ui.plain import Still
from nltui.ui.text import Part, cells, strip
from nltui.ui.theme import paint_of


class ColumnChoice(ModalScreen[None]):
    """Every change is seen behind the list at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,o,q,ctrl+c", "leave", "leave", priority=True),
        Binding("space,enter", "flip", "show or hide", priority=True),
        Binding("j,down", "move(1)", "down", priority=True),
        Binding("k,up", "move(-1)", "up", priority=True),
        Binding("J,shift+down", "shift(1)", "further to the right", priority=True),
        Binding("K,shift+up", "shift(-1)", "further to the left", priority=True),
        Binding("r", "reset", "as it was", priority=True),
    ]

    def __init__(self, table: Table, chosen: Chosen | None, apply: Callable[[Chosen | None], None]) -> None:
        """`chosen`: names in their order; None: the table's own. `apply` takes every new choice."""
        super().__init__()
        self._table, self._apply = table, apply
        self._list = _Columns(table, chosen)

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._list

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Another column."""
        self._list.move(by)

    def action_flip(self) -> None:
        """Show or hide the one under the cursor; one always stays."""
        self._list.toggle()
        self._apply(self._list.chosen)

    def action_shift(self, by: int) -> None:
        """Change its place."""
        self._list.shift(by)
        self._apply(self._list.chosen)

    def action_reset(self) -> None:
        """The table's own columns in their own order."""
        self._list.reset()
        self._apply(None)


class _Columns(Still):
    """All columns: those that are shown first, in their order."""

    def __init__(self, table: Table, chosen: Chosen | None) -> None:
        super().__init__(id="picker")
        self._table = table
        self.cursor = self._top = 0
        self._menu = Menu()
        self._set(chosen)

    def _set(self, chosen: Chosen | None) -> None:
        own = [column.name for column in self._table.columns if column.shown]
        self._on = list(chosen) if chosen is not None else own
        self._names = self._on + [column.name for column in self._table.columns if column.name not in self._on]

    def on_mount(self) -> None:
        """As wide and high as needed."""
        helps = max(cells(column.help) for column in self._table.columns)
        self.styles.width = max(cells(name) for name in self._names) + helps + 10
        self.styles.height = len(self._names) + 2

    def on_resize(self, event: events.Resize) -> None:
        """What is said may take other lines."""
        self._lay_out()
        self.styles.height = len(self._menu.rows) + 2

    def _lay_out(self) -> None:
        """A mark is before each, a space behind."""
        lines = [(name, self._table.column(name).help) for name in self._names]
        self._menu = Menu(lines, max(0, self.size.width - 6))
        self.refresh()

    @property
    def chosen(self) -> Chosen:
        """Those that are shown, in order."""
        return tuple(name for name in self._names if name in self._on)

    def move(self, by: int) -> None:
        """The cursor, to the ends at most."""
        self.cursor = max(0, min(self.cursor + by, len(self._names) - 1))
        self.refresh()

    def toggle(self) -> None:
        """The one under the cursor."""
        name = self._names[self.cursor]
        if name not in self._on:
            self._on.append(name)
        elif len(self._on) > 1:
            self._on.remove(name)
        self.refresh()

    def shift(self, by: int) -> None:
        """The one under the cursor, past its neighbour."""
        other = self.cursor + by
        if 0 <= other < len(self._names):
            names = self._names
            names[self.cursor], names[other] = names[other], names[self.cursor]
            self.cursor = other
            self._lay_out()

    def reset(self) -> None:
        """The table's own."""
        self._set(None)
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """A mark, the name, what it is."""
        width, height = self.size
        paint = paint_of(self)
        if y == 0:
            title = f" columns of {self._table.title.lower()} "
            return frame.top([(title, paint.style(Tone.ACCENT, strong=True))], [], width, paint, True)
        if y == height - 1:
            keys = " Space shows or hides · J K move · r as it was · Esc "
            return frame.bottom([], [(keys, paint.style(Tone.DIM))], width, paint, True)
        border = strip([("│", paint.focused_border)], 1, paint.focused_border)
        return Strip.join([border, self._line(y - 1, width - 2), border])

    def _line(self, y: int, width: int) -> Strip:
        paint, rows = paint_of(self), self.size.height - 2
        self._top = self._menu.top(self.cursor, self._top, rows)
        row = self._menu.at(self._top + y)
        if row is None:
            return strip([], width, paint.style())
        ground, is_on = "cursor" if row.number == self.cursor else "", self._names[row.number] in self._on
        mark: Part = (" ✓ " if is_on and row.name else "   ", paint.style(Tone.OK, ground))
        name: Part = (row.name, paint.style(Tone.PLAIN if is_on else Tone.DIM, ground, is_on))
        return strip([mark, name, (row.note, paint.style(Tone.DIM, ground))], width, paint.style(Tone.PLAIN, ground))

    def on_click(self, event: events.Click) -> None:
        """The line under the pointer: go there, and show or hide it."""
        row = self._menu.at(self._top + event.y - 1)
        if 0 < event.y < self.size.height - 1 and row is not None:
            self.cursor = row.number
            if isinstance(self.screen, ColumnChoice):
                self.screen.action_flip()
