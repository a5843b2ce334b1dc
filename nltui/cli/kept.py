"""Which tables `nltui monitor` follows, and which of their changes it prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nltui.errors import UsageError
from nltui.model.filter.errors import FilterError
from nltui.model.filter.parsed import Filter, filter_of
from nltui.model.filter.records import Message, accepts
from nltui.model.history import Change
from nltui.model.log import log_values
from nltui.model.table import Column, Feed, Table
from nltui.model.types import Context
from nltui.tables import TABLES, find

Kept = Mapping[str, Filter]
"""By table's name: what a row of it must fulfil."""


def split(words: Sequence[str]) -> tuple[list[Table], list[str]]:
    """The tables that are named, and the words of a filter behind them. Raises UsageError where the first is none."""
    tables: list[Table] = []
    for place, word in enumerate(words):
        try:
            tables.append(find(word))
        except UsageError:
            if not place:
                raise
            return tables, list(words[place:])
    return tables, []


def kept_of(tables: Sequence[Table], text: str) -> dict[str, Filter]:
    """The tables to follow: those named, or else all that the filter has a meaning for. Raises UsageError."""
    named = tuple(dict.fromkeys(tables))
    if any(table.journal for table in named):
        raise UsageError("activity is what monitor prints anyway; name the tables to follow, or none for all")
    local = next((table for table in named if table.feed is Feed.LOCAL), None)
    if local is not None:
        raise UsageError(f"{local.name} is not what the kernel tells, but nltui; use `nltui dump {local.name}`")
    if named:
        return {table.name: filter_of(text, table) for table in named}
    found: dict[str, Filter] = {}
    wrong: FilterError | None = None
    for table in TABLES:
        if table.feed not in (Feed.FOLLOWED, Feed.LOG):
            continue
        try:
            found[table.name] = filter_of(text, table)
        except FilterError as error:
            wrong = wrong or error
    if not found and wrong is not None:
        raise wrong
    return found


def is_kept(wanted: Filter, table: Table, change: Change, context: Context) -> bool:
    """Whether the row matches as it is, or as it was."""
    if not wanted:
        return True
    sides = (side for side in (change.new, change.old) if side)
    return any(accepts(wanted.node, Message(table, side, context)) for side in sides)


def is_event_kept(wanted: Filter, table: Table, record: tuple[int, bytes], context: Context) -> bool:
    """Whether a record of a log matches: (ns since the epoch, datagram)."""
    return not wanted or accepts(wanted.node, _Event(table, record, context))


class _Event:
    """A record of a log as a filter sees it."""

    def __init__(self, table: Table, record: tuple[int, bytes], context: Context) -> None:
        self._table, self._record, self.context = table, record, context

    def value(self, column: Column) -> Any:
        return log_values(column, *self._record)

    def contains(self, word: str) -> bool:
        return any(word in self._text(column).casefold() for column in self._table.columns)

    def _text(self, column: Column) -> str:
        value = self.value(column)
        return (column.type.text(value, self.context) or "") if value is not None or column.type.absent else ""
