"""`nltui dump`: a table once, consistent, to stdout."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, TextIO

from nltui.cli import settings, trouble
from nltui.cli.asked import Dump
from nltui.errors import TimedOut, UsageError
from nltui.model.filter.parsed import Filter, filter_of
from nltui.model.filter.tree import Comparison, conjuncts
from nltui.model.table import Feed, Table, Where
from nltui.record import replace
from nltui.system import namespaces
from nltui.tables import TABLES, find
from nltui.worker.contract import Freshness
from nltui.worker.lookups import Lookups
from nltui.worker.session import Session

if TYPE_CHECKING:
    from nltui.model.local import LocalView
    from nltui.netlink.columns import Ints

DEADLINE = 60.0
"""Seconds after which a table that does not become exact is an error."""
FAMILIES = {4: 2, 6: 10}


def run(args: Dump) -> int:
    """Print and return the exit code. Raises NltuiError."""
    table = find(args.table)
    if table.is_log:
        use = "`nltui monitor`" if table.feed is Feed.LOCAL else f"`nltui monitor {table.name}`"
        raise UsageError(f"{table.name}: nothing stays, so there is nothing to dump; use {use}")
    wanted = filter_of(args.filter, table)
    if table.feed is Feed.LOCAL:
        return _local(table, args)
    table = _asked(_narrowed(table, args.family), wanted)
    limits, _ = settings.limits(args.config)
    # A short life whose data all stays until the end: there is nothing for the collector to find.
    gc.disable()
    named = [other for other in TABLES if other.label and other.name != table.name]
    with namespaces.resolve(args.netns) if args.netns else namespaces.current() as namespace:
        session = Session(namespace if args.netns else None, (table, *named), limits=limits)
        session.start()
        try:
            _wait(session, [table.name, *(other.name for other in named)])
            # The readers end before the first line: rows they removed meanwhile would lose their bytes to others.
            session.stop()
            slots = _chosen(session, table, wanted)
            if args.count:
                sys.stdout.write(f"{len(slots)}\n")
            elif args.json:
                _json(session, table, slots, args.pretty, sys.stdout)
            else:
                _text(session, table, slots, args.details, sys.stdout)
        finally:
            session.stop()
    return 0


def _local(table: Table, args: Dump) -> int:
    """A table whose rows nltui makes: they are about all others, so those are read first."""
    from nltui.model.local import LocalView

    limits, _ = settings.limits(args.config)
    with namespaces.resolve(args.netns) if args.netns else namespaces.current() as namespace:
        session = Session(namespace if args.netns else None, TABLES, limits=limits)
        session.start()
        try:
            session.wait([other.name for other in TABLES if other.feed is not Feed.LOCAL], DEADLINE)
            rows = session.rows(table.name)
            if not isinstance(rows, LocalView):
                raise trouble.error(session.status().trouble)
            rows.filter(args.filter)
            _write(rows, args, sys.stdout)
        finally:
            session.stop()
    return 0


def _write(rows: LocalView, args: Dump, out: TextIO) -> None:
    """Rows that never were bytes, in the form asked for."""
    if args.count:
        out.write(f"{len(rows)}\n")
    elif args.json:
        import json

        out.write(json.dumps(rows.objects(), indent=4 if args.pretty else None) + "\n")
    else:
        from nltui.model.lines import Lines

        columns = [column for column in rows.table.columns if args.details or column.shown]
        found = rows.rows(0, len(rows), columns)
        out.writelines(Lines(columns).render([[cell.text for cell in row.cells] for row in found]))


def _narrowed(table: Table, family: int | None) -> Table:
    """Only one address family's rows; tables without families stay as they are."""
    if family is None or table.family is None:
        return table
    number = FAMILIES[family]
    dumps = tuple(dump for dump in table.dumps if dump.family in (None, number))
    return replace(table, dumps=dumps, accepts=(*table.accepts, Where(table.family, frozenset({number}))))


def _asked(table: Table, wanted: Filter) -> Table:
    """Only what the kernel can be asked for of a filter: rows with one value of a column."""
    for part in conjuncts(wanted.node):
        if not isinstance(part, Comparison) or part.op != "==" or len(part.literals) != 1:
            continue
        narrowing = table.narrowings.get(part.column.name)
        value = _number(part) if narrowing is not None else None
        if narrowing is None or value is None:
            continue
        families = {dump.family for dump in table.dumps}
        dumps = tuple(dump for dump in narrowing.dumps(value) if dump.family in families)
        where = Where(narrowing.field, among=frozenset({value}))
        return replace(table, dumps=dumps, accepts=(*table.accepts, where), parts={})
    return table


def _number(part: Comparison) -> int | None:
    """The number that a name stands for, among those of a byte; None where that is not known for certain."""
    literal, nobody = part.literals[0], Lookups()
    named = [n for n in range(256) if (part.column.type.text(n, nobody) or "").casefold() == literal.folded]
    number = literal.number
    if len(named) == 1 and number is None:
        return named[0]
    return number if isinstance(number, int) and not literal.is_quoted and 0 < number < 1 << 32 else None


def _wait(session: Session, names: list[str]) -> None:
    fresh = session.wait(names, DEADLINE)
    status = session.status()
    if status.trouble:
        raise trouble.error(status.trouble)
    for name in names:
        state = status.tables[name]
        if state.freshness is Freshness.STALE:
            raise trouble.error(state.sentence)
    if not fresh:
        raise TimedOut(f"{names[0]} did not settle within {DEADLINE:.0f} s: the kernel changes them all the time")


def _chosen(session: Session, table: Table, wanted: Filter) -> Ints:
    from nltui.model.filter.columnar import among, chooser

    store = session.store(table.name)
    slots = store.live()
    return among(chooser(store, session.context), wanted.node, slots) if wanted else slots


def _json(session: Session, table: Table, slots: Ints, pretty: bool, out: TextIO) -> None:
    import json

    from nltui.model.bulk import JsonWriter

    writer = JsonWriter(session.store(table.name), session.context)
    separator = "["
    for chunk in writer.objects(slots):
        if pretty:
            chunk = ["\n" + json.dumps(json.loads(text), indent=4) for text in chunk]
        out.write(separator + ",".join(chunk))
        separator = ","
    out.write("]\n" if len(slots) else "[]\n")


def _text(session: Session, table: Table, slots: Ints, details: bool, out: TextIO) -> None:
    """Aligned columns; widths come from the first rows, so that a long table starts at once."""
    from nltui.model.bulk_text import TextWriter

    columns = [column for column in table.columns if not column.rate_of and (details or column.shown)]
    out.writelines(TextWriter(session.store(table.name), session.context, columns).texts(slots))
