"""What columns ask about other tables: the label of a row by its integer key (a link's name by ifindex)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from nltui.model.types import Context

if TYPE_CHECKING:
    from nltui.model.past import Past


class Lookups(Context):
    """Answers from snapshots of labels, made anew when asked after rows of their table changed."""

    def __init__(self) -> None:
        self._generation = 0
        self._labels: dict[str, dict[int, str]] = {}
        self._makers: dict[str, Callable[[], dict[int, str]]] = {}
        self._stale: set[str] = set()
        self._past: dict[str, Past] = {}
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

    def remember(self, table: str, past: Past) -> None:
        """`past` knows the labels of a table as they were."""
        self._past[table] = past

    def at(self, time: int, late: bool = False) -> Context:
        """Answers as of a time (ns since the epoch)."""
        return _Then(self, self._past, time, late)

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


class _Then(Context):
    """Lookups as of a time; what nothing is remembered of has not changed since."""

    def __init__(self, now: Context, past: Mapping[str, Past], time: int, late: bool) -> None:
        self._now, self._past, self._time, self._late = now, past, time, late

    def lookup(self, table: str, key: int) -> str | None:
        """The label that a row had then, None where unknown."""
        if table in self._past:
            known, label = self._past[table].at(key, self._time, self._late)
            if known:
                return label
        return self._now.lookup(table, key)
