"""What a thread finds for a widget or program that has gone meanwhile: nobody is told, and nothing breaks."""

from __future__ import annotations

import asyncio

from nltui.ui.threads import hand_over
from tests.ui.robot import sitting


async def test_of_a_widget_that_was_removed() -> None:
    told: list[int] = []
    async with sitting(140, 36) as robot:
        await robot.press("3", "enter")
        detail = robot.app.dashboard.detail
        assert detail is not None
        await asyncio.get_running_loop().run_in_executor(None, hand_over, detail, told.append, 1)
        await robot.press("escape")
        assert robot.app.dashboard.detail is None
        # Not asyncio.to_thread: that would carry over which program this is.
        await asyncio.get_running_loop().run_in_executor(None, hand_over, detail, told.append, 2)
    assert told == [1]


async def test_of_a_program_that_ended() -> None:
    told: list[int] = []
    async with sitting() as robot:
        app = robot.app
        await asyncio.to_thread(hand_over, app, told.append, 1)
    hand_over(app, told.append, 2)
    assert told == [1]
