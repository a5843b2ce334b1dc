"""The state machine of dumps and doubts, played as scripts: no kernel, no socket, no clock but the script's."""

from __future__ import annotations

from typing import Self

import pytest

from nltui.model.sync import (
    AUDIT,
    AUDIT_BIG,
    BIG_ROWS,
    DEBOUNCE,
    DEBOUNCE_MOST,
    GAP_FACTOR,
    GAP_LEAST,
    PARTS_MOST,
    QUIET,
    RETRY_MOST,
    TRIES,
    Phase,
    Sync,
)
from nltui.model.table import Grouping, Part, Table
from nltui.record import replace
from tests.model.small import table

SMALL = table(Grouping.UNIQUE)
FIRST, SECOND, THIRD = (replace(SMALL, name=name) for name in ("first", "second", "third"))
MISSING = replace(SMALL, name="missing", silent_misses=True)
TICK = 0.01


class Script:
    """Says what happens, and checks what the machine makes of it. Times are seconds since the script began."""

    def __init__(self, *tables: Table, chance: float = 0.5) -> None:
        self.sync = Sync(tables, chance=lambda: chance)
        self.now = 1000.0
        self.removes = False
        self.again = False

    # what happens
    def passes(self, seconds: float) -> Self:
        self.now += seconds
        return self

    def hears(self, name: str, count: int = 1) -> Self:
        self.sync.heard(name, count, self.now)
        return self

    def doubts(self, name: str, part: tuple[str, int] | None = None) -> Self:
        self.sync.doubt(name, self.now, part)
        return self

    def overruns(self) -> Self:
        self.sync.overrun(self.now)
        return self

    def interrupted(self) -> Self:
        assert self.sync.running is not None
        self.sync.interrupt(self.sync.running)
        return self

    def done(self, unconfirmed: int = 0, took: float = 0.001, repaired: int = 0, rows: int = 3) -> Self:
        """The dump that runs has ended; rows it did not show are only unconfirmed where it proves nothing."""
        name = self.sync.running
        assert name is not None
        self.now += took
        self.removes = self.sync.proven(name)
        verdict = self.sync.ended(name, self.now, 0 if self.removes else unconfirmed, repaired)
        assert verdict.remove == self.removes
        self.again = verdict.again
        self.sync.schedule_audit(name, self.now, rows)
        return self

    def fails(self, final: bool = False) -> Self:
        name = self.sync.running
        assert name is not None
        self.sync.failed(name, self.now, "refused: EPERM", final)
        return self

    # what is expected
    def dumps(self, name: str) -> Self:
        assert self.sync.due(self.now) == name
        self.sync.began(name, self.now)
        assert self.sync.running == name
        return self

    def waits(self, seconds: float, name: str) -> Self:
        """Nothing is due until then, and wake() knows it; the table's dump begins."""
        assert self.sync.due(self.now) is None
        assert self.sync.wake(self.now) == pytest.approx(seconds)
        self.now += seconds - TICK / 10
        assert self.sync.due(self.now) is None
        self.now += TICK / 5
        return self.dumps(name)

    def idle(self) -> Self:
        assert self.sync.due(self.now) is None
        return self

    def is_(self, phase: Phase, *names: str) -> Self:
        for name in names or self.sync.states:
            assert self.sync.states[name].phase is phase, name
        return self

    def about(self, part: tuple[str, int] | None) -> Self:
        """What the dump that runs reads."""
        assert self.sync.running is not None
        assert self.sync.states[self.sync.running].part == part
        return self

    def proves(self, removes: bool) -> Self:
        assert self.removes is removes
        return self


def loaded(*tables: Table, chance: float = 0.5) -> Script:
    """Every table was dumped long ago; audits are far away."""
    script = Script(*tables, chance=chance)
    for each in tables:
        script.dumps(each.name).done()
    script.sync.audit = False
    return script.is_(Phase.FRESH).passes(30)


# -- first loads --


