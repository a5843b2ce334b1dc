"""`nltui wait`: block until a row matches, or none does."""

from __future__ import annotations

import time
from collections.abc import Callable

from nltui.cli import settings, trouble
from nltui.cli.asked import Wait
from nltui.errors import TimedOut, UsageError
from nltui.model.filter.parsed import Filter, filter_of
from nltui.model.table import Feed, Table
from nltui.system import namespaces
from nltui.tables import TABLES, find
from nltui.worker.contract import Freshness
from nltui.worker.session import Session

LOOK = 0.5
"""Most seconds between two looks at a session that is silent."""
OFTEN = 0.05
"""Fewest seconds between two looks at one that is not."""


def run(args: Wait) -> int:
    """Return 0 once it is so. Raises TimedOut, and NltuiError."""
    table = find(args.table)
    if table.is_log and args.absent:
        raise UsageError(f"{table.name}: what happened stays so; --absent needs a table of what is")
    wanted = filter_of(args.filter, table)
    limits, _ = settings.limits(args.config)
    deadline = float("inf") if args.timeout is None else time.monotonic() + args.timeout
    named = [other for other in TABLES if other.label and other.name != table.name]
    tables = TABLES if table.feed is Feed.LOCAL else (table, *named)
    with namespaces.resolve(args.netns) if args.netns else namespaces.current() as namespace:
        session = Session(
            namespace if args.netns else None, tables, limits=limits, names=table.journal or table.feed is Feed.LOCAL
        )
        session.watch(table.name, True)
        session.start()
        try:
            _wait(session, table, wanted, args.absent, deadline)
        except TimedOut:
            raise TimedOut(f"{table.name}: {'a row still matches' if args.absent else 'no row matches'}") from None
        finally:
            session.stop()
    return 0


def _wait(session: Session, table: Table, wanted: Filter, absent: bool, deadline: float) -> None:
    _until(session, lambda: session.ready.is_set() and not session.status().trouble, deadline)
    # Names of links come from another table: a filter by device would miss rows before that is read.
    others = [other.name for other in session.tables if other.feed is Feed.FOLLOWED and other.name != table.name]
    _until(session, lambda: all(_is_known(session, name) for name in others), deadline)
    look = _stored(session, table, wanted) if table.feed is Feed.FOLLOWED else _listed(session, table, wanted)
    _until(session, lambda: (not look() and _is_known(session, table.name)) if absent else look(), deadline)


def _until(session: Session, is_so: Callable[[], bool], deadline: float) -> None:
    pulse, looked = session.pulse, 0.0
    while True:
        status = session.status()
        if status.trouble:
            raise trouble.error(status.trouble)
        refused = next((one.sentence for one in status.tables.values() if one.freshness is Freshness.STALE), "")
        if refused:
            raise trouble.error(refused)
        looked = time.monotonic()
        if is_so():
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimedOut("")
        pulse = session.news(pulse, min(left, LOOK if session.ready.is_set() else OFTEN))
        time.sleep(max(0.0, min(OFTEN - (time.monotonic() - looked), deadline - time.monotonic())))


def _is_known(session: Session, name: str) -> bool:
    return session.status().tables[name].freshness is Freshness.FRESH


def _stored(session: Session, table: Table, wanted: Filter) -> Callable[[], bool]:
    """Whether a row of a store matches; rows are looked at again only after something changed."""
    from nltui.model.filter.columnar import among, chooser

    store = session.store(table.name)
    seen, found = -1, False

    def look() -> bool:
        nonlocal seen, found
        if store.generation != seen:
            seen = store.generation
            slots = store.live()
            # Names can change without the rows: a new look takes them as they are now.
            found = bool(len(among(chooser(store, session.context), wanted.node, slots)))
        return found

    return look


def _listed(session: Session, table: Table, wanted: Filter) -> Callable[[], bool]:
    """Whether a log has an entry, or a table of nltui's own a row."""
    rows = session.rows(table.name)
    if rows is None:
        raise trouble.error(session.status().trouble or f"{table.name} cannot be read")
    rows.filter(wanted.text)

    def look() -> bool:
        rows.tick()
        return bool(len(rows))

    return look
