"""Rows that dumps do not show although they may have left them out: when they go, and when they stay."""

from __future__ import annotations

import pytest

from nltui.model import intake
from nltui.model.history import Kind, Source
from nltui.model.store import ABSENT
from nltui.model.table import Grouping
from tests.model.follower import Fed
from tests.model.small import Row, table

ONE, TWO = Row(1, 0, b"one"), Row(2, 0, b"two")


class Clock:
    """Monotonic seconds of the intake."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 5000.0
        monkeypatch.setattr(intake, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(params=[Grouping.UNIQUE, Grouping.CHAIN])
def fed(request: pytest.FixtureRequest) -> Fed:
    fed = Fed(table(request.param))
    fed.load([ONE.message(), TWO.message()])
    return fed


def dump(fed: Fed, *rows: Row) -> int:
    """One that proves nothing; how many rows it leaves unconfirmed."""
    fed.begin()
    fed.take([row.message() for row in rows])
    return fed.finish(remove=False)


def test_a_row_absent_from_two_dumps_half_a_minute_apart_is_gone(fed: Fed, clock: Clock) -> None:
    assert dump(fed, ONE) == 1
    clock.now += ABSENT - 0.1
    assert dump(fed, ONE) == 1
    assert len(fed.messages()) == 2
    clock.now += 0.1
    assert dump(fed, ONE) == 0
    assert len(fed.messages()) == 1
    (change,) = fed.changes()
    assert (change.kind, change.source) == (Kind.REMOVED, Source.DUMP)
    fed.check()


def test_one_dump_is_never_enough(fed: Fed, clock: Clock) -> None:
    clock.now += 10 * ABSENT
    assert dump(fed, ONE) == 1
    assert len(fed.messages()) == 2


def test_a_row_that_was_shown_between_begins_anew(fed: Fed, clock: Clock) -> None:
    assert dump(fed, ONE) == 1
    clock.now += ABSENT
    assert dump(fed, ONE, TWO) == 0
    clock.now += 1
    assert dump(fed, ONE) == 1
    clock.now += ABSENT - 1
    assert dump(fed, ONE) == 1
    assert len(fed.messages()) == 2


def test_a_row_that_an_event_told_of_between_begins_anew(fed: Fed, clock: Clock) -> None:
    assert dump(fed, ONE) == 1
    clock.now += ABSENT
    fed.hear([Row(2, 0, b"two again").message()])
    assert dump(fed, ONE) == 1
    assert len(fed.messages()) == 2
