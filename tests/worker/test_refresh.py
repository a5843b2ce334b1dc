"""Counters and their change a second."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import pytest

from nltui.worker.lookups import FEW, Lookups
from nltui.worker.refresh import RateTable


def keys(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, np.int64)


def test_a_rate_needs_two_samples() -> None:
    rates = RateTable()
    assert np.isnan(rates.of("rx", keys(1))).all()
    assert rates.latest("rx", keys(1)) is None
    rates.put(10.0, keys(1, 2), {"rx": keys(100, 200)})
    assert np.isnan(rates.of("rx", keys(1, 2))).all()
    rates.put(12.0, keys(1, 2), {"rx": keys(300, 200)})
    assert rates.of("rx", keys(1, 2)).tolist() == [100.0, 0.0]
    assert rates.generation == 2


def test_rows_that_come_and_go_and_counters_that_begin_anew() -> None:
    rates = RateTable()
    rates.put(1.0, keys(1, 3), {"rx": keys(10, 50)})
    rates.put(2.0, keys(2, 3), {"rx": keys(7, 5)})
    assert all(math.isnan(value) for value in rates.of("rx", keys(1, 2, 3)).tolist()), "3 was reset"
    latest = rates.latest("rx", keys(1, 2, 3, 9))
    assert latest is not None
    assert latest[1].tolist() == [False, True, True, False]
    assert latest[0][latest[1]].tolist() == [7, 5]
    assert rates.latest("tx", keys(2)) is None
    assert np.isnan(rates.of("tx", keys(2))).all()


def test_samples_at_the_same_moment_divide_by_something() -> None:
    rates = RateTable()
    for value in (1, 2):
        rates.put(1.0, keys(1), {"rx": keys(value)})
    assert np.isfinite(rates.of("rx", keys(1))).all()


def test_labels_are_read_when_needed_and_told_when_they_differ() -> None:
    lookups, names = Lookups(), {1: "eth0"}
    reads: list[int] = []

    def make(keys: Collection[int] | None) -> dict[int, str]:
        reads.append(len(reads))
        return {key: name for key, name in names.items() if keys is None or key in keys}

    lookups.provide("links", make)
    assert lookups.lookup("links", 1) == "eth0"
    assert lookups.lookup("links", 2) is None
    assert lookups.lookup("addresses", 1) is None
    before, count = lookups.generation, len(reads)
    lookups.invalidate("links")
    lookups.invalidate("addresses")
    assert (lookups.generation, len(reads)) == (before, count + 1)
    names[2] = "eth1"
    lookups.invalidate("links")
    assert lookups.generation > before
    assert lookups.lookup("links", 2) == "eth1"


def test_of_two_threads_that_ask_the_later_answer_stays() -> None:
    lookups, names = Lookups(), {1: "eth0"}

    def make(keys: Collection[int] | None) -> dict[int, str]:
        read = dict(names)
        if names[1] == "eth0":
            # Meanwhile the link gets another name, and another thread asks.
            names[1] = "wan0"
            lookups.invalidate("links")
            assert lookups.lookup("links", 1) == "wan0"
        return read

    lookups.provide("links", make)
    assert lookups.lookup("links", 1) == "wan0"


def test_few_labels_are_read_by_themselves_many_all_together() -> None:
    lookups, names = Lookups(), {number: f"eth{number}" for number in range(100)}
    reads: list[int | None] = []

    def make(keys: Collection[int] | None) -> dict[int, str]:
        reads.append(None if keys is None else len(keys))
        return {key: name for key, name in names.items() if keys is None or key in keys}

    lookups.provide("links", make)
    assert lookups.generation == 0
    assert reads == [], "nobody asked yet"
    for number in range(FEW):
        assert lookups.lookup("links", number) == f"eth{number}"
    assert reads == list(range(1, FEW + 1))
    assert lookups.lookup("links", FEW) == f"eth{FEW}"
    assert lookups.generation == 0, "an answer to a new question differs from none"
    for number in range(100):
        assert lookups.lookup("links", number) == f"eth{number}"
    assert reads[FEW:] == [None]


@pytest.mark.parametrize("count", [3, FEW + 3], ids=["few", "all"])
def test_an_answer_that_differs_is_told(count: int) -> None:
    lookups, names = Lookups(), {number: f"eth{number}" for number in range(100)}
    lookups.provide("links", lambda keys: {key: name for key, name in names.items() if keys is None or key in keys})
    for number in [*range(count), 200]:
        lookups.lookup("links", number)
    for number, name in ((1, "wan0"), (200, "new")):
        before = lookups.generation
        lookups.invalidate("links")
        assert lookups.generation == before
        names[number] = name
        lookups.invalidate("links")
        assert lookups.generation > before
        assert lookups.lookup("links", number) == name
        del names[number]
        lookups.invalidate("links")
        assert lookups.lookup("links", number) is None
