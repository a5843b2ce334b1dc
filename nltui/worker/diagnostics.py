"""The rows of the diagnostics: what tables and readers know about themselves, as records of that table's columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nltui.model.local import Record
from nltui.model.table import Feed, Table
from nltui.netlink import connector
from nltui.netlink.constants.netlink import NETLINK_CONNECTOR, PROTOCOL_NAMES
from nltui.text import visible
from nltui.worker.contract import TableStatus
from nltui.worker.counts import Counts
from nltui.worker.log_reader import LogReader
from nltui.worker.process_events import ProcessEvents
from nltui.worker.reader import Reader

Statuses = Iterable[tuple[Table, TableStatus]]


def records(
    statuses: Statuses, readers: Sequence[Reader], logs: Sequence[LogReader], processes: ProcessEvents | None
) -> list[Record]:
    """Tables in their order, then sockets in theirs; `processes`: who hears of processes, where anybody does."""
    rows = [*_tables(statuses, readers, logs), *_sockets(readers, logs)]
    if processes is not None:
        rows.append(_socket(NETLINK_CONNECTOR, processes.counts, (connector.GROUP,)))
    return [{"subject": (place, name), **row} for place, (name, row) in enumerate(rows)]


def _tables(statuses: Statuses, readers: Sequence[Reader], logs: Sequence[LogReader]) -> Iterator[tuple[str, Record]]:
    for table, status in statuses:
        if table.feed is Feed.LOCAL:
            continue
        row: dict[str, Any] = {
            "state": status.freshness.value,
            "since": int(status.since * 1e9),
            "rows": status.rows,
            "groups": table.groups,
            "note": visible(status.sentence) or None,
        }
        for reader in readers:
            if table.name in reader.followers:
                row |= _followed(reader, table.name)
        for log in logs:
            if table is log.store.table:
                row["events"] = log.counts.events
        yield table.name, row


def _followed(reader: Reader, name: str) -> Record:
    state, store = reader.sync.states[name], reader.followers[name].store
    return {
        "events": state.heard,
        "resyncs": state.resyncs,
        "took": state.took if state.resyncs else None,
        "interrupted": state.interruptions,
        "unconfirmed": int(store.unconfirmed[: store.top].sum()),
        "repairs": state.repairs,
    }


def _sockets(readers: Sequence[Reader], logs: Sequence[LogReader]) -> Iterator[tuple[str, Record]]:
    for reader in readers:
        tables = [follower.table for follower in reader.followers.values()]
        yield _socket(reader.protocol, reader.counts, {group for table in tables for group in table.groups})
    for log in logs:
        yield _socket(log.store.table.protocol, log.counts, log.store.table.groups)


def _socket(protocol: int, counts: Counts, groups: Iterable[int]) -> tuple[str, Record]:
    name = PROTOCOL_NAMES.get(protocol, str(protocol))
    return f"socket {name}", {
        "state": "LISTENING" if counts.opened else "DEAF",
        "since": int(counts.opened * 1e9) or None,
        "events": counts.events,
        "lost": counts.lost,
        "overruns": counts.overruns,
        "foreign": counts.foreign,
        "malformed": counts.malformed,
        "unknown": counts.unknown,
        "restarts": counts.restarts,
        "asked": counts.asked,
        "got": counts.buffer or None,
        "port": counts.port or None,
        "groups": sorted(groups),
        "note": visible(counts.trouble) or None,
    }
