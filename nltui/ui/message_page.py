"""What the detail pane's Message says: headers, attribute tree with size and offset, and the hex of it all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nltui import text as door
from nltui.model.table import Framing, Table
from nltui.model.types import Tone
from nltui.ui.summary import NodeLike
from nltui.ui.text import Part, cells, crop
from nltui.ui.theme import Paint


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that the cursor can stand on, and the bytes it is about."""

    depth: int
    name: str
    value: str
    note: str
    marked: range
    is_header: bool = False
    is_attribute: bool = False


def entries(table: Table, message: bytes, nodes: Sequence[NodeLike]) -> list[Entry]:
    """Lines of a message: the tree where it is nlmsghdr, `KEY=value` where it is a uevent."""
    if table.framing is Framing.UEVENT:
        return list(_uevent(message))
    return [entry for node in nodes for entry in _tree(node, 0)]


def _tree(node: NodeLike, depth: int) -> Iterator[Entry]:
    span = range(node.offset, node.offset + node.length)
    is_header = node.number < 0 and bool(node.children)
    yield Entry(depth, node.name, node.value, node.note, span, is_header, node.number >= 0)
    for child in node.children:
        yield from _tree(child, depth + 1)


def _uevent(message: bytes) -> Iterator[Entry]:
    offset = 0
    for piece in message.split(b"\0"):
        if piece:
            name, sign, value = piece.partition(b"=")
            shown = (door.visible(name), door.visible(value, 1024)) if sign else ("", door.visible(piece, 1024))
            yield Entry(0, *shown, "", range(offset, offset + len(piece)))
        offset += len(piece) + 1


def entry_line(entry: Entry, names: int, width: int, is_cursor: bool, paint: Paint) -> list[Part]:
    """Name, value, note, and `8 B @ 28` at the right edge."""
    ground = "cursor" if is_cursor else ""
    place = f" {len(entry.marked)} B @ {entry.marked.start} "
    dim = paint.style(Tone.DIM, ground)
    name_tone = Tone.CHANGED if is_cursor else Tone.STRONG if entry.is_header else Tone.PLAIN
    pointer = "▸ " if is_cursor else "  "
    name = "  " * entry.depth + entry.name
    parts: list[Part] = [
        (pointer, paint.style(Tone.ACCENT, ground, True)),
        (name.ljust(names), paint.style(name_tone, ground, is_cursor)),
    ]
    room = max(0, width - 2 - max(names, cells(name)) - len(place))
    value = crop(entry.value, room)
    parts.append((value, paint.style(Tone.STRONG, ground)))
    room -= cells(value)
    note = crop(f"  {entry.note}", room) if entry.note and room > 4 else ""
    pad = " " * max(0, room - cells(note))
    return [*parts, (note, dim), (pad, dim), (place, dim)]


def names_width(lines: Sequence[Entry], width: int) -> int:
    """Cells for the names, so that the values stand in one column."""
    return min(max((2 * e.depth + cells(e.name) + 2 for e in lines), default=0), max(12, width // 2))
