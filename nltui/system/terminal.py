"""What the terminal says that it can do. Sources: terminfo(5), no-color.org, locale(7)."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

TRUE_COLOURS = 1 << 24


@dataclass(frozen=True, slots=True)
class Terminal:
    """`term` and the locale's `encoding` are the environment's; `columns` and `lines` 0 where there is no terminal."""

    term: str
    is_terminal: bool
    colours: int
    """How many; 0 none, or the terminal is not known."""
    columns: int
    lines: int
    encoding: str

    @property
    def is_unicode(self) -> bool:
        """Whether the locale's encoding has the glyphs that the interface draws."""
        return self.encoding.lower().replace("-", "") == "utf8"

    @property
    def can_show(self) -> bool:
        """Whether the interface can be shown on it."""
        return self.is_terminal and self.term not in ("", "dumb")


def current(environment: Mapping[str, str] = os.environ) -> Terminal:
    """The one that standard input, output and error are on."""
    is_terminal = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    size = os.terminal_size((0, 0))
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        try:
            size = os.get_terminal_size(stream.fileno())
            break
        except (OSError, ValueError, AttributeError):
            continue
    term = environment.get("TERM", "")
    encoding = locale.getlocale(locale.LC_CTYPE)[1] or locale.getpreferredencoding(False)
    return Terminal(term, is_terminal, colours(term, environment), size.columns, size.lines, encoding)


def colours(term: str, environment: Mapping[str, str]) -> int:
    """By COLORTERM, else by terminfo; none where NO_COLOR is set and not empty."""
    if environment.get("NO_COLOR") or term in ("", "dumb"):
        return 0
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return TRUE_COLOURS
    try:
        import curses
    except ImportError:  # some builds of Python come without it
        return 0
    try:
        curses.setupterm(term, sys.__stdout__.fileno() if sys.__stdout__ is not None else 1)
        return max(0, curses.tigetnum("colors"))
    except (curses.error, OSError, ValueError):
        return 0
