"""Filters, and parts of them, that the program writes itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nltui.model.filter.words import RESERVED

_PLAIN = re.compile(r"[^\s(){},\"'=!<>~&\\]+")


def quoted(value: str) -> str:
    """A value as the language reads it back, whatever is in it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def literal(value: str, always: bool = False) -> str:
    """The same, in quotation marks only where it needs them, or `always`."""
    is_plain = _PLAIN.fullmatch(value) is not None and value.casefold() not in RESERVED
    return value if is_plain and not always else quoted(value)


def equal(pairs: Iterable[tuple[str, str]]) -> str:
    """The filter that keeps rows where every column has its value, which is no number for a name here."""
    return " ".join(f"{column} == {literal(value, value[:1].isdigit())}" for column, value in pairs)


def both(filters: Iterable[str]) -> str:
    """The filter that holds where all of these do."""
    given = [text for text in filters if text.strip()]
    return given[0] if len(given) == 1 else " ".join(f"({text})" for text in given)
