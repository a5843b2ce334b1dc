"""One line of panel names, where there is room for one panel only."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from nltui.model.types import Tone
from nltui.ui.plain import Still
from nltui.ui.text import Part, cells, spread
from nltui.ui.theme import paint_of


def _width(tabs: Sequence[tuple[str, str]]) -> int:
    return sum(cells(label) for _, label in tabs)


class TabStrip(Still):
    """`1 Links  2 Addresses  3 Routes …`; the current one stands out."""

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, tabs: Sequence[tuple[str, str, str]]) -> None:
        """(name, label, label in short)."""
        super().__init__(id="tabs")
        self._tabs = tuple(tabs)
        self._current = ""

    def choose(self, name: str) -> None:
        """Mark a table's tab as the current one."""
        if name != self._current:
            self._current = name
            self.refresh()

    def fitting(self, width: int) -> list[tuple[str, str]]:
        """Names as they are drawn: all whole, else in short, the current one last, else the last ones as digits."""
        whole = [(name, f" {label} ") for name, label, _ in self._tabs]
        short = [(name, f" {label if name == self._current else brief} ") for name, label, brief in self._tabs]
        close = [(name, label if name == self._current else label.rstrip()) for name, label in short]
        least = [(name, f" {brief}{' ' if name == self._current else ''}") for name, _, brief in self._tabs]
        for tabs in (whole, short, close, least):
            if _width(tabs) <= width:
                return tabs
        for place in reversed(range(len(close))):
            if _width(close) <= width:
                break
            name, label = close[place]
            if name != self._current:
                close[place] = name, label[:2]
        return close

    def render_line(self, y: int) -> Strip:
        """The names on one line."""
        paint = paint_of(self)
        parts: list[Part] = []
        for name, label in self.fitting(self.size.width):
            is_current = name == self._current
            style = paint.style(Tone.ACCENT, "cursor", True) if is_current else paint.style(Tone.DIM)
            parts.append((label, style))
        return spread(parts, [], self.size.width, paint.style())

    def on_click(self, event: events.Click) -> None:
        """Go to the name under the pointer."""
        x = 0
        for name, label in self.fitting(self.size.width):
            after = x + cells(label)
            if x <= event.x < after:
                self.post_message(self.Chosen(name))
            x = after
