"""`:why 8.8.8.8`: which route a packet takes, live, over the panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.strip import Strip

from nltui.errors import NltuiError
from nltui.model.types import Tone
from nltui.model.why.telling import Line
from nltui.text import visible
from nltui.ui import frame
from nltui.ui.plain import Still
from nltui.ui.text import broken, cells, strip
from nltui.ui.theme import paint_of
from nltui.ui.threads import hand_over

EVERY = 1.0
"""Seconds between two looks."""
INDENT = 8
"""Cells before what goes on in the next line."""


class WhyScreen(ModalScreen[None]):
    """Told anew every second, as long as it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+c,enter", "leave", "leave", priority=True),
        Binding("j,down", "scroll(1)", "down", priority=True),
        Binding("k,up", "scroll(-1)", "up", priority=True),
        Binding("pagedown,ctrl+d", "scroll(10)", "ten lines down", priority=True),
        Binding("pageup,ctrl+u", "scroll(-10)", "ten lines up", priority=True),
    ]

    def __init__(self, title: str, explain: Callable[[], Sequence[Line]]) -> None:
        """`explain` is called in a thread; it may raise NltuiError."""
        super().__init__()
        self._explain = explain
        self._lines = _Lines(title)

    def compose(self) -> ComposeResult:
        """The lines alone."""
        yield self._lines

    def on_mount(self) -> None:
        """Look at once, and again and again."""
        self._look()
        self.set_interval(EVERY, self._look)

    @work(thread=True, exclusive=True, group="why")
    def _look(self) -> None:
        try:
            found = self._explain()
        except NltuiError as error:
            found = [[(visible(str(error), limit=400), Tone.BAD)]]
        hand_over(self, self._lines.show, found)

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Lines."""
        self._lines.scroll_by(by)


class _Lines(Still):
    """A frame around lines: what is too long goes on in the next one, what is too much is scrolled to."""

    def __init__(self, title: str) -> None:
        super().__init__(id="why")
        self._title = title
        self._told: Sequence[Line] = [[("…", Tone.DIM)]]
        self._drawn: Sequence[Line] = self._told
        self._top = 0

    def show(self, told: Sequence[Line]) -> None:
        """Other lines; what is scrolled stays so."""
        if told != self._told:
            self._told = told
            widest = max((sum(cells(text) for text, _ in line) for line in told), default=0)
            self.styles.width = widest + 4
            self._lay_out()

    def on_resize(self) -> None:
        """Lines may break elsewhere."""
        self._lay_out()

    def _lay_out(self) -> None:
        width = max(INDENT * 2, self.size.width - 4)
        self._drawn = [part for line in self._told for part in broken(line, width, INDENT)]
        self.styles.height = len(self._drawn) + 2
        self.refresh()

    def scroll_by(self, lines: int) -> None:
        """To the ends at most."""
        self._top = max(0, min(self._top + lines, len(self._drawn) - (self.size.height - 2)))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        width, height = self.size
        paint = paint_of(self)
        if y == 0:
            return frame.top([(f" {self._title} ", paint.style(Tone.ACCENT, strong=True))], [], width, paint, True)
        if y == height - 1:
            lines = len(self._drawn)
            place = f"{self._top + 1}-{self._top + height - 2} of {lines} · j k" if lines > height - 2 else "live"
            place = f" {place} · Esc "
            return frame.bottom([], [(place, paint.style(Tone.DIM))], width, paint, True)
        index = self._top + y - 1
        line = self._drawn[index] if index < len(self._drawn) else []
        whole = strip([(text, paint.style(tone)) for text, tone in line], width - 4, paint.style())
        border = strip([("│", paint.focused_border)], 1, paint.focused_border)
        blank = strip([(" ", paint.style())], 1, paint.style())
        return Strip.join([border, blank, whole, blank, border])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three lines down."""
        event.stop()
        self.scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three lines up."""
        event.stop()
        self.scroll_by(-3)
