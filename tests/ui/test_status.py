"""The line at the top, and colours where none are wanted."""

from __future__ import annotations

import re

import pytest

from nltui.ui.status import Rate, worst
from nltui.worker.contract import Freshness, SessionStatus, TableStatus
from tests.ui.fake import FakeSession, home_router
from tests.ui.robot import sitting


def test_the_rate_counts_whole_seconds() -> None:
    rate = Rate()
    for now, count in ((10.0, 5), (10.5, 9), (11.0, 47), (11.9, 47), (12.0, 49)):
        rate.look(now, count)
    assert list(rate.seconds)[-2:] == [42, 2]
    assert rate.sparkline().endswith("▁▁█▁")


def test_seconds_that_nobody_looked_at_are_spread() -> None:
    rate = Rate()
    rate.look(10.0, 0)
    rate.look(14.0, 40)
    assert list(rate.seconds)[-4:] == [10, 10, 10, 10]


def test_the_weakest_table_speaks_for_all() -> None:
    def state(*each: Freshness) -> Freshness:
        return worst(SessionStatus(tables={str(i): TableStatus(one) for i, one in enumerate(each)}))

    assert state(Freshness.FRESH, Freshness.FRESH) is Freshness.FRESH
    assert state(Freshness.FRESH, Freshness.CONVERGING) is Freshness.CONVERGING
    assert state(Freshness.LOADING, Freshness.CONVERGING) is Freshness.LOADING
    assert state(Freshness.STALE, Freshness.LOADING) is Freshness.STALE
    assert state() is Freshness.STARTING
    absent = TableStatus(Freshness.STALE, absent=True)
    assert worst(SessionStatus(tables={"a": TableStatus(Freshness.FRESH), "b": absent})) is Freshness.FRESH


@pytest.mark.parametrize("width", [30, 50, 80, 120])
async def test_parts_leave_from_the_middle_when_it_is_narrow(width: int) -> None:
    async with sitting(width, 24) as robot:
        await robot.sees("nltui", "✓ FRESH")
        assert max(len(line) for line in robot.screen.splitlines()) <= width


@pytest.mark.parametrize(("value", "coloured"), [("1", False), ("", True)])
async def test_no_color_means_no_colour_codes_unless_it_is_empty(
    value: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    async with sitting(session=home_router(FakeSession())) as robot:
        await robot.press("j")
        strips = robot.app.screen._compositor.render_strips(robot.app.size)
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert any(style.color or style.bgcolor for style in styles) is coloured
        if not coloured:
            assert any(style.reverse for style in styles)


async def test_the_clock_is_shown() -> None:
    async with sitting() as robot:
        assert re.search(r"\d\d:\d\d:\d\d", robot.screen.splitlines()[0])


async def test_a_long_sentence_of_the_banner_is_broken() -> None:
    words = " ".join(f"word{number}" for number in range(20))
    async with sitting(80, 24) as robot:
        robot.app.say(words)
        await robot.sees("! word0 ", "word19")
        await robot.press("j")
        await robot.misses("word0")
        robot.app.say("far too much " * 40)
        await robot.sees("…")
        assert robot.screen.count("far too much") <= 18


async def test_keys_that_would_change_something_tell_why_they_do_not_in_read_only_mode() -> None:
    async with sitting(read_only=True) as robot:
        bound = [
            key for key, one in robot.app.screen.active_bindings.items() if (one.binding.id or "").startswith("app")
        ]
        for key in ("a", "e", "d", "U", "D", "c", "u", "ctrl+r"):
            assert key not in bound
            await robot.press(key)
            await robot.sees("READ-ONLY: nltui was started so that it can change nothing")
            await robot.press("j")
            await robot.misses("can change nothing")
        await robot.press("slash")
        await robot.type("ad")
        await robot.misses("can change nothing")
        await robot.press("escape", "question_mark", "a")
        await robot.misses("can change nothing")


async def test_a_moved_key_tells_it_and_the_usual_one_no_longer_does() -> None:
    async with sitting(read_only=True, keys={"app.add": "P,Q"}) as robot:
        await robot.press("a")
        await robot.misses("can change nothing")
        await robot.press("Q")
        await robot.sees("can change nothing")
