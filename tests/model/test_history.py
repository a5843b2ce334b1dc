"""The ring of changes against a plain list: what is still there is right, what was overtaken is counted as a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nltui.model.history import Change, History, Kind, Pieces, Source
from tests.netlink.buffers import lay

ENTRIES, BYTES = 16, 1 << 12


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry is made of."""

    old: bytes
    new: bytes

    @property
    def kind(self) -> Kind:
        if not self.old:
            return Kind.ADDED
        return Kind.CHANGED if self.new else Kind.REMOVED


def append(history: History, entries: list[Entry], clock: int) -> int:
    """As the store does: old bytes from one buffer, new ones from another or, of every other entry, from a third."""
    count = len(entries)
    old_words, old_start, old_size = lay([entry.old for entry in entries])
    new_words, new_start, new_size = lay([entry.new for entry in entries])
    even = np.arange(count) % 2 == 0
    numbers = np.arange(count)
    return history.append(
        5,
        Source.EVENT,
        np.array([entry.kind for entry in entries], np.uint8),
        np.full(count, clock, np.int64),
        100 + numbers,
        200 + numbers,
        Pieces(old_size, ((old_words, old_size > 0, old_start),)),
        Pieces(new_size, ((new_words, even, new_start), (new_words.copy(), ~even, new_start))),
    )


CONTENT = st.integers(0, 255).flatmap(lambda b: st.integers(0, 300).map(lambda n: bytes([b]) * n))
ENTRY = st.builds(Entry, CONTENT, CONTENT)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(ENTRY, min_size=1, max_size=30), max_size=8))
def test_what_is_there_is_right_and_what_is_not_is_counted(batches: list[list[Entry]]) -> None:
    history, plain = History(ENTRIES, BYTES), list[tuple[int, int, Entry]]()
    reader = 0
    for clock, batch in enumerate(batches):
        assert append(history, batch, clock) == len(plain) + 1
        plain += [(clock, row, entry) for row, entry in enumerate(batch)]
        assert history.last == len(plain)
        everything, missed = history.since(0)
        assert len(everything) + missed == len(plain)
        assert [change.number for change in everything] == list(range(history.first, history.last + 1))
        for change in everything:
            check(change, *plain[change.number - 1])
        for number in range(1, history.first):
            assert history.get(number) is None
        found, gap = history.since(reader)
        assert len(found) + gap == len(plain) - reader
        reader = history.last


def check(change: Change, clock: int, row: int, entry: Entry) -> None:
    assert (change.time, change.table, change.source, change.kind) == (clock, 5, Source.EVENT, entry.kind)
    assert (change.port_id, change.sequence) == (100 + row, 200 + row)
    assert (change.old, change.new) == (entry.old, entry.new)


def test_nothing_happened_yet() -> None:
    history = History(ENTRIES, BYTES)
    assert (history.first, history.last, history.get(0), history.get(1)) == (1, 0, None, None)
    assert history.since(0) == ([], 0)


def test_the_newest_entry_of_a_page_is_always_there() -> None:
    history = History(ENTRIES, BYTES)
    for number in range(1, 60):
        append(history, [Entry(b"x" * 1000, b"y" * 1000)], number)
        change = history.get(number)
        assert change is not None
        assert (change.old, change.new) == (b"x" * 1000, b"y" * 1000)
        assert history.last - history.first < 3


def test_a_limit() -> None:
    history = History(ENTRIES, BYTES)
    append(history, [Entry(b"", bytes([n])) for n in range(1, 9)], 1)
    found, missed = history.since(2, 3)
    assert ([change.number for change in found], missed) == ([3, 4, 5], 0)


def test_a_reader_that_was_overtaken_is_told_how_many_it_missed() -> None:
    history = History(ENTRIES, BYTES)
    append(history, [Entry(b"", b"a")] * 10, 1)
    _, missed = history.since(0)
    assert missed == 0
    append(history, [Entry(b"", b"b")] * 30, 2)
    found, missed = history.since(10)
    assert (len(found), missed) == (ENTRIES, 30 - ENTRIES)
    assert all(change.new == b"b" for change in found)


@pytest.mark.parametrize("size", [BYTES // 4 + 4, BYTES, 4 * BYTES])
def test_what_is_too_large_is_told_without_its_bytes(size: int) -> None:
    history = History(ENTRIES, BYTES)
    append(history, [Entry(b"", b"a"), Entry(b"x" * size, b"small"), Entry(b"", b"b")], 1)
    found, missed = history.since(0)
    assert missed == 0
    assert [(change.old, change.new) for change in found] == [(b"", b"a"), (b"", b"small"), (b"", b"b")]
    assert found[1].kind is Kind.CHANGED
