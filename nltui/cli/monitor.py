"""`nltui monitor`: changes as they happen, one a line."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from nltui.cli import settings, trouble
from nltui.cli.asked import Monitor
from nltui.cli.gaps import GapLines
from nltui.cli.kept import Kept, is_event_kept, is_kept, kept_of, split
from nltui.errors import DataLost
from nltui.model.filter.parsed import Filter
from nltui.model.filter.writing import both
from nltui.model.history import Change, Kind, then
from nltui.model.log import log_values
from nltui.model.single import place
from nltui.model.table import Feed, Table
from nltui.model.telling import line, object_of
from nltui.system import namespaces
from nltui.tables import TABLES
from nltui.text import visible
from nltui.worker.contract import Freshness
from nltui.worker.session import Session

LOAD = 60.0
"""Seconds to wait for the first dumps."""
WAIT = 0.5
HEAL = 10.0
"""Seconds that a strict monitor waits for the tables to be read again before it ends."""
SETTLE = 0.25
"""Most seconds that a line waits until its requester was looked at closer."""


def run(args: Monitor) -> int:
    """Until interrupted, or the namespace is deleted; a strict one, until something was lost. Raises NltuiError."""
    named, words = split(args.words)
    kept = kept_of(named, both([" ".join(words), args.filter]))
    wanted = tuple(table for table in TABLES if table.name in kept)
    limits, _ = settings.limits(args.config)
    labels = tuple(table for table in TABLES if table.label and table not in wanted)
    with namespaces.resolve(args.netns) if args.netns else namespaces.current() as namespace:
        session = Session(
            namespace if args.netns else None, wanted + labels, buffer=args.rcvbuf, limits=limits, names=True
        )
        session.start()
        try:
            session.wait([table.name for table in wanted if table.feed is Feed.FOLLOWED], LOAD)
            if session.status().trouble:
                raise trouble.error(session.status().trouble)
            _complain(session, {table.name for table in named})
            _follow(session, kept, args.json, args.strict)
        finally:
            session.stop()
    return 0


def _follow(session: Session, wanted: Kept, as_json: bool, strict: bool) -> None:
    gaps = GapLines(session.history, set(wanted), as_json)
    text = next((one.text for one in wanted.values()), "")
    with_filter = f" where {visible(text, limit=400)}" if text else ""
    print(f"watching {', '.join(sorted(wanted))}{with_filter}", file=sys.stderr, flush=True)
    try:
        _print(session, wanted, as_json, gaps, strict)
    except KeyboardInterrupt:
        if not (strict and gaps.any):
            raise
    finally:
        gaps.tell(0, at_last=True)
        sys.stdout.flush()
    raise DataLost("messages were lost, and --strict wants all of them")


def _print(session: Session, wanted: Kept, as_json: bool, gaps: GapLines, strict: bool) -> None:
    """Until something was lost, where that matters."""
    seen = session.history.last
    logs = {table.name: session.log(table.name).last for table in session.tables if table.feed is Feed.LOG}
    pulse, deadline = 0, float("inf")
    while True:
        pulse = session.news(pulse, WAIT)
        # Asked before the last changes are read, so that none of them is left out.
        gone = session.status().gone
        changes, missed = session.history.since(seen)
        if changes:
            session.settle(SETTLE)
        seen += missed + len(changes)
        if missed:
            gaps.overtaken(missed)
        for change in changes:
            if change.kind is Kind.GAP:
                gaps.begins(change.number)
                continue
            table = session.tables[change.table]
            if table.name in wanted and is_kept(wanted[table.name], table, change, then(change, session.context)):
                sys.stdout.write(_told(session, table, change, as_json) + "\n")
        logs = {name: _log(session, name, last, as_json, wanted[name]) for name, last in logs.items()}
        gaps.tell(seen)
        sys.stdout.flush()
        if gone:
            raise trouble.error(session.status().trouble)
        if strict and gaps.any:
            deadline = min(deadline, time.monotonic() + HEAL)
            if not gaps.waiting or time.monotonic() >= deadline:
                return


def _told(session: Session, table: Table, change: Change, as_json: bool) -> str:
    if as_json:
        return json.dumps(object_of(table, change, session.context, session.actor))
    return line(table, change, session.context, session.actor)


def _complain(session: Session, named: set[str]) -> None:
    """Of tables that were asked for and cannot be had. Raises NltuiError where there are no others.

    Of those that were not named, what this user may not see anyway is no matter.
    """
    status = session.status().tables
    stale = {name: one.sentence for name, one in status.items() if one.freshness is Freshness.STALE and one.sentence}
    if named and named <= stale.keys():
        raise trouble.error(stale[min(named)])
    for name, sentence in stale.items():
        if name in named or not status[name].absent:
            print(sentence, file=sys.stderr, flush=True)


def _log(session: Session, name: str, seen: int, as_json: bool, wanted: Filter) -> int:
    store = session.log(name)
    last = store.last
    for number in range(max(seen, last - len(store)) + 1, last + 1):
        got = store.get(number)
        if got is None or not is_event_kept(wanted, store.table, got, session.context):
            continue
        row: dict[str, Any] = {}
        texts: list[str] = []
        for column in store.table.columns:
            value = log_values(column, *got)
            if value is None and not column.type.absent:
                continue
            if column.shown:
                texts.append(column.type.text(value, session.context) or "")
            if column.json is not None and (shown := column.type.json(value, session.context)) is not None:
                place(row, column.json, shown)
        if as_json:
            sys.stdout.write(json.dumps({"time": got[0] / 1e9, "table": name, "change": "event", "row": row}) + "\n")
        else:
            sys.stdout.write(" ".join([texts[0], "·", store.table.singular, *texts[1:]]).rstrip() + "\n")
    return last
