"""The line that filters the focused table while the person types."""

from __future__ import annotations

from time import perf_counter

from textual.app import ComposeResult
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from nltui.model.types import Tone
from nltui.ui.panel import Panel
from nltui.ui.text import grouped, spread
from nltui.ui.theme import paint_of

LARGE = 50_000
"""Rows from which typing waits for a pause before the table is filtered."""
PAUSE = 0.12
"""Seconds of that pause."""


class FilterBar(Widget):
    """`/ text` at the left, `11 of 864,190 · 0.4 ms` at the right; visible while a filter is typed or in force."""

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.display = False
        self.panel: Panel | None = None
        self._input = Input(compact=True, select_on_focus=False)
        self._label = _Words("filter-label")
        self._result = _Words("filter-result")
        self._took = 0.0
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        """One line."""
        yield self._label
        yield self._input
        yield self._result

    @property
    def is_editing(self) -> bool:
        """Whether keys go into the filter now."""
        return self.is_attached and self.screen.focused is self._input

    def follow(self, panel: Panel | None) -> None:
        """Show the filter of the panel that has the focus; hide where there is none. Not while typing."""
        if self.is_editing:
            self._tell()
            return
        if panel is not self.panel or (panel is not None and panel.filter_text != self._input.value):
            self.panel = panel
            self._took = 0.0
            self._set(panel.filter_text if panel is not None else "")
        self.display = panel is not None and bool(panel.filter_text)
        self._tell()

    def edit(self, panel: Panel) -> None:
        """Type a filter for a panel."""
        self.panel = panel
        self._set(panel.filter_text)
        self._label.say(f" / {panel.table.title.lower()}: ", Tone.ACCENT)
        self.display = True
        self.screen.set_focus(self._input)
        self._input.cursor_position = len(self._input.value)
        self._tell()

    def clear(self) -> None:
        """Show all rows again and give the focus back."""
        self._set("")
        self._apply()
        self._leave()

    def keep(self) -> None:
        """Back to the table, filter in force."""
        if self._waiting is not None:
            self._apply()
        self._leave()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as typed; a large table waits for a pause."""
        event.stop()
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        rows = self.panel.view.rows if self.panel is not None else None
        if rows is not None and rows.total > LARGE:
            self._waiting = self.set_timer(PAUSE, self._apply)
        else:
            self._apply()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.keep()

    def _set(self, value: str) -> None:
        with self.prevent(Input.Changed):
            self._input.value = value
        if self.panel is not None:
            self._label.say(f" / {self.panel.table.title.lower()}: ", Tone.ACCENT)

    def _apply(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        view = self.panel.view if self.panel is not None else None
        if view is None or view.rows is None or view.rows.filter_text == self._input.value:
            return
        before = perf_counter()
        view.rows.filter(self._input.value)
        view.rows.tick()
        self._took = perf_counter() - before
        view.draw()
        self._tell()

    def _tell(self) -> None:
        rows = self.panel.view.rows if self.panel is not None else None
        if rows is None or not self.display:
            return
        took = f" · {self._took * 1000:.1f} ms" if self._took else ""
        self._result.say(f"{grouped(len(rows))} of {grouped(rows.total)}{took} ", Tone.DIM)

    def _leave(self) -> None:
        if self.panel is not None:
            self.display = bool(self.panel.filter_text)
            self.screen.set_focus(self.panel.view)


class _Words(Widget):
    """A few words on the bar, as wide as they are."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._text, self._tone = "", Tone.DIM

    def say(self, text: str, tone: Tone) -> None:
        """Replace them."""
        if text != self._text:
            self._text, self._tone = text, tone
            self.styles.width = len(text)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        style = paint_of(self).style(self._tone, "bar")
        return spread([(self._text, style)], [], self.size.width, style)
