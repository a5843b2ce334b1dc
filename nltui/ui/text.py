"""Visible text on a line: cells, cropping, and building strips. Never markup: what is given is what is drawn.

Text from outside already went through the one door (`nltui.text`); here it is only measured and cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nltui.model.rows import Cell
from nltui.model.types import Tone
from nltui.ui.theme import Paint

ELLIPSIS = "…"
_WORD = re.compile(r"\s+|\S+")
T = TypeVar("T")

Part = tuple[str, Style]
"""A run of text and its style."""


def cells(text: str) -> int:
    """Columns a text takes on the terminal."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """The beginning that fits into `width` cells, without padding where a wide character does not fit."""
    if text.isascii():
        return text[:width]
    used = 0
    for place, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[:place]
    return text


def crop(text: str, width: int) -> str:
    """At most `width` cells, with an ellipsis at the end where something is missing."""
    if width <= 0:
        return ""
    if cells(text) <= width:
        return text
    return cut(text, width - 1) + ELLIPSIS


def is_address(text: str) -> bool:
    """Whether a text reads like an IPv6 or link-layer address: both ends tell more than the middle."""
    return text.count(":") >= 2 and " " not in text and text.isascii()


def crop_middle(text: str, width: int) -> str:
    """At most `width` characters of an ASCII text, with an ellipsis in the middle."""
    if len(text) <= width:
        return text
    if width < 4:
        return crop(text, width)
    head = width // 2
    return text[:head] + ELLIPSIS + text[len(text) - (width - head - 1) :]


def fit(text: str, width: int, right: bool = False) -> str:
    """Exactly `width` cells: cropped or padded."""
    shown = crop(text, width)
    if shown.isascii():
        return shown.rjust(width) if right else shown.ljust(width)
    if right:
        return " " * (width - cells(shown)) + shown
    return set_cell_size(shown, width)


def cell_parts(cell: Cell, width: int, style: Style, dim: Style, right: bool) -> list[Part]:
    """One table cell in exactly `width` cells; `cell.dim_from` on is drawn in `dim`."""
    text = cell.text
    size = cells(text)
    dim_from = cell.dim_from if cell.dim_from >= 0 else len(text)
    if size > width:
        if is_address(text):
            shown = crop_middle(text, width)
            dim_from = max(0, len(shown) - (len(text) - dim_from))
        else:
            shown = crop(text, width)
        text, size = shown, cells(shown)
    pad = " " * (width - size)
    parts: list[Part] = []
    if pad and right:
        parts.append((pad, style))
    parts.append((text[:dim_from], style))
    if dim_from < len(text):
        parts.append((text[dim_from:], dim))
    if pad and not right:
        parts.append((pad, style))
    return parts


def strip(parts: Iterable[Part], width: int, fill: Style) -> Strip:
    """A line of exactly `width` cells; what is missing is filled, what is too much is cut."""
    runs: list[tuple[list[str], Style]] = []
    left = width
    for text, style in (*parts, (" " * width, fill)):
        size = cells(text)
        if size > left:
            text = cut(text, left)
            size = cells(text)
        if not text:
            continue
        left -= size
        # One run of one style is one escape sequence on the wire.
        if runs and runs[-1][1] is style:
            runs[-1][0].append(text)
        else:
            runs.append(([text], style))
    return Strip([Segment("".join(texts), style) for texts, style in runs], width)


def spread(left: list[Part], right: list[Part], width: int, fill: Style) -> Strip:
    """A line with something at both ends; the right end wins where both do not fit."""
    tail = sum(cells(text) for text, _ in right)
    room = max(0, width - tail)
    head = strip(left, room, fill)
    return Strip.join([head, strip(right, width - room, fill)])


def sentence(text: str, width: int) -> list[str]:
    """A sentence broken at spaces into lines of at most `width` cells."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        while cells(word) > width > 0:
            if line:
                lines.append(line)
                line = ""
            head = cut(word, width) or word[0]
            lines.append(head)
            word = word[len(head) :]
        longer = f"{line} {word}" if line else word
        if cells(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def broken(parts: Sequence[tuple[str, T]], width: int, indent: int) -> list[list[tuple[str, T]]]:
    """Runs of text broken at spaces into lines of at most `width` cells, from the second on behind `indent` spaces.

    Room between columns is given up first.
    """
    lines: list[list[tuple[str, T]]] = [[]]
    used = 0
    fits = sum(cells(text) for text, _ in parts) <= width
    for text, look in parts:
        for word in _WORD.findall(text):
            word = word if fits or not used or not word.isspace() else word[:2]
            while used + cells(word) > width and not word.isspace():
                if used > indent:
                    lines.append([(" " * indent, look)])
                    used = indent
                    continue
                # Longer than a whole line.
                head = cut(word, width - used) or word[0]
                lines[-1].append((head, look))
                word, used = word[len(head) :], width
            if not word.isspace() or used + len(word) <= width:
                lines[-1].append((word, look))
                used += cells(word)
    return lines


def centred(text: str, width: int, height: int, paint: Paint) -> list[Strip]:
    """A calm sentence in the middle of an empty space, dimmed."""
    style = paint.style(Tone.DIM)
    blank = strip((), width, style)
    lines = [
        strip([(" " * max(0, (width - cells(line)) // 2) + line, style)], width, style)
        for line in sentence(text, max(1, width - 4))
    ][: max(1, height)]
    above = max(0, (height - len(lines)) // 2)
    below = max(0, height - above - len(lines))
    return [blank] * above + lines + [blank] * below


def grouped(number: int) -> str:
    """`1,204`."""
    return f"{number:,}"
