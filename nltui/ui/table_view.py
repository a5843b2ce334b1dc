"""The one widget for big live tables: draws only the lines on screen, repaints only those that changed.

A plain widget on the Line API: a ScrollView lays the whole screen out again whenever its virtual height changes,
which here can be ten times a second.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from nltui.model.rows import Row, Rows
from nltui.model.table import Column, Table
from nltui.ui import columns as layout
from nltui.ui.cursor import Cursor
from nltui.ui.lines import header_line, row_line
from nltui.ui.marked import Marked
from nltui.ui.plain import Plain
from nltui.ui.text import cells, centred
from nltui.ui.theme import paint_of

WHEEL = 3
"""Lines a notch of the wheel scrolls."""
SCREENFULS = 3
"""Of drawn lines that are remembered."""


class TableView(Plain, can_focus=True):
    """Lines of a `Rows`, with a cursor that is a row's identity and columns as wide as they need."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "next row", id="table.down"),
        Binding("k,up", "move(-1)", "previous row", id="table.up"),
        Binding("home", "top", "first row", id="table.home"),
        Binding("G,end", "bottom", "last row", id="table.bottom"),
        Binding("ctrl+d", "page(0.5)", "half a page down", id="table.half_down"),
        Binding("ctrl+u", "page(-0.5)", "half a page up", id="table.half_up"),
        Binding("pagedown,ctrl+f", "page(1)", "page down", id="table.page_down"),
        Binding("pageup,ctrl+b", "page(-1)", "page up", id="table.page_up"),
        Binding("l,right", "sideways(1)", "columns to the right", id="table.right"),
        Binding("h,left", "sideways(-1)", "columns to the left", id="table.left"),
        Binding("enter", "open('summary')", "detail", id="table.detail"),
        Binding("x", "open('message')", "message: header, attributes, hex", id="table.message"),
        Binding("S", "reverse", "reverse the order", id="table.reverse"),
        Binding("w", "wide", "wide: all columns", id="table.wide"),
        Binding("space", "mark", "mark the row, or no longer", id="table.mark"),
        Binding("v", "range", "begin a range of marks; again: end it", id="table.range"),
        Binding("n", "match(1)", "next match of the filter", id="table.next_match"),
        Binding("N", "match(-1)", "previous match", id="table.previous_match"),
    ]

    class Opened(Message):
        """The person wants to see the row under the cursor; `page` is `summary` or `message`."""

        def __init__(self, view: TableView, page: str) -> None:
            super().__init__()
            self.view, self.page = view, page

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self.rows: Rows | None = None
        self.cursor = Cursor()
        self.top = 0
        self.left = 0
        self.wide = False
        self.chosen: tuple[str, ...] | None = None
        """Names of the columns that the person wants, in their order; None: the table's own."""
        self.always_bar = False
        """Show the cursor's bar without the focus too: a detail beside it belongs to the row."""
        self.empty = ""
        """What to say where there are no rows."""
        self.marked = Marked()
        self._needs: dict[str, int] = {}
        self._filled: set[str] = set()
        """Columns in which something was seen."""
        self._layout = layout.Layout((), False, False)
        self._strips: list[Strip] = []
        self._keys: list[object] = []
        self._cache: dict[object, Strip] = {}
        self._drawn: tuple[object, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those that may be on screen now."""
        if self.wide:
            return self.table.columns
        if self.chosen is not None:
            return tuple(self.table.column(name) for name in self.chosen)
        return tuple(column for column in self.table.columns if column.shown)

    @property
    def page_height(self) -> int:
        """Rows on screen: one line is the header's."""
        return max(1, self.size.height - 1)

    def attach(self, rows: Rows) -> None:
        """Show these rows from now on."""
        self.rows = rows
        self.draw()

    def tick(self) -> bool:
        """Let the rows take in what is new and repaint what changed; says whether anything did."""
        if self.rows is None or not self.rows.tick():
            return False
        self.draw()
        return True

    def say(self, sentence: str) -> None:
        """What stands in the middle while there are no rows."""
        if sentence != self.empty:
            self.empty = sentence
            if self.rows is None or not len(self.rows):
                self.draw()

    def cells_at_cursor(self) -> dict[str, str]:
        """Of the row under the cursor."""
        return self.cells_of(self.cursor.identity) if self.cursor.identity is not None else {}

    def cells_of(self, identity: Hashable) -> dict[str, str]:
        """Texts of a row by column, whether on screen or not; empty where it is none of these rows."""
        index = self.rows.index_of(identity) if self.rows is not None else None
        if self.rows is None or index is None:
            return {}
        found = self.rows.rows(index, index + 1, self.table.columns)
        cells = found[0].cells if found else ()
        return {column.name: cell.text for column, cell in zip(self.table.columns, cells, strict=False)}

    # -- drawing

    def draw(self) -> None:
        """Bring the strips up to date and ask for a repaint of the lines that differ."""
        if not self.size or not self.is_mounted:
            return
        before, drawn = self._keys, self._drawn
        self._make()
        if drawn != self._drawn or len(before) != len(self._keys):
            self.refresh()
            return
        width = self.size.width
        pairs = zip(self._keys, before, strict=True)
        changed = [Region(0, y, width, 1) for y, (key, old) in enumerate(pairs) if key is not old and key != old]
        if changed:
            self.refresh(*changed)

    def _make(self) -> None:
        width, height = self.size
        paint = paint_of(self)
        keys: list[object]
        rows = self._visible()
        columns = self.columns
        self._grow(rows, columns)
        blank = {column.name for column in columns} - self._filled
        placed = layout.arrange(columns, self._needs, width, self.left, self.wide, blank)
        base = (paint, placed, width)
        if base != self._drawn:
            self._layout, self._drawn = placed, base
            self._cache.clear()
        if not rows:
            words = centred(self.empty, width, height - 1, paint)
            lines = [header_line(placed, self._sort(), width, paint), *words]
            keys = list(lines)
        else:
            bar = self.has_focus or self.always_bar
            at = self.cursor.index - self.top if bar else -1
            marked, cursor, top = self.marked, self.cursor.index, self.top
            body: list[object] = [
                (row, i == at, row.identity in marked or marked.covers(top + i, cursor)) for i, row in enumerate(rows)
            ]
            keys = [(base, self._sort()), *body, *[None] * (height - 1 - len(rows))]
            lines = [self._strip(key, width) for key in keys]
        self._keys, self._strips = keys[:height], lines[:height]

    def _visible(self) -> list[Row]:
        if self.rows is None:
            return []
        count = len(self.rows)
        moved = self.cursor.settle(self.rows)
        height = self.page_height
        # The row under the cursor keeps its line on screen when rows come and go above it.
        self.top += moved if self.top else 0
        self.top = max(0, min(self.top, count - height))
        if self.cursor.index < self.top or self.cursor.index >= self.top + height:
            self.top = max(0, min(self.cursor.index - (height - 1 if moved > 0 else 0), count - height))
        rows = self.rows.rows(self.top, self.top + height, self.columns)
        self.cursor.take(rows, self.top)
        return rows

    def _grow(self, rows: Sequence[Row], columns: Sequence[Column]) -> None:
        """Widths grow with what was seen and never shrink: a table that breathes cannot be read."""
        sort, _ = self._sort()
        needs = self._needs
        for index, column in enumerate(columns):
            need = len(column.name) + (2 if column.name == sort else 0)
            for row in rows:
                size = len(row.cells[index].text)
                if size:
                    self._filled.add(column.name)
                if index in row.flow:
                    need = max(need, self._flowing(row, index, columns))
                elif size * 2 > need:
                    need = max(need, cells(row.cells[index].text))
            needs[column.name] = max(need, needs.get(column.name, 0))

    def _flowing(self, row: Row, index: int, columns: Sequence[Column]) -> int:
        """What the last text of those that flow together needs, beside the room that the others have anyway."""
        if index != max((at for at in row.flow if row.cells[at].text), default=-1):
            return 0
        room = sum(self._needs.get(columns[at].name, 0) + layout.GAP for at in row.flow if at != index)
        return sum(cells(row.cells[at].text) + 1 for at in row.flow) - room

    def _strip(self, key: object, width: int) -> Strip:
        found = self._cache.get(key)
        if found is not None:
            return found
        paint = paint_of(self)
        match key:
            case (Row() as row, bool() as is_cursor, bool() as is_marked):
                made = row_line(row, self._layout, width, paint, is_cursor, is_marked)
            case None:
                made = Strip.blank(width, paint.style())
            case _:
                made = header_line(self._layout, self._sort(), width, paint)
        if len(self._cache) > SCREENFULS * max(self.size.height, 16):
            self._cache.clear()
        self._cache[key] = made
        return made

    def _sort(self) -> tuple[str, bool]:
        return self.rows.sort if self.rows is not None else ("", False)

    def strips(self) -> Sequence[Strip]:
        """Those made by `draw`; after a change of size textual may ask before it tells."""
        width, height = self.size
        if not self.size:
            return []
        if len(self._strips) != height or self._strips[0].cell_length != width:
            self._make()
        return self._strips

    # -- moving

    def _go(self, index: int) -> None:
        if self.rows is None or not len(self.rows):
            return
        self.cursor.move_to(self.rows, index)
        if self.cursor.index == 0 and self.table.is_log:
            # The first line of a log is the newest: stay there and watch.
            self.cursor.release()
        if self.cursor.index < self.top:
            self.top = self.cursor.index
        elif self.cursor.index >= self.top + self.page_height:
            self.top = self.cursor.index - self.page_height + 1
        self.draw()

    def action_move(self, lines: int) -> None:
        """Up or down by lines."""
        self._go(self.cursor.index + lines)

    def action_match(self, lines: int) -> None:
        """To the next row that the filter lets through; without a filter every row is one."""
        self._go(self.cursor.index + lines)

    def action_page(self, pages: float) -> None:
        """Scroll by pages; the cursor keeps its line on screen."""
        lines = int(pages * self.page_height) or (1 if pages > 0 else -1)
        if self.rows is not None:
            self.top = max(0, min(self.top + lines, len(self.rows) - self.page_height))
        self._go(self.cursor.index + lines)

    def action_top(self) -> None:
        """To the first row."""
        self._go(0)

    def action_bottom(self) -> None:
        """To the last row."""
        self._go(len(self.rows) - 1 if self.rows is not None else 0)

    def action_mark(self) -> None:
        """Mark the row under the cursor, or no longer, and go on; an open range ends here."""
        if self.rows is None or self.cursor.identity is None:
            return
        if self.marked.anchor is not None:
            self.marked.close(self.rows, self.cursor.index)
        else:
            self.marked.flip(self.cursor.identity)
        self._go(self.cursor.index + 1)

    def action_range(self) -> None:
        """Begin a range of marks at the cursor, or end it there."""
        if self.rows is None or self.cursor.identity is None:
            return
        if self.marked.anchor is None:
            self.marked.anchor = self.cursor.index
        else:
            self.marked.close(self.rows, self.cursor.index)
        self.draw()

    def end_range(self) -> None:
        """What is shown as marked is marked."""
        if self.rows is not None:
            self.marked.close(self.rows, self.cursor.index)

    def unmark(self) -> bool:
        """Forget all marks; False where there were none."""
        had = self.marked.clear()
        if had:
            self.draw()
        return had

    def action_sideways(self, step: int) -> None:
        """Scroll columns; the first one stays."""
        placed = self._layout
        if (step > 0 and placed.more_right) or (step < 0 and placed.more_left):
            self.left = max(0, self.left + step)
            self.draw()

    def action_open(self, page: str) -> None:
        """Show the row's detail."""
        self.post_message(self.Opened(self, page))

    def action_reverse(self) -> None:
        """Turn the order around."""
        if self.rows is not None:
            name, reverse = self.rows.sort
            self.sort_by(name, not reverse)

    def action_wide(self) -> None:
        """All columns, in their declared places, scrolled sideways."""
        self.wide = not self.wide
        self.left = 0
        self._needs.clear()
        self.draw()

    def choose(self, names: tuple[str, ...] | None) -> None:
        """Other columns, in this order; None: the table's own."""
        self.chosen, self.left = names, 0
        self._needs.clear()
        self.draw()

    def sort_by(self, name: str, reverse: bool = False) -> None:
        """Order by a column; the cursor stays on its row."""
        if self.rows is not None:
            self.rows.sort_by(name, reverse)
            self.rows.tick()
            self.draw()

    # -- events

    def on_resize(self) -> None:
        """Widths are chosen anew."""
        self._needs.clear()
        self.draw()

    def on_focus(self) -> None:
        """The bar appears."""
        self.draw()

    def on_blur(self) -> None:
        """The bar goes."""
        self.draw()

    def on_click(self, event: events.Click) -> None:
        """A row: go there, twice opens it. The header: sort, again reverses."""
        if event.y == 0:
            slot = self._layout.at(event.x)
            name, reverse = self._sort()
            if slot is not None:
                self.sort_by(slot.column.name, not reverse if slot.column.name == name else False)
            return
        if self.rows is not None and self.top + event.y - 1 < len(self.rows):
            self._go(self.top + event.y - 1)
            if event.chain == 2:
                self.action_open("summary")

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll; the cursor stays on screen."""
        event.stop()
        self._wheel(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back."""
        event.stop()
        self._wheel(-WHEEL)

    def _wheel(self, lines: int) -> None:
        if self.rows is None:
            return
        self.top = max(0, min(self.top + lines, len(self.rows) - self.page_height))
        self._go(max(self.top, min(self.cursor.index, self.top + self.page_height - 1)))
