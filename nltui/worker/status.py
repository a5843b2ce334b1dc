"""A followed table's state in the words of the contract."""

from __future__ import annotations

import time

from nltui.model.sync import Phase, State
from nltui.model.table import Table
from nltui.worker.contract import Freshness, TableStatus
from nltui.worker.reader import Reader

_EPOCH = time.time() - time.monotonic()
"""Read once: states whose beginning trembled would look new at every look."""


def describe(reader: Reader, table: Table) -> TableStatus:
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
    return TableStatus(Freshness.STALE if is_stale else _freshness(state), store.count, since, sentence)


def _freshness(state: State) -> Freshness:
    if not state.loaded:
        return Freshness.LOADING if state.phase is Phase.DUMPING else Freshness.STARTING
    if state.phase is Phase.FRESH or (state.phase is Phase.DUMPING and state.auditing):
        return Freshness.FRESH
    return Freshness.CONVERGING
