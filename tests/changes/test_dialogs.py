"""Every change through its dialog, by keys alone, on the real kernel: what it did, and that `u` takes it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from textual import events
from textual.keys import _character_to_key

from nltui.changes.base import Change, Tier, fields_of
from nltui.changes.registry import CHANGES
from nltui.errors import UsageError
from nltui.system.namespaces import resolve
from nltui.tables import TABLES
from nltui.ui.app import NltuiApp
from nltui.ui.change_screen import ChangeScreen
from nltui.ui.picker import Picker
from nltui.worker.session import Session
from tests.changes.ground import build, difference, picture, run
from tests.changes.test_changes import CASES, QUIET, Case
from tests.kernel.netns import Netns
from tests.ui.fake import FakeSession
from tests.ui.robot import Robot

TABLE = {cls.__name__: cls.table for cls in CHANGES}
FIRST: dict[str, Case] = {}
for tried in CASES:
    FIRST.setdefault(tried[0], tried)
NEWS = 200
"""Looks at the screen until something must have come true."""


@pytest.mark.parametrize("table", sorted(set(TABLE.values())))
async def test_by_keys_alone(table: str, netns: Netns) -> None:
    build(netns)
    netns.ip("link add spare address 02:00:00:00:09:09 type ifb")
    session = Session(resolve(netns.name), TABLES)
    app = NltuiApp(session, host="vm", namespace=netns.name, badge="CAN CHANGE")
    async with app.run_test(size=(130, 44)) as pilot:
        # The robot only hands its session on, and here nobody asks it for one.
        robot = Robot(app, cast(FakeSession, session), pilot)
        await robot.sees("FRESH")
        digit = next(digit for digit, one in app.dashboard.tables if one.name == table)
        await robot.press(digit)
        if app.dashboard.zoomed is None:
            await robot.press("z")
        if table == "routes":
            await robot.press("m")
        for case in FIRST.values():
            if TABLE[case[0]] == table:
                await one(robot, case, netns)
        app.exit()


async def one(robot: Robot, case: Case, netns: Netns) -> None:
    name, where, texts = case
    cls = next(cls for cls in CHANGES if cls.__name__ == name)
    with Netns() as other:
        build(other)
        other.ip("link add spare address 02:00:00:00:09:09 type ifb")
        before, plain = picture(netns, indexes=True), picture(netns)
        await robot.press("slash", "ctrl+u")
        await typed(robot, where)
        await robot.press("enter")
        await until(robot, lambda: is_found(robot, where))
        await fill(robot, cls, texts, case)
        desk = robot.app.desk
        done = desk.changes.last
        assert done is not None, case
        lines = done.line if "…" not in done.line else "\n".join(step.says for step in done.steps)
        run(other, lines)
        told = difference(picture(netns), picture(other))
        assert not told, "\n".join([str(case), done.line, *told])
        assert name in QUIET or difference(plain, picture(netns)), case
        if done.undo.steps:
            await robot.press("u")
            # What may cut somebody off waits to be confirmed: then it is rolled back.
            await until(robot, lambda: "undone: " in robot.screen or "rolled back: " in robot.screen)
            await robot.press("j")
        left = difference(before, picture(netns, indexes=True))
        assert not left, "\n".join([str(case), *left])


def is_found(robot: Robot, where: str) -> bool:
    """The filter is in force, and the cursor on a row that is there."""
    panel = robot.app.dashboard.focused_panel
    assert panel is not None
    try:
        return panel.filter_text == where and (not where or bool(robot.app.desk.rows()))
    except UsageError:
        # It lingers: what the case before added was taken away again.
        return False


async def fill(robot: Robot, cls: type[Change], texts: dict[str, str], case: Case) -> None:
    """The list of all that can be done, the dialog, its fields, yes."""
    await robot.press("c")
    await until(robot, lambda: isinstance(robot.app.screen, Picker))
    await typed(robot, cls.title)
    await robot.press("enter")
    await until(robot, lambda: isinstance(robot.app.screen, ChangeScreen))
    assert isinstance(robot.app.screen, ChangeScreen), (case, robot.screen)
    screen = robot.app.screen
    sheet = screen._sheet
    names = [field.name for field in fields_of(cls)]
    for name, text in texts.items():
        while sheet.place != name:
            await robot.press(
                "tab" if sheet.place not in names or names.index(sheet.place) < names.index(name) else "up"
            )
        await robot.press("ctrl+u")
        await typed(robot, text)
    await until(robot, lambda: not sheet.is_busy)
    assert sheet.preview is not None, (case, sheet.problems)
    if sheet.preview.tier is Tier.CUTTING:
        while sheet.place != "?word":
            await robot.press("tab")
        await typed(robot, sheet.preview.word)
    while sheet.place != "Apply":
        await robot.press("enter" if sheet.place in names[:-1] or sheet.place == "?word" else "tab")
    await robot.press("enter")
    await until(robot, lambda: robot.app.screen is not screen or bool(sheet.refused))
    assert not sheet.refused, (case, sheet.refused)


async def typed(robot: Robot, text: str) -> None:
    """All letters at once, as a fast line delivers them."""
    for letter in text:
        robot.app.post_message(events.Key(_character_to_key(letter), letter))
    await robot.pilot.pause()


async def until(robot: Robot, is_so: Callable[[], bool]) -> None:
    for _ in range(NEWS):
        if is_so():
            return
        await robot.pilot.pause(0.05)
    raise AssertionError(f"did not come true:\n{robot.screen}")
