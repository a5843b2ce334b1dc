"""`:`: the command line, with everything that can be typed below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input

from nltui.model.types import Tone
from nltui.ui import frame
from nltui.ui.commands.base import Offer
from nltui.ui.menu import Menu
from nltui.ui.plain import Still
from nltui.ui.text import Part, crop, strip
from nltui.ui.theme import paint_of
from nltui.ui.typed_ahead import OrderedInput, settled

LINES = 18
"""Lines below the line at most."""

Offered = Callable[[str], Offer]


class Palette(ModalScreen[str | None]):
    """Type, arrows to move, Tab to complete, Enter to run, Esc to leave. Yields the line to run, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "leave", priority=True),
        Binding("enter", "choose", "run", priority=True),
        Binding("tab", "complete", "complete", priority=True),
        Binding("down,ctrl+n", "move(1)", "next", priority=True),
        Binding("up,ctrl+p,shift+tab", "move(-1)", "previous", priority=True),
        Binding("pagedown", "move(10)", "ten further", priority=True),
        Binding("pageup", "move(-10)", "ten back", priority=True),
    ]

    def __init__(self, offered: Offered, is_whole: Callable[[str], bool], line: str = "", complaint: str = "") -> None:
        """`is_whole` tells whether a line can be run as it is. `complaint`: what was wrong with `line`."""
        super().__init__()
        self._offered, self._is_whole = offered, is_whole
        self._input = OrderedInput(line, compact=True, select_on_focus=False)
        self._list = _Offers()
        self._bottom = _Edge(is_top=False)
        self._bottom.said, self._wrong = complaint, line
        self._offer = Offer()
        self._completed = ""

    def compose(self) -> ComposeResult:
        """A frame of lines: the input, and what can be chosen."""
        with Vertical(id="palette"):
            yield _Edge(is_top=True)
            with Horizontal():
                yield _Side("│ : ")
                yield self._input
                yield _Side(" │")
            yield self._list
            yield self._bottom

    def on_mount(self) -> None:
        """Ready to type."""
        self.set_focus(self._input)
        self._input.cursor_position = len(self._input.value)
        self._complete()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what fits."""
        event.stop()
        if event.value != self._wrong:
            self._bottom.say("")
        self._complete()

    def _complete(self) -> None:
        self._completed = self._input.value[: self._input.cursor_position]
        self._offer = self._offered(self._completed)
        if not self._offer.lines and self._bottom.said:
            # The whole of what the frame has no room for.
            self._offer = Offer(hint=self._bottom.said)
        self._list.show(self._offer)

    async def _catch_up(self) -> None:
        await settled(self._input)
        if self._completed != self._input.value[: self._input.cursor_position]:
            self._complete()

    def action_leave(self) -> None:
        """Nothing is run."""
        self.dismiss(None)

    async def action_move(self, by: int) -> None:
        """Another line."""
        await self._catch_up()
        self._list.move(by)

    async def action_complete(self) -> None:
        """The line under the cursor takes the place of what is typed of it."""
        await self._catch_up()
        self._take()

    def _take(self) -> None:
        if not self._offer.lines:
            return
        end = self._input.cursor_position
        text = self._input.value[: self._offer.start] + self._offer.lines[self._list.cursor][0] + " "
        self._input.value = text + self._input.value[end:]
        self._input.cursor_position = len(text)

    async def action_choose(self) -> None:
        """Run what is typed; a line that was moved to, or the first where what is typed is no command, is taken."""
        await self._catch_up()
        line = self._input.value
        if self._offer.lines and (self._list.chosen or not self._is_whole(line)):
            self._take()
            line = self._input.value.rstrip()
        if self._is_whole(line):
            self.dismiss(line)
        elif not self._offer.lines:
            self._bottom.say(self._offer.hint or "nothing is called so")

    async def on_offers_clicked(self) -> None:
        """As Enter."""
        await self.action_choose()


class _Offers(Still):
    """The lines to choose from, between the frame's sides."""

    class Clicked(Message):
        """The line that is current now was pointed at."""

        handler_name = "on_offers_clicked"

    def __init__(self) -> None:
        super().__init__()
        self._menu = Menu()
        self._hint = ""
        self.cursor, self._top, self.chosen = 0, 0, False
        self.styles.height = LINES

    def show(self, offer: Offer) -> None:
        """Other lines; the first is current."""
        self._menu, self._hint = Menu(offer.lines, self._menu.width), offer.hint
        self.cursor, self._top, self.chosen = 0, 0, False
        self.refresh()

    def move(self, by: int) -> None:
        """To another line; the ends stop."""
        if self._menu.lines:
            self.cursor = max(0, min(self.cursor + by, len(self._menu.lines) - 1))
            self.chosen = True
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """A name and what is said of it."""
        paint, width = paint_of(self), self.size.width
        border = paint.focused_border
        return Strip.join(
            [strip([("│", border)], 1, border), self._inside(y, width - 2), strip([("│", border)], 1, border)]
        )

    def _inside(self, y: int, width: int) -> Strip:
        paint, height = paint_of(self), self.size.height
        if self._menu.width != width - 2:
            self._menu = Menu(self._menu.lines, width - 2)
        self._top = self._menu.top(self.cursor, self._top, height)
        row = self._menu.at(self._top + y)
        if row is None:
            hint = [] if self._menu.lines else wrap(self._hint, max(10, width - 2))
            said = hint[y] if y < len(hint) else ""
            return strip([(f" {said}", paint.style(Tone.DIM))], width, paint.style())
        ground = "cursor" if row.number == self.cursor else ""
        parts: list[Part] = [(f" {row.name}", paint.style(Tone.PLAIN, ground, True))]
        parts += [(row.note, paint.style(Tone.DIM, ground))]
        return strip(parts, width, paint.style(Tone.PLAIN, ground))

    def on_click(self, event: events.Click) -> None:
        """Take the line under the pointer."""
        if (row := self._menu.at(self._top + event.y)) is not None:
            self.cursor, self.chosen = row.number, True
            self.post_message(self.Clicked())

    def on_mouse_scroll_down(self) -> None:
        """Three lines down."""
        self.move(3)

    def on_mouse_scroll_up(self) -> None:
        """Three lines up."""
        self.move(-3)


class _Side(Still):
    """A piece of the frame beside the input."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.styles.width, self.styles.height = len(text), 1

    def render_line(self, y: int) -> Strip:
        """The border, and the colon in the accent."""
        paint = paint_of(self)
        accent = paint.style(Tone.ACCENT, strong=True)
        parts = [(one, paint.focused_border if one == "│" else accent) for one in self._text]
        return strip(parts, len(self._text), paint.style())


class _Edge(Still):
    """The frame's upper edge with the title, or the lower one with what the keys do or what is wrong."""

    def __init__(self, *, is_top: bool) -> None:
        super().__init__()
        self._is_top, self.said = is_top, ""
        self.styles.height = 1

    def say(self, said: str) -> None:
        """What is wrong."""
        if said != self.said:
            self.said = said
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        width, paint = self.size.width, paint_of(self)
        if self._is_top:
            return frame.top([(" command ", paint.style(Tone.ACCENT, strong=True))], [], width, paint, True)
        left: Sequence[Part] = [(f" {crop(self.said, width - 8)} ", paint.style(Tone.BAD))] if self.said else []
        hint = [] if self.said else [(" Tab completes · Enter · Esc ", paint.style(Tone.DIM))]
        return frame.bottom(left, hint, width, paint, True)
