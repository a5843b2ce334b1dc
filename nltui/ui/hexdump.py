"""Bytes as hexadecimal lines, with the bytes of one attribute marked."""

from __future__ import annotations

from nltui.model.types import Tone
from nltui.ui.text import Part
from nltui.ui.theme import Paint


def per_line(width: int) -> int:
    """Bytes a line has room for: 32, 16 or 8."""
    return next((count for count in (32, 16) if line_width(count) <= width), 8)


def line_width(count: int) -> int:
    """Cells of a full line: offset, groups of four bytes, text."""
    return 6 + count * 3 + count // 4 + count


def hex_lines(data: bytes, width: int, marked: range, paint: Paint) -> list[list[Part]]:
    """Offset, bytes in groups of four, and what of them is ASCII; `marked` bytes stand out in both."""
    count = per_line(width)
    return [_line(data, start, count, marked, paint) for start in range(0, len(data), count)]


def _line(data: bytes, start: int, count: int, marked: range, paint: Paint) -> list[Part]:
    dim, plain, mark = paint.style(Tone.DIM), paint.style(), paint.style(Tone.CHANGED, "mark", True)
    parts: list[Part] = [(f"{start:04x}  ", dim)]
    shown: list[Part] = []
    for place in range(start, start + count):
        gap = "  " if place % 4 == 3 else " "
        if place >= len(data):
            parts.append(("  " + gap, plain))
            continue
        byte = data[place]
        style = mark if place in marked else plain if byte else dim
        # The mark runs on over the gap where the next byte is marked too.
        joined = place in marked and place + 1 in marked and place + 1 < start + count
        parts += [(f"{byte:02x}", style), (gap, mark if joined else plain)]
        shown.append((chr(byte) if 32 <= byte < 127 else "·", mark if place in marked else dim))
    return parts + shown
