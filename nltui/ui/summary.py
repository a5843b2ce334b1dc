"""What the detail pane's Summary says: every column by name, what it was, then what no column shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from nltui.errors import NltuiError
from nltui.model import single
from nltui.model.rows import Row
from nltui.model.table import Column, Framing, Table
from nltui.model.types import Context, Tone
from nltui.netlink.fields import Attr, First, Slice
from nltui.ui.text import Part, cells, sentence
from nltui.ui.theme import Paint

Line = list[Part]

HELP_FROM = 20
"""Cells after the names at which a column's help begins, so that helps stand below each other."""


class NodeLike(Protocol):
    """What `nltui.netlink.tree` makes of one header field or attribute."""

    @property
    def name(self) -> str:
        """As in the uapi header, `RTA_DST`, `rtm_family`."""

    @property
    def number(self) -> int:
        """Attribute type; -1 for a header or one of its fields."""

    @property
    def offset(self) -> int:
        """From the start of the message, in bytes."""

    @property
    def length(self) -> int:
        """In bytes, with the attribute's header."""

    @property
    def value(self) -> str:
        """Visible text."""

    @property
    def note(self) -> str:
        """What explains the value, dimmed beside it."""

    @property
    def children(self) -> Sequence[NodeLike]:
        """What is nested inside."""


def summary_lines(
    table: Table,
    row: Row,
    before: bytes | None,
    nodes: Sequence[NodeLike],
    context: Context,
    width: int,
    paint: Paint,
) -> list[Line]:
    """`row` holds a cell for every column of the table. Help is dimmed under a name where there is room beside."""
    names = max(len(column.name) for column in table.columns) + 2
    lines: list[Line] = []
    for column, cell in zip(table.columns, row.cells, strict=True):
        if not cell.text:
            continue
        was = was_text(table, column, before, context)
        lines += _entry(column, cell.text, cell.tone, was if was != cell.text else None, names, width, paint)
    rest = list(_unshown(table, nodes))
    if rest:
        lines += [[("", paint.style())], [("not in a column", paint.style(Tone.DIM, strong=True))]]
        wide = max(len(name) for name, _, _ in rest) + 2
        for name, value, note in rest:
            spare = max(8, width - wide)
            shown = sentence(value, spare) or [""]
            dim = paint.style(Tone.DIM)
            lines.append([(name.ljust(wide), dim), (shown[0], paint.style()), (note, dim)])
            lines += [[(" " * wide + more, paint.style())] for more in shown[1:]]
    return lines


def was_text(table: Table, column: Column, before: bytes | None, context: Context) -> str | None:
    """A column's text before the row's last change; None where unknown or meaningless."""
    if before is None or column.volatile or table.framing is not Framing.NLMSG:
        return None
    try:
        return single.text(table, column, before, context)
    except NltuiError:
        return None


def _entry(
    column: Column, text: str, tone: Tone, was: str | None, names: int, width: int, paint: Paint
) -> Iterator[Line]:
    room = max(8, width - names)
    first, *more = sentence(text, room) or [""]
    line: Line = [(column.name.ljust(names), paint.style(Tone.DIM)), (first, paint.style(tone, strong=True))]
    used = names + cells(first)
    if was is not None:
        old = f"  was {was or 'absent'}"
        line.append((old, paint.style(Tone.CHANGED)))
        used += cells(old)
    start = max(used + 3, min(names + HELP_FROM, width - len(column.help)))
    if not more and start + len(column.help) <= width:
        line.append((" " * (start - used) + column.help, paint.style(Tone.DIM)))
    yield line
    for rest in more:
        yield [(" " * names + rest, paint.style(tone, strong=True))]


def _unshown(table: Table, nodes: Sequence[NodeLike]) -> Iterator[tuple[str, str, str]]:
    shown = _shown_numbers(table)
    for node in nodes:
        if node.offset >= table.body and node.number not in {*shown, -1}:
            yield from _flat(node, "")


def _flat(node: NodeLike, prefix: str) -> Iterator[tuple[str, str, str]]:
    name = f"{prefix}{node.name}"
    if node.value or not node.children:
        yield name, node.value, f"  {node.note}" if node.note else ""
    for child in node.children:
        yield from _flat(child, "  " + prefix)


def _shown_numbers(table: Table) -> set[int]:
    """Top-level attribute types that some column reads."""
    numbers: set[int] = set()
    for column in table.columns:
        for field in column.fields:
            for one in field.fields if isinstance(field, First) else (field,):
                if isinstance(one, Attr | Slice):
                    numbers.add(one.path[0])
    return numbers
