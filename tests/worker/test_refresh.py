"""Counters and their change a second."""

from __future__ import annotations

import math

import numpy as np

from nltui.worker.lookups import Lookups
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

    def make() -> dict[int, str]:
        reads.append(len(reads))
        return dict(names)

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

    def make() -> dict[int, str]:
        read = dict(names)
        if names[1] == "eth0":
            # Meanwhile the link gets another name, and another thread asks.
            names[1] = "wan0"
            lookups.invalidate("links")
            assert lookups.lookup("links", 1) == "wan0"
        return read

    lookups.provide("links", make)
    assert lookups.lookup("links", 1) == "wan0"
