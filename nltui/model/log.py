"""Logs: tables of which only events exist, in a bounded ring; and the view that logs and the activity share."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Hashable, Sequence
from typing import Any

from nltui.config import DEFAULTS
from nltui.model.filter.parsed import NO_FILTER, filter_of
from nltui.model.filter.records import accepts
from nltui.model.rows import Cell, Mark, Row, evenly
from nltui.model.table import Column, Table
from nltui.model.types import Context, Json, Tone
from nltui.netlink import wire
from nltui.netlink.fields import Received

WINDOW = 20_000
"""Newest entries that a view can show, sort and filter."""
SEARCH_SECONDS = 0.03
NONE: frozenset[int] = frozenset()


class LogStore:
    """Received datagrams by number, the oldest forgotten first. Numbers start at 1."""

    def __init__(self, table: Table, most: int = DEFAULTS.log_records, size: int = DEFAULTS.log_bytes) -> None:
        """`most` datagrams of `size` bytes in all, but always the newest."""
        self.table = table
        self._most, self._room, self._held = most, size, 0
        self._records: deque[tuple[int, bytes]] = deque()
        self._lock = threading.Lock()
        self.last = 0

    def __len__(self) -> int:
        return len(self._records)

    def append(self, received: int, raw: bytes) -> None:
        """Add one datagram, received at a time in ns since the epoch."""
        with self._lock:
            self._records.append((received, raw))
            self._held += len(raw)
            while len(self._records) > max(1, self._most if self._held <= self._room else 1):
                self._held -= len(self._records.popleft()[1])
            self.last += 1

    def get(self, number: int) -> tuple[int, bytes] | None:
        """(time, bytes), None where forgotten."""
        with self._lock:
            at = number - 1 - (self.last - len(self._records))
            return self._records[at] if 0 <= at < len(self._records) else None


def log_values(column: Column, received: int, raw: bytes) -> Any:
    """What a log column's type is given."""
    values = tuple(received if isinstance(field, Received) else wire.extract(raw, field, 0) for field in column.fields)
    return values[0] if len(values) == 1 else values


class _Entry:
    """One entry as a filter sees it."""

    def __init__(self, view: NumberedView, number: int, texts: Sequence[str]) -> None:
        self._view, self._number, self._texts, self.context = view, number, texts, view.context

    def value(self, column: Column) -> Any:
        """What the column's type is given."""
        return self._view.value(self._number, column)

    def contains(self, word: str) -> bool:
        """In any column."""
        return any(word in text for text in self._texts)