def test_first_loads_come_in_display_order_one_at_a_time() -> None:
    script = Script(FIRST, SECOND, THIRD)
    script.dumps("first").idle().is_(Phase.DUMPING, "first").is_(Phase.NEVER, "second", "third")
    script.done().proves(True).dumps("second").done().dumps("third").done().is_(Phase.FRESH)


def test_a_first_load_goes_before_any_resync() -> None:
    Script(FIRST, SECOND).dumps("first").done().doubts("first").passes(5).dumps("second").done().dumps("first")


def test_nothing_is_planned_while_a_dump_runs() -> None:
    script = Script(FIRST).dumps("first")
    assert script.sync.wake(script.now) == float("inf")


def test_overrun_during_load_causes_one_new_dump() -> None:
    script = Script(FIRST).dumps("first").overruns().done().proves(False)
    assert script.again
    script.is_(Phase.DOUBTFUL).passes(5).dumps("first").done().proves(True).is_(Phase.FRESH).idle()


def test_events_during_a_load_cost_nothing_where_dumps_miss_no_rows() -> None:
    Script(FIRST).dumps("first").hears("first", 5).done(unconfirmed=2).proves(True).is_(Phase.FRESH)


def test_a_first_load_in_which_rows_may_be_missing_is_repeated() -> None:
    script = Script(MISSING).dumps("missing").hears("missing").done().proves(False)
    assert script.again, "a row that changed nothing may have been left out, and no event will ever tell of it"
    script.passes(5).dumps("missing").done().proves(True).is_(Phase.FRESH)


# -- what a dump proves --


def test_an_interrupted_dump_removes_nothing_and_is_repeated() -> None:
    script = loaded(FIRST).doubts("first").passes(5).dumps("first").interrupted().done().proves(False)
    assert script.again
    script.is_(Phase.DOUBTFUL).passes(5).dumps("first").done().proves(True).is_(Phase.FRESH)


def test_a_doubt_cast_again_during_the_dump_removes_nothing() -> None:
    loaded(FIRST).doubts("first").passes(5).dumps("first").doubts("first").done(2).proves(False).is_(Phase.DOUBTFUL)


def test_silent_misses_with_events_remove_nothing_and_leave_rows_unconfirmed() -> None:
    script = loaded(MISSING).doubts("missing").passes(5).dumps("missing").hears("missing").done(unconfirmed=1)
    script.proves(False).is_(Phase.DOUBTFUL)
    script.passes(5).dumps("missing").done().proves(True).is_(Phase.FRESH)


def test_events_of_another_table_do_not_spoil_a_dump() -> None:
    script = loaded(MISSING, FIRST).doubts("missing").passes(5).dumps("missing").hears("first", 9)
    script.done(unconfirmed=1).proves(True).is_(Phase.FRESH)


def test_an_audit_under_events_that_finds_nothing_missing_is_not_repeated() -> None:
    script = loaded(MISSING)
    script.sync.audit = True
    script.passes(AUDIT * 1.3).dumps("missing").hears("missing").done().proves(False).is_(Phase.FRESH)
    assert not script.again


# -- when --


def test_a_doubt_waits_for_more_of_its_kind() -> None:
    loaded(FIRST).doubts("first").waits(DEBOUNCE, "first")


def test_the_wait_ends_though_doubts_keep_coming() -> None:
    script = loaded(FIRST)
    began = script.now
    while script.sync.due(script.now) is None:
        script.doubts("first").passes(TICK)
        assert script.now - began < DEBOUNCE_MOST + 2 * TICK
    assert script.now - began >= DEBOUNCE_MOST - 2 * TICK


def test_during_churn_dumps_keep_their_distance() -> None:
    script = loaded(FIRST).doubts("first").passes(1).dumps("first").done(took=0.2)
    ended = script.now
    while script.sync.due(script.now) is None:
        script.hears("first").doubts("first").passes(TICK)
    assert script.now - ended == pytest.approx(GAP_FACTOR * 0.2, abs=2 * TICK)


