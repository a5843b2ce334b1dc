"""Widgets that draw whole lines themselves, and the screen below them.

Textual wraps every line of a widget in its border, padding, tint and opacity before it cuts it where widgets overlap;
these have none of that. A strip that stays the same object also keeps what was cut out of it, so that a screenful of
equal lines is cut once: drawing everything takes half as long, at the first paint as at every change of layout.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from nltui.ui.theme import paint_of


class Plain(Widget):
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
    """What the panels stand on."""
