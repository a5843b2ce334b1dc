"""What the person sees of how exact the picture is: badges, losses, gaps, rows in doubt."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from nltui.model.rows import Cell, Mark
from nltui.model.types import Tone
from nltui.ui.panel import badge
from nltui.ui.theme import DARK
from nltui.worker.contract import Freshness, TableStatus
from tests.ui.fake import NOON, FakeSession, home_router, record
from tests.ui.robot import Robot, sitting

CLOCK = time.strftime("%H:%M:%S", time.localtime(NOON))
BADGES = [
    (TableStatus(Freshness.FRESH, 7), "✓ FRESH"),
    (TableStatus(Freshness.LOADING, 120_000), "… LOADING 120,000"),
    (TableStatus(Freshness.CONVERGING, 7), "~ CONVERGING"),
    (TableStatus(Freshness.STALE, 7, NOON), f"! STALE SINCE {CLOCK}"),
    (TableStatus(Freshness.STALE, 0), "! STALE"),
    (TableStatus(Freshness.STARTING), "… STARTING"),
]


@pytest.mark.parametrize(("status", "said"), BADGES)
async def test_every_state_is_in_the_border_and_in_the_list(status: TableStatus, said: str) -> None:
    assert badge(status)[0] == said
    async with sitting(120, 36) as robot:
        robot.session.states["routes"] = status
        await robot.sees(f" {said} ─╮")
        border = next(line for line in robot.screen.splitlines() if "─ 3 Routes ─" in line)
        assert said in border
        await robot.press("colon")
        line = next(line for line in robot.screen.splitlines() if "3 Routes  " in line)
        assert said in line


async def test_logs_and_rows_of_our_own_have_no_badge() -> None:
    async with sitting(120, 36) as robot:
        await robot.sees("─ 3 Routes ─")
        lines = robot.screen.splitlines()
        assert "FRESH" not in next(line for line in lines if "─ 4 Uevents ─" in line).partition("4 Uevents")[2]
        assert "FRESH" not in next(line for line in lines if "─ 0 Activity ─" in line)


async def test_a_loss_is_over_the_whole_width_until_it_is_no_news() -> None:
    async with sitting(80, 24) as robot:
        robot.session.gap = "GAP: 19,744 messages lost, reading again …"
        await robot.sees(" ! GAP: 19,744 messages lost, reading again …")
        robot.session.trouble = "the namespace blue went away"
        await robot.sees(" ! the namespace blue went away")
        robot.session.trouble = robot.session.gap = ""
        await robot.misses("GAP:", "blue")


def with_gap() -> FakeSession:
    session = home_router(FakeSession())
    gap = record(
        3, time=Cell("14:02:32.090", Tone.DIM), change=Cell("!", Tone.CHANGED),
        object=Cell("GAP: 19,744 messages lost,", Tone.CHANGED), what="resynced in 0.4 s, 3 rows differ",
    )  # fmt: skip
    session.store["activity"].put(replace(gap, is_gap=True))
    return session


@pytest.mark.parametrize(("width", "height"), [(120, 36), (80, 24)])
async def test_a_gap_is_one_sentence_across_the_columns(width: int, height: int) -> None:
    async with sitting(width, height, session=with_gap()) as robot:
        robot.session.store["activity"].drop(0, 1, 2)
        await robot.sees("GAP: 19,744 messages lost, resynced in 0.4 s, 3 rows differ ")


async def test_enter_on_a_gap_lists_what_changed_meanwhile() -> None:
    async with sitting(140, 36, session=with_gap()) as robot:
        await robot.press("0", "0", "G", "enter")
        await robot.sees("Summary · Message", "19,744 messages lost, resynced in 0.4 s, 3 rows differ")
        await robot.sees("found when the tables were read again: 1,203", "and 1,200 more")
        pane = robot.screen.partition("found when")[2]
        assert "14:02:31.004 ~" in pane
        assert "mtu 1500→9000" in pane


def tones(robot: Robot, text: str) -> set[str]:
    """Colours in which the letters of a line that contains a text are drawn."""
    lines = robot.app.screen._compositor.render_strips(robot.app.size)
    line = next(line for line in lines if text in line.text)
    left = line.text.index(text)
    found, x = set(), 0
    for segment in line:
        end = x + len(segment.text)
        color = segment.style.color if segment.style else None
        if x < left + len(text) and end > left and segment.text.strip() and color is not None:
            found.add(color.name)
        x = end
    return found


async def test_a_row_in_doubt_is_dim_and_the_help_says_what_that_means() -> None:
    session = home_router(FakeSession())
    doubtful = record("x", destination="10.9.9.0/24", via="10.0.0.77", dev=Cell("eth0", Tone.OK), table="main")
    session.store["routes"].put(replace(doubtful, mark=Mark.UNCONFIRMED))
    async with sitting(160, 60, session=session) as robot:
        await robot.press("3", "slash")
        await robot.type("10.9.9.0")
        await robot.press("enter")
        await robot.sees("?10.9.9.0/24")
        await robot.press("1")
        assert tones(robot, "10.9.9.0/24") == tones(robot, "10.0.0.77") == {DARK.dim}
        assert tones(robot, "?10.9") == {DARK.changed, DARK.dim}
        await robot.press("question_mark")
        await robot.type("unconfirmed")
        await robot.sees("the last dump did not show it")


async def test_where_tabs_have_no_room_the_last_are_their_digits() -> None:
    async with sitting(60, 24) as robot:
        await robot.sees(" 1 Links  2 addresses 3 routes 4 uevents 5 neighbours 6 7")
        await robot.press("7")
        await robot.sees(" 5 6 7 Nexthops", "─ 7 Nexthops ─")
    async with sitting(40, 24) as robot:
        # Not even so: the last ones are their digits alone.
        await robot.sees(" 1 Links ", " 5 6 7")
    async with sitting(100, 24) as robot:
        await robot.sees(" 6 Rules  7 Nexthops")
