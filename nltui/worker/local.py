"""Tables whose rows nltui makes itself: who provides them, by name. One entry a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nltui.model.activity import ActivityView, Answer
from nltui.model.history import History
from nltui.model.local import LocalView
from nltui.model.rows import Rows
from nltui.model.table import Feed, Table
from nltui.tables.activity import ACTIVITY
from nltui.tables.diagnostics import DIAGNOSTICS
from nltui.tables.flaps import FLAPS
from nltui.worker.contract import SessionLike
from nltui.worker.diagnostics import records
from nltui.worker.log_reader import LogReader
from nltui.worker.process_events import ProcessEvents
from nltui.worker.reader import Reader


@dataclass(frozen=True, slots=True)
class Local:
    """`open` makes a new view of the table, `count` says how many rows there are; both from any thread."""

    open: Callable[[Table], Rows]
    count: Callable[[], int]


def local_tables(
    session: SessionLike,
    history: History,
    answer: Answer,
    knowledge: Callable[[], int],
    readers: Mapping[int, Reader],
    logs: Mapping[str, LogReader],
    processes: Callable[[], ProcessEvents | None],
) -> dict[str, Local]:
    """By name; `readers` and `logs` are a session's own, `answer` and `knowledge` as ActivityView takes them.

    `processes`: who hears of processes, None while nobody does.
    """
    statuses = session.status

    def flaps(table: Table) -> Rows:
        from nltui.model.flaps import FlapsView

        keys = {name: follower.store.keys for reader in readers.values() for name, follower in reader.followers.items()}
        return FlapsView(table, session.tables, keys, history, session.context, answer)

    def diagnostics() -> list[Mapping[str, object]]:
        known = statuses().tables
        tables = [(table, known[table.name]) for table in session.tables]
        return records(tables, list(readers.values()), list(logs.values()), processes())

    return {
        ACTIVITY.name: Local(
            lambda table: ActivityView(table, session.tables, history, session.context, answer, knowledge),
            lambda: history.last,
        ),
        # How many there are is known to who counts them.
        FLAPS.name: Local(flaps, lambda: 0),
        DIAGNOSTICS.name: Local(
            lambda table: LocalView(table, session.context, diagnostics),
            lambda: (
                sum(table.feed is not Feed.LOCAL for table in session.tables)
                + len(readers)
                + len(logs)
                + (processes() is not None)
            ),
        ),
    }