def test_a_short_dump_keeps_the_least_distance() -> None:
    script = loaded(FIRST).doubts("first").passes(1).hears("first").dumps("first").done(took=0.001)
    ended = script.now
    script.doubts("first")
    while script.sync.due(script.now) is None:
        script.hears("first").passes(TICK)
    assert script.now - ended == pytest.approx(GAP_LEAST, abs=2 * TICK)


def test_quiet_waives_the_distance() -> None:
    script = loaded(FIRST).doubts("first").passes(1).dumps("first").done(took=0.5).hears("first").doubts("first")
    script.waits(QUIET, "first")


def test_after_an_overrun_quiet_is_waited_for() -> None:
    loaded(FIRST).hears("first").overruns().waits(QUIET, "first")


def test_after_an_overrun_in_a_storm_without_end_it_is_not_waited_for_longer_than_a_second() -> None:
    script = loaded(FIRST).overruns()
    began = script.now
    while script.sync.due(script.now) is None:
        script.hears("first").passes(TICK)
    assert script.now - began == pytest.approx(DEBOUNCE_MOST, abs=2 * TICK)


def test_an_overrun_makes_everything_doubtful_in_display_order() -> None:
    script = loaded(FIRST, SECOND, THIRD).overruns().is_(Phase.DOUBTFUL).passes(2)
    script.dumps("first").done().dumps("second").done().dumps("third").done().is_(Phase.FRESH).idle()


# -- refusals and tries --


def test_a_refused_table_is_never_asked_for_again() -> None:
    script = Script(FIRST, SECOND).dumps("first").fails(final=True).is_(Phase.REFUSED, "first")
    script.doubts("first").overruns().passes(3600)
    script.dumps("second").done().passes(5).is_(Phase.REFUSED, "first")
    assert script.sync.states["first"].sentence == "refused: EPERM"
    script.sync.audit = False
    script.idle()


def test_a_failed_dump_is_tried_again_ever_more_slowly() -> None:
    script = Script(FIRST)
    waits = []
    for _ in range(12):
        script.dumps("first").fails().is_(Phase.DOUBTFUL)
        waits.append(script.sync.wake(script.now))
        script.passes(waits[-1] + TICK / 10)
    assert waits == sorted(waits)
    assert waits[-1] <= RETRY_MOST * 1.5
    script.dumps("first").done().is_(Phase.FRESH)


def test_another_table_goes_on_while_one_fails() -> None:
    Script(FIRST, SECOND).dumps("first").fails().dumps("second").done().is_(Phase.FRESH, "second")


def test_after_too_many_tries_the_table_is_converging_until_a_clean_dump() -> None:
    script = loaded(FIRST).doubts("first").passes(5)
    for attempt in range(TRIES + 2):
        script.dumps("first").interrupted().done(unconfirmed=1)
        script.is_(Phase.CONVERGING if attempt >= TRIES else Phase.DOUBTFUL).passes(10)
    script.dumps("first").is_(Phase.CONVERGING).done().proves(True).is_(Phase.FRESH)


# -- audits --


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("rows", "interval"), [(10, AUDIT), (BIG_ROWS + 1, AUDIT_BIG)])
def test_audits_come_at_their_interval_give_or_take_a_fifth(rows: int, interval: float, chance: float) -> None:
    script = Script(FIRST, chance=chance).dumps("first").done(rows=rows).idle()
    script.waits(interval * (0.8 + 0.4 * chance), "first")
    script.done(repaired=2)
    assert script.sync.states["first"].repairs == 2


def test_a_table_may_ask_for_audits_of_its_own() -> None:
    script = Script(replace(FIRST, audit=5.0)).dumps("first").done().waits(5.0, "first").done(repaired=1)
    assert script.sync.states["first"].repairs == 0, "what such an audit finds is no bug"


def test_what_a_doubt_finds_is_no_repair() -> None:
    script = loaded(FIRST).doubts("first").passes(5).dumps("first").done(repaired=2)
    assert script.sync.states["first"].repairs == 0


def test_a_running_audit_is_still_fresh_news() -> None:
    script = Script(FIRST).dumps("first").done().passes(AUDIT * 2).dumps("first")
    assert script.sync.states["first"].auditing
    script.hears("first").done().proves(True).is_(Phase.FRESH)


