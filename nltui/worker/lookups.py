"""What columns ask about other tables: the label of a row by its integer key (a link's name by ifindex)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from nltui.model.types import Context

if TYPE_CHECKING:
    from nltui.model.past import Past

FEW = 16
"""Labels of a table that are read by themselves; who asks for more is given a snapshot of all."""

Make = Callable[[Collection[int] | None], dict[int, str]]
"""Reads labels of a table from its store: of these keys, or of all (None); unknown ones are left out."""


class Lookups(Context):
    """Answers from snapshots of labels, made anew when asked after rows of their table changed."""

    def __init__(self) -> None:
        self._generation = 0
        self._labels: dict[str, dict[int, str]] = {}
        self._wanted: dict[str, set[int] | None] = {}
        """Keys that were asked for; None: so many that the snapshot holds all."""
        self._makers: dict[str, Make] = {}
        self._stale: set[str] = set()
        self._past: dict[str, Past] = {}
        self._lock = threading.Lock()
        self._asked = 0
        self._known: dict[str, tuple[int, frozenset[int] | None]] = {}
        """By table, when its labels were asked for, and which: of two threads, the later one's answer stays."""

    @property
    def generation(self) -> int:
        """Grows when an answer differs from what it was."""
        for table in tuple(self._stale):
            self._refresh(table)
        return self._generation

    def provide(self, table: str, make: Make) -> None:
        """`make` reads labels of a table from its store."""
        self._makers[table] = make
        self._labels[table], self._wanted[table] = {}, set()
        self._known[table] = 0, frozenset()
        self._stale.add(table)

    def invalidate(self, table: str) -> None:
        """Rows of a table changed."""
        if table in self._makers:
            self._stale.add(table)

    def lookup(self, table: str, key: int) -> str | None:
        """The label, None where unknown."""
        if table not in self._makers:
            return None
        wanted = self._wanted[table]
        new = wanted is not None and key not in wanted
        if new:
            self._want(table, key)
        if new or table in self._stale:
            self._refresh(table)
        return self._labels[table].get(key)

    def _want(self, table: str, key: int) -> None:
        with self._lock:
            wanted = self._wanted[table]
            if wanted is not None:
                self._wanted[table] = {*wanted, key} if len(wanted) < FEW else None

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
            asked, keys = self._asked, self._wanted[table]
        labels = self._makers[table](keys) if keys is None or keys else {}
        with self._lock:
            known, before = self._known[table]
            if asked < known:
                return
            self._known[table] = asked, None if keys is None else frozenset(keys)
            old, self._labels[table] = self._labels[table], labels
            # Labels that nobody had asked for are no difference.
            asked_for = old.keys() | labels.keys() if before is None else before
            if labels != old and any(labels.get(key) != old.get(key) for key in asked_for):
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
