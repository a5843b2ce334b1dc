"""Filters of former times: the latest of each table, and those that were saved."""

from __future__ import annotations

from typing import Any

from nltui.system import state

FILE = "filters"
RECENT, SAVED = 20, 50
"""Filters of a table that are remembered, and that can be saved."""
LONGEST = 1000
"""Characters of a filter that is remembered."""


class Remembered:
    """Read when first asked, written when something new came."""

    def __init__(self) -> None:
        found = state.read(FILE)
        self._recent: dict[str, list[str]] = _texts(found.get("recent"), RECENT)
        self._saved: dict[str, list[str]] = _texts(found.get("saved"), SAVED)

    def of(self, table: str) -> list[tuple[str, bool]]:
        """(filter, whether saved): the saved ones first, then the latest."""
        saved = self._saved.get(table, [])
        return [(text, True) for text in saved] + [(t, False) for t in self._recent.get(table, []) if t not in saved]

    def used(self, table: str, text: str) -> None:
        """A filter was kept."""
        text = text.strip()
        recent = self._recent.setdefault(table, [])
        if not text or len(text) > LONGEST or recent[:1] == [text]:
            return
        self._recent[table] = [text, *(one for one in recent if one != text)][:RECENT]
        self._write()

    def toggle(self, table: str, text: str) -> bool:
        """Save a filter, or forget that it was; returns whether it is saved now."""
        text = text.strip()
        saved = self._saved.setdefault(table, [])
        if text in saved:
            saved.remove(text)
        elif text and len(text) <= LONGEST:
            saved.insert(0, text)
            del saved[SAVED:]
        self._write()
        return text in saved

    def _write(self) -> None:
        state.write(FILE, {"recent": self._recent, "saved": self._saved})


def _texts(found: Any, most: int) -> dict[str, list[str]]:
    """Only what looks as if this program had written it."""
    if not isinstance(found, dict):
        return {}
    lists = {str(table): texts for table, texts in found.items() if isinstance(texts, list)}
    return {
        table: [text for text in texts if isinstance(text, str) and text.isprintable()][:most]
        for table, texts in lists.items()
    }
