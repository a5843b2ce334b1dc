"""A view of rows that nltui makes itself: a few records, read anew at every look. No bytes, no slots, no history."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from nltui.model.filter.parsed import NO_FILTER, filter_of
from nltui.model.filter.records import accepts
from nltui.model.rows import Cell, Row, evenly
from nltui.model.single import place
from nltui.model.table import Column, Table
from nltui.model.types import Context, Json, Order, Tone

Record = Mapping[str, Any]
"""Values by column name, as the columns' types take them; absent or None: an empty cell. The first column's value is
the row's identity.
"""


class LocalView:
    """Implements `rows.Rows` over whatever `read` returns."""

    def __init__(self, table: Table, context: Context, read: Callable[[], Iterable[Record]]) -> None:
        """`read` is called by every tick of whoever looks; it gives all rows, in their usual order."""
        self.table, self.context, self._read = table, context, read
        self.generation = 1
        self._sort = table.sort or table.columns[0].name, False
        self._filter = NO_FILTER
        self._records: list[Record] = []
        self._order: list[Record] = []
        self.tick()

    @property
    def records(self) -> Sequence[Record]:
        """Those the filter keeps, in order, as of the last tick."""
        return self._order

    @property
    def total(self) -> int:
        """Rows before the filter."""
        return len(self._records)

    @property
    def sort(self) -> tuple[str, bool]:
        """Column and whether reversed."""
        return self._sort

    @property
    def filter_text(self) -> str:
        """The filter in force."""
        return self._filter.text

    @property
    def busy(self) -> bool:
        """Nothing is ever left to do."""
        return False

    @property
    def narrowed(self) -> bool:
        """All rows are usual."""
        return False

    def narrow(self, usual: bool) -> None:
        """All rows are usual."""
        del usual

    def __len__(self) -> int:
        return len(self._order)

    def tick(self) -> bool:
        """Read the records anew."""
        records = list(self._read())
        if records == self._records:
            return False
        self._records = records
        self._arrange()
        return True

    def _arrange(self) -> None:
        name, reverse = self._sort
        column = self.table.column(name)
        found = [record for record in self._records if self._matches(record)]
        known = [record for record in found if record.get(name) is not None]
        by_text = column.type.order is Order.TEXT
        known.sort(key=lambda one: self._cell(column, one).text if by_text else one[name], reverse=reverse)
        self._order = known + [record for record in found if record.get(name) is None]
        self.generation += 1

    def _matches(self, record: Record) -> bool:
        return not self._filter or accepts(self._filter.node, _Seen(self, record))

    def texts(self, record: Record) -> list[str]:
        """Of all columns."""
        return [self._cell(column, record).text for column in self.table.columns]

    def _cell(self, column: Column, record: Record) -> Cell:
        value = record.get(column.name)
        if value is None:
            return Cell("")
        text = column.type.text(value, self.context) or ""
        return Cell(text, column.type.tone(value, self.context) if text else Tone.PLAIN)

    def sort_by(self, column: str, reverse: bool = False) -> None:
        """Order by a column; rows without a value stand last."""
        self._sort = self.table.column(column).name, reverse
        self._arrange()

    def filter(self, text: str) -> None:
        """Filter anew."""
        self._filter = filter_of(text, self.table)
        self._arrange()

    def _identity(self, record: Record) -> Hashable:
        identity: Hashable = record[self.table.columns[0].name]
        return identity

    def rows(self, start: int, stop: int, columns: Sequence[Column]) -> list[Row]:
        """A screenful."""
        return [
            Row(self._identity(record), tuple(self._cell(column, record) for column in columns))
            for record in self._order[max(start, 0) : stop]
        ]

    def seen(self, column: Column, most: int) -> list[tuple[str, Json]]:
        """Of all records."""
        some = [self._records[place] for place in evenly(len(self._records), most)]
        values = [(record, record.get(column.name)) for record in some]
        return [
            (self._cell(column, record).text, column.type.json(value, self.context))
            for record, value in values
            if value is not None
        ]

    def index_of(self, identity: Hashable) -> int | None:
        """Where a row is now."""
        return next((place for place, one in enumerate(self._order) if self._identity(one) == identity), None)

    def message(self, identity: Hashable) -> bytes | None:
        """There is none."""
        del identity
        return None

    def before(self, identity: Hashable) -> bytes | None:
        """There is none."""
        return self.message(identity)

    def objects(self) -> list[dict[str, Json]]:
        """Every row as its JSON object, in order."""
        out: list[dict[str, Json]] = []
        for record in self._order:
            made: dict[str, Json] = {}
            for column in self.table.columns:
                value = record.get(column.name)
                if column.json is not None and value is not None:
                    place(made, column.json, column.type.json(value, self.context))
            out.append(made)
        return out


class _Seen:
    """A record as a filter sees it."""

    def __init__(self, view: LocalView, record: Record) -> None:
        self._view, self._record, self.context = view, record, view.context

    def value(self, column: Column) -> Any:
        """As the record has it."""
        return self._record.get(column.name)

    def contains(self, word: str) -> bool:
        """In any column."""
        return any(word in text.casefold() for text in self._view.texts(self._record))