def test_unknown_tables_are_nobodys_doubt() -> None:
    loaded(FIRST).doubts("addresses").idle().is_(Phase.FRESH)


# -- parts --

PARTED = replace(SMALL, name="parted", parts={"dev": Part(lambda value: ()), "family": Part(lambda value: ())})


def test_a_doubt_about_a_part_reads_that_part_alone() -> None:
    script = loaded(PARTED).doubts("parted", ("dev", 7)).waits(DEBOUNCE, "parted").about(("dev", 7))
    script.done().proves(True).is_(Phase.FRESH).idle()


def test_parts_are_read_one_after_another_and_a_doubt_cast_before_is_none_cast_again() -> None:
    script = loaded(PARTED).doubts("parted", ("dev", 7)).doubts("parted", ("family", 2)).passes(1)
    script.dumps("parted").about(("dev", 7)).done().proves(True).is_(Phase.DOUBTFUL)
    script.dumps("parted").about(("family", 2)).done().proves(True).is_(Phase.FRESH).idle()


def test_a_part_that_was_interrupted_is_read_again_after_the_others() -> None:
    script = loaded(PARTED).doubts("parted", ("dev", 7)).passes(1)
    script.dumps("parted").about(("dev", 7)).interrupted().done(unconfirmed=1).proves(False).is_(Phase.DOUBTFUL)
    script.passes(1).dumps("parted").about(("dev", 7)).done().is_(Phase.FRESH)


def test_a_doubt_about_everything_takes_the_parts_along() -> None:
    script = loaded(PARTED).doubts("parted", ("dev", 7)).doubts("parted").passes(1)
    script.dumps("parted").about(None).done().is_(Phase.FRESH).idle()


def test_of_many_parts_the_whole_table_is_read() -> None:
    script = loaded(PARTED)
    for number in range(PARTS_MOST + 1):
        script.doubts("parted", ("dev", number))
    script.passes(5).dumps("parted").about(None).done().is_(Phase.FRESH).idle()


def test_a_part_that_the_table_does_not_know_is_all_of_it() -> None:
    loaded(PARTED).doubts("parted", ("colour", 7)).passes(1).dumps("parted").about(None)
    loaded(FIRST).doubts("first", ("dev", 7)).passes(1).dumps("first").about(None)


def test_a_first_load_and_one_after_an_overrun_are_of_the_whole_table() -> None:
    Script(PARTED).doubts("parted", ("dev", 7)).dumps("parted").about(None)
    loaded(PARTED).doubts("parted", ("dev", 7)).overruns().passes(5).dumps("parted").about(None)


def test_what_failed_stays_doubtful_as_it_was() -> None:
    script = loaded(PARTED).doubts("parted", ("dev", 7)).passes(1).dumps("parted").fails().passes(5)
    script.dumps("parted").about(("dev", 7)).done().is_(Phase.FRESH)


def test_parts_do_not_put_off_the_audit_of_the_whole() -> None:
    script = Script(PARTED).dumps("parted").done()
    audit = script.sync.states["parted"].audit_at
    script.passes(30).doubts("parted", ("dev", 7)).passes(1).dumps("parted").done()
    assert script.sync.states["parted"].audit_at == audit
    script.passes(AUDIT).dumps("parted").about(None).done()
    assert script.sync.states["parted"].audit_at > audit


def test_a_reader_that_stops_leaves_nothing_that_counts_as_fresh() -> None:
    script = Script(FIRST, SECOND)
    for _ in (FIRST, SECOND):
        name = script.sync.due(script.now)
        assert name is not None
        script.sync.began(name, script.now)
        script.sync.ended(name, script.now, 0, 0)
    script.sync.began("first", script.now)
    assert script.sync.states["first"].auditing
    script.sync.abandoned(script.now)
    assert script.sync.running is None
    assert {state.phase for state in script.sync.states.values()} == {Phase.DOUBTFUL}
    script.passes(DEBOUNCE_MOST)
    assert script.sync.due(script.now) is not None