class NumberedView(ABC):
    """Implements `rows.Rows` over numbered entries, newest first unless sorted otherwise."""

    def __init__(self, table: Table, context: Context) -> None:
        self.table, self.context = table, context
        self.generation = 1
        self._column, self._reverse = table.columns[0].name, True
        self._filter = NO_FILTER
        self._seen = 0
        self._searched = 0
        self._numbers: list[int] | None = None
        """Entries in order where a filter or another sort is in force; None: all, by number."""

    # what a subclass knows
    @abstractmethod
    def _bounds(self) -> tuple[int, int]:
        """First and last number held (last < first: none)."""

    @abstractmethod
    def _cells(self, number: int, columns: Sequence[Column]) -> tuple[Cell, ...] | None:
        """An entry's cells, None where forgotten."""

    @abstractmethod
    def value(self, number: int, column: Column) -> Any:
        """What a column's type is given of an entry."""

    @abstractmethod
    def message(self, identity: Hashable) -> bytes | None:
        """An entry's bytes."""

    def before(self, identity: Hashable) -> bytes | None:
        """Entries of a log have no before."""
        return None

    def _flow(self, number: int, columns: Sequence[Column]) -> frozenset[int]:
        """Cells of an entry that are one sentence."""
        del number, columns
        return NONE

    def _edited(self) -> Sequence[int]:
        """Entries that say something else than at the last tick."""
        return ()

    @property
    def total(self) -> int:
        """Entries held."""
        first, last = self._window()
        return max(0, last - first + 1)

    @property
    def sort(self) -> tuple[str, bool]:
        """Column and whether reversed."""
        return self._column, self._reverse

    @property
    def filter_text(self) -> str:
        """The filter in force."""
        return self._filter.text

    @property
    def busy(self) -> bool:
        """Whether a filter is being tried."""
        return self._numbers is not None and self._searched < self._window()[1]

    @property
    def narrowed(self) -> bool:
        """Logs show all."""
        return False

    def narrow(self, usual: bool) -> None:
        """Logs show all."""
        del usual

    def _window(self) -> tuple[int, int]:
        first, last = self._bounds()
        last = min(last, self._seen)
        return max(first, last - WINDOW + 1), last

    def __len__(self) -> int:
        if self._numbers is not None:
            return len(self._numbers)
        return self.total

    def tick(self) -> bool:
        """Take in new entries."""
        _, last = self._bounds()
        edited = self._edited()
        changed = last != self._seen or bool(edited)
        self._seen = last
        if self._numbers is not None:
            changed |= self._extend()
            for number in edited:
                self._match_again(number)
        if changed:
            self.generation += 1
        return changed

    def _extend(self) -> bool:
        """Match entries not looked at yet, as many as fit into the time of a tick."""
        assert self._numbers is not None
        first, last = self._window()
        before = self._searched
        self._searched = max(self._searched, first - 1)
        deadline = time.monotonic() + SEARCH_SECONDS
        while self._searched < last and time.monotonic() < deadline:
            self._searched += 1
            if self._matches(self._searched):
                self._numbers.append(self._searched)
        if self._searched != before:
            self._numbers = [number for number in self._numbers if number >= first]
            self._order()
        return self._searched != before

    def _match_again(self, number: int) -> None:
        assert self._numbers is not None
        if number > self._searched or self._matches(number) == (number in self._numbers):
            return
        if number in self._numbers:
            self._numbers.remove(number)
        else:
            self._numbers.append(number)
            self._order()

    def _matches(self, number: int) -> bool:
        if not self._filter:
            return True
        cells = self._cells(number, self.table.columns)
        if cells is None:
            return False
        return accepts(self._filter.node, _Entry(self, number, [cell.text.casefold() for cell in cells]))

    def _order(self) -> None:
        assert self._numbers is not None
        if self._column == self.table.columns[0].name:
            self._numbers.sort(reverse=self._reverse)
            return
        column = (self.table.column(self._column),)
        texts = {number: cells[0].text for number in self._numbers if (cells := self._cells(number, column))}
        self._numbers = sorted(texts, key=lambda number: (texts[number], number), reverse=self._reverse)

    def sort_by(self, column: str, reverse: bool = False) -> None:
        """Order by a column."""
        self._column, self._reverse = self.table.column(column).name, reverse
        self._restart()

    def filter(self, text: str) -> None:
        """Filter anew."""
        self._filter = filter_of(text, self.table)
        self._restart()

    def _restart(self) -> None:
        plain = not self._filter and self._column == self.table.columns[0].name
        self._numbers, self._searched = None if plain else [], 0
        self.generation += 1
        if not plain:
            self._extend()

    def _number(self, place: int) -> int:
        if self._numbers is not None:
            return self._numbers[place]
        first, last = self._window()
        return last - place if self._reverse else first + place

    def rows(self, start: int, stop: int, columns: Sequence[Column]) -> list[Row]:
        """A screenful."""
        out: list[Row] = []
        for place in range(max(start, 0), min(stop, len(self))):
            number = self._number(place)
            cells = self._cells(number, columns)
            out.append(
                Row(number, cells or tuple(Cell("") for _ in columns), Mark.NONE, NONE, self._flow(number, columns))
            )
        return out

    def seen(self, column: Column, most: int) -> list[tuple[str, Json]]:
        """Of entries within the window."""
        first, last = self._window()
        found: list[tuple[str, Json]] = []
        for place in evenly(last - first + 1, most):
            cells, value = self._cells(first + place, (column,)), self.value(first + place, column)
            if cells and value is not None:
                found.append((cells[0].text, column.type.json(value, self.context)))
        return found

    def index_of(self, identity: Hashable) -> int | None:
        """Where an entry is now."""
        if not isinstance(identity, int):
            return None
        if self._numbers is not None:
            return self._numbers.index(identity) if identity in self._numbers else None
        first, last = self._window()
        if not first <= identity <= last:
            return None
        return last - identity if self._reverse else identity - first


class LogView(NumberedView):
    """A view of a LogStore."""

    def __init__(self, store: LogStore, context: Context) -> None:
        super().__init__(store.table, context)
        self._store = store

    def _bounds(self) -> tuple[int, int]:
        return self._store.last - len(self._store) + 1, self._store.last

    def _cells(self, number: int, columns: Sequence[Column]) -> tuple[Cell, ...] | None:
        record = self._store.get(number)
        if record is None:
            return None
        return tuple(self._cell(column, record) for column in columns)

    def value(self, number: int, column: Column) -> Any:
        """From the datagram."""
        record = self._store.get(number)
        return None if record is None else log_values(column, *record)

    def _cell(self, column: Column, record: tuple[int, bytes]) -> Cell:
        value = log_values(column, *record)
        if value is None and not column.type.absent:
            return Cell("")
        text = column.type.text(value, self.context) or ""
        return Cell(text, column.type.tone(value, self.context) if text else Tone.PLAIN)

    def message(self, identity: Hashable) -> bytes | None:
        """The datagram."""
        record = self._store.get(identity) if isinstance(identity, int) else None
        return record[1] if record else None
