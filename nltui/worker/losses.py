"""What one reader did not hear, from the first loss until every table that it made doubtful was exact again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from nltui.model.gaps import Cause, Gap
from nltui.model.history import History
from nltui.model.sync import Phase, State
from nltui.record import replace
from nltui.tables.activity import ACTIVITY

SETTLED = (Phase.FRESH, Phase.REFUSED)
TOGETHER = 1.0
"""Seconds between losses of a log that are told as one."""


class Losses:
    """Keeps the reader's gap in history up to date. Used by the reader's thread only."""

    def __init__(
        self, history: History, tables: Iterable[str], on_change: Callable[[str], None], *, heals: bool = True
    ) -> None:
        """`tables` become doubtful by a loss; `heals`: they are read again. `on_change` gets the activity's name."""
        self._history, self._tables, self._on_change, self._heals = history, tuple(tables), on_change, heals
        self._number = 0
        self._gap: Gap | None = None
        """That of the moment; None while nothing is doubtful because of a loss."""
        self._pending: set[str] = set()
        self._began = self._latest = 0.0

    def lost(self, count: int, cause: Cause = Cause.OVERRUN) -> None:
        """So many messages were not heard; 0 where they could not be counted."""
        now = time.monotonic()
        if self._gap is not None and not self._heals and now - self._latest > TOGETHER:
            self._gap = None
        self._latest = now
        self._pending = set(self._tables)
        if self._gap is None:
            self._began = now
            self._gap = Gap(time.time_ns(), self._tables, cause, count, self._heals)
            self._number = self._history.tell(self._gap)
        elif count:
            self._tell(replace(self._gap, lost=self._gap.lost + count))
        self._on_change(ACTIVITY.name)

    def _tell(self, gap: Gap) -> None:
        self._gap = gap
        self._history.edit(self._number, gap)

    def read_again(self, name: str, rows: int, states: Mapping[str, State]) -> None:
        """A table's dumps have ended, by which so many rows turned out to differ; `states` are all tables'."""
        gap = self._gap
        if gap is None:
            return
        if name in self._pending and rows:
            gap = replace(gap, rows=gap.rows + rows)
        self._pending = {other for other in self._pending if states[other].phase not in SETTLED}
        if not self._pending:
            gap = replace(gap, seconds=time.monotonic() - self._began, last=self._history.last)
        if gap is not self._gap:
            self._tell(gap)
            self._on_change(ACTIVITY.name)
        if not self._pending:
            self._gap = None
