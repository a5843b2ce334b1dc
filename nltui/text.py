"""The one door for untrusted bytes: names, aliases, comments and messages chosen by others become harmless text.

Nothing that leaves here can move a cursor, reorder what stands beside it, hide itself or flood a line. Whether a
character may pass is decided by the Unicode general category (str.isprintable) and a list of invisible characters.
No markup is handled here: Textual and rich must be given the result as plain text.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
"""Ends a text that was cut; counts into the limit."""

MARKS_PER_BASE = 2
"""Combining marks in a row that are drawn; living orthographies need no more, floods (“zalgo”) are made of them."""

_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, range(0x180B, 0x1810)))
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Printable by category, yet drawn as nothing: joiners, fillers, variation selectors."""


def visible(raw: bytes | str, limit: int = 256) -> str:
    r"""Text for a person: at most `limit` characters (at least 1), one line, every character drawn.

    UTF-8 is decoded; invalid bytes appear as \xNN; control, format, bidirectional, surrogate, private-use, unassigned
    and invisible characters and all separators but the space as \xNN, \uNNNN or \UNNNNNNNN. A backslash stays itself,
    so the result is for reading, not for decoding. Never raises.
    """
    text = raw[: limit + 1] if isinstance(raw, str) else _decoded(raw, limit)
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    return _shown(text, limit)


def plain(raw: bytes) -> str:
    r"""Text for json.dumps(ensure_ascii=True): decoded UTF-8, invalid bytes as \xNN, everything else as it is.

    Not for a terminal: control characters are left to the JSON writer.
    """
    return str(raw, "utf-8", "backslashreplace")


def _decoded(raw: bytes, limit: int) -> str:
    # A character has at most four bytes and shows as at least one, so bytes further on can never be shown; a
    # character that this cuts stands beyond the limit.
    return str(raw[: 4 * (limit + 1)], "utf-8", "backslashreplace")


def _shown(text: str, limit: int) -> str:
    shown: list[str] = []
    length, fits, marks = 0, 0, MARKS_PER_BASE
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        drawn = character.isprintable() and character not in _INVISIBLE and marks <= MARKS_PER_BASE
        piece = character if drawn else _escape(ord(character))
        if not drawn:
            # What follows an escape would combine with its last digit.
            marks = MARKS_PER_BASE
        length += len(piece)
        if length > limit:
            return "".join(shown[:fits]) + ELLIPSIS
        shown.append(piece)
        if length < limit:
            fits = len(shown)
    return "".join(shown)


def _escape(point: int) -> str:
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
