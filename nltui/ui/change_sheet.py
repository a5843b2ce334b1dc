"""What a dialog of a change shows: its fields, then what would be done, what goes with it, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.strip import Strip

from nltui.model.types import Tone
from nltui.text import visible
from nltui.ui import frame
from nltui.ui.hexdump import hex_lines
from nltui.ui.line_edit import LineEdit
from nltui.ui.message_page import Entry, entry_line, names_width
from nltui.ui.plain import Still
from nltui.ui.text import Part, cells, crop, sentence, strip
from nltui.ui.theme import Paint, paint_of

if TYPE_CHECKING:
    from rich.style import Style

    from nltui.changes.base import Asked
    from nltui.changes.preview import Preview

LABELS = 22
"""Cells for the names of what is told below the fields."""
WHOLE = 2
"""Steps of the way back up to which each is shown in full."""
TOLD = 4
"""Lines of the way back that are shown."""
MOST_SAID = 4
"""Lines of what is said of the field that is typed into."""
Line = list[Part]
CANCEL, APPLY = "Cancel", "Apply"


def _label(name: str) -> str:
    """A field as a person reads it."""
    return name.removesuffix("_id").replace("_", " ")


class Sheet(Still):
    """Draws; the screen around it owns the keys and tells it what to show."""

    def __init__(self, title: str, fields: Sequence[Asked], texts: Mapping[str, str]) -> None:
        super().__init__(id="sheet")
        self._title, self.fields = title, tuple(fields)
        self.edits = {field.name: LineEdit(texts.get(field.name, "")) for field in fields}
        self.word = LineEdit()
        """What is typed before a cutting change."""
        self.focused = 0
        """Index among `places`."""
        self.differing: frozenset[str] = frozenset()
        """Fields in which several rows differ: empty leaves each as it is."""
        self.problems: Mapping[str, str] = {}
        self.refused = ""
        self.preview: Preview | None = None
        self.is_busy = False
        self.offers: Sequence[tuple[str, str]] = ()
        self.can = True
        """Whether this process may change anything."""
        self.is_trial, self.seconds = False, 0
        """Whether it is only tried, and for how long."""
        self.entries: Sequence[Entry] = ()
        self.raw = b""
        self.marked = range(0)
        self.shows_message = False
        self.top = 0
        self._lines: list[Line] = []
        self._rows: dict[int, int] = {}
        """Line → place, for the mouse."""
        self._buttons: dict[str, range] = {}

    @property
    def places(self) -> list[str]:
        """Where the focus can be: fields by name, the word, the buttons."""
        asks = ["word"] if self.preview is not None and self.preview.tier == 2 else []
        return [*self.edits, *(f"?{name}" for name in asks), CANCEL, APPLY]

    @property
    def place(self) -> str:
        """Where the focus is."""
        return self.places[min(self.focused, len(self.places) - 1)]

    @property
    def edit(self) -> LineEdit | None:
        """The line that keys go to; None on a button."""
        return self.word if self.place == "?word" else self.edits.get(self.place)

    def on_mount(self) -> None:
        """As high as the screen lets it, so that nothing jumps while it is typed in."""
        self.styles.width = 108
        self.styles.height = len(self.fields) + 22

    def redraw(self) -> None:
        """Anew."""
        self._lines = []
        self.refresh()

    # -- drawing

    def render_line(self, y: int) -> Strip:
        """Inside a border."""
        width, height = self.size
        paint = paint_of(self)
        if y == 0 or not self._lines:
            self._lines = self._draw(width - 4, height - 2, paint)
        is_cutting = self.preview is not None and self.preview.tier == 2
        if y == 0:
            tone = Tone.CHANGED if is_cutting else Tone.ACCENT
            title = f" {visible(self._title, limit=200)}{' · cutting change' if is_cutting else ''} "
            return frame.top([(title, paint.style(tone, strong=True))], [], width, paint, True)
        if y == height - 1:
            page = "back" if self.shows_message else "message"
            keys = f" Tab next · ctrl+n completes · ctrl+x {page} · ctrl+t try · Esc cancel "
            return frame.bottom([], [(keys, paint.style(Tone.DIM))], width, paint, True)
        border = strip([("│", paint.focused_border)], 1, paint.focused_border)
        blank = strip([(" ", paint.style())], 1, paint.style())
        line = self._lines[y - 1] if y - 1 < len(self._lines) else []
        return Strip.join([border, blank, strip(line, width - 4, paint.style()), blank, border])

    def _draw(self, width: int, height: int, paint: Paint) -> list[Line]:
        self._rows, self._buttons = {}, {}
        if self.shows_message:
            return self._message(width, height, paint)
        below, asking = self._below(width, paint), self._asking(width, paint)
        room = max(min(3, len(self.fields)), height - len(below) - len(asking) - 2)
        fields = self._fields(width, room, paint)
        below = below[: max(0, height - len(fields) - len(asking) - 2)] + asking
        pad: list[Line] = [[] for _ in range(height - len(fields) - len(below) - 1)]
        lines = fields + pad[:1] + below + pad[1:]
        self._rows[len(lines)] = -1
        return [*lines, self._button_line(width, paint)]

    def _fields(self, width: int, room: int, paint: Paint) -> list[Line]:
        names = max((cells(field.name) for field in self.fields), default=0) + 2
        # On the buttons the fields stay where they were.
        at = self.focused if self.focused < len(self.fields) else self.top
        drawn = [self._field(field, names, width, paint) for field in self.fields]
        # Of the field that is typed into all is told, over several lines if need be.
        room = max(1, room - max(map(len, drawn), default=1) + 1)
        if len(self.fields) > room:
            # A line says that there are more.
            room = max(1, room - 1)
        self.top = max(0, min(max(at - room + 1, min(self.top, at)), len(self.fields) - room))
        lines: list[Line] = []
        for index in range(self.top, min(self.top + room, len(self.fields))):
            self._rows |= dict.fromkeys(range(len(lines), len(lines) + len(drawn[index])), index)
            lines += drawn[index]
        if more := max(0, len(self.fields) - room):
            where = " and ".join([*(["above"] * (self.top > 0)), *(["below"] * (self.top + room < len(self.fields)))])
            lines.append([(f"  … {more} more field{'s' * (more > 1)} {where}", paint.style(Tone.DIM))])
        return lines

    def _field(self, field: Asked, names: int, width: int, paint: Paint) -> list[Line]:
        edit, is_here = self.edits[field.name], self.place == field.name
        ground = "cursor" if is_here else ""
        star = "*" if self.is_missing(field) else " "
        mark = "▸" if is_here else star
        # The widest that leaves room for what the fields mean.
        widest = max((cells(one.help) for one in self.fields), default=0)
        room = max(min(24, width - names - 26), min(44, width - names - widest - 3), 12)
        line: Line = [
            (mark, paint.style(Tone.ACCENT, ground)),
            (_label(field.name).ljust(names), paint.style(Tone.PLAIN if edit.text else Tone.DIM, ground)),
            *self._edited(edit, room, is_here, paint),
        ]
        problem = self.problems.get(field.name, "")
        note, tone = (problem, Tone.BAD) if problem and (edit.text or is_here) else (field.help, Tone.DIM)
        if field.name in self.differing and not edit.text:
            note, tone = "the rows differ; empty keeps each", Tone.CHANGED
        elif is_here and self.offers and not problem:
            note = " · ".join(text for text, _ in self.offers[:8])
            tone = Tone.ACCENT
        elif is_here and not problem:
            note = f"{field.help} ({field.input.hint})" if field.help else field.input.hint
        before = names + room + 3
        shown, left = visible(note, limit=400), max(8, width - before)
        said = sentence(shown, left) or [""]
        if not is_here and len(said) > 1:
            said = [sentence(shown, left - 2)[0] + " …"]
        style = paint.style(tone)
        return [[*line, (f"  {said[0]}", style)], *([(" " * before + one, style)] for one in said[1:MOST_SAID])]

    def is_missing(self, field: Asked) -> bool:
        """Whether it must be filled in still."""
        return field.required and not self.edits[field.name].text and field.name not in self.differing

    def _edited(self, edit: LineEdit, room: int, is_here: bool, paint: Paint) -> Line:
        shown, caret = edit.shown(room)
        # Text that is typed or was read from a row: what cannot be shown takes more cells, so the rest is cut.
        head, tail = visible(shown[:caret], limit=room * 8), visible(shown[caret:], limit=room * 8)
        ground = "cursor" if is_here else "bar"
        # What the next letter takes the place of is not bold.
        style = paint.style(Tone.PLAIN, ground, not (is_here and edit.fresh))
        if not is_here:
            text = crop(head + tail, room)
            return [(text, style), (" " * (room - cells(text)), style)]
        head = head[max(0, cells(head) - room + 1) :]
        tail = crop(tail, max(0, room - cells(head) - 1))
        pad = " " * max(0, room - cells(head) - cells(tail) - 1)
        return [(head, style), ("▏", paint.style(Tone.ACCENT, ground)), (tail, style), (pad, style)]

    def _below(self, width: int, paint: Paint) -> list[Line]:
        dim, plain = paint.style(Tone.DIM), paint.style()
        if self.refused:
            rest = sentence(self.refused, width - 2)
            return [
                [("✗ " if not i else "  ", paint.style(Tone.BAD)), (t, paint.style(Tone.BAD))]
                for i, t in enumerate(rest)
            ]
        preview = self.preview
        if preview is None:
            empty = [one.name for one in self.fields if self.is_missing(one)]
            wrong = [f"{name}: {said}" if name else said for name, said in self.problems.items() if name not in empty]
            said = "…" if self.is_busy else "; ".join(wrong) or ("fill in what is marked with *" if empty else "")
            return [[(text, dim)] for text in sentence(visible(said, limit=600), width)] + self._lacking(width, paint)
        lines: list[Line] = [[(text, paint.style(strong=True))] for text in sentence(preview.sentence, width)]
        commands = preview.line.split("\n")
        for number, text in enumerate(commands[:3]):
            lines += self._told("as a command" if not number else "", text, width, plain, dim)
        if len(commands) > 3:
            lines += self._told("", f"and {len(commands) - 3:,} more lines", width, dim, dim)
        sizes = sum(len(step.message()) for step in preview.steps)
        said = f"{len(preview.steps):,} message{'s' * (len(preview.steps) > 1)}, {sizes:,} bytes"
        said = said if sizes else "no message: an ioctl of /dev/net/tun"
        lines += self._told("sent", said, width, plain, dim)
        lines += self._lacking(width, paint)
        for finding in preview.findings:
            mark, tone = ("! ", Tone.CHANGED) if finding.cuts else ("✗ ", Tone.BAD)
            style = paint.style(Tone.CHANGED, strong=True) if finding.cuts else plain
            for number, text in enumerate(sentence(visible(finding.text, limit=1000), width - 2)):
                lines.append([(mark if not number else "  ", paint.style(tone)), (text, style)])
        lines += self._back(preview, width, paint)
        return lines

    def _lacking(self, width: int, paint: Paint) -> list[Line]:
        """What it takes to change anything, where this process has it not."""
        if self.can:
            return []
        said = "CAP_NET_ADMIN, which this process lacks: run nltui with sudo"
        return self._told("needs", said, width, paint.style(Tone.BAD), paint.style(Tone.DIM))

    def _asking(self, width: int, paint: Paint) -> list[Line]:
        """What must be seen, and typed, before a change that can cut somebody off."""
        preview, plain, strong = self.preview, paint.style(), paint.style(strong=True)
        if preview is None or self.refused:
            return []
        lines: list[Line] = []
        if (self.is_trial or preview.tier == 2) and preview.undo.can_be_guarded:
            cuts = any(one.cuts for one in preview.findings)
            why = "This can cut you off: applied for " if cuts else "Much may go with it: applied for "
            said = why if preview.tier == 2 else "Applied for "
            rest = ", rolled back unless you confirm."
            lines += [[], [(said, plain), (f"{self.seconds} s", strong), (rest, plain)]]
        elif (self.is_trial or preview.tier == 2) and preview.undo.steps:
            said = "Applied for good: what takes it back is not only messages, which no guardian could send."
            lines += [[], *([(one, plain)] for one in sentence(said, width))]
        if preview.tier == 2:
            typed = self._edited(self.word, 20, self.place == "?word", paint)
            word = visible(preview.word, limit=64)
            lines.append([("Type ", plain), (word, strong), (" to go on  ", plain), *typed])
        return lines

    def _told(self, label: str, text: str, width: int, style: Style, dim: Style) -> list[Line]:
        rest = sentence(text, max(8, width - LABELS))
        return [[(label.ljust(LABELS) if not i else " " * LABELS, dim), (one, style)] for i, one in enumerate(rest)]

    def _back(self, preview: Preview, width: int, paint: Paint) -> list[Line]:
        dim, plain = paint.style(Tone.DIM), paint.style()
        steps = [visible(step.says, limit=1000) for step in preview.undo.steps[:TOLD]]
        lines: list[Line] = []
        for number, says in enumerate(steps):
            label = "to take it back" if not number else ""
            if len(preview.undo.steps) <= WHOLE:
                lines += self._told(label, says, width, plain, dim)
            else:
                lines.append([(label.ljust(LABELS), dim), (crop(says, width - LABELS), plain)])
        more = len(preview.undo.steps) - TOLD
        if more > 0:
            lines.append([(" " * LABELS, dim), (f"and {more:,} more, stored before sending", dim)])
        label = "cannot be restored"
        for number, lost in enumerate(preview.undo.lost):
            lines += self._told(label if not number else "", lost, width, paint.style(Tone.CHANGED), dim)
        return lines

    def _button_line(self, width: int, paint: Paint) -> Line:
        ready = self.preview is not None and not self.is_busy and self.can
        parts: list[tuple[str, bool, bool]] = [
            (CANCEL, self.place == CANCEL, True),
            (APPLY, self.place == APPLY, ready),
        ]
        line: Line = []
        x = max(0, width - sum(len(text) + 8 for text, _, _ in parts))
        line.append((" " * x, paint.style()))
        for text, is_here, works in parts:
            shown = f"  {text}  "
            self._buttons[text] = range(x, x + len(shown))
            ground = "cursor" if is_here else ""
            line += [(shown, paint.style(Tone.PLAIN if works else Tone.DIM, ground, is_here)), ("    ", paint.style())]
            x += len(shown) + 4
        return line

    def _message(self, width: int, height: int, paint: Paint) -> list[Line]:
        if not self.entries:
            return [
                [
                    (
                        "there is no message: fill in the fields first, or see what is said of it there",
                        paint.style(Tone.DIM),
                    )
                ]
            ]
        dump = hex_lines(self.raw, width, self.marked, paint)
        names = names_width(self.entries, width)
        lines: list[Line] = [
            entry_line(entry, names, width, entry.marked == self.marked, paint) for entry in self.entries
        ]
        return [*lines, [], *dump][: max(1, height)]

    # -- the mouse

    def on_click(self, event: events.Click) -> None:
        """A field takes the focus, a button does what it says."""
        line = event.y - 1
        place = self._rows.get(line)
        if place == -1:
            for name, span in self._buttons.items():
                if event.x - 2 in span:
                    self.focused = self.places.index(name)
                    self.app.simulate_key("enter")
        elif place is not None:
            self.focused = place
        self.redraw()
