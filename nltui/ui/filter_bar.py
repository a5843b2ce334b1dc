"""The line that filters the focused table while the person types."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from nltui.model.filter.errors import FilterError
from nltui.model.types import Tone
from nltui.ui.completing import Completing
from nltui.ui.completions import Completions
from nltui.ui.panel import Panel
from nltui.ui.remembered import Remembered
from nltui.ui.text import cells, crop, grouped, spread
from nltui.ui.theme import paint_of
from nltui.ui.typed_ahead import OrderedInput, settled

LARGE = 50_000
"""Rows from which typing waits for a pause before the table is filtered."""
PAUSE = 0.12
"""Seconds of that pause."""
SPARE = 4
"""Cells between what is typed and what is said of it, and around that."""


class FilterBar(Widget):
    """`/ routes: [proto == bgp] text` at the left, `11 of 864,190 · 0.4 ms` at the right.

    Visible while a filter is typed or in force. While what is typed has an error, that is underlined and told at the
    right, and the last filter without one stays in force.
    """

    # With priority, as all of the program's: keys typed ahead then act in the order typed.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete what is typed", priority=True, id="filter.complete"),
        Binding("down", "choose(1)", "next completion", priority=True, id="filter.next"),
        Binding("up,shift+tab", "choose(-1)", "previous completion", priority=True, id="filter.previous"),
        Binding("ctrl+s", "save", "save the filter, or forget it", priority=True, id="filter.save"),
    ]

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.display = False
        self.panel: Panel | None = None
        self._highlighter = _Underline(self)
        self._input = _Line(compact=True, select_on_focus=False, highlighter=self._highlighter)
        self._label = _Words("filter-label")
        self._chips = _Words("filter-chips")
        self._result = _Words("filter-result")
        self._list = Completions()
        self._remembered = Remembered()
        self._completing = Completing(self._remembered)
        self._completed = "", 0
        """Text and place of the cursor that the completions are for."""
        self._took = 0.0
        self._wrong: FilterError | None = None
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        """One line."""
        yield self._label
        yield self._chips
        yield self._input
        yield self._result

    async def on_mount(self) -> None:
        """What completes lies over the table, not in this line."""
        await self.screen.mount(self._list)

    @property
    def is_editing(self) -> bool:
        """Whether keys go into the filter now."""
        return self.is_attached and self.screen.focused is self._input

    @property
    def can_pin(self) -> bool:
        """Whether what is typed, or in force, can become a chip."""
        return self.panel is not None and self._wrong is None and bool(self._input.value.strip())

    def follow(self, panel: Panel | None) -> None:
        """Show the filter of the panel that has the focus; hide where there is none. Not while typing."""
        if self.is_editing:
            self._tell()
            return
        self._list.hide()
        if panel is not self.panel or (panel is not None and panel.typed != self._input.value):
            self.panel = panel
            self._took = 0.0
            self._set(panel.typed if panel is not None else "")
        self.display = panel is not None and bool(panel.filter_text)
        self._tell()

    def edit(self, panel: Panel) -> None:
        """Type a filter for a panel."""
        self.panel = panel
        self._completing.begin(panel)
        self._set(panel.typed)
        self.display = True
        self.screen.set_focus(self._input)
        self._input.cursor_position = len(self._input.value)
        self._tell()
        self._complete()

    async def dismantle(self) -> None:
        """Take everything of it off the screen."""
        await self._list.remove()
        await self.remove()

    def clear(self) -> None:
        """Forget what is typed, and give the focus back; what is pinned stays."""
        self._set("")
        self._apply()
        self._leave()

    def clear_one(self) -> None:
        """What is typed; where nothing is, the chip that was pinned last."""
        if self.panel is not None and not self.panel.typed:
            self.panel.filter("", self.panel.pinned[:-1])
        self.clear()

    def keep(self) -> None:
        """Back to the table, filter in force; a completion that was chosen is taken first. Not while it is wrong."""
        if self._list.chosen and self._list.current is not None:
            self._take()
            return
        self._apply()
        if self._wrong is not None:
            return
        if self.panel is not None:
            self._remembered.used(self.panel.table.name, self.panel.typed)
        self._leave()

    async def settled(self) -> None:
        """Wait until keys that were typed before now are in the text."""
        await settled(self._input)

    def pin(self) -> None:
        """What is typed becomes a chip, and another filter can be typed."""
        self._apply()
        panel = self.panel
        if panel is None or self._wrong is not None:
            return
        self._remembered.used(panel.table.name, panel.typed)
        panel.filter("", (*panel.pinned, panel.typed.strip()))
        self._set("")
        self.edit(panel)

    # -- typing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as typed; a large table waits for a pause."""
        event.stop()
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self._complete()
        rows = self.panel.view.rows if self.panel is not None else None
        if rows is not None and rows.total > LARGE:
            self._waiting = self.set_timer(PAUSE, partial(self._apply, typing=True))
        else:
            self._apply(typing=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.keep()

    def _set(self, value: str) -> None:
        self._wrong = None
        with self.prevent(Input.Changed):
            self._input.value = value
        if self.panel is not None:
            self._label.say(f" / {self.panel.table.title.lower()}: ", Tone.ACCENT)

    def _apply(self, *, typing: bool = False) -> None:
        """Put what is typed in force; while `typing` goes on, without a comparison that is only begun."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        if self.panel is None:
            return
        before = perf_counter()
        try:
            text = self._input.value
            self.panel.filter(self._completing.finished(text) if typing else text)
            self._wrong = None
        except FilterError as error:
            # Where something is pinned, that stands before it in the whole.
            self._wrong = self._completing.error(self._input.value) or error
        self._took = perf_counter() - before
        self._input.refresh()
        self._tell()

    def _tell(self) -> None:
        panel = self.panel
        rows = panel.view.rows if panel is not None else None
        if panel is None or rows is None or not self.display:
            return
        room = max(20, self.size.width // 2 // max(1, len(panel.pinned)))
        self._chips.say("".join(f"[{crop(chip, room)}] " for chip in panel.pinned), Tone.VIOLET)
        if self._wrong is not None:
            is_unfinished = self._wrong.start >= len(self._input.value.rstrip())
            taken = sum(cells(one.text) for one in (self._label, self._chips)) + cells(self._input.value) + SPARE
            said = crop(self._wrong.sentence, max(20, self.size.width // 2, self.size.width - taken))
            self._result.say(f" {said} ", Tone.DIM if is_unfinished else Tone.BAD)
            return
        took = f" · {self._took * 1000:.1f} ms" if self._took else ""
        self._result.say(f" {grouped(len(rows))} of {grouped(rows.total)}{took} ", Tone.DIM)

    def _leave(self) -> None:
        self._list.hide()
        if self.panel is not None:
            self.display = bool(self.panel.filter_text)
            self.screen.set_focus(self.panel.view)

    @property
    def wrong(self) -> tuple[int, int] | None:
        """The characters of the token in error."""
        return None if self._wrong is None else (self._wrong.start, self._wrong.stop)

    # -- completing

    def _complete(self, asked: bool = False) -> None:
        position = self._input.cursor_position
        self._completed = self._input.value, position
        lines, hint, start = self._completing.at(self._input.value[:position], asked)
        x = self._input.region.x + cells(self._input.value[:start]) - self._input.scroll_offset.x
        self._list.show(lines, hint, x - 1, self.region.y + 1)

    async def action_complete(self) -> None:
        """Take the completion under the cursor; where none is shown, show what fits."""
        await self._catch_up()
        if self._list.current is None:
            self._complete(asked=True)
        else:
            self._take()

    async def _catch_up(self) -> None:
        """Keys that came with this one may have changed the text since."""
        await self.settled()
        if self._completed != (self._input.value, self._input.cursor_position):
            self._complete()

    async def action_choose(self, by: int) -> None:
        """To another completion; down where there is none leaves the line."""
        await self._catch_up()
        if self._list.current is not None:
            self._list.move(by)
        elif by > 0:
            self.keep()

    async def action_save(self) -> None:
        """Save the filter of this table, or forget that it was saved."""
        await self.settled()
        if self.panel is not None and self.can_pin:
            is_saved = self._remembered.toggle(self.panel.table.name, self._input.value)
            self._result.say(" saved " if is_saved else " no longer saved ", Tone.OK)

    def on_completions_clicked(self, event: Completions.Clicked) -> None:
        """As Tab."""
        event.stop()
        self._take()

    def _take(self) -> None:
        place = self._list.current
        if place is None:
            return
        position = self._completed[1]
        text, start = self._completing.taken(place)
        self._input.value = self._input.value[:start] + text + self._input.value[position:]
        self._input.cursor_position = start + len(text)
        self.screen.set_focus(self._input)


class _Line(OrderedInput):
    """Takes every character but `&`, which pins; where there is nothing to pin, that one too."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether bindings of the program are to leave a key alone."""
        return character != "&" and super().check_consume_key(key, character)


class _Underline(Highlighter):
    """Marks the token in error."""

    def __init__(self, bar: FilterBar) -> None:
        self._bar = bar

    def highlight(self, text: Text) -> None:
        """Underlined, in the colour of what is wrong; nothing where the text only ends too soon."""
        wrong = self._bar.wrong
        if wrong is not None and wrong[0] < wrong[1]:
            bad = paint_of(self._bar).style(Tone.BAD, "bar")
            text.stylize(bad + Style(underline=True), *wrong)


class _Words(Widget):
    """A few words on the bar, as wide as they are."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.text, self._tone = "", Tone.DIM
        self.styles.width = 0

    def say(self, text: str, tone: Tone) -> None:
        """Replace them."""
        if (text, tone) != (self.text, self._tone):
            self.text, self._tone = text, tone
            self.styles.width = cells(text)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        style = paint_of(self).style(self._tone, "bar")
        return spread([(self.text, style)], [], self.size.width, style)
