"""What the Summary of a gap goes on with: the changes that nobody heard of, found when the tables were read again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from nltui.model.rows import Cell, Row, Rows
from nltui.model.table import Column
from nltui.model.types import Tone
from nltui.ui.summary import Fact, Line
from nltui.ui.text import cells, crop, grouped
from nltui.ui.theme import Paint

Found = tuple[Sequence[tuple[Cell, ...]], int]
"""Entries of the activity log, and how many more there are."""


def meanwhile_of(rows: Rows, identity: Hashable) -> Found | None:
    """Of a line of a log of changes that tells of a gap; None of any other row."""
    find = getattr(rows, "meanwhile", None)
    found: Found | None = find(identity) if find is not None else None
    return found


def gap_facts(columns: Sequence[Column], row: Row) -> list[Fact]:
    """What a gap's own line says, in one sentence."""
    said = {column.name: cell for column, cell in zip(columns, row.cells, strict=True)}
    return [
        Fact("time", said["time"].text, Tone.DIM),
        Fact("gap", f"{said['object'].text} {said['what'].text}", Tone.CHANGED),
    ]


def meanwhile_lines(found: Found, width: int, paint: Paint) -> list[Line]:
    """One line an entry: time, what, which, old → new; columns as wide as they need to be."""
    entries, more = found
    dim = paint.style(Tone.DIM)
    if not entries:
        return [[], [("nothing differed when the tables were read again", dim)]]
    heading = f"found when the tables were read again: {grouped(len(entries) + more)}"
    lines: list[Line] = [[], [(heading, paint.style(Tone.DIM, strong=True))]]
    # The last two columns are free text and who asked: nobody is known to have, and text needs no padding.
    shown = [entry[:-1] for entry in entries]
    widths = [max(cells(entry[at].text) for entry in shown) for at in range(len(shown[0]) - 1)]
    for *front, last in shown:
        line: Line = []
        for cell, room in zip(front, widths, strict=True):
            line.append((cell.text + " " * (room - cells(cell.text) + 1), paint.style(cell.tone)))
        lines.append([*line, (crop(last.text, max(1, width - sum(widths) - len(widths))), paint.style(last.tone))])
    if more:
        lines.append([(f"and {grouped(more)} more: the activity has them below this entry", dim)])
    return lines
