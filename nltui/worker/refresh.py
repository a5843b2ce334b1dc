"""Volatile values of visible rows, brought up to date at an interval: counters and their change a second.

Same as watching `ip -s link`: RTM_GETSTATS answers with nothing but counters (linux/if_link.h).
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nltui.model.table import Refresh
from nltui.netlink.arrays import member
from nltui.netlink.columns import Batch, Ints, Plan
from nltui.netlink.dump import DumpReader, Scratch
from nltui.netlink.socket import Sockets
from nltui.worker.follow import Follower

QUIET = float("inf")


class RateTable:
    """Present values and their change a second, by row as Store.lives() numbers them. Replaced whole: nobody locks.

    By ifindex, the next device to get it would inherit what was counted for the one before.
    """

    def __init__(self) -> None:
        self.generation = 0
        self._now: tuple[float, Ints, dict[str, Ints]] = (0.0, np.zeros(0, np.int64), {})
        self._rates: tuple[Ints, dict[str, NDArray[np.float64]]] = (np.zeros(0, np.int64), {})

    def put(self, at: float, keys: Ints, values: dict[str, Ints]) -> None:
        """A new sample, taken `at` (monotonic seconds); keys ascending."""
        before, old_keys, old = self._now
        rates: dict[str, NDArray[np.float64]] = {}
        where = np.minimum(np.searchsorted(old_keys, keys), max(len(old_keys) - 1, 0))
        known = old_keys[where] == keys if len(old_keys) else np.zeros(len(keys), bool)
        for name, now in values.items():
            rate = np.full(len(keys), np.nan)
            if known.any() and name in old:
                change = now[known] - old[name][where[known]]
                rate[known] = np.where(change >= 0, change / max(at - before, 1e-3), np.nan)
            rates[name] = rate
        shown, old_rates = self._rates
        self._now = at, keys, values
        self._rates = keys, rates
        quiet = np.array_equal(shown, keys) and old_rates.keys() == rates.keys()
        if not quiet or not all(np.array_equal(rates[name], old_rates[name], equal_nan=True) for name in rates):
            self.generation += 1

    def of(self, column: str, keys: Ints) -> NDArray[np.float64]:
        """Change a second of a counter column; NaN where unknown."""
        known, rates = self._rates
        if column not in rates or not len(known):
            return np.full(len(keys), np.nan)
        where = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[where] == keys, rates[column][where], np.nan)

    def latest(self, column: str, keys: Ints) -> tuple[Ints, NDArray[np.bool_]] | None:
        """Present values of a counter column and whether known; None where this column is not refreshed."""
        _, known, values = self._now
        if column not in values or not len(known):
            return None
        where = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return values[column][where], known[where] == keys


class Refresher:
    """Runs the refresh dumps of a reader's tables while somebody looks at them."""

    def __init__(self, followers: Mapping[str, Follower]) -> None:
        self._followers = followers
        self.tables: dict[str, tuple[Refresh, RateTable]] = {}
        self.visible: set[str] = set()
        self._due: dict[str, float] = {}
        self._plans: dict[str, Plan] = {}
        for name, follower in followers.items():
            refresh = follower.table.refresh
            if refresh is not None:
                self.tables[name] = refresh, RateTable()
                fields = [refresh.key, *(field for _, field in refresh.values)]
                self._plans[name] = Plan(fields, 16 + ((refresh.header + 3) & ~3))

    def wake(self, now: float) -> float:
        """Seconds until the next refresh; infinite when nothing is watched."""
        return min((self._due.get(name, now) - now for name in self.visible & set(self.tables)), default=QUIET)

    def run(self, sockets: Sockets, now: float, scratch: Scratch) -> None:
        """Refresh what is due."""
        for name in sorted(self.visible & set(self.tables)):
            if self._due.get(name, 0.0) <= now:
                refresh, rates = self.tables[name]
                self._due[name] = now + refresh.interval
                self._sample(name, refresh, rates, sockets, scratch)

    def _sample(self, name: str, refresh: Refresh, rates: RateTable, sockets: Sockets, scratch: Scratch) -> None:
        dump = refresh.dump
        reader = DumpReader(sockets, 0, dump.type, dump.body, dump.strict)
        keys: list[Ints] = []
        values: dict[str, list[Ints]] = {column: [] for column, _ in refresh.values}
        try:
            while not reader.ended:
                taken = reader.receive(scratch.packers[0], scratch.words, 0)
                if not len(taken.start):
                    break
                chunk = reader.messages(scratch.words, taken)
                mine = member(chunk.type, refresh.replies)
                batch = Batch(chunk.words, chunk.start[mine], chunk.size[mine], self._plans[name])
                keys.append(batch.ints(refresh.key)[0])
                for column, field in refresh.values:
                    values[column].append(batch.ints(field)[0])
        finally:
            reader.close()
        if reader.ended and not reader.error and keys:
            lives = self._lives(name, np.concatenate(keys))
            order = np.argsort(lives, kind="stable")
            order = order[lives[order] > 0]
            rates.put(time.monotonic(), lives[order], {c: np.concatenate(v)[order] for c, v in values.items()})

    def _lives(self, name: str, keys: Ints) -> Ints:
        """The rows that have these integer keys now, as Store.lives() numbers them; 0 where there is none."""
        store = self._followers[name].store
        assert store.table.key is not None
        live = store.live()
        if not len(live):
            return np.zeros(len(keys), np.int64)
        held = store.keys.columns[store.keys.of[store.table.key.fields[0]].start][live].astype(np.int64)
        order = np.argsort(held)
        where = order[np.minimum(np.searchsorted(held[order], keys), len(order) - 1)]
        return np.where(held[where] == keys, store.lives(live[where]), 0)
