"""Names chosen by others are text in every place: nothing is markup, nothing runs, nothing crashes."""

from __future__ import annotations

import pytest

from nltui.model.rows import Cell
from nltui.worker.contract import Freshness, TableStatus
from tests.ui.fake import FakeSession, home_router, record
from tests.ui.robot import sitting

HOSTILE = ["[@click=app.quit]x[/]", "[/]", "[bold]b", "[red", "\\[x]", "$(id)", "{x}", "[link=file:///]l[/link]"]


@pytest.mark.parametrize("name", HOSTILE[:2])
async def test_hostile_names_are_text_in_every_place(name: str) -> None:
    session = home_router(FakeSession(), 3)
    session.store["links"].put(record(1, name=name, kind=name, alias=name, mtu="1"))
    session.store["activity"].put(record(9, object=name, what=name, actor=name))
    session.states["rules"] = TableStatus(Freshness.STALE, sentence=name)
    session.trouble = name
    async with sitting(session=session, host=name, namespace=name, badge=name) as robot:
        await robot.sees(name)
        for key in (
            "1",
            "1",
            "s",
            "escape",
            "question_mark",
            "escape",
            "colon",
            "escape",
            "enter",
            "tab",
            "l",
            "escape",
        ):
            await robot.press(key)
            await robot.tick()
        await robot.press("slash")
        await robot.type(name)
        # A filter that is wrong is not kept: then Enter stays in the line, and Esc leaves it.
        await robot.press("enter", "escape")
        await robot.press("6")
        await robot.sees(name)
        await robot.pilot.click("#panel-rules TableView", offset=(30, 5))
        assert not robot.session.stopped


async def test_all_of_them_in_one_table() -> None:
    session = FakeSession()
    session.store["links"].put(*(record(n, name=name, kind=name) for n, name in enumerate(HOSTILE)))
    async with sitting(session=session, start_table="links") as robot:
        await robot.sees(*HOSTILE)
        await robot.press("enter")
        for name in HOSTILE:
            await robot.sees(f"kind  {name}")
            await robot.press("j")


async def test_control_characters_in_sentences_become_visible() -> None:
    session = FakeSession(trouble="\x1b[31mred\x07")
    session.states["links"] = TableStatus(Freshness.STALE, sentence="\x1b]0;title\x07")
    async with sitting(session=session, host="\x1b[2J", namespace="a\nb") as robot:
        await robot.sees("\\x1b[31mred\\x07", "\\x1b]0;title\\x07", "\\x1b[2J", "a\\x0ab")
        assert "\x1b" not in robot.screen


async def test_an_empty_name_and_a_very_long_one() -> None:
    session = FakeSession()
    session.store["links"].put(record(1, name=""), record(2, name=Cell("y" * 5000).text))
    async with sitting(80, 24, session=session) as robot:
        await robot.sees("yyy…")
