"""One order and one filter over a store: what a panel shows. Used by one thread, the screen's."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nltui.config import DEFAULTS
from nltui.model.cells import Memo, columns_of, rate_cell
from nltui.model.conditions import fulfils
from nltui.model.distinct import some
from nltui.model.filter.columnar import Chooser, among
from nltui.model.filter.parsed import NO_FILTER, filter_of
from nltui.model.history import History, then
from nltui.model.identity import identity_of, slot_of
from nltui.model.marks import Marks
from nltui.model.order import SortKeys
from nltui.model.rows import Cell, Row, evenly
from nltui.model.search import Search
from nltui.model.store import FREE, LINGERING, Store
from nltui.model.table import Column, Table
from nltui.model.types import Context, Json, Order
from nltui.netlink.arena import array
from nltui.netlink.columns import Batch, Bools, Ints, Plan

BIG = 20_000
"""Rows from which a first load is shown in the kernel's order until it has ended."""
SEARCH_SECONDS = 0.04
"""Most time one tick spends on matching rows against a new filter."""

REMEMBERED = 30.0
"""Seconds for which what rows read as is kept after a filter was cleared: the next one may come soon."""


class LiveContext(Context, Protocol):
    """A context whose answers can change."""

    @property
    def generation(self) -> int:
        """Grows when an answer differs from what it was."""


class Rates(Protocol):
    """Values a second of counters."""

    generation: int

    def of(self, column: str, lives: Ints) -> NDArray[np.float64]:
        """By row, as Store.lives() numbers them; NaN where unknown."""

    def latest(self, column: str, lives: Ints) -> tuple[Ints, Bools] | None:
        """Present values of a counter and whether known; None where this column is no such counter."""


