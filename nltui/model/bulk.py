"""Rows as JSON text straight from the columns, thousands at a time: what a value reads as is worked out once.

The keys and spellings are those of `single.record`, which is the reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np

from nltui.model.cells import MEMO_MOST, columns_of
from nltui.model.distinct import distinct, prefix_texts, some
from nltui.model.single import place
from nltui.model.store import FREE, Store
from nltui.model.table import Column
from nltui.model.types import Context, Prefix
from nltui.netlink.columns import Batch, Bools, Ints, Plan
from nltui.netlink.fields import Attr, Slice

CHUNK = 1 << 15
MANY = 4096
"""Rows in a chunk from which IPv4 prefixes are put together from two tables of 65,536 halves."""


class JsonWriter:
    """Renders rows of one table as JSON objects, ASCII only, without line ends."""

    def __init__(self, store: Store, context: Context, columns: Sequence[Column] | None = None) -> None:
        self._store, self._context = store, context
        chosen = [column for column in columns or store.table.columns if column.json is not None]
        self._flat = [column for column in chosen if column.json and not set(column.json) & set(".*")]
        self._nested = [column for column in chosen if column not in self._flat]
        self._columns = chosen
        self._plan = Plan([field for column in chosen for field in column.fields], store.table.body)
        self._texts: dict[str, dict[Any, str]] = {column.name: {} for column in chosen}
        self._values: dict[str, dict[Any, Any]] = {column.name: {} for column in chosen}

    def objects(self, slots: Ints) -> Iterator[list[str]]:
        """JSON objects of these rows, in chunks."""
        for begin in range(0, len(slots), CHUNK):
            yield self._chunk(slots[begin : begin + CHUNK])

    def _chunk(self, slots: Ints) -> list[str]:
        with self._store.lock:
            # Of a store that goes on being written to: what has gone since is left out.
            slots = slots[self._store.state[slots] != FREE]
            if not len(slots):
                return []
            batch = self._store.batch(slots, self._plan)
            nested = self._with_nested(batch)
            if nested.all():
                return self._records(batch)
            rows = self._rows(batch)
            if nested.any():
                where = np.flatnonzero(nested)
                few = self._store.batch(slots[where], self._plan)
                for row, text in zip(where.tolist(), self._records(few), strict=True):
                    rows[row] = text
            return rows

    def _rows(self, batch: Batch) -> list[str]:
        """Objects whose keys are all flat: the texts of the columns side by side."""
        if not self._flat:
            return ["{}"] * len(batch)
        first, *others = self._flat
        opened = self._fragments(batch, first, "{")
        rest = (self._fragments(batch, column) for column in others)
        if opened is not None:
            return list(map("".join, zip(*_joined((opened, *rest, "}"), len(batch)), strict=False)))
        every = _joined((self._fragments(batch, first) or "", *rest, "}"), len(batch))
        return ["{" + text[1:] if len(text) > 1 else "{}" for text in map("".join, zip(*every, strict=False))]

    def _with_nested(self, batch: Batch) -> Bools:
        """Rows that have a value which is not one flat key."""
        found = np.zeros(len(batch), bool)
        for column in self._nested:
            paths = [field.path for field in column.fields if isinstance(field, Attr | Slice)]
            if column.type.absent or len(paths) < len(column.fields):
                found[:] = True
                break
            for path in paths:
                found |= batch.place[self._plan.columns[path]] > 0
        return found

    def _records(self, batch: Batch) -> list[str]:
        """Row by row, for objects inside objects."""
        columns = [self._json_values(column, columns_of(batch, column)) for column in self._columns]
        out: list[str] = []
        for values in zip(*columns, strict=True):
            record: dict[str, Any] = {}
            for column, value in zip(self._columns, values, strict=True):
                if value is not None and column.json is not None:
                    place(record, column.json, value)
            out.append(json.dumps(record, separators=(",", ":")))
        return out

    def _json_values(self, column: Column, values: Any) -> list[Any]:
        memo = self._values[column.name]
        if len(memo) > MEMO_MOST:
            memo.clear()
        out: list[Any] = []
        for value in values:
            if value not in memo:
                memo[value] = self._json(column, value)
            out.append(memo[value])
        return out

    def _json(self, column: Column, value: Any) -> Any:
        if value is None and not column.type.absent:
            return None
        return column.type.json(value, self._context)

    def _fragments(self, batch: Batch, column: Column, opening: str = ",") -> str | Iterable[str] | None:
        """`,"key":value` of each row, empty where absent; one text where all rows have the same.

        With another `opening` than the comma no text may be empty: None where one would be.
        """
        if isinstance(column.type, Prefix) and column.type.plain:
            ipv4 = batch.addresses(column.fields[0]).size == 4
            if MANY <= int(ipv4.sum()) < len(batch):
                return self._mixed(batch, column, opening, ipv4)
            if len(batch) >= MANY and ipv4.all():
                address, length = batch.addresses(column.fields[0]), batch.ints(column.fields[1])[0]
                return prefix_texts(address, length, f'{opening}{json.dumps(column.json)}:"', '"')
        first, which = distinct(batch, column)
        made = [self._one(column, value, opening) for value in columns_of(some(batch, first), column)]
        if opening != "," and not all(made):
            return None
        return made[0] if which is None else map(made.__getitem__, which.tolist())

    def _mixed(self, batch: Batch, column: Column, opening: str, ipv4: Bools) -> list[str] | None:
        """Many IPv4 prefixes and some that are none."""
        out = np.empty(len(batch), object)
        for rows in (np.flatnonzero(ipv4), np.flatnonzero(~ipv4)):
            texts = self._fragments(some(batch, rows), column, opening)
            if texts is None:
                return None
            out[rows] = [texts] * len(rows) if isinstance(texts, str) else list(texts)
        return list(out)

    def _one(self, column: Column, value: Any, opening: str) -> str:
        memo = self._texts[column.name]
        text = memo.get(value)
        if text is None:
            shown = self._json(column, value)
            key = f"{json.dumps(column.json)}:"
            text = "" if shown is None else f"{key}{json.dumps(shown, separators=(',', ':'))}"
            if len(memo) < MEMO_MOST:
                memo[value] = text
        return text and opening + text


def _joined(fragments: Iterable[str | Iterable[str] | None], count: int) -> list[Iterable[str]]:
    """One iterable of `count` texts a column; neighbours that are the same in every row are put together."""
    out: list[Iterable[str]] = []
    same = ""
    for fragment in fragments:
        if fragment is None or isinstance(fragment, str):
            same += fragment or ""
            continue
        out += [repeat(same, count), fragment] if same else [fragment]
        same = ""
    return [*out, repeat(same, count)]
