"""Palettes, and the styles that table lines are drawn with. A palette is the whole of a theme."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from nltui.model.types import Tone
from nltui.record import Record

if TYPE_CHECKING:
    from textual.widget import Widget


class Palette(Record):
    """Colours as `#rrggbb`, or rich's names of the terminal's own; every colour on screen is one of these."""

    name: str
    ground: str
    bars: str
    border: str
    text: str
    dim: str
    accent: str
    ok: str
    bad: str
    changed: str
    violet: str
    cyan: str
    cursor: str
    mark: str
    """Behind the bytes that the cursor stands on in a hex view."""
    is_dark: bool = True


DARK = Palette(
    "dark", "#0f1720", "#16212e", "#2b3b4f", "#c8d3e0", "#6b7a8f", "#5fb3f9",
    "#7fd88f", "#ff7a85", "#f3c969", "#c79bf2", "#63d5d5", "#233246", "#463a1a",
)  # fmt: skip
LIGHT = Palette(
    "light", "#f7f9fb", "#e6ecf2", "#b7c3d0", "#1d2733", "#66758a", "#0b62b0",
    "#1c7a35", "#b3202c", "#8a5a00", "#7436b0", "#0b7075", "#d5e2f0", "#f3dfa6", is_dark=False,
)  # fmt: skip
HIGH_CONTRAST = Palette(
    "high-contrast", "#000000", "#000000", "#ffffff", "#ffffff", "#c0c0c0", "#5fd7ff",
    "#5fff5f", "#ff8787", "#ffff5f", "#ffafff", "#5fffff", "#00408a", "#6a5500",
)  # fmt: skip
COLOUR_BLIND = Palette(
    "colour-blind", "#0f1720", "#16212e", "#2b3b4f", "#c8d3e0", "#6b7a8f", "#8ab4f8",
    "#56b4e9", "#e69f00", "#f0e442", "#cc79a7", "#99d6ea", "#233246", "#463a1a",
)  # fmt: skip

MONO = Palette(
    "mono", "#000000", "#1c1c1c", "#585858", "#d0d0d0", "#8a8a8a", "#ffffff",
    "#e4e4e4", "#ffffff", "#e4e4e4", "#bcbcbc", "#bcbcbc", "#3a3a3a", "#4e4e4e",
)  # fmt: skip
ANSI = Palette(
    "ansi16", "default", "black", "bright_black", "default", "bright_black", "bright_cyan",
    "green", "bright_red", "yellow", "magenta", "cyan", "blue", "yellow",
)  # fmt: skip
"""The terminal's own sixteen colours."""

PALETTES = {palette.name: palette for palette in (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND, MONO, ANSI)}


def textual_theme(palette: Palette) -> Theme:
    """The same colours for textual's own widgets and the stylesheet (`$bars`, `$border-quiet` …)."""

    def spelled(colour: str) -> str:
        return colour if colour.startswith("#") else f"ansi_{colour}"

    return Theme(
        name=palette.name,
        primary=spelled(palette.accent),
        secondary=spelled(palette.violet),
        accent=spelled(palette.accent),
        warning=spelled(palette.changed),
        error=spelled(palette.bad),
        success=spelled(palette.ok),
        foreground=spelled(palette.text),
        background=spelled(palette.ground),
        surface=spelled(palette.ground),
        panel=spelled(palette.bars),
        dark=palette.is_dark,
        variables={
            "bars": spelled(palette.bars),
            "quiet": spelled(palette.border),
            "faint": spelled(palette.dim),
        },
    )


@cache
def themes() -> dict[str, Theme]:
    """All of them, by name."""
    return {name: textual_theme(palette) for name, palette in PALETTES.items()}


class Paint:
    """Rich styles of one palette, made once: lines are built from these and never from markup."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self._fore = {
            Tone.PLAIN: palette.text,
            Tone.DIM: palette.dim,
            Tone.STRONG: palette.text,
            Tone.OK: palette.ok,
            Tone.BAD: palette.bad,
            Tone.CHANGED: palette.changed,
            Tone.ACCENT: palette.accent,
            Tone.VIOLET: palette.violet,
            Tone.CYAN: palette.cyan,
        }
        self._grounds = {"": palette.ground, "cursor": palette.cursor, "bar": palette.bars, "mark": palette.mark}
        self._made: dict[tuple[Tone, str, bool], Style] = {}
        self.border = Style(color=palette.border, bgcolor=palette.ground)
        self.focused_border = Style(color=palette.accent, bgcolor=palette.ground)

    def style(self, tone: Tone = Tone.PLAIN, ground: str = "", strong: bool = False) -> Style:
        """Of a tone on a ground: ``""`` the screen's, ``cursor``, ``bar`` or ``mark``."""
        key = tone, ground, strong
        found = self._made.get(key)
        if found is None:
            bold = strong or tone is Tone.STRONG
            found = Style(color=self._fore[tone], bgcolor=self._grounds[ground], bold=bold or None)
            self._made[key] = found
        return found


@cache
def paint(name: str) -> Paint:
    """By theme name; unknown names get the dark palette."""
    return Paint(PALETTES.get(name, DARK))


def paint_of(widget: Widget) -> Paint:
    """For the theme in force."""
    return paint(widget.app.theme)


class Colourless(LineFilter):
    """What NO_COLOR (non-empty) asks for: no colour codes at all. Bars and cursors become reverse video."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._raised = {Style(bgcolor=shade).bgcolor for shade in (palette.cursor, palette.mark)}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Drop both colours of every segment; keep bold and underline."""
        return [Segment(text, self._bare(style)) for text, style, _ in segments]

    def _bare(self, style: Style | None) -> Style | None:
        if style is None:
            return None
        reverse = style.reverse or (style.bgcolor is not None and style.bgcolor in self._raised)
        return Style(bold=style.bold, underline=style.underline, reverse=reverse or None)
