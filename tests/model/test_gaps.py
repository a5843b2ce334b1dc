"""What the activity log says of messages that were lost, while it is being healed and after."""

from __future__ import annotations

import pytest

from nltui.model.activity import ActivityView
from nltui.model.gaps import SAID, Cause, Gap, newest, sentence
from nltui.model.history import History, Kind
from nltui.record import replace
from nltui.tables.activity import ACTIVITY
from tests.model.small import Row
from tests.model.test_activity import SMALL, Happened, Nobody, named

OPEN = Gap(1000, ("links", "routes"), lost=19_744)
SECOND = 10**9


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (OPEN, "GAP: 19,744 messages lost, reading again …"),
        (replace(OPEN, seconds=0.42, rows=3), "GAP: 19,744 messages lost, resynced in 0.4 s, 3 rows differ"),
        (replace(OPEN, lost=1, seconds=2.0, rows=1), "GAP: 1 message lost, resynced in 2.0 s, 1 row differs"),
        (replace(OPEN, lost=0, seconds=1.0), "GAP: messages lost, resynced in 1.0 s, no row differs"),
        (replace(OPEN, lost=0, cause=Cause.RESTART), "GAP: messages may be lost, reading again …"),
        (Gap(0, ("uevents",), lost=7, heals=False), "GAP: 7 messages lost, uevents cannot be read again"),
    ],
)
def test_the_sentence(gap: Gap, said: str) -> None:
    assert sentence(gap) == said


def test_it_is_news_until_a_while_after_it_was_healed() -> None:
    healed = replace(OPEN, seconds=2.0)
    assert newest([], 0) == ""
    assert newest([OPEN], 10**15) == sentence(OPEN)
    assert newest([OPEN, healed], healed.time + int((2 + SAID) * SECOND) - 1) == sentence(healed)
    assert newest([healed, None], healed.time + int((2 + SAID) * SECOND)) == ""


def test_an_entry_of_history_that_can_be_edited() -> None:
    history = History(16, 1 << 12)
    number = history.tell(OPEN)
    change = history.get(number)
    assert change is not None
    assert (change.kind, change.time, change.old, change.new) == (Kind.GAP, OPEN.time, b"", b"")
    before = history.edits
    history.edit(number, replace(OPEN, rows=2))
    assert history.edits > before
    assert history.gap(number) == replace(OPEN, rows=2)
    assert history.since(0) == ([change], 0)


def test_gaps_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nltui.model.history.GAPS", 3)
    history = History(16, 1 << 12)
    numbers = [history.tell(replace(OPEN, lost=n)) for n in range(5)]
    assert history.recent_gaps(9) == numbers[2:]
    assert history.recent_gaps(2) == numbers[3:]
    history.edit(numbers[0], OPEN)
    assert [history.gap(number) is None for number in numbers] == [True, True, False, False, False]


class Interrupted(Happened):
    """The small table, of which one message is lost."""

    def __init__(self) -> None:
        super().__init__(Row(1, 1, b"one"))
        tables = [replace(SMALL, name=f"other{n}") for n in range(3)]
        self.view = ActivityView(ACTIVITY, [*tables, SMALL], self.fed.history, Nobody(), named)
        self.gap = Gap(1000, (SMALL.name,), lost=5)
        self.hears(Row(2, 1, b"two").message())
        self.number = self.fed.history.tell(self.gap)

    def heals(self) -> None:
        self.fed.load([Row(1, 1, b"new").message(), Row(3, 1, b"three").message()])
        self.gap = replace(self.gap, seconds=0.3, rows=3, last=self.fed.history.last)
        self.fed.history.edit(self.number, self.gap)


def test_the_entry_stands_where_the_loss_was_and_says_what_is_known_by_now() -> None:
    log = Interrupted()
    assert log.lines()[0] == "! GAP: 5 messages lost, reading again … "
    generation = log.view.generation
    log.heals()
    assert log.view.tick()
    assert log.view.generation > generation
    lines = log.lines()
    assert lines[3] == "! GAP: 5 messages lost, resynced in 0.3 s, 3 rows differ "
    assert [line[0] for line in lines] == [*[line[0] for line in lines[:3]], "!", "+"]


def test_what_changed_meanwhile_is_what_the_dumps_found_and_nothing_else() -> None:
    log = Interrupted()
    log.heals()
    log.hears(Row(9, 1, b"later").message())
    log.fed.load([])
    log.view.tick()
    found = log.view.meanwhile(log.number)
    assert found is not None
    lines, more = found
    assert sorted(cells[1].text + cells[3].text for cells in lines) == ["+3", "~1", "−2"]
    assert all(cells[-1].text == "silent" for cells in lines)
    assert more == 0
    assert log.view.meanwhile(log.number - 1) is None
    assert log.view.meanwhile("x") is None


def test_of_many_changes_the_first_are_listed_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nltui.model.activity.FOUND", 2)
    log = Interrupted()
    log.heals()
    found = log.view.meanwhile(log.number)
    assert found is not None
    assert (len(found[0]), found[1]) == (2, 1)


def test_an_entry_about_a_gap_is_about_no_row() -> None:
    log = Interrupted()
    log.view.tick()
    assert log.view.subject(log.number) is None
    assert (log.view.message(log.number), log.view.before(log.number)) == (None, None)


def test_a_filter_looks_at_what_it_says_now() -> None:
    log = Interrupted()
    log.view.filter("differ")
    log.view.tick()
    assert len(log.view) == 0
    log.heals()
    log.view.tick()
    assert [line.split()[0] for line in log.lines()] == ["!"]
    log.view.filter("again")
    log.view.tick()
    assert len(log.view) == 0


def test_its_words_are_one_sentence_over_the_columns_in_between() -> None:
    log = Interrupted()
    log.view.tick()
    gap, other = log.view.rows(0, 2, ACTIVITY.columns)
    assert sorted(ACTIVITY.columns[at].name for at in gap.flow) == ["change", "object", "type", "what", "who"]
    assert not other.flow


def test_entries_found_are_only_those_of_the_tables_asked_for() -> None:
    log = Interrupted()
    log.heals()
    history = log.fed.history
    assert history.found(0, history.last, [3], 9)[0] == [3, 4, 5]
    assert history.found(4, 5, [3], 9)[0] == [5]
    assert history.found(0, history.last, [2], 9) == ([], 0)
    assert history.found(0, 10**6, [2, 3], 1) == ([3], 2)
