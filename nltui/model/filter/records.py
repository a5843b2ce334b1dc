"""Whether a filter keeps one row: of a log, of nltui's own tables, or a message that was just heard."""

from __future__ import annotations

from typing import Any, Protocol

from nltui.model import single
from nltui.model.filter.tree import All, Any_, Comparison, Node, Not, Word, compared
from nltui.model.table import Column, Table
from nltui.model.types import Context


class Record(Protocol):
    """One row."""

    context: Context

    def value(self, column: Column) -> Any:
        """What comparisons of a column are given."""

    def contains(self, word: str) -> bool:
        """Whether the text of any column has a case-folded word in it."""


def accepts(node: Node, record: Record) -> bool:
    """Whether the filter is true of a row."""
    match node:
        case All(parts):
            return all(accepts(part, record) for part in parts)
        case Any_(parts):
            return any(accepts(part, record) for part in parts)
        case Not(part):
            return not accepts(part, record)
        case Word(text):
            return record.contains(text)
        case Comparison(column=column, holds=holds):
            return holds(record.value(column), record.context)


class Message:
    """A row of a table as its message."""

    def __init__(self, table: Table, message: bytes, context: Context) -> None:
        self._table, self._message, self.context = table, message, context

    def value(self, column: Column) -> Any:
        """From the message; nothing is known of rates."""
        if column.rate_of:
            return None
        found = tuple(single.value(self._table, f, self._message) for f in compared(column, self._table.family))
        return found[0] if len(found) == 1 else found

    def contains(self, word: str) -> bool:
        """In columns that are compared, as a table's own search does."""
        columns = (one for one in self._table.columns if not one.rate_of and not one.volatile)
        return any(word in single.text(self._table, c, self._message, self.context).casefold() for c in columns)
