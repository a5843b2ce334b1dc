"""Tables where memory cannot be reserved freely."""

from __future__ import annotations

from mmap import mmap

import pytest

from nltui.model import room
from nltui.model.table import Grouping
from nltui.netlink.arena import reserve
from nltui.record import replace
from tests.model.small import table

LARGE = table(Grouping.UNIQUE, capacity=1 << 20)


def refuse_above(patch: pytest.MonkeyPatch, limit: int) -> None:
    def limited(size: int) -> mmap:
        if size > limit:
            raise OSError(12, "Cannot allocate memory")
        return reserve(1)

    patch.setattr(room, "reserve", limited)


def test_tables_keep_their_capacity_where_memory_costs_nothing() -> None:
    assert room.fitting([LARGE]) == [LARGE]


def test_all_tables_shrink_alike_and_leave_half_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_above(monkeypatch, 2 << 30)
    small = replace(LARGE, name="half", capacity=1 << 19)
    assert [fitted.capacity for fitted in room.fitting([LARGE, small])] == [1 << 19, 1 << 18]


def test_shrinking_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_above(monkeypatch, 0)
    assert room.fitting([LARGE])[0].capacity == (1 << 20) // room.LEAST_SHARE
