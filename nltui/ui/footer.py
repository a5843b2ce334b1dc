"""The line at the bottom: at most eight keys, only what works here and now."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from nltui.model.types import Tone
from nltui.ui.text import Part, cells, spread
from nltui.ui.theme import paint_of

MOST = 8

Hint = tuple[str, str, str]
"""Key as shown, what it does, and the key as pressed."""


class Footer(Widget):
    """Hints that can also be clicked."""

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._hints: tuple[Hint, ...] = ()

    def show(self, hints: Sequence[Hint]) -> None:
        """Replace the hints."""
        chosen = tuple(hints[:MOST])
        if chosen != self._hints:
            self._hints = chosen
            self.refresh()

    def _fitting(self) -> list[tuple[int, int, Hint]]:
        """(x, width, hint) of what fits; the last one (how to leave) stays longest."""
        hints = list(self._hints)
        room = self.size.width - 1
        while len(hints) > 1 and sum(cells(key) + cells(does) + 3 for key, does, _ in hints) > room:
            del hints[-2]
        placed: list[tuple[int, int, Hint]] = []
        x = 1
        for hint in hints:
            width = cells(hint[0]) + cells(hint[1]) + 1
            placed.append((x, width, hint))
            x += width + 2
        return placed

    def render_line(self, y: int) -> Strip:
        """Keys in the accent, what they do beside them."""
        paint = paint_of(self)
        key_style, text_style = paint.style(Tone.ACCENT, "bar", True), paint.style(Tone.DIM, "bar")
        parts: list[Part] = [(" ", text_style)]
        for _, _, (key, does, _) in self._fitting():
            parts += [(key, key_style), (f" {does}  ", text_style)]
        return spread(parts, [], self.size.width, text_style)

    def on_click(self, event: events.Click) -> None:
        """The same as pressing the key."""
        for x, width, hint in self._fitting():
            if x <= event.x < x + width:
                self.app.simulate_key(hint[2])
