"""A list to choose from, searched by typing: tables, sort columns, keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from nltui.model.types import Tone
from nltui.ui import frame
from nltui.ui.menu import Line, Menu
from nltui.ui.text import Part, cells, strip
from nltui.ui.theme import paint_of


@dataclass(frozen=True, slots=True)
class Item:
    """A line: what choosing it yields (None: a line to read only), its name and what is said beside it."""

    value: str | None
    name: str
    note: str = ""
    tone: Tone = Tone.DIM


class Picker(ModalScreen[str | None]):
    """Type to search, arrows to move, Enter to choose, Esc to leave. Yields the chosen item's value or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "leave"),
        Binding("enter", "choose", "choose"),
        Binding("down,ctrl+n,tab", "move(1)", "next"),
        Binding("up,ctrl+p,shift+tab", "move(-1)", "previous"),
        Binding("pagedown", "move(10)", "ten further"),
        Binding("pageup", "move(-10)", "ten back"),
        Binding("backspace", "erase", "erase"),
        Binding("ctrl+u", "erase_all", "erase all"),
    ]

    def __init__(self, title: str, items: Sequence[Item], start: str | None = None) -> None:
        super().__init__()
        self._list = _List(title, items, start)

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._list

    def action_leave(self) -> None:
        """Nothing chosen."""
        self.dismiss(None)

    def action_choose(self) -> None:
        """The line under the cursor, where it can be chosen."""
        item = self._list.current
        if item is not None and item.value is not None:
            self.dismiss(item.value)

    def action_move(self, lines: int) -> None:
        """Up and down."""
        self._list.move(lines)

    def action_erase(self) -> None:
        """The last character of the search."""
        self._list.search(self._list.sought[:-1])

    def action_erase_all(self) -> None:
        """The whole search."""
        self._list.search("")

    def on_key(self, event: events.Key) -> None:
        """Printable keys search."""
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self._list.search(self._list.sought + event.character)


def _lines(items: Sequence[Item]) -> list[Line]:
    return [(item.name, item.note) for item in items]


class _List(Widget):
    """Frame, search line and the items that match."""

    def __init__(self, title: str, items: Sequence[Item], start: str | None) -> None:
        super().__init__(id="picker")
        self._title = title
        self._all = tuple(items)
        self._found = self._all
        self._menu = Menu()
        self._cursor = next((i for i, item in enumerate(items) if start is not None and item.value == start), 0)
        self._top = 0
        self.sought = ""

    def on_mount(self) -> None:
        """As high and wide as needed, at most as the stylesheet allows."""
        names = max((cells(item.name) for item in self._all), default=0)
        notes = max((cells(item.note) for item in self._all), default=0)
        self.styles.height = len(self._all) + 3
        self.styles.width = max(40, names + notes + 8)

    def on_resize(self, event: events.Resize) -> None:
        """What is said may take other lines."""
        self.styles.height = len(Menu(_lines(self._all), self._inside).rows) + 3
        self._lay_out()

    @property
    def _inside(self) -> int:
        """Cells for a name and what is said of it: a space is before them, one behind them."""
        return max(0, self.size.width - 4)

    def _lay_out(self) -> None:
        self._menu = Menu(_lines(self._found), self._inside)
        self.refresh()

    @property
    def current(self) -> Item | None:
        """Under the cursor."""
        return self._found[self._cursor] if self._cursor < len(self._found) else None

    def search(self, sought: str) -> None:
        """Keep the items that contain every word; a name that begins so comes under the cursor."""
        self.sought = sought
        words = sought.lower().split()
        self._found = tuple(
            item for item in self._all if all(word in f"{item.name} {item.note}".lower() for word in words)
        )
        begins = (i for i, item in enumerate(self._found) if item.name.lower().startswith(sought.lower()))
        self._cursor = next(begins, 0) if sought else 0
        self._lay_out()

    def move(self, lines: int) -> None:
        """Up and down, to the ends at most."""
        self._cursor = max(0, min(self._cursor + lines, len(self._found) - 1))
        self.refresh()

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 3)

    def render_line(self, y: int) -> Strip:
        """Frame, search, items."""
        width, height = self.size
        paint = paint_of(self)
        if y == 0:
            title: list[Part] = [(f" {self._title} ", paint.style(Tone.ACCENT, strong=True))]
            return frame.top(title, [], width, paint, True)
        if y == height - 1:
            hint = paint.style(Tone.DIM)
            return frame.bottom([], [(" type to search · Enter · Esc ", hint)], width, paint, True)
        border = paint.focused_border
        inside = self._search_line() if y == 1 else self._item_line(y - 2)
        return Strip.join([strip([("│", border)], 1, border), inside, strip([("│", border)], 1, border)])

    def _search_line(self) -> Strip:
        paint = paint_of(self)
        parts = [(" / ", paint.style(Tone.ACCENT, strong=True)), (self.sought, paint.style(strong=True))]
        caret = ("▏", paint.style(Tone.ACCENT))
        return strip([*parts, caret], self.size.width - 2, paint.style())

    def _item_line(self, line: int) -> Strip:
        paint, width = paint_of(self), self.size.width - 2
        self._top = self._menu.top(self._cursor, self._top, self._page)
        row = self._menu.at(self._top + line)
        if row is None:
            empty = [(" nothing here contains that", paint.style(Tone.DIM))] if not self._found and not line else []
            return strip(empty, width, paint.style())
        item = self._found[row.number]
        ground = "cursor" if row.number == self._cursor else ""
        name = paint.style(Tone.DIM if item.value is None else Tone.PLAIN, ground, item.value is not None)
        parts = [(f" {row.name}", name), (row.note, paint.style(item.tone, ground))]
        return strip(parts, width, paint.style(Tone.PLAIN, ground))

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the pointer."""
        row = self._menu.at(self._top + event.y - 2)
        if event.y >= 2 and row is not None:
            self._cursor = row.number
            value = self._found[row.number].value
            if value is not None and isinstance(self.screen, Picker):
                self.screen.dismiss(value)
            self.refresh()

    def on_mouse_scroll_down(self) -> None:
        """Three lines down."""
        self.move(3)

    def on_mouse_scroll_up(self) -> None:
        """Three lines up."""
        self.move(-3)
