"""What columns ask about other tables: the label of a row by its integer key (a link's name by ifindex)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nltui.model.types import Context


class Lookups(Context):
    """Answers from snapshots of labels, made anew when asked after rows of their table changed."""

    def __init__(self) -> None:
        self._generation = 0
        self._labels: dict[str, dict[int, str]] = {}
        self._makers: dict[str, Callable[[], dict[int, str]]] = {}
        self._stale: set[str] = set()
        self._lock = threading.Lock()
        self._asked = 0
        self._known: dict[str, int] = {}
        """By table, when its labels were asked for: of two threads that ask, the later one's answer stays."""

    @property
    def generation(self) -> int:
        """Grows when an answer differs from what it was."""
        for table in tuple(self._stale):
            self._refresh(table)
        return self._generation

    def provide(self, table: str, make: Callable[[], dict[int, str]]) -> None:
        """`make` reads all labels of a table from its store."""
        self._makers[table] = make
        self._stale.add(table)

    def invalidate(self, table: str) -> None:
        """Rows of a table changed."""
        if table in self._makers:
            self._stale.add(table)

    def lookup(self, table: str, key: int) -> str | None:
        """The label, None where unknown."""
        if table in self._stale:
            self._refresh(table)
        return self._labels.get(table, {}).get(key)

    def _refresh(self, table: str) -> None:
        # The lock is not held while labels are made: that takes the store's, which others hold when they ask.
        with self._lock:
            self._stale.discard(table)
            self._asked += 1
            asked = self._asked
        labels = self._makers[table]()
        with self._lock:
            if asked < self._known.get(table, 0):
                return
            self._known[table] = asked
            if labels != self._labels.get(table):
                self._labels[table] = labels
                self._generation += 1
