"""The dialog of a change: fields, preview, confirmation. Derived from the change's class."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from nltui.changes.base import Asked, Change, Problems, Tier, fields_of
from nltui.changes.execute import Changed, Stopped
from nltui.changes.places import Places, table_of
from nltui.changes.preview import Preview, previewed
from nltui.changes.world import World
from nltui.errors import KernelRefused, NltuiError, TimedOut
from nltui.netlink import tree
from nltui.text import visible
from nltui.ui.change_sheet import APPLY, CANCEL, Sheet
from nltui.ui.line_edit import LineEdit
from nltui.ui.message_page import Entry, entries
from nltui.ui.threads import hand_over

if TYPE_CHECKING:
    from nltui.ui.changing import Desk


SOCKETS = 0.5
"""Seconds to wait at most for sockets to be read, before what a change may break is told."""


class ChangeScreen(ModalScreen[str | None]):
    """Yields a sentence about what was done; None where nothing was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "cancel", priority=True),
        Binding("tab,down", "move(1)", "next field", priority=True),
        Binding("shift+tab,up", "move(-1)", "previous field", priority=True),
        Binding("enter", "enter", "next, or do it", priority=True),
        Binding("ctrl+n", "offer(1)", "complete", priority=True),
        Binding("ctrl+p", "offer(-1)", "the completion before", priority=True),
        Binding("ctrl+x", "message", "the message", priority=True),
        Binding("ctrl+t", "trial", "try it: taken back unless confirmed", priority=True),
        Binding("ctrl+u", "clear", "empty the field", priority=True),
        Binding("left", "caret(-1)", "left", priority=True),
        Binding("right", "caret(1)", "right", priority=True),
        Binding("home", "caret(-100000)", "to its beginning", priority=True),
        Binding("end", "caret(100000)", "to its end", priority=True),
        Binding("backspace", "erase", "erase", priority=True),
        Binding("delete", "delete", "delete", priority=True),
    ]

    def __init__(
        self,
        desk: Desk,
        cls: type[Change],
        rows: Sequence[bytes],
        texts: Mapping[str, str],
        differing: frozenset[str] = frozenset(),
        *,
        is_told: bool = False,
    ) -> None:
        """`rows`: what it is about; `texts`: what the fields hold at first; `differing`: what the rows differ in.

        `is_told`: an `ip` line said all of it, so what is left is to say yes.
        """
        self._is_told = is_told
        many = f" ({len(rows)} rows)" if len(rows) > 1 else ""
        self._cls, self._rows = cls, tuple(rows)
        self._begin(desk, cls.title + many, fields_of(cls), texts)
        self._sheet.differing = differing

    def _begin(self, desk: Desk, title: str, fields: Sequence[Asked], texts: Mapping[str, str]) -> None:
        super().__init__()
        self._desk = desk
        self._world = World(desk.session)
        self._sheet = Sheet(title, fields, texts)
        self._sheet.can, self._sheet.seconds = desk.can, desk.seconds
        self._asked = -1
        """Which cycle of completions the field is in; -1 none."""
        self._typed = ""
        self._is_first = True
        self._is_applying = False
        self._is_outdated = False

    def compose(self) -> ComposeResult:
        """The sheet alone."""
        yield self._sheet

    def on_mount(self) -> None:
        """The first field that must be filled in, or the first."""
        empty = (i for i, field in enumerate(self._sheet.fields) if self._sheet.is_missing(field))
        # The link of an edit is told already.
        names = [field.name for field in self._sheet.fields]
        self._sheet.focused = next(empty, 1 if self._rows and names[:1] == ["dev"] and len(names) > 1 else 0)
        self._changed()

    def _text(self, name: str) -> str:
        return self._sheet.edits[name].text

    # -- what it says

    def _changed(self) -> None:
        """Something was typed, or the focus moved."""
        sheet = self._sheet
        sheet.refused, sheet.marked = "", range(0)
        sheet.is_busy = True
        self._offers()
        sheet.redraw()
        self._look({name: edit.text for name, edit in sheet.edits.items()})

    def _offers(self) -> None:
        sheet = self._sheet
        field = next((one for one in sheet.fields if one.name == sheet.place), None)
        if field is None:
            sheet.offers = ()
            return
        if self._asked < 0:
            self._typed = self._text(field.name)
        told = self._typed.casefold()
        found = [pair for pair in field.input.offers(self._world) if told in pair[0].casefold()]
        sheet.offers = [] if [text for text, _ in found] == [self._typed] else found

    @work(thread=True, exclusive=True, group="preview")
    def _look(self, texts: Mapping[str, str]) -> None:
        problems: Mapping[str, str] = {}
        preview: Preview | None = None
        if self._is_first:
            # Nobody looked at them, so they were not read for a while; some of them may be cut.
            self._desk.session.reread(("sockets",), SOCKETS)
        try:
            preview = self._plan(texts)
        except Problems as error:
            problems = error.sentences
        except NltuiError as error:
            problems = {"": str(error)}
        except (ValueError, OverflowError, struct.error) as error:
            # What was typed is no number that anybody thought of: not worth the program.
            problems = {"": f"this cannot be made a message: {visible(str(error), limit=200)}"}
        hand_over(self, self._seen, texts, preview, problems)

    def _plan(self, texts: Mapping[str, str]) -> Preview:
        """What would be done. Raises NltuiError."""
        return previewed(self._desk.session, self._cls, texts, self._rows)

    def _do(self, preview: Preview, seconds: int) -> str:
        """Do it; a sentence. Raises NltuiError."""
        self._desk.changes.apply(preview, seconds)
        way = "u takes it back" if preview.undo.steps else "it cannot be taken back"
        return self._desk.told(f"done: {preview.sentence} · {way}")

    def _seen(self, texts: Mapping[str, str], preview: Preview | None, problems: Mapping[str, str]) -> None:
        sheet = self._sheet
        if any(texts[name] != edit.text for name, edit in sheet.edits.items()):
            return
        sheet.preview, sheet.problems, sheet.is_busy = preview, problems, False
        sheet.raw = preview.steps[0].message() if preview is not None else b""
        sheet.entries = self._entries(sheet.raw)
        if self._is_first and preview is not None and not self._must_type:
            # All is filled in: what is left is to say yes.
            where = "?word" if preview.tier is Tier.CUTTING else APPLY if preview.tier is Tier.REVERSIBLE else CANCEL
            sheet.focused = sheet.places.index(where)
        elif self._is_first and self._is_told and (wrong := [name for name in sheet.edits if problems.get(name)]):
            sheet.focused = sheet.places.index(wrong[0])
            self._offers()
        self._is_first = False
        sheet.redraw()

    @property
    def _must_type(self) -> bool:
        """Whether there is anything to fill in: a dialog that only names a row has nothing."""
        if self._is_told:
            return False
        return not self._rows or any(field.word and not field.required for field in self._sheet.fields)

    def _entries(self, raw: bytes) -> Sequence[Entry]:
        if not raw:
            return ()
        name = table_of(raw)
        return entries(self._world.table(name), raw, tree.describe(0, raw, self._world.context)) if name else ()

    # -- keys

    def action_leave(self) -> None:
        """The message page, or all of it; not while the kernel is asked."""
        if self._sheet.shows_message:
            self.action_message()
        elif not self._is_applying:
            self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Another field; over the ends."""
        sheet = self._sheet
        self._asked = -1
        sheet.focused = (min(sheet.focused, len(sheet.places) - 1) + by) % len(sheet.places)
        if sheet.edit is not None:
            sheet.edit.enter()
        self._offers()
        sheet.redraw()

    def action_caret(self, by: int) -> None:
        """Inside the field; between the buttons."""
        edit = self._sheet.edit
        if edit is None:
            self.action_move(1 if by > 0 else -1)
        else:
            edit.move(by)
            self._sheet.redraw()

    def action_offer(self, by: int) -> None:
        """The next thing that could be typed, in the field's place."""
        sheet, edit = self._sheet, self._sheet.edit
        if edit is None or sheet.place == "?word":
            return
        if self._asked < 0:
            self._offers()
        if not sheet.offers:
            self.app.bell()
            return
        kept = sheet.offers
        self._asked = (self._asked + by) % len(kept)
        edit.set(kept[self._asked][0])
        self._changed()
        sheet.offers = [*kept[self._asked :], *kept[: self._asked]]

    def action_clear(self) -> None:
        """Empty it."""
        self._edited(lambda edit: edit.set(""))

    def action_erase(self) -> None:
        """A character back."""
        self._edited(lambda edit: edit.erase())

    def action_delete(self) -> None:
        """A character forth."""
        self._edited(lambda edit: edit.delete())

    def _edited(self, act: Callable[[LineEdit], None]) -> None:
        edit = self._sheet.edit
        if edit is None or self._is_applying:
            return
        self._asked = -1
        act(edit)
        if edit is self._sheet.word:
            self._sheet.redraw()
        else:
            self._changed()

    def on_key(self, event: events.Key) -> None:
        """What can be printed is typed."""
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            character = event.character
            self._edited(lambda edit: edit.insert(character))

    def on_paste(self, event: events.Paste) -> None:
        """The first line."""
        event.stop()
        first = event.text.split("\n")[0].strip()
        self._edited(lambda edit: edit.insert(first))

    def action_trial(self) -> None:
        """Only for a while, or for good."""
        self._sheet.is_trial = not self._sheet.is_trial
        self._sheet.redraw()

    def action_message(self) -> None:
        """Header, attributes and bytes of what would be sent."""
        self._sheet.shows_message = not self._sheet.shows_message
        self._sheet.redraw()

    def action_enter(self) -> None:
        """On a button, what it says; in a field, the next one."""
        sheet = self._sheet
        if sheet.shows_message:
            self.action_message()
        elif sheet.place == CANCEL:
            self.action_leave()
        elif sheet.place == APPLY:
            self._confirm()
        elif sheet.place == "?word":
            if sheet.preview is not None and sheet.word.text == sheet.preview.word:
                sheet.focused = sheet.places.index(APPLY)
                sheet.redraw()
            else:
                self.app.bell()
        else:
            ready = sheet.preview is not None and not sheet.is_busy
            last = sheet.focused >= len(sheet.fields) - 1
            first = sheet.preview is not None and sheet.preview.tier is Tier.CUTTING
            if ready and not last:
                sheet.focused = sheet.places.index("?word" if first else APPLY)
                sheet.redraw()
            else:
                self.action_move(1)

    def _look_again(self) -> None:
        """At the rows as they are now, where somebody changed them meanwhile: it is weighed anew, not sent."""
        self._is_outdated = False
        world = self._world = World(self._desk.session)
        places = Places(world)
        now = (places.rows(self._cls.table, row) for row in self._rows)
        self._rows = tuple(there[0] if there else row for there, row in zip(now, self._rows, strict=True))
        self._changed()

    def _confirm(self) -> None:
        sheet = self._sheet
        if self._is_outdated:
            self._look_again()
            return
        if sheet.preview is None or sheet.is_busy or self._is_applying:
            self.app.bell()
            return
        if not self._desk.can:
            self.app.bell()
            return
        if sheet.preview.tier is Tier.CUTTING and sheet.word.text != sheet.preview.word:
            sheet.focused = sheet.places.index("?word")
            sheet.redraw()
            return
        self._is_applying = sheet.is_busy = True
        sheet.redraw()
        self._apply(sheet.preview)

    def _seconds(self, preview: Preview) -> int:
        """How long it is tried: what may cut somebody off always is, unless nobody could take it back."""
        wanted = preview.tier is Tier.CUTTING or self._sheet.is_trial
        return self._desk.seconds if wanted and preview.undo.can_be_guarded else 0

    @work(thread=True, group="apply")
    def _apply(self, preview: Preview) -> None:
        error: NltuiError | None = None
        said = ""
        try:
            said = self._do(preview, self._seconds(preview))
        except NltuiError as caught:
            error = caught
        hand_over(self, self._ended, said, error)
        self._desk.changes.remember()

    def _ended(self, said: str, error: NltuiError | None) -> None:
        self._is_applying = self._sheet.is_busy = False
        if error is None:
            self.dismiss("" if self._desk.changes.pending is not None else said)
            return
        sheet, culprit = self._sheet, ""
        self._is_outdated = isinstance(error, Changed)
        refused = error.error if isinstance(error, Stopped) else error
        if isinstance(error, Stopped) and isinstance(refused, KernelRefused):
            sheet.raw = error.step.message()
            sheet.entries = self._entries(sheet.raw)
            if refused.offset:
                found = [one for one in sheet.entries if one.marked.start == refused.offset and one.is_attribute]
                sheet.marked = found[-1].marked if found else range(0)
                culprit = f" — the kernel points at {found[-1].name} {found[-1].value}" if found else ""
        left = "; nothing was changed"
        if isinstance(error, TimedOut):
            left = "; it is taken back when its time is over" if self._desk.changes.pending is not None else ""
        elif isinstance(error, Stopped) and error.left:
            left = f"; of what was done, {len(error.left)} steps could not be undone: {error.left[0]}"
        elif isinstance(error, Stopped) and error.done:
            left = "; what was done of it was undone"
        left += "; Apply looks at it again" if self._is_outdated else ""
        sheet.refused = visible(f"{error}{culprit}{left}", limit=600)
        sheet.redraw()


class PlanScreen(ChangeScreen):
    """What is made up already: it is only asked whether it shall be done."""

    def __init__(
        self, desk: Desk, title: str, plan: Callable[[], Preview], does: Callable[[Preview, int], str]
    ) -> None:
        """`plan`: weighs it, in a thread; `does`: does it, for good or (seconds) unless confirmed."""
        self._weigh, self._does = plan, does
        self._rows, self._is_told = (), True
        self._begin(desk, title, (), {})

    @property
    def _must_type(self) -> bool:
        return False

    def _plan(self, texts: Mapping[str, str]) -> Preview:
        return self._weigh()

    def _do(self, preview: Preview, seconds: int) -> str:
        return self._does(preview, seconds)
