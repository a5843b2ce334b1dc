"""Widgets that draw whole lines themselves, and the screen below them.

Textual wraps every line of a widget in its border, padding, tint and opacity before it cuts it where widgets overlap;
these have none of that. A strip that stays the same object also keeps what was cut out of it, so that a screenful of
equal lines is cut once: drawing everything takes half as long, at the first paint as at every change of layout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from nltui.ui.theme import paint_of


class Still(Widget):
    """Never scrolls as textual understands it, so that what it is told of its size needs no second drawing."""

    virtual_size = Reactive(Size(0, 0), repaint=False)


class Plain(Still):
    """Shows its background. Override `strips` to show more."""

    def strips(self) -> Sequence[Strip]:
        """All its lines, from the first to the last, each exactly as wide as the widget."""
        width, height = self.size
        return [Strip.blank(width, paint_of(self).style())] * height

    def render_lines(self, crop: Region) -> list[Strip]:
        """As textual asks for them."""
        strips = list(self.strips()[crop.y : crop.bottom])
        for line_filter in self.get_line_filters():
            background = self.background_colors[1]
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return [strip.crop(crop.x, crop.right) for strip in strips]


class Ground(Plain, Screen[None]):
    """What the panels stand on. `painted` is called once, right after it was drawn for the first time."""

    def __init__(self, painted: Callable[[], None]) -> None:
        super().__init__(id="_default")
        self._painted: Callable[[], None] | None = painted

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """No toasts and tooltips: nothing shows any, and hiding the empty ones would lay everything out once more."""

    async def on_event(self, event: events.Event) -> None:
        """The terminal's size is told once more after the start, when everything already has its place."""
        if isinstance(event, events.Resize) and event.size == self.outer_size:
            event.stop()
            return
        await super().on_event(event)
        if isinstance(event, events.ScreenResume) and self._painted is not None:
            # Textual lays out and draws in its handler. A callback after the next refresh would come 40 ms later: it
            # waits for a second drawing of the same.
            painted, self._painted = self._painted, None
            painted()
