"""The pane beside a table: everything about the row under its cursor, live."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from nltui.model.actor import Actor
from nltui.model.rows import Row, Rows
from nltui.model.table import Framing, Table
from nltui.model.types import Context, Tone
from nltui.ui import frame
from nltui.ui.hexdump import hex_lines
from nltui.ui.history_page import HistoryPage
from nltui.ui.jumps import About, about
from nltui.ui.list_page import ListPage, list_lines
from nltui.ui.meanwhile import gap_facts, meanwhile_lines, meanwhile_of
from nltui.ui.message_page import Entry, entries, entry_line, names_width
from nltui.ui.panel import Panel
from nltui.ui.related_page import RelatedPage
from nltui.ui.summary import Fact, Line, NodeLike, Subject, drawn, facts
from nltui.ui.text import Part, cells, strip
from nltui.ui.theme import paint_of
from nltui.ui.threads import hand_over

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

PAGES = ("summary", "message", "related", "history")
LOOK_EVERY = 1.0
"""Seconds between two looks at what a list is made of."""


def subject_of(rows: Rows, identity: Hashable) -> Table | None:
    """The table whose row a line of a log of changes is about; None for rows that are about themselves."""
    find = getattr(rows, "subject", None)
    found = find(identity) if find is not None else None
    return found if isinstance(found, Table) else None


def names_of(rows: Rows, identity: Hashable) -> Context | None:
    """What a line of a log of changes names others by: those of its time; None for rows of now."""
    find = getattr(rows, "context_of", None)
    found: Context | None = find(identity) if find is not None else None
    return found


def actor_of(rows: Rows, identity: Hashable) -> Actor | None:
    """Who asked for what a line of a log of changes tells; None for rows that are no changes."""
    find = getattr(rows, "requester", None)
    found = find(identity) if find is not None else None
    return found if isinstance(found, Actor) else None


class Detail(Widget, can_focus=True):
    """Pages of one row: Summary in words, Message as the bytes say it, Related rows, its History."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "next line", id="detail.down"),
        Binding("k,up", "move(-1)", "previous line", id="detail.up"),
        Binding("pagedown,ctrl+d", "move(10)", "ten lines down", id="detail.page_down"),
        Binding("pageup,ctrl+u", "move(-10)", "ten lines up", id="detail.page_up"),
        Binding("home", "move(-100000)", "first line", id="detail.top"),
        Binding("G,end", "move(100000)", "last line", id="detail.bottom"),
        Binding("l,right", "turn(1)", "next page", id="detail.turn"),
        Binding("h,left", "turn(-1)", "page before", id="detail.turn_back"),
        Binding("enter", "enter", "go there, or the next page", id="detail.enter"),
        Binding("space", "mark", "mark a moment to compare with", id="detail.mark"),
        Binding("x", "page('message')", "message", id="detail.message"),
    ]

    def __init__(self, program: Actions) -> None:
        super().__init__(id="detail")
        self.page = PAGES[0]
        self._program = program
        self._lookups = self._names = program.session.context
        self._lists: dict[str, ListPage] = {page.name: page for page in (RelatedPage(program), HistoryPage(program))}
        self._looked = float("-inf")
        self._panel: Panel | None = None
        self._row: Row | None = None
        self._message: bytes | None = None
        self._about: Subject | None = None
        self._problem = ""
        self._is_decoder_warm = False
        self._cursor = -1
        """Line of the Message page; -1 until there are lines: then the first attribute."""
        self._top = 0
        self._extent = ""
        """Which lines of the Summary are seen, where there are more."""

    def show(self, panel: Panel, page: str) -> None:
        """Follow a panel's cursor from now on; Message takes the focus, for the cursor on its attributes."""
        self._panel, self.page = panel, page
        self._row, self._cursor, self._top = None, -1, 0
        self.follow()
        if page != "summary":
            self.screen.set_focus(self)

    def follow(self) -> None:
        """Ten times a second: look at the row under the table's cursor; repaint where it is another or changed."""
        is_new = self._follow_row()
        page = self._lists.get(self.page)
        if page is None:
            return
        if is_new:
            page.begin(self._found())
        now = time.monotonic()
        if is_new or now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._look(page)

    def _found(self) -> About | None:
        """What the row is about."""
        rows = self._panel.view.rows if self._panel is not None else None
        if rows is None or self._row is None:
            return None
        return about(rows, self._row.identity, self._lookups)

    @work(thread=True, exclusive=True, group="look")
    def _look(self, page: ListPage) -> None:
        seen = page.look()
        hand_over(self, self._seen, page, seen)

    def _seen(self, page: ListPage, seen: object) -> None:
        page.take(seen)
        if page.name == self.page:
            self.refresh()

    def _follow_row(self) -> bool:
        """Whether it is another row, or another state of it."""
        view = self._panel.view if self._panel is not None else None
        if view is None or view.rows is None:
            return False
        identity = view.cursor.identity
        index = view.rows.index_of(identity) if identity is not None else None
        found = view.rows.rows(index, index + 1, view.table.columns) if index is not None else []
        row = found[0] if found else None
        message = view.rows.message(identity) if identity is not None else None
        actor = actor_of(view.rows, identity) if row is not None else None
        if row == self._row and message == self._message and (self._about is None or actor == self._about.actor):
            return False
        if row is not None and (self._row is None or row.identity != self._row.identity) and self.page == "summary":
            self._top = 0
        self._row, self._message, self._problem = row, message, ""
        subject = subject_of(view.rows, identity) or view.table
        before = view.rows.before(identity) if identity is not None else None
        self._names = names_of(view.rows, identity) or self._lookups
        # Until the message is decoded, the tree of the one before stays: live rows must not flicker.
        nodes = self._about.nodes if self._about is not None and self._about.table is subject else ()
        self._about = Subject(subject, message, before, nodes, actor)
        if message is None or subject.framing is not Framing.NLMSG:
            self._about = replace(self._about, nodes=())
        else:
            self._decode(subject.protocol, message)
        self.refresh()
        return True

    @work(thread=True, exclusive=True, group="decode")
    def _decode_first(self, protocol: int, message: bytes) -> None:
        # The first call imports the codec, a tenth of a second that the screen must not wait for.
        found = self._describe(protocol, message)
        hand_over(self, self._decoded, message, *found)

    def _decode(self, protocol: int, message: bytes) -> None:
        if self._is_decoder_warm:
            self._decoded(message, *self._describe(protocol, message))
        else:
            self._decode_first(protocol, message)

    def _describe(self, protocol: int, message: bytes) -> tuple[Sequence[NodeLike], str]:
        try:
            from nltui.netlink.tree import describe

            return describe(protocol, message, self._names), ""
        # Whatever a decoder makes of strange bytes, the pane shows them in hex and the program goes on.
        except Exception as error:
            return (), f"not understood: {type(error).__name__}"

    def _decoded(self, message: bytes, nodes: Sequence[NodeLike], problem: str) -> None:
        self._is_decoder_warm = True
        if message == self._message and self._about is not None:
            self._about, self._problem = replace(self._about, nodes=nodes), problem
            self.refresh()

    # -- drawing

    def render_line(self, y: int) -> Strip:
        """From the page's lines, inside a border."""
        width = self.size.width
        if y == 0 or y >= len(self._lines):
            self._lines = self._draw()
        return self._lines[y] if y < len(self._lines) else strip((), width, paint_of(self).style())

    _lines: Sequence[Strip] = ()

    def _draw(self) -> list[Strip]:
        width, height = self.size
        paint, inner = paint_of(self), max(1, width - 2)
        rows = max(1, height - 2)
        if self.page in self._lists:
            body = list_lines(self._lists[self.page], inner, rows, paint)
        else:
            body = self._summary(inner) if self.page == "summary" else self._message_lines(inner, height - 2)
        if self.page == "summary":
            self._top = max(0, min(self._top, len(body) - rows))
            self._extent = f" {self._top + 1}-{self._top + rows} of {len(body)} " if len(body) > rows else ""
            body = body[self._top :]
        else:
            self._extent = ""
        line = paint.focused_border if self.has_focus else paint.border
        bar = strip([("│", line)], 1, line)
        lines = [frame.top(self._title(), [], width, paint, self.has_focus)]
        for index in range(rows):
            content = body[index] if index < len(body) else []
            lines.append(Strip.join([bar, strip(content, inner, paint.style()), bar]))
        extent = [(self._extent, paint.style(Tone.DIM))] if self._extent else []
        lines.append(frame.bottom(self._below(), extent, width, paint, self.has_focus))
        return lines

    def _title(self) -> list[Part]:
        paint = paint_of(self)
        parts: list[Part] = [(" ", paint.style())]
        for page in PAGES:
            chosen = page == self.page
            parts.append((page.capitalize(), paint.style(Tone.ACCENT if chosen else Tone.DIM, strong=chosen)))
            parts.append((" · " if page != PAGES[-1] else " ", paint.style(Tone.DIM)))
        return parts

    def _below(self) -> list[Part]:
        return [(f" {self._problem} ", paint_of(self).style(Tone.CHANGED))] if self._problem else []

    def _summary(self, width: int) -> list[Line]:
        paint = paint_of(self)
        if self._panel is None or self._row is None or self._about is None:
            return [[(" no row", paint.style(Tone.DIM))]]
        found = facts(self._panel.table.columns, self._row, self._about, self._names)
        if self._about.table.framing is Framing.UEVENT and self._message is not None:
            # One below the other they read better than in the column of this name.
            found = [fact for fact in found if fact.name != "properties"] + [Fact("properties")]
            found += [Fact(e.name, e.value) for e in self._entries() if e.name]
        rows = self._panel.view.rows
        meanwhile = meanwhile_of(rows, self._row.identity) if rows is not None else None
        if meanwhile is not None:
            found = gap_facts(self._panel.table.columns, self._row)
        lines = drawn(found, width - 2, paint)
        if meanwhile is not None:
            lines += meanwhile_lines(meanwhile, width - 2, paint)
        return [[(" ", paint.style()), *line] for line in lines]

    def _entries(self) -> list[Entry]:
        if self._about is None or self._message is None:
            return []
        return entries(self._about.table, self._message, self._about.nodes)

    def _message_lines(self, width: int, height: int) -> list[Line]:
        paint = paint_of(self)
        if self._message is None:
            return [[(" this row has no message of its own", paint.style(Tone.DIM))]]
        found = self._entries()
        if self._cursor < 0 and found:
            self._cursor = next((i for i, entry in enumerate(found) if entry.is_attribute), 0)
        self._cursor = min(self._cursor, len(found) - 1)
        marked = found[self._cursor].marked if found and self._cursor >= 0 else range(0)
        dump = hex_lines(self._message, width - 2, marked, paint)
        below = min(len(dump), max(3, height - 1 - len(found), height // 3))
        above = max(1, height - below - 1)
        around = min(2, (above - 1) // 2)
        self._top = max(self._cursor + around - above + 1, min(self._top, self._cursor - around))
        self._top = max(0, min(self._top, len(found) - above))
        names = names_width(found, width)
        lines: list[Line] = [
            entry_line(entry, names, width, self._top + i == self._cursor, paint)
            for i, entry in enumerate(found[self._top : self._top + above])
        ]
        title = f" {len(self._message)} bytes "
        lines.append([(title, paint.style(Tone.DIM)), ("─" * max(0, width - cells(title)), paint.border)])
        per = (len(self._message) + len(dump) - 1) // max(1, len(dump))
        first = max(0, min(marked.start // max(1, per) - below // 2, len(dump) - below)) if len(dump) > below else 0
        return lines + [[(" ", paint.style()), *line] for line in dump[first : first + below]]

    # -- keys

    def action_move(self, lines: int) -> None:
        """The cursor over attributes, or the text under the window."""
        if self.page in self._lists:
            self._lists[self.page].move(lines)
        elif self.page == "message":
            self._cursor = max(0, min(self._cursor + lines, len(self._entries()) - 1))
        else:
            self._top = max(0, self._top + lines)
        self.refresh()

    def action_turn(self, by: int) -> None:
        """Another page."""
        self.action_page(PAGES[(PAGES.index(self.page) + by) % len(PAGES)])

    async def action_enter(self) -> None:
        """Of a list, what is under the cursor."""
        if self.page in self._lists:
            await self._lists[self.page].enter()
            self.refresh()
        else:
            self.action_turn(1)

    def action_mark(self) -> None:
        """A line of a list."""
        if self.page in self._lists:
            self._lists[self.page].mark()
            self.refresh()

    def action_page(self, page: str) -> None:
        """A page by name."""
        self.page, self._top = page, 0
        if page in self._lists:
            self._lists[page].begin(self._found())
            self._looked = float("-inf")
            self.follow()
        self.refresh()

    def on_focus(self) -> None:
        """The border takes the accent."""
        self.refresh()

    def on_blur(self) -> None:
        """The border is quiet again."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A page's name turns, an attribute takes the cursor."""
        if event.y == 0:
            begin = 3
            for page in PAGES:
                if begin <= event.x < begin + len(page):
                    self.action_page(page)
                begin += len(page) + 3
        elif self.page in self._lists:
            self._lists[self.page].cursor = 0
            self._lists[self.page].move(event.y - 1)
            self.refresh()
        elif self.page == "message" and event.y - 1 < len(self._entries()) - self._top:
            self._cursor = self._top + event.y - 1
            self.refresh()

    def on_mouse_scroll_down(self) -> None:
        """Three lines down."""
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        """Three lines up."""
        self.action_move(-3)
