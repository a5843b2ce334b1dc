"""A table in its border: digit and title, freshness, count, and a calm sentence where there is nothing to show."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from nltui import text as door
from nltui.model.rows import Rows
from nltui.model.table import Feed, Table
from nltui.model.types import Tone
from nltui.ui import frame
from nltui.ui.plain import Plain
from nltui.ui.table_view import TableView
from nltui.ui.text import Part, crop, grouped
from nltui.ui.theme import Paint, paint_of
from nltui.worker.contract import Freshness, TableStatus

GLYPHS = {
    Freshness.STARTING: ("…", Tone.DIM),
    Freshness.LOADING: ("…", Tone.ACCENT),
    Freshness.FRESH: ("✓", Tone.OK),
    Freshness.CONVERGING: ("~", Tone.CHANGED),
    Freshness.STALE: ("!", Tone.BAD),
}
"""A glyph beside every word, for screens and eyes without colour."""


def badge(status: TableStatus) -> tuple[str, Tone]:
    """A table's state with its glyph: `✓ FRESH`, `… LOADING 1,204`, `~ CONVERGING`, `! STALE SINCE 14:02:31`."""
    glyph, tone = GLYPHS[status.freshness]
    more = ""
    if status.freshness is Freshness.LOADING:
        more = f" {grouped(status.rows)}"
    elif status.freshness is Freshness.STALE and status.since:
        more = time.strftime(" SINCE %H:%M:%S", time.localtime(status.since))
    return f"{glyph} {status.freshness.value}{more}", tone


