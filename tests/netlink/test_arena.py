"""Places in the arena never overlap, and freed ones are used again."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nltui.netlink.arena import Arena, array, copy, reserve

SMALL = 1 << 12


class ArenaMachine(RuleBasedStateMachine):
    """Random runs are stored and freed; every byte kept must stay what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.arena = Arena(SMALL)
        self.kept: dict[int, bytes] = {}
        self.stamp = 0

    @rule(lengths=st.lists(st.integers(4, 40), min_size=1, max_size=12))
    def store_some(self, lengths: list[int]) -> None:
        self.store(lengths)

    def store(self, lengths: list[int]) -> None:
        padded, starts = b"", []
        for length in lengths:
            self.stamp += 1
            starts.append(len(padded) // 4)
            padded += bytes([self.stamp & 0xFF]) * length + bytes(-length % 4)
        source = np.frombuffer(padded, np.uint32)
        sizes = np.array(lengths, np.int64)
        room = self.arena.room()
        places = self.arena.store(source, np.array(starts, np.int64), sizes)
        if places is None:
            assert sum((length + 3) & ~3 for length in lengths) > room
            return
        for place, length, start in zip(places.tolist(), lengths, starts, strict=True):
            assert place > 0
            assert place not in self.kept
            self.kept[place] = padded[start * 4 : start * 4 + length]

    @rule(length=st.integers(1, 64), meanwhile=st.booleans())
    def receive_at_the_tail(self, length: int, meanwhile: bool) -> None:
        """Bytes stay where they were received, also when others were stored before it was known how many they are."""
        if self.arena.room() < 256:
            return
        begin = self.arena.reserve(128)
        if meanwhile:
            self.store([20])
        self.stamp += 1
        content = bytes([self.stamp & 0xFF]) * length
        self.arena.bytes[begin : begin + length] = content
        self.arena.settle(begin, 128, begin + length)
        self.kept[begin // 4] = content

    @rule(data=st.data())
    def free(self, data: st.DataObject) -> None:
        if not self.kept:
            return
        gone = data.draw(st.lists(st.sampled_from(sorted(self.kept)), unique=True, min_size=1))
        sizes = np.array([len(self.kept[place]) for place in gone], np.int64)
        self.arena.free(np.array(gone, np.int64), sizes)
        for place in gone:
            del self.kept[place]

    @rule(step=st.integers(1, 5))
    def slide(self, step: int) -> None:
        """Everything kept moves to the front, a few at a time; nothing idle is left."""
        places = sorted(self.kept)
        self.arena.begin_slide()
        moved: dict[int, bytes] = {}
        for begin in range(0, len(places), step):
            some = places[begin : begin + step]
            sizes = np.array([len(self.kept[place]) for place in some], np.int64)
            to = self.arena.slide(np.array(some, np.int64), sizes)
            moved |= {new: self.kept[old] for new, old in zip(to.tolist(), some, strict=True)}
        self.arena.end_slide()
        self.kept = moved
        assert self.arena.idle == 0
        assert self.arena.tail == 16 + sum((len(content) + 3) & ~3 for content in moved.values())

    @invariant()
    def nothing_was_overwritten(self) -> None:
        for place, content in self.kept.items():
            assert bytes(self.arena.bytes[place * 4 : place * 4 + len(content)]) == content


TestArena = ArenaMachine.TestCase
TestArena.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_freed_bytes_are_used_again() -> None:
    arena = Arena(SMALL)
    first = arena.allocate(10, 5)
    assert first is not None
    tail = arena.tail
    arena.release(first, 5)
    again = arena.allocate(10, 5)
    assert again is not None
    assert sorted(again.tolist()) == sorted(first.tolist())
    assert arena.tail == tail


def test_a_full_arena_says_so_and_keeps_nothing() -> None:
    arena = Arena(SMALL)
    assert arena.allocate(SMALL, 4) is None
    assert arena.allocate((SMALL - 16) // 16, 4) is not None
    source = np.zeros(8, np.uint32)
    assert arena.store(source, np.array([0]), np.array([32])) is None


def test_a_run_of_several_lengths_that_does_not_fit_is_undone() -> None:
    arena = Arena(SMALL)
    room = arena.room()
    source = np.zeros(SMALL, np.uint32)
    assert arena.store(source, np.array([0, 0]), np.array([16, SMALL])) is None
    assert arena.allocate(room // 16 - 1, 4) is not None, "what the short one had is free again"


def test_reserved_arrays_are_zero() -> None:
    assert not array(np.uint64, 1000).any()
    assert len(array("u1", 3)) == 3
    assert len(reserve(1 << 20)) == 1 << 20


def test_copy_takes_more_than_one_slice() -> None:
    source = np.arange(20_000, dtype=np.uint32)
    into = np.zeros(20_001, np.uint32)
    start = np.arange(0, 20_000, 2)
    copy(into, start + 1, source, start, 2)
    assert np.array_equal(into[1:], source)
