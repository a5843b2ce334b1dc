"""The line at the bottom: at most eight keys, only what works here and now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.strip import Strip

from nltui.model.types import Tone
from nltui.ui.dashboard import Dashboard
from nltui.ui.plain import Still
from nltui.ui.text import Part, cells, spread
from nltui.ui.theme import paint_of

MOST = 8
CHANGEABLE = {
    "links": "aedUD", "addresses": "aed", "routes": "aed", "neighbours": "aed", "rules": "aed", "nexthops": "aed",
}  # fmt: skip
"""By table: the keys that change something. Said here too, because the changes themselves take 50 ms to import."""

Hint = tuple[str, str, str]
"""Key as shown, what it does, and the key as pressed."""


def hints(
    dashboard: Dashboard,
    is_typing: bool,
    is_second: bool = False,
    can_change: bool = False,
    is_pending: bool = False,
) -> Iterator[Hint]:
    """The keys worth naming now; the last one says how to leave. `is_second`: one of those listed is waited for.

    `can_change`: this process has the privilege to change what the tables show. `is_pending`: a change waits to be
    confirmed.
    """
    panel, detail = dashboard.focused_panel, dashboard.detail
    changeable = can_change and panel is not None and panel.table.name in CHANGEABLE
    if is_second:
        yield "Esc", "none of these", "escape"
        return
    if is_typing:
        yield from (("Enter", "keep", "enter"), ("Esc", "show all", "escape"))
        return
    if is_pending:
        yield from (("Y", "keep", "Y"), ("R", "roll back", "R"))
    yield "?", "help", "question_mark"
    yield "/", "filter", "slash"
    if detail is not None and dashboard.screen.focused is detail:
        yield from (("j k", "move", "j"), ("h l", "pages", "l"), ("Tab", "table", "tab"))
    elif detail is not None:
        yield from (("x", "message", "x"), ("Tab", "into the detail", "tab"))
    else:
        yield "⏎", "detail", "enter"
        if not changeable:
            yield "g", "related", "g"
    if panel is not None and changeable and detail is None:
        yield from (("a", "add", "a"), ("e", "edit", "e"), ("d", "delete", "d"))
    if panel is not None and panel.table.journal:
        yield "f", "only …", "f"
        if can_change:
            yield "R", "restore", "R"
    elif detail is None and not changeable:
        yield "s", "sort", "s"
    if panel is not None and panel.paused_at is not None:
        yield "p", "go on", "p"
    elif panel is not None and panel.table.usual is not None and panel.view.rows is not None:
        yield "m", "all rows" if panel.view.rows.narrowed else f"only {panel.table.usual.name}", "m"
    elif not changeable:
        yield "p", "pause", "p"
    yield ":", "command", "colon"
    if detail is not None:
        yield "Esc", "close the detail", "escape"
    elif panel is not None and len(panel.view.marked):
        yield "Esc", "unmark", "escape"
    elif panel is not None and panel.filter_text:
        yield "Esc", "clear the filter", "escape"
    elif dashboard.zoomed is not None:
        yield "Esc", "dashboard", "escape"
    else:
        yield "q", "quit", "q"


class Footer(Still):
    """Hints that can also be clicked."""

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._hints: tuple[Hint, ...] = ()

    def show(self, hints: Sequence[Hint]) -> None:
        """Replace the hints."""
        # The last one says how to leave.
        chosen = tuple(hints) if len(hints) <= MOST else (*hints[: MOST - 1], hints[-1])
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
