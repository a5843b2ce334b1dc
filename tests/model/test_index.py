"""The index against a dict: any mixture of batches of inserts, finds, removals and moves."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from numpy.typing import NDArray

from nltui.model.index import SMALLEST, Equal, Index
from nltui.netlink.columns import Bools, Ints

KEYS = st.integers(0, 60)
SLOTS = 20_000


def hash_of(key: int) -> int:
    """Few different ones, so that keys collide wholly, and in the low bits that choose the first place."""
    return (key % 7) | (key % 3) << 40


class IndexMachine(RuleBasedStateMachine):
    """Keys are small numbers; a slot knows its key."""

    def __init__(self) -> None:
        super().__init__()
        self.hashes = np.zeros(SLOTS, np.uint64)
        self.keys = np.zeros(SLOTS, np.int64)
        self.index = Index(self.hashes)
        self.known: dict[int, int] = {}
        self.next = 0

    def equal_to(self, keys: Ints) -> Equal:
        def equal(rows: Ints, slots: Ints) -> Bools:
            same: Bools = keys[rows] == self.keys[slots]
            return same

        return equal

    def fresh(self, keys: list[int]) -> Ints:
        slots = np.arange(self.next, self.next + len(keys))
        self.next += len(keys)
        self.keys[slots] = keys
        self.hashes[slots] = [hash_of(key) for key in keys]
        return slots

    @rule(keys=st.lists(KEYS, min_size=1, max_size=40))
    def insert(self, keys: list[int]) -> None:
        """Of equal keys in one batch the first wins; whoever was there before stays."""
        slots = self.fresh(keys)
        holder = self.index.insert(self.hashes[slots], slots, self.equal_to(np.array(keys)))
        for key, slot, held in zip(keys, slots.tolist(), holder.tolist(), strict=True):
            assert held == self.known.setdefault(key, slot)

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.known:
            gone = data.draw(st.lists(st.sampled_from(sorted(self.known)), unique=True))
            self.index.remove(np.array([self.known.pop(key) for key in gone], np.int64))

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        if self.known:
            moved = data.draw(st.lists(st.sampled_from(sorted(self.known)), unique=True))
            to = self.fresh(moved)
            self.index.move(np.array([self.known[key] for key in moved], np.int64), to)
            self.known.update(zip(moved, to.tolist(), strict=True))

    @rule()
    def clear(self) -> None:
        self.index.clear()
        self.known.clear()

    @invariant()
    def finds_what_is_known(self) -> None:
        keys = np.arange(61)
        hashes: NDArray[np.uint64] = np.array([hash_of(key) for key in keys.tolist()], np.uint64)
        found = self.index.find(hashes, self.equal_to(keys))
        assert found.tolist() == [self.known.get(key, -1) for key in keys.tolist()]


TestIndex = IndexMachine.TestCase
TestIndex.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def always(rows: Ints, slots: Ints) -> Bools:
    return np.ones(len(rows), bool)


def test_grows_and_drops_what_was_removed() -> None:
    count = 4 * SMALLEST
    hashes = np.random.default_rng(1).integers(0, 1 << 63, count, np.uint64)
    index = Index(hashes)
    slots = np.arange(count)
    for turn in range(6):
        assert np.array_equal(index.insert(hashes, slots, always), slots), turn
        assert np.array_equal(index.find(hashes, always), slots)
        index.remove(slots)
        assert (index.find(hashes, always) == -1).all()


def test_a_key_whose_hash_is_that_of_another_is_not_that_other() -> None:
    hashes = np.zeros(4, np.uint64)
    index = Index(hashes)
    never = np.zeros
    first, second = np.array([0]), np.array([1])
    index.insert(hashes[:1], first, always)
    assert index.insert(hashes[:1], second, lambda rows, slots: never(len(rows), bool)).tolist() == [1]
    assert index.find(hashes[:1], lambda rows, slots: slots == 1).tolist() == [1]
    assert index.find(hashes[:1], lambda rows, slots: never(len(rows), bool)).tolist() == [-1]
