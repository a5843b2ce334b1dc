"""A table that cannot hold all rows, and a first load that had to begin again."""

from __future__ import annotations

import pytest

from nltui.model.intake import Intake
from nltui.model.store import FREE
from nltui.model.table import Grouping
from tests.model.follower import Fed
from tests.model.small import NEW, Row, table

ROWS = [Row(number, 0, b"value").message(NEW) for number in range(1, 9)]


@pytest.mark.parametrize("grouping", Grouping)
def test_rows_that_do_not_fit_leave_no_bytes_behind(grouping: Grouping) -> None:
    fed = Fed(table(grouping, capacity=4))
    fed.load(ROWS[:4])
    before = fed.store.arena.room()
    for _ in range(3):
        fed.hear(ROWS[4:])
    fed.begin()
    fed.take(ROWS)
    fed.finish(True)
    assert fed.store.count == 4
    assert before - fed.store.arena.room() <= sum(map(len, ROWS[4:])), "their room is used again"


def test_only_rows_that_are_missing_now_count_as_missing() -> None:
    fed = Fed(table(Grouping.UNIQUE, capacity=4))
    fed.load(ROWS[:4])
    fed.hear(ROWS[4:])
    assert fed.store.full == 4
    fed.begin()
    intake = fed.intake
    assert intake is not None
    fed.take(ROWS[:4])
    fed.finish(True)
    intake.recount()
    assert fed.store.full == 0


def test_a_row_shown_twice_by_the_first_dump_leaves_no_empty_line() -> None:
    fed = Fed(table(Grouping.UNIQUE))
    fed.load([*ROWS, ROWS[0]])
    assert fed.store.count == len(ROWS)
    assert fed.store.state[len(ROWS)] == FREE


def test_a_first_load_that_begins_again_is_compared_with_what_is_there() -> None:
    fed = Fed(table(Grouping.UNIQUE))
    fed.begin()
    intake = fed.intake
    assert intake is not None
    assert intake.in_place
    fed.take(ROWS)
    assert not Intake(fed.store, fed.history, 3, True).in_place
