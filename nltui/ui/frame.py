"""The border around a panel or a pane: title above left, freshness above right, count below right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from textual.strip import Strip

from nltui.ui.text import Part, cells, cut, strip
from nltui.ui.theme import Paint


def _edge(corners: str, left: Sequence[Part], right: Sequence[Part], width: int, paint: Paint, focused: bool) -> Strip:
    line = paint.focused_border if focused else paint.border
    room = width - 4
    tail = sum(cells(text) for text, _ in right)
    if tail > room:
        right, tail = (), 0
    head = 0
    kept: list[Part] = []
    for text, style in left:
        shown = cut(text, max(0, room - tail - head))
        head += cells(shown)
        kept.append((shown, style))
    parts = [
        (corners[0] + "─", line),
        *kept,
        ("─" * max(0, room - head - tail), line),
        *right,
        ("─" + corners[1], line),
    ]
    return strip(parts, width, line)


def top(left: Sequence[Part], right: Sequence[Part], width: int, paint: Paint, focused: bool) -> Strip:
    """The upper edge, exactly `width` cells; the right end is left out where both do not fit."""
    return _edge("╭╮", left, right, width, paint, focused)


def bottom(left: Sequence[Part], right: Sequence[Part], width: int, paint: Paint, focused: bool) -> Strip:
    """The lower edge."""
    return _edge("╰╯", left, right, width, paint, focused)


@lru_cache(64)
def side(width: int, paint: Paint, focused: bool) -> Strip:
    """A line between the edges; what stands inside is drawn over it."""
    line = paint.focused_border if focused else paint.border
    return strip([("│", line), (" " * max(0, width - 2), line), ("│", line)], width, line)