class Panel(Plain):
    """One table on the dashboard or over the whole screen."""

    class TitleClicked(Message):
        """The person wants this panel over the whole screen, or back."""

        def __init__(self, panel: Panel) -> None:
            super().__init__()
            self.panel = panel

    def __init__(self, table: Table, digit: str, open_rows: Callable[[], Rows | None]) -> None:
        super().__init__(id=f"panel-{table.name}")
        self.table, self.digit = table, digit
        self.view = TableView(table)
        self.status = TableStatus()
        self.paused_at: int | None = None
        """The session's count of events when the person paused; None: running."""
        self.pinned: tuple[str, ...] = ()
        """Filters that hold beside the one that is typed."""
        self.typed = ""
        self.wished: tuple[str, ...] | None = None
        """Columns that the configuration asks for."""
        self._open_rows = open_rows
        self._waiting = 0
        self._extent: tuple[int, str, bool, int] | None = None
        self._edges: tuple[object, ...] = ()
        self.view.empty = self._empty()

    def compose(self) -> ComposeResult:
        """The table, inside the border."""
        yield self.view

    @property
    def filter_text(self) -> str:
        """In force on this table."""
        return self.view.rows.filter_text if self.view.rows is not None else ""

    def filter(self, typed: str, pinned: Sequence[str] | None = None) -> None:
        """Put a filter in force beside the pinned ones, or others. Raises FilterError; then nothing changes."""
        rows, pinned = self.view.rows, self.pinned if pinned is None else tuple(pinned)
        if rows is None or (typed, pinned) == (self.typed, self.pinned):
            return
        from nltui.model.filter.writing import both

        rows.filter(both([*pinned, typed]))
        self.typed, self.pinned = typed, pinned
        rows.tick()
        self.view.draw()

    def tick(self, status: TableStatus, events_seen: int) -> None:
        """Ten times a second while visible."""
        is_news = status != self.status
        self.status = status
        if self.view.rows is None and (opened := self._open_rows()) is not None:
            opened.narrow(self.table.usual is not None)
            opened.tick()
            from nltui.ui.column_memory import remembered

            self.view.chosen = remembered(self.table) or self.wished
            self.view.attach(opened)
            is_news = True
        if self.paused_at is not None:
            waiting = events_seen - self.paused_at
            is_news |= waiting != self._waiting
            self._waiting = waiting
        else:
            is_news |= self.view.tick()
        rows = self.view.rows
        extent = (len(rows), rows.filter_text, rows.narrowed, len(self.view.marked)) if rows is not None else None
        if is_news or extent != self._extent:
            self._extent = extent
            self._update_edges()
            self.view.say(self._empty())

    def pause(self, events_seen: int) -> None:
        """Stop taking changes in, or go on."""
        self.paused_at = None if self.paused_at is not None else events_seen
        self._waiting = 0
        self._update_edges()

    def narrow(self) -> None:
        """Only the rows that most people mean, or all."""
        rows = self.view.rows
        if rows is not None and self.table.usual is not None:
            rows.narrow(not rows.narrowed)
            rows.tick()
            self.view.draw()
            self._update_edges()

    def _empty(self) -> str:
        rows, status = self.view.rows, self.status
        if status.sentence and (rows is None or not len(rows)):
            return door.visible(status.sentence)
        if status.freshness is Freshness.LOADING:
            return f"LOADING {grouped(status.rows)}"
        if rows is None or status.freshness is Freshness.STARTING:
            return "starting"
        title = self.table.title
        title = title if title[1:2].isupper() else title.lower()
        usual = self.table.usual.name if self.table.usual is not None and rows.narrowed else ""
        if rows.filter_text and rows.total:
            more = f" in {usual} · m looks in all {title}" if usual else f" · Esc shows all {grouped(rows.total)}"
            match = "match" if title.endswith("s") else "matches"
            return f"no {title} {match} “{door.visible(rows.filter_text)}”{more}"
        if usual and rows.total:
            return f"no {title} in {usual} · m shows all {grouped(rows.total)}"
        return f"no {title} yet" if self.table.is_log else f"no {title}"

    # -- the border

    def _update_edges(self) -> None:
        edges = (self._hint(), self._count(), self._trouble())
        if edges != self._edges:
            self._edges = edges
            width, height = self.size
            self.refresh(Region(0, 0, width, 1), Region(0, height - 1, width, 1))

    def _hint(self) -> tuple[str, Tone]:
        if self.paused_at is not None:
            return f"‖ PAUSED · {grouped(self._waiting)} events wait", Tone.CHANGED
        said, tone = badge(self.status)
        if self.status.freshness is not Freshness.FRESH:
            return said, tone
        # All is well: quietly. What nltui makes itself, and logs, cannot be otherwise.
        return (said if self.table.feed in (Feed.FOLLOWED, Feed.SAMPLED) else ""), Tone.DIM

    def _count(self) -> str:
        rows = self.view.rows
        if rows is None:
            return ""
        usual = f"{self.table.usual.name} " if self.table.usual is not None and rows.narrowed else ""
        if self.view.marked:
            usual = f"{len(self.view.marked)} marked · {usual}"
        if rows.filter_text or (usual and len(rows) != rows.total):
            return f"{usual}{grouped(len(rows))} of {grouped(rows.total)}"
        return f"{usual}{grouped(len(rows))}"

    def _trouble(self) -> str:
        has_rows = self.view.rows is not None and len(self.view.rows)
        return door.visible(self.status.sentence) if has_rows else ""

    @property
    def _is_active(self) -> bool:
        return self.view.has_focus

    def strips(self) -> list[Strip]:
        """The border; the table covers what is inside."""
        width, height = self.size
        paint, focused = paint_of(self), self._is_active
        return [
            self._upper(width, paint, focused),
            *[frame.side(width, paint, focused)] * (height - 2),
            self._lower(width, paint, focused),
        ]

    def _upper(self, width: int, paint: Paint, focused: bool) -> Strip:
        title = paint.style(Tone.ACCENT if focused else Tone.PLAIN, strong=True)
        left: list[Part] = [(f" {self.digit} {self.table.title} ".replace("  ", " "), title)]
        hint, tone = self._hint()
        return frame.top(left, [(f" {hint} ", paint.style(tone))] if hint else [], width, paint, focused)

    def _lower(self, width: int, paint: Paint, focused: bool) -> Strip:
        count = f" {self._count()} "
        trouble = crop(self._trouble(), width - len(count) - 8)
        below: list[Part] = [(f" {trouble} ", paint.style(Tone.CHANGED))] if trouble else []
        return frame.bottom(below, [(count, paint.style(Tone.DIM))] if count.strip() else [], width, paint, focused)

    def on_descendant_focus(self) -> None:
        """The border takes the accent."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """The border is quiet again."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """The border focuses, its title zooms."""
        if event.widget is not self:
            return
        if event.y == 0:
            self.post_message(self.TitleClicked(self))
        self.screen.set_focus(self.view)
