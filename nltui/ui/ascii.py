"""`--ascii`: no character outside ASCII reaches the terminal. Every glyph of ours has one of its width."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from nltui.ui.text import cells

GLYPHS = str.maketrans({
    "─": "-", "│": "|", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "▸": ">", "▲": "^", "▼": "v", "◇": "o", "◆": "*",
    "●": "*", "○": "o", "✓": "*", "…": ".", "‹": "<", "›": ">", "→": ">", "−": "-", "∅": "0", "·": ".", "•": "*",
    "“": '"', "”": '"', "‖": "=", "⏎": "=", "★": "*", "▏": "|", "↑": "^", "↓": "v", "←": "<", "×": "x",
    "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#", "—": "-", "²": "2", "³": "3",
})  # fmt: skip


def plain(text: str) -> str:
    """The same width, in ASCII; what has no likeness becomes a question mark a cell."""
    if text.isascii():
        return text
    told = text.translate(GLYPHS)
    return told if told.isascii() else "".join(c if c.isascii() else "?" * cells(c) for c in told)


class Ascii(LineFilter):
    """Over every line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Texts change, styles stay."""
        return [Segment(plain(text), style, control) for text, style, control in segments]
