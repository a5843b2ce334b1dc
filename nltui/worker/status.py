"""A table's state in the words of the contract."""

from __future__ import annotations

import time

from nltui.model.sync import Phase, State
from nltui.model.table import Feed, Table
from nltui.worker.contract import Freshness, TableStatus
from nltui.worker.crew import Crew
from nltui.worker.reader import Reader

_EPOCH = time.time() - time.monotonic()
"""Read once: states whose beginning trembled would look new at every look."""


def describe(crew: Crew, table: Table, started: float) -> TableStatus:
    """Of one table; `started`: since when there are rows that nltui makes itself, in seconds since the epoch."""
    if crew.guard is not None and crew.guard.sentence and table.feed is not Feed.LOCAL:
        return TableStatus(Freshness.STALE, crew.count(table.name), crew.guard.since, crew.guard.sentence)
    if table.name in crew.logs:
        trouble = crew.logs[table.name].counts.trouble
        return TableStatus(Freshness.STALE if trouble else Freshness.FRESH, crew.count(table.name), started, trouble)
    if table.name in crew.local:
        return TableStatus(Freshness.FRESH, crew.count(table.name), started)
    reader = crew.readers.get(table.protocol)
    return TableStatus(Freshness.STALE, 0, started) if reader is None else followed(reader, table)


def followed(reader: Reader, table: Table) -> TableStatus:
    """From the state machine's phase."""
    state, store = reader.sync.states[table.name], reader.followers[table.name].store
    since = _EPOCH + state.since if state.since else 0.0
    sentence = state.sentence if state.phase is Phase.REFUSED or state.tries else ""
    if not sentence and not reader.counts.opened:
        sentence = reader.counts.trouble
    # A table that was exact is stale while nobody listens, or while it cannot be read.
    is_stale = state.phase is Phase.REFUSED or (state.loaded and bool(sentence))
    if store.full:
        sentence = f"{store.full:,} rows do not fit: this table holds at most {store.table.capacity:,}"
    absent = state.phase is Phase.REFUSED and not state.loaded and not reader.counts.trouble
    return TableStatus(Freshness.STALE if is_stale else _freshness(state), store.count, since, sentence, absent)


def _freshness(state: State) -> Freshness:
    if not state.loaded:
        return Freshness.LOADING if state.phase is Phase.DUMPING else Freshness.STARTING
    if state.phase is Phase.FRESH or (state.phase is Phase.DUMPING and state.auditing):
        return Freshness.FRESH
    return Freshness.CONVERGING
