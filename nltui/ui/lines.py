"""A table's header and rows as strips."""

from __future__ import annotations

from textual.strip import Strip

from nltui.model.rows import Cell, Mark, Row
from nltui.model.types import Align, Tone
from nltui.ui.columns import Layout
from nltui.ui.text import Part, cell_parts, cells, crop, fit, strip
from nltui.ui.theme import Paint

CURSOR, MARKED = "▸", "●"
_MARK_TONES = {Mark.ADDED: Tone.OK, Mark.REMOVED: Tone.BAD, Mark.UNCONFIRMED: Tone.CHANGED}


def header_line(placed: Layout, sort: tuple[str, bool], width: int, paint: Paint) -> Strip:
    """Column names, the arrow at the sort column, and ‹ › where columns are out of sight."""
    style, active = paint.style(Tone.DIM), paint.style(Tone.ACCENT)
    parts: list[Part] = []
    x = 0
    for place, slot in enumerate(placed.slots):
        gap = " " * (slot.x - x)
        if place == 1 and placed.more_left and gap:
            gap = gap[:-1] + "‹"
        parts.append((gap, active if "‹" in gap else style))
        name, reverse = sort
        shown = slot.column.name
        arrow = ("▼" if reverse else "▲") if shown == name else ""
        right = slot.column.type.align is Align.RIGHT
        label = fit(f"{shown} {arrow}" if arrow else shown, slot.width, right)
        before, found, after = label.partition(arrow) if arrow else (label, "", "")
        parts += [(before, style), (found, active), (after, style)]
        x = slot.x + slot.width
    if placed.more_right:
        room = width - x
        parts = _cut_last(parts, room)
        parts.append((" " * max(0, room - 1) + "›", active))
    return strip(parts, width, style)


def _cut_last(parts: list[Part], room: int) -> list[Part]:
    """Make room for the mark where the last column ends at the edge."""
    if room > 0:
        return parts
    *rest, (text, style) = [part for part in parts if part[0]]
    return [*rest, (text[:-1], style)]


def row_line(row: Row, placed: Layout, width: int, paint: Paint, is_cursor: bool, is_marked: bool = False) -> Strip:
    """One row: mark, then its cells in their places; changed cells stand out for a moment, a row in doubt is dim."""
    ground = "cursor" if is_cursor else ""
    fill = paint.style(Tone.PLAIN, ground)
    dim = paint.style(Tone.DIM, ground)
    whole = _MARK_TONES.get(row.mark)
    glyph = row.mark.value if whole else MARKED if is_marked else CURSOR if is_cursor else " "
    parts: list[Part] = [(glyph, fill if glyph == " " else paint.style(whole or Tone.ACCENT, ground, strong=True))]
    x = 1
    flowed = False
    for place, slot in enumerate(placed.slots):
        if slot.cell in row.flow:
            if not flowed:
                end = max(other.x + other.width for other in placed.slots if other.cell in row.flow)
                parts += [(" " * (slot.x - x), fill), *_sentence(row, end - slot.x, paint, ground)]
                flowed, x = True, end
            continue
        if slot.x > x:
            parts.append((" " * (slot.x - x), fill))
        cell = row.cells[slot.cell]
        tone, strong = _tone(cell, row.mark), (is_cursor or is_marked) and place == 0
        if slot.cell in row.flash:
            tone, strong = Tone.CHANGED, True
        style = paint.style(tone, ground, strong)
        parts += cell_parts(cell, slot.width, style, dim, slot.column.type.align is Align.RIGHT)
        x = slot.x + slot.width
    return strip(parts, width, fill)


def _sentence(row: Row, width: int, paint: Paint, ground: str) -> list[Part]:
    """The cells that flow together, in exactly `width` cells."""
    said = [row.cells[at] for at in sorted(row.flow)]
    parts: list[Part] = []
    for at, cell in enumerate(said):
        text = cell.text if at == len(said) - 1 else f"{cell.text} "
        shown = crop(text, width)
        width -= cells(shown)
        parts.append((shown, paint.style(cell.tone, ground)))
    return [*parts, (" " * width, paint.style(Tone.PLAIN, ground))]


def _tone(cell: Cell, mark: Mark) -> Tone:
    if mark is Mark.UNCONFIRMED:
        return Tone.DIM
    whole = _MARK_TONES.get(mark)
    return whole if whole is not None and cell.tone is Tone.PLAIN else cell.tone
