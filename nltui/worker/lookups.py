"""What columns ask about other tables: the label of a row by its integer key (a link's name by ifindex)."""

from __future__ import annotations

from collections.abc import Callable

from nltui.model.types import Context


class Lookups(Context):
    """Answers from snapshots that a reader replaces; `generation` grows when an answer may have changed."""

    def __init__(self) -> None:
        self.generation = 0
        self._labels: dict[str, dict[int, str]] = {}
        self._makers: dict[str, Callable[[], dict[int, str]]] = {}
        self._stale: set[str] = set()

    def provide(self, table: str, make: Callable[[], dict[int, str]]) -> None:
        """`make` reads all labels of a table from its store; called when they are next needed."""
        self._makers[table] = make
        self.invalidate(table)

    def invalidate(self, table: str) -> None:
        """Rows of a table changed."""
        if table in self._makers:
            self._stale.add(table)
            self.generation += 1

    def lookup(self, table: str, key: int) -> str | None:
        """The label, None where unknown."""
        if table in self._stale:
            self._stale.discard(table)
            self._labels[table] = self._makers[table]()
        return self._labels.get(table, {}).get(key)
