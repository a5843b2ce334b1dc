"""How often each object changed, counted from the ring of changes when somebody looks."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from nltui.model.activity import Answer, describe, who
from nltui.model.history import History, then
from nltui.model.keys import KeyArrays
from nltui.model.local import LocalView, Record
from nltui.model.table import Table
from nltui.model.types import Context
from nltui.netlink.columns import Plan

BUCKET, BUCKETS = 10, 360
"""Seconds of a bucket, and buckets of an object: the last hour."""
OBJECTS = 2000
"""Most objects counted; the one that changed longest ago is forgotten first."""
SHOWN = 500
CHUNK, CHUNKS = 4096, 4
"""Entries of the ring taken at a time, and how often in one tick."""
PERIODS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "all": 0}
"""Times that can be looked at, in seconds; 0: since nltui looks."""
USUAL = "5m"
BARS = "▁▂▃▄▅▆▇█"
TREND = 12
"""Bars of a trend."""


class _Flap:
    """One object. Times in seconds since the epoch."""

    __slots__ = ("counts", "filled", "first", "last", "number", "table", "total")

    def __init__(self, table: int) -> None:
        self.table = table
        self.counts = np.zeros(BUCKETS, np.uint32)
        self.filled = 0
        """The bucket that was counted into last."""
        self.total, self.number = 0, 0
        self.first, self.last = 0.0, 0.0

    def add(self, seconds: float, count: int, number: int) -> None:
        bucket = int(seconds) // BUCKET
        gone = min(bucket - self.filled, BUCKETS)
        if gone > 0:
            self.counts[(self.filled + 1 + np.arange(gone)) % BUCKETS] = 0
            self.filled = bucket
        self.counts[bucket % BUCKETS] += count
        self.total, self.number, self.last = self.total + count, number, seconds
        self.first = self.first or seconds

    def over(self, seconds: int, now: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
        """Counts of the buckets of the last so many seconds, oldest first."""
        last = int(now) // BUCKET
        buckets = np.arange(last - seconds // BUCKET + 1, last + 1)
        known = (buckets <= self.filled) & (buckets > self.filled - BUCKETS)
        return np.where(known, self.counts[buckets % BUCKETS], 0)


class FlapsView(LocalView):
    """The table of restless objects; it counts what is new in the ring whenever it is looked at."""

    def __init__(
        self,
        table: Table,
        tables: Sequence[Table],
        keys: Mapping[str, KeyArrays],
        history: History,
        context: Context,
        answer: Answer,
    ) -> None:
        """`tables` in the session's order; `keys` read the keys of those that have stores, by name."""
        self._tables, self._history, self._answer = tables, history, answer
        self._keys = {number: keys[one.name] for number, one in enumerate(tables) if one.name in keys}
        self._plans = {number: Plan(keys.fields, tables[number].body) for number, keys in self._keys.items()}
        self._flaps: OrderedDict[tuple[int, int], _Flap] = OrderedDict()
        self._seen, self._bucket = 0, 0
        self._made: list[Record] = []
        self.period = USUAL
        super().__init__(table, context, self._records_now)
        self.sort_by("changes", reverse=True)

    def look_at(self, period: str) -> None:
        """Another time from now on. Raises KeyError where it is none of PERIODS."""
        PERIODS[period]
        self.period, self._bucket = period, 0

    @property
    def busy(self) -> bool:
        """Whether the ring holds more than was counted."""
        return self._seen < self._history.last

    def _records_now(self) -> list[Record]:
        bucket = int(time.time()) // BUCKET
        if self._seen != self._history.last or bucket != self._bucket:
            self._count()
            self._bucket, self._made = bucket, self._make()
        return self._made

    def _count(self) -> None:
        for _ in range(CHUNKS):
            start = max(self._seen + 1, self._history.first)
            stop = min(start + CHUNK - 1, self._history.last)
            if stop < start:
                self._seen = self._history.last
                return
            for number in self._keys:
                self._count_in(number, start, stop)
            self._seen = stop

    def _count_in(self, number: int, start: int, stop: int) -> None:
        numbers, batch = self._history.batch(number, start, stop, self._plans[number])
        if batch is None:
            return
        keys = self._keys[number]
        hashes = keys.hash(keys.read(batch))
        times = self._history.times(numbers) / 1e9
        # Buckets are counted one by one: what waited in the ring is as old as it is.
        order = np.lexsort((numbers, hashes))
        hashes, numbers, times = hashes[order], numbers[order], times[order]
        edge = np.ones(len(hashes), bool)
        edge[1:] = (hashes[1:] != hashes[:-1]) | (times[1:] // BUCKET != times[:-1] // BUCKET)
        begins = np.flatnonzero(edge)
        ends = np.append(begins[1:], len(hashes))
        for begin, end in sorted(zip(begins.tolist(), ends.tolist(), strict=True), key=lambda one: numbers[one[0]]):
            key = number, int(hashes[begin])
            flap = self._flaps.setdefault(key, _Flap(number))
            if not flap.first:
                flap.first = float(times[begin])
            flap.add(float(times[end - 1]), end - begin, int(numbers[end - 1]))
            self._flaps.move_to_end(key)
        while len(self._flaps) > OBJECTS:
            self._flaps.popitem(last=False)

    def _make(self) -> list[Record]:
        now, seconds = time.time(), PERIODS[self.period]
        counted: list[tuple[int, tuple[int, int], _Flap, Any]] = []
        for key, flap in self._flaps.items():
            counts = flap.over(seconds or BUCKETS * BUCKET, now)
            number = int(counts.sum()) if seconds else flap.total
            if number > 1:
                counted.append((number, key, flap, counts))
        counted.sort(key=lambda one: (-one[0], -one[2].last))
        made = (self._row(*one, seconds, now) for one in counted[:SHOWN])
        return [row for row in made if row is not None]

    def _row(
        self, count: int, key: tuple[int, int], flap: _Flap, counts: Any, seconds: int, now: float
    ) -> Record | None:
        change = self._history.get(flap.number)
        if change is None:
            return None
        table = self._tables[flap.table]
        named, _ = describe(table, change.new or change.old, then(change, self.context))
        begin = max(flap.first, now - seconds) if seconds else flap.first
        return {
            "object": (table.singular, named),
            "type": table.singular,
            "changes": count,
            "period": max(0.0, flap.last - begin) / (count - 1),
            "trend": _trend(counts),
            "last": change.time,
            "who": who(table, change, self._answer),
            "number": flap.number,
            "key": key,
        }

    # -- what a row is about --

    def _identity(self, record: Record) -> Hashable:
        # One name can be several objects': routes to one prefix in two tables.
        identity: Hashable = record["key"]
        return identity

    def _change(self, identity: Hashable) -> Any:
        found = next((one for one in self._order if self._identity(one) == identity), None)
        return self._history.get(found["number"]) if found is not None else None

    def message(self, identity: Hashable) -> bytes | None:
        """Of the last change."""
        change = self._change(identity)
        return (change.new or change.old or None) if change is not None else None

    def subject(self, identity: Hashable) -> Table | None:
        """The object's table."""
        change = self._change(identity)
        return self._tables[change.table] if change is not None else None


def _trend(counts: Any) -> str:
    bars = [int(part.sum()) for part in np.array_split(counts, min(TREND, len(counts)))]
    most = max(bars)
    return "".join(BARS[min(7, bar * 8 // (most + 1))] if bar else BARS[0] for bar in bars)
