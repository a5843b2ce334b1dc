"""One line of panel names, where there is room for one panel only."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from nltui.model.types import Tone
from nltui.ui.plain import Still
from nltui.ui.text import Part, cells, cut, spread
from nltui.ui.theme import paint_of

LEAST = 5
"""Cells of a label at least: a digit and three letters."""


def _short(label: str, most: int) -> str:
    return label if cells(label) <= most else cut(label, most).rstrip()


class TabStrip(Still):
    """`1 Links  2 Addresses  3 Routes …`; the current one stands out."""

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, tabs: Sequence[tuple[str, str]]) -> None:
        super().__init__(id="tabs")
        self._tabs = tuple(tabs)
        self._current = ""

    def choose(self, name: str) -> None:
        """Mark a table's tab as the current one."""
        if name != self._current:
            self._current = name
            self.refresh()

    def _fitting(self) -> list[tuple[str, str]]:
        """All names as long as they all can be; the current one keeps its whole."""
        longest = max((cells(label) for _, label in self._tabs), default=0)
        for most in range(longest, LEAST - 1, -1):
            tabs = [(name, label if name == self._current else _short(label, most)) for name, label in self._tabs]
            if sum(cells(label) + 2 for _, label in tabs) <= self.size.width:
                return tabs
        # Not even so: the last ones are their digits alone.
        for place in reversed(range(len(tabs))):
            if sum(cells(label) + 2 for _, label in tabs) <= self.size.width:
                break
            name, label = tabs[place]
            if name != self._current:
                tabs[place] = name, label[0]
        return tabs

    def render_line(self, y: int) -> Strip:
        """The names on one line."""
        paint = paint_of(self)
        parts: list[Part] = []
        for name, label in self._fitting():
            is_current = name == self._current
            style = paint.style(Tone.ACCENT, "cursor", True) if is_current else paint.style(Tone.DIM)
            parts.append((f" {label} ", style))
        return spread(parts, [], self.size.width, paint.style())

    def on_click(self, event: events.Click) -> None:
        """Go to the name under the pointer."""
        x = 0
        for name, label in self._fitting():
            width = cells(label) + 2
            if x <= event.x < x + width:
                self.post_message(self.Chosen(name))
            x += width
