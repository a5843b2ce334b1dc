"""One gap from the first loss to the last table that is exact again; what is told of it on the way."""

from __future__ import annotations

import time

import pytest

from nltui.model.gaps import Cause, Gap
from nltui.model.history import History
from nltui.model.sync import Phase, Sync
from nltui.model.table import Grouping
from nltui.record import replace
from nltui.worker.losses import TOGETHER, Losses
from tests.model.small import table

ONE, TWO = (replace(table(Grouping.UNIQUE), name=name) for name in ("one", "two"))


class Reader:
    """A reader's state machine and its losses; every table was exact."""

    def __init__(self, *, heals: bool = True) -> None:
        self.history, self.sync, self.told = History(16, 1 << 12), Sync([ONE, TWO]), list[str]()
        self.losses = Losses(self.history, ["one", "two"], self.told.append, heals=heals)
        for state in self.sync.states.values():
            state.phase = Phase.FRESH

    def loses(self, count: int, cause: Cause = Cause.OVERRUN) -> None:
        self.sync.overrun(0.0)
        self.losses.lost(count, cause)

    def reads(self, name: str, rows: int = 0, phase: Phase = Phase.FRESH) -> None:
        self.sync.states[name].phase = phase
        self.losses.read_again(name, rows, self.sync.states)

    @property
    def gaps(self) -> list[Gap]:
        found = (self.history.gap(number) for number in self.history.recent_gaps(9))
        return [gap for gap in found if gap is not None]


def test_nothing_is_told_where_nothing_was_lost() -> None:
    reader = Reader()
    reader.reads("one", 3)
    assert (reader.gaps, reader.told) == ([], [])


def test_all_that_is_lost_until_all_is_exact_again_is_one_gap() -> None:
    reader = Reader()
    reader.loses(10)
    reader.reads("one", 2)
    reader.loses(5)
    (gap,) = reader.gaps
    assert (gap.lost, gap.rows, gap.seconds, gap.is_over) == (15, 2, None, False)
    reader.reads("two", 1)
    assert [gap.is_over for gap in reader.gaps] == [False]
    reader.reads("one")
    (gap,) = reader.gaps
    assert gap.seconds is not None
    assert (gap.lost, gap.rows, gap.last) == (15, 3, reader.history.last)
    assert len(reader.told) >= 4
    assert set(reader.told) == {"activity"}


def test_a_dump_that_proves_nothing_heals_nothing() -> None:
    reader = Reader()
    reader.loses(1)
    reader.reads("one")
    reader.reads("two", 4, Phase.DOUBTFUL)
    assert [gap.is_over for gap in reader.gaps] == [False]
    reader.reads("two")
    assert [(gap.is_over, gap.rows) for gap in reader.gaps] == [(True, 4)]


def test_a_table_that_is_refused_is_not_waited_for() -> None:
    reader = Reader()
    reader.sync.states["two"].phase = Phase.REFUSED
    reader.loses(1)
    reader.reads("one")
    assert reader.gaps[0].is_over


def test_a_later_loss_is_another_gap() -> None:
    reader = Reader()
    for lost in (1, 2):
        reader.loses(lost)
        reader.reads("one")
        reader.reads("two")
    assert [gap.lost for gap in reader.gaps] == [1, 2]


def test_the_first_cause_stays() -> None:
    reader = Reader()
    reader.loses(0, Cause.RESTART)
    reader.loses(7)
    assert [(gap.cause, gap.lost) for gap in reader.gaps] == [(Cause.RESTART, 7)]


def test_a_log_is_not_healed_and_its_losses_in_a_row_are_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    reader = Reader(heals=False)
    reader.loses(1)
    now += TOGETHER / 2
    reader.loses(2)
    now += TOGETHER * 1.1
    reader.loses(4)
    assert [(gap.lost, gap.is_over) for gap in reader.gaps] == [(3, True), (4, True)]