class View:
    """Implements `rows.Rows` over a Store."""

    def __init__(
        self,
        store: Store,
        history: History,
        context: LiveContext,
        rates: Rates | None = None,
        memo: int = DEFAULTS.memo_values,
    ) -> None:
        """`memo`: rendered values remembered."""
        self.table: Table = store.table
        self._store, self._history, self._context, self._rates = store, history, context, rates
        self._memo = Memo(context, memo)
        self._finder = Search(store, self._memo)
        self._chooser = Chooser(store, self._memo, self._finder, rates)
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._names = context.generation
        self._rated = 0
        self.generation = 1
        self._taken = 0
        """The store's generation that the order reflects."""
        self._order: Ints = np.zeros(0, np.int64)
        self._gone: Bools = array(np.bool_, store.table.capacity)
        self._column = self.table.column(self.table.sort or self.table.columns[0].name)
        self._reverse = False
        self._filter = NO_FILTER
        self._searched = 0.0
        """When a filter was last set or cleared (monotonic), 0 where nothing is kept of it."""
        self._narrowed = False
        self._unsearched: Ints = np.zeros(0, np.int64)
        self._marks = Marks(history, self._old_cells)
        self._lingering = 0
        self._unsorted = False
        """Whether the order is the kernel's, while a large first load comes in."""
        self._keys = self._sort_keys()

    def _sort_keys(self) -> SortKeys:
        return SortKeys(self._store, self._column, self._memo, self._rate)

    # -- Rows --

    @property
    def total(self) -> int:
        """Rows known."""
        return self._store.count

    @property
    def sort(self) -> tuple[str, bool]:
        """Column and whether reversed."""
        return self._column.name, self._reverse

    @property
    def filter_text(self) -> str:
        """The filter in force."""
        return self._filter.text

    @property
    def narrowed(self) -> bool:
        """Whether only the table's usual rows are kept."""
        return self._narrowed

    def narrow(self, usual: bool) -> None:
        """Keep only the usual rows, or all."""
        if self.table.usual is not None and usual != self._narrowed:
            self._narrowed = usual
            self._rebuild()

    @property
    def busy(self) -> bool:
        """Whether a filter is being tried, or marks have to fade."""
        return bool(len(self._unsearched) or self._marks.until or self._lingering or self._unsorted)

    @property
    def searching(self) -> int:
        """Rows that a new filter has not been tried on yet."""
        return len(self._unsearched)

    def __len__(self) -> int:
        return len(self._order)

    def sort_by(self, column: str, reverse: bool = False) -> None:
        """Order by another column."""
        if column != self._column.name:
            self._column = self.table.column(column)
            self._keys = self._sort_keys()
            self._rebuild()
        self._reverse = reverse
        self.generation += 1

    def filter(self, text: str) -> None:
        """Filter anew; rows appear as they are found, a tick's worth at a time."""
        if text == self._filter.text:
            return
        before, self._filter = self._filter, filter_of(text, self.table)
        narrower = bool(before) and self._filter.implies(before) and not len(self._unsearched)
        self.generation += 1
        self._searched = time.monotonic()
        if not self._filter:
            self._rebuild()
        elif narrower and not self._filter.volatile:
            self._unsearched, self._order = np.sort(self._order), self._order[:0]
        else:
            self._rebuild()

    def tick(self) -> bool:
        """Bring the order up to date with the store."""
        before = self.generation
        names = self._context.generation
        if self._names != names:
            self._names = names
            self._memo.clear()
            self._finder.forget()
            self.generation += 1
            if self._filter or (self._keys.derived and self._column.type.order is Order.TEXT):
                self._rebuild()
        if self._keys.crowded:
            self._keys = self._sort_keys()
            self._rebuild()
        if self._store.generation != self._taken:
            self._follow()
        if self._unsorted and self._store.indexed >= self._store.top:
            self._unsorted = False
            self._rebuild()
        if len(self._unsearched):
            self._search()
        if self._rates is not None and self._rates.generation != self._rated:
            self._rated = self._rates.generation
            self.generation += 1
            if self._column.rate_of or self._filter.volatile:
                self._rebuild()
        if self._marks.faded():
            self.generation += 1
        if not self._filter and self._searched and time.monotonic() - self._searched > REMEMBERED:
            self._searched = 0.0
            self._finder.forget()
        return self.generation != before

    def rows(self, start: int, stop: int, columns: Sequence[Column]) -> list[Row]:
        """A screenful."""
        count = len(self._order)
        start, stop = max(0, start), min(stop, count)
        if start >= stop:
            return []
        part = slice(count - stop, count - start) if self._reverse else slice(start, stop)
        slots = self._order[part][::-1] if self._reverse else self._order[part]
        batch, states, unsure, recent = self._copy(slots, self._plan(columns))
        cells = {column.name: self._cells(column, slots, batch) for column in columns}
        lines = list(zip(*(cells[column.name] for column in columns), strict=True)) or [()] * len(slots)
        for place in np.flatnonzero(states == LINGERING).tolist():
            lines[place] = self._as_it_was(batch, place, int(recent[place]), columns)
        marks = self._marks.of(states == LINGERING, unsure, recent, columns, lines)
        return [
            Row(identity_of(self._store, slot), line, mark, flash)
            for slot, line, (mark, flash) in zip(slots.tolist(), lines, marks, strict=True)
        ]

    def seen(self, column: Column, most: int) -> list[tuple[str, Json]]:
        """Of rows that could be on screen."""
        slots = self._shown()
        slots = slots[np.array(evenly(len(slots), most), np.int64)]
        batch, *_ = self._copy(slots, self._plan((column,)))
        context, values = self._context, columns_of(batch, column)
        cells = zip(self._cells(column, slots, batch), values, strict=True)
        return [(cell.text, column.type.json(value, context) if cell.text else None) for cell, value in cells]

    def index_of(self, identity: Hashable) -> int | None:
        """Where a row is now."""
        slot = slot_of(self._store, identity)
        if slot is None:
            return None
        found = np.flatnonzero(self._order == slot)
        if not len(found):
            return None
        at = int(found[0])
        return len(self._order) - 1 - at if self._reverse else at

    def message(self, identity: Hashable) -> bytes | None:
        """The row's bytes."""
        slot = slot_of(self._store, identity)
        if slot is None:
            return None
        with self._store.lock:
            return self._store.message(slot)

    def before(self, identity: Hashable) -> bytes | None:
        """The row's bytes before its last change."""
        slot = slot_of(self._store, identity)
        number = 0 if slot is None else int(self._store.recent[slot])
        change = self._history.get(number) if number else None
        return change.old or None if change else None

    # -- inside --

    def _plan(self, columns: Sequence[Column]) -> Plan:
        """What these columns read; the same few sets of columns are asked for again and again."""
        names = tuple(column.name for column in columns)
        plan = self._plans.get(names)
        if plan is None:
            fields = [field for column in columns for field in column.fields]
            plan = self._plans[names] = Plan(fields, self.table.body)
        return plan

    def _copy(self, slots: Ints, plan: Plan) -> tuple[Batch, NDArray[np.uint8], Bools, Ints]:
        """A private copy of a few messages, so that decoding needs no lock."""
        store = self._store
        with store.lock:
            raw = [store.message(slot) for slot in slots.tolist()]
            states, unsure = store.state[slots].copy(), store.unconfirmed[slots].copy()
            recent = store.recent[slots]
        sizes = np.array([len(message) for message in raw], np.int64)
        padded = b"".join([bytes(4)] + [message + bytes(-len(message) % 4) for message in raw])
        starts = 1 + np.concatenate([np.zeros(1, np.int64), np.cumsum((sizes + 3) >> 2)[:-1]])
        return Batch(np.frombuffer(padded, np.uint32), starts, sizes, plan), states, unsure, recent

    def _as_it_was(self, batch: Batch, place: int, number: int, columns: Sequence[Column]) -> tuple[Cell, ...]:
        """A row that is gone, with the names of its time: its ifindex may be another device's already."""
        change = self._history.get(number) if number else None
        memo = Memo(then(change, self._context)) if change else self._memo
        one = some(batch, np.array([place]))
        return tuple(Cell("") if c.rate_of else memo.cells(c, columns_of(one, c))[0] for c in columns)

    def _old_cells(self, message: bytes, columns: Sequence[Column]) -> list[Cell]:
        words = np.frombuffer(bytes(4) + message + bytes(-len(message) % 4), np.uint32)
        batch = Batch(words, np.array([1]), np.array([len(message)]), self._plan(columns))
        return [
            Cell("") if column.rate_of else self._memo.cells(column, columns_of(batch, column))[0] for column in columns
        ]

    def _cells(self, column: Column, slots: Ints, batch: Batch) -> list[Cell]:
        """One column of a screenful; counters as they are now, where somebody keeps them."""
        if column.rate_of:
            return [rate_cell(value) for value in self._rate(column, slots).tolist()]
        counted = self._rates.latest(column.name, self._store.lives(slots)) if self._rates is not None else None
        if counted is None:
            return self._memo.cells(column, columns_of(batch, column))
        told = zip(columns_of(batch, column), counted[0].tolist(), counted[1].tolist(), strict=True)
        return self._memo.cells(column, (now if known else before for before, now, known in told))

    def _rate(self, column: Column, slots: Ints) -> NDArray[np.float64]:
        if self._rates is None:
            return np.full(len(slots), np.nan)
        return self._rates.of(column.rate_of, self._store.lives(slots))

    def _shown(self) -> Ints:
        """Slots that could be on screen."""
        there = self._store.state[: self._store.top] != FREE
        return self._usual(np.arange(len(there)) if there.all() else np.flatnonzero(there))

    def _usual(self, slots: Ints) -> Ints:
        """Those that the view is narrowed to, seen from the key columns."""
        if not self._narrowed or self.table.usual is None:
            return slots
        keys, keep = self._store.keys, np.ones(len(slots), bool)
        for where in self.table.usual.where:
            keep &= fulfils(where, keys.columns[keys.of[where.field].start][slots].astype(np.int64))
        return slots if keep.all() else slots[keep]

    def _take_all(self) -> None:
        with self._store.lock:
            self._taken = self._store.generation

    def _rebuild(self) -> None:
        """Order everything from scratch (or search everything again)."""
        self._take_all()
        slots = self._shown()
        self.generation += 1
        if self._filter:
            self._unsearched, self._order = slots, self._order[:0]
            return
        self._unsearched = slots[:0]
        self._keys.refresh(slots)
        self._order = self._keys.sorted(slots)
        self._count_lingering()

    def _follow(self) -> None:
        """Take in what changed since the last tick."""
        store = self._store
        if not self._taken and not self._filter:
            self._many()
            return
        with store.lock:
            taken, top = store.generation, store.top
            changed = np.flatnonzero(store.changed[:top] > self._taken)
            states = store.state[changed].copy()
        self._taken = taken
        if not len(changed):
            return
        self.generation += 1
        if len(changed) > 1024 and len(changed) * 4 > len(self._order) and not self._filter:
            self._many()
            return
        self._gone[changed] = True
        kept = self._order[~self._gone[self._order]]
        left = self._unsearched[~self._gone[self._unsearched]] if len(self._unsearched) else self._unsearched
        self._gone[changed] = False
        self._unsearched = left
        new = self._usual(changed[states != FREE])
        if self._filter and len(new):
            new = among(self._chooser, self._filter.node, new)
        self._merge(kept, new)

    def _many(self) -> None:
        """Most rows changed: all are put in order anew, or, while a large first load comes in, shown as they come."""
        with self._store.lock:
            taken, top = self._store.generation, self._store.top
        if self._store.indexed < top and top > BIG:
            self._taken = taken
            self.generation += 1
            self._order, self._lingering, self._unsorted = self._usual(np.arange(top)), 0, True
        else:
            self._rebuild()

    def _merge(self, kept: Ints, new: Ints) -> None:
        if len(new):
            self._keys.refresh(new)
            new = self._keys.sorted(np.sort(new))
            kept = np.insert(kept, self._keys.places(kept, new), new) if len(kept) else new
        self._order = kept
        self._count_lingering()

    def _count_lingering(self) -> None:
        # Of all rows, shown or not: one look along the states costs a tenth of one in the order on screen.
        self._lingering = int(np.count_nonzero(self._store.state[: self._store.top] == LINGERING))

    # -- filter --

    def _search(self) -> None:
        """Try the filter on rows not tried yet, as many as fit into the time of a tick."""
        deadline = time.monotonic() + SEARCH_SECONDS
        found: list[Ints] = []
        while len(self._unsearched) and time.monotonic() < deadline:
            count = self._finder.first_range(self._unsearched)
            some, self._unsearched = self._unsearched[:count], self._unsearched[count:]
            some = some[self._chooser.matches(self._filter.rest, some)]
            if self._filter.words and len(some):
                some = some[self._finder.tried(some, self._filter.words)]
            found.append(some)
        self.generation += 1
        self._merge(self._order, np.concatenate(found))
