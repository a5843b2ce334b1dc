"""A followed table's state in the words of the contract."""

from __future__ import annotations

import time

from nltui.model.sync import Phase
from nltui.model.table import Table
from nltui.worker.contract import Freshness, TableStatus
from nltui.worker.reader import Reader


def describe(reader: Reader, table: Table) -> TableStatus:
    """From the state machine's phase."""
    state, store = reader.sync.states[table.name], reader.followers[table.name].store
    since = time.time() - (time.monotonic() - state.since)
    sentence = state.sentence if state.phase is Phase.REFUSED or state.tries else ""
    if store.full:
        sentence = f"{store.full:,} rows do not fit: this table holds at most {store.table.capacity:,}"
    if state.phase is Phase.REFUSED:
        return TableStatus(Freshness.STALE, store.count, since, sentence)
    if not state.loaded:
        started = state.phase is Phase.DUMPING
        return TableStatus(Freshness.LOADING if started else Freshness.STARTING, store.count, since, sentence)
    if state.phase is Phase.FRESH or (state.phase is Phase.DUMPING and state.auditing):
        return TableStatus(Freshness.FRESH, store.count, since, sentence)
    return TableStatus(Freshness.CONVERGING, store.count, since, sentence)
