"""Words of a command, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nltui.errors import NltuiError

Words = list[str]


class Unrepeatable(NltuiError):
    """No `ip` command makes such a row; the message says why."""


def option(row: Mapping[str, Any], key: str, word: str = "") -> Words:
    """`word value` where the row has the key."""
    value = row.get(key)
    return [] if value is None else [word or key, str(value)]


def options(row: Mapping[str, Any], keys: Sequence[str | tuple[str, str]]) -> Words:
    """Several of them, in order; a pair names the key and the word."""
    found: Words = []
    for one in keys:
        key, word = one if isinstance(one, tuple) else (one, one)
        found += option(row, key, word)
    return found


def flags(row: Mapping[str, Any], keys: Sequence[str]) -> Words:
    """Mere words, where the row has them."""
    return [key for key in keys if key in row and row[key] is not False]


def is_six(*texts: str | None) -> bool:
    """Whether any of these is an IPv6 address or prefix."""
    return any(text is not None and ":" in text for text in texts)
