"""`?`: the keys that work here, the table and its columns, from what declares them. Keys can be executed."""

from __future__ import annotations

from collections.abc import Iterator

from textual.screen import Screen

from nltui.model.table import Table
from nltui.ui.picker import Item

SHOWN = {
    "question_mark": "?", "colon": ":", "slash": "/", "minus": "-", "escape": "Esc", "enter": "Enter",
    "pagedown": "PgDn", "pageup": "PgUp", "down": "↓", "up": "↑", "left": "←", "right": "→", "tab": "Tab",
    "shift+tab": "shift+Tab", "home": "Home", "end": "End", "space": "Space",
}  # fmt: skip
"""Textual's key names as they stand on the keyboard."""


def key_name(key: str) -> str:
    """As printed on the key."""
    return SHOWN.get(key, key)


def help_items(screen: Screen[object], table: Table | None) -> Iterator[Item]:
    """Keys first (choosing one presses it), then the table in words."""
    grouped: dict[str, list[str]] = {}
    for key, active in screen.active_bindings.items():
        # Bindings without an id are textual's own (copying selected text …), not part of this program.
        if active.enabled and active.binding.id:
            grouped.setdefault(active.binding.description, []).append(key)
    for description, keys in grouped.items():
        yield Item(keys[0], " ".join(key_name(key) for key in keys), description)
    if table is not None:
        yield Item(None, "")
        yield Item(None, table.title, f"{table.help}  ({table.command})")
        for column in table.columns:
            yield Item(None, f"  {column.name}", column.help)
