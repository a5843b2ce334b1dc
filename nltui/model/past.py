"""What rows were called when: a change is told with the names of its time, though numbers are given out again.

An ifindex is free for another device as soon as its link is gone, and a name is free to be given away at any time.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict

import numpy as np

from nltui.config import DEFAULTS
from nltui.model.cells import columns_of
from nltui.model.labels import ALONE
from nltui.model.store import Store
from nltui.netlink.columns import Batch, Bools, Ints, Plan, Words

KEYS, NAMES = DEFAULTS.names, 32
"""Rows remembered, and labels of each; what was heard of longest ago is forgotten first."""
RECENT_NS = 120_000_000_000
"""A dump may find out so much later that a row went with the one that its number stood for."""


class Past:
    """Labels of one table's rows by integer key, over time. Written by the reader, asked by any thread."""

    def __init__(self, store: Store, keys: int = KEYS) -> None:
        """`keys`: rows remembered."""
        self._store, self._most = store, keys
        self._lock = threading.Lock()
        self._known: OrderedDict[int, tuple[list[int], list[str | None]]] = OrderedDict()
        """By key: times from which labels hold (ns since the epoch, 0: always so far), None: there was no row."""
        table = store.table
        assert table.key is not None
        self._column, self._key = table.column(table.label), table.key.fields[0]
        self._plan = Plan((self._key, *self._column.fields), table.body)

    def hear(self, words: Words, start: Ints, size: Ints, sets: Bools, times: Ints) -> None:
        """Events that are about to be applied to the store."""
        told = self._read(Batch(words, start, size, self._plan))
        fresh = {key for key, _ in told if key not in self._known}
        before = dict(self._held(fresh)) if fresh else {}
        with self._lock:
            for (key, label), is_set, time in zip(told, sets.tolist(), times.tolist(), strict=True):
                self._note(key, label if is_set else None, time, before.get(key))

    def check(self, time: int) -> None:
        """A dump has ended at a time: what it found to be called otherwise is so from now on."""
        with self._lock:
            known = list(self._known)
        held = dict(self._held(set(known)))
        with self._lock:
            for key in known:
                self._note(key, held.get(key), time, None)

    def _read(self, batch: Batch) -> list[tuple[int, str | None]]:
        keys = batch.ints(self._key)[0].tolist()
        texts = (self._column.type.text(value, ALONE) for value in columns_of(batch, self._column))
        return list(zip(keys, texts, strict=True))

    def _held(self, keys: set[int]) -> list[tuple[int, str | None]]:
        """Labels as the store has them."""
        store = self._store
        held = store.keys.columns[store.keys.of[self._key].start]
        live = store.live()
        if len(keys) < len(live):
            live = live[np.array([key in keys for key in held[live].tolist()], bool)]
        return self._read(store.batch(live, self._plan))

    def _note(self, key: int, label: str | None, time: int, before: str | None) -> None:
        times, labels = self._known.get(key) or ([0], [before])
        if labels[-1] == label:
            return
        times.append(time)
        labels.append(label)
        del times[:-NAMES], labels[:-NAMES]
        self._known[key] = times, labels
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def at(self, key: int, time: int, late: bool = False) -> tuple[bool, str | None]:
        """Whether a key is remembered, and what it stood for at a time, or just before where it stood for nothing.

        `late`: the time is when a dump found something out that happened before: where the key stood for one row after
        another within the last minutes, nobody can tell which of them it was, and the answer is None.
        """
        with self._lock:
            if key not in self._known:
                return False, None
            times, labels = self._known[key]
            last = bisect_right(times, time) - 1
            if last < 0:
                return True, None
            if late:
                begin = max(0, bisect_right(times, time - RECENT_NS) - 1)
                if self._lives(labels[begin : last + 1]) > 1:
                    return True, None
            if labels[last] is None and last > 0:
                last -= 1
            return True, labels[last]

    @staticmethod
    def _lives(labels: list[str | None]) -> int:
        """How many rows had these labels: a row that is renamed is the same."""
        began = zip([None, *labels], labels, strict=False)
        return sum(before is None and label is not None for before, label in began)
