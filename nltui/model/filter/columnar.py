"""Which of many rows a filter keeps: prefixes and numbers by arithmetic on arrays, the rest once for each value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nltui.model.cells import Memo, columns_of
from nltui.model.distinct import distinct, some
from nltui.model.filter.comparing import ORDER, amount
from nltui.model.filter.spans import Spans
from nltui.model.filter.tree import All, Any_, Comparison, Node, Not, Word, compared
from nltui.model.search import CHUNK, Search
from nltui.model.store import Store
from nltui.model.table import Column
from nltui.model.types import Context, Meaning, Number
from nltui.netlink.columns import Batch, Bools, Ints, Plan
from nltui.netlink.fields import Storage
from nltui.record import replace

PLACED = (Meaning.ADDRESS, Meaning.NETWORK, Meaning.INTERFACE)


class Present(Protocol):
    """Counters as they are now, and what they change by in a second."""

    def of(self, column: str, lives: Ints) -> NDArray[np.float64]:
        """By row; NaN where unknown."""

    def latest(self, column: str, lives: Ints) -> tuple[Ints, Bools] | None:
        """Present values and whether known; None where this column is no such counter."""


class Chooser:
    """Answers filters for rows of one store, in the names of one context."""

    def __init__(self, store: Store, memo: Memo, search: Search, present: Present | None = None) -> None:
        self._store, self._memo, self._search, self._present = store, memo, search, present
        self._plans: dict[str, tuple[Column, Plan]] = {}

    def matches(self, node: Node, slots: Ints) -> Bools:
        """One answer a row."""
        match node:
            case All(parts):
                return self._all(parts, slots, True)
            case Any_(parts):
                return ~self._all(parts, slots, False)
            case Not(part):
                return ~self.matches(part, slots)
            case Word(text):
                return self._search.matches(slots, (text,))
            case Comparison():
                return self._test(node, slots)

    def _all(self, parts: Sequence[Node], slots: Ints, holds: bool) -> Bools:
        """Where every part is so; each is asked only about rows that those before left."""
        hits = np.ones(len(slots), bool)
        # Comparisons cost less than a look through all texts.
        for part in sorted(parts, key=lambda one: not isinstance(one, Comparison)):
            left = np.flatnonzero(hits)
            if not len(left):
                break
            found = self.matches(part, slots[left] if len(left) < len(slots) else slots)
            hits[left] = found if holds else ~found
        return hits

    def _test(self, test: Comparison, slots: Ints) -> Bools:
        column, meaning = test.column, test.column.type.meaning
        if column.rate_of:
            rates = self._rates(column, slots)
            return self._each(test, (None if rate != rate else rate for rate in rates), len(slots))
        if meaning in PLACED and test.op not in ("~", "has", *ORDER):
            return self._spans(column, meaning, slots).holds(test)
        with self._store.lock:
            column, plan = self._reading(column)
            batch = self._store.batch(slots, plan)
            counted = self._latest(test.column, slots)
            if counted is not None:
                told = zip(columns_of(batch, column), counted[0].tolist(), counted[1].tolist(), strict=True)
                return self._each(test, (now if known else before for before, now, known in told), len(slots))
            if _is_plain(column) and test.op in ("==", "in", *ORDER):
                return _numbers(test, *batch.ints(column.fields[0]))
            first, which = distinct(batch, column)
            values = columns_of(some(batch, first), column)
        found = self._each(test, values, len(first))
        return np.full(len(slots), bool(found.any())) if which is None else found[which]

    def _each(self, test: Comparison, values: Iterable[Any], count: int) -> Bools:
        context = self._memo.context
        return np.fromiter((test.holds(value, context) for value in values), bool, count)

    def _rates(self, column: Column, slots: Ints) -> list[float]:
        if self._present is None:
            return [float("nan")] * len(slots)
        return list(self._present.of(column.rate_of, self._store.lives(slots)).tolist())

    def _latest(self, column: Column, slots: Ints) -> tuple[Ints, Bools] | None:
        return self._present.latest(column.name, self._store.lives(slots)) if self._present is not None else None

    def _reading(self, column: Column) -> tuple[Column, Plan]:
        """The column with the fields that comparisons take."""
        made = self._plans.get(column.name)
        if made is None:
            fields = compared(column, self._store.table.family)
            made = self._plans[column.name] = replace(column, fields=fields), Plan(fields, self._store.table.body)
        return made

    def _spans(self, column: Column, meaning: Meaning, slots: Ints) -> Spans:
        """Addresses and lengths, from the key's own arrays where they are all there."""
        keys = self._store.keys
        fields = self._reading(column)[0].fields
        wanted = fields[: 1 if meaning is Meaning.ADDRESS else 2]
        if meaning is Meaning.NETWORK:
            wanted = (*wanted, fields[-1])
        if all(field in keys.of for field in wanted):
            size, high, low = (column[slots] for column in keys.columns[keys.of[wanted[0]]])
            rest = [keys.columns[keys.of[field].start][slots] for field in wanted[1:]]
            return Spans(meaning, size, high, low, *rest)
        with self._store.lock:
            batch: Batch = self._store.batch(slots, self._reading(column)[1])
            got = batch.addresses(wanted[0])
            return Spans(meaning, got.size, got.high, got.low, *(batch.ints(field)[0] for field in wanted[1:]))


def chooser(store: Store, context: Context) -> Chooser:
    """For one look at a store."""
    memo = Memo(context)
    return Chooser(store, memo, Search(store, memo))


def among(chooser: Chooser, node: Node, slots: Ints) -> Ints:
    """Those of any number of rows that a filter keeps."""
    parts = [slots[begin : begin + CHUNK] for begin in range(0, len(slots), CHUNK)]
    return np.concatenate([part[chooser.matches(node, part)] for part in parts] or [slots])


def _is_plain(column: Column) -> bool:
    """Whether a column is a number as it lies in the message."""
    format_ = column.fields[0].format if len(column.fields) == 1 else None
    return type(column.type) is Number and format_ is not None and format_.storage is Storage.INT and format_.size < 8


def _numbers(test: Comparison, values: Ints, present: Bools) -> Bools:
    wanted = [amount(Meaning.NUMBER, literal, test.column) for literal in test.literals]
    if test.op in ORDER:
        found: Bools = present & np.asarray(ORDER[test.op](values, wanted[0]), bool)
    else:
        found = present & np.isin(values, np.array(wanted))
    return found
