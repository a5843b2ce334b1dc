"""A user at the keyboard: presses keys, reads the screen, waits for what should appear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.strip import Strip

from nltui.ui.app import NltuiApp
from tests.ui.fake import NOON, FakeSession, home_router


class Robot:
    """`await robot.press("3").sees("…")` in steps: every wait is for a condition, bounded by a number of refreshes."""

    def __init__(self, app: NltuiApp, session: FakeSession, pilot: Pilot[Any]) -> None:
        self.app, self.session, self.pilot = app, session, pilot

    @property
    def screen(self) -> str:
        """What the terminal shows now, line by line."""
        size = self.app.size
        lines: list[Strip] = self.app.screen._compositor.render_strips(size)
        return "\n".join(line.text.rstrip() for line in lines)

    async def press(self, *keys: str) -> Robot:
        """One key after the other."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        return self

    async def type(self, text: str) -> Robot:
        """Letters, one after the other."""
        return await self.press(*(" " if c == " " else c for c in text))

    async def tick(self) -> Robot:
        """Let the program look at the session once."""
        self.app.tick()
        await self.pilot.pause()
        return self

    async def sees(self, *texts: str) -> Robot:
        """Wait until all of these are on the screen."""
        for _ in range(40):
            missing = [text for text in texts if text not in self.screen]
            if not missing:
                return self
            await self.tick()
        raise AssertionError(f"not on screen: {missing}\n{self.screen}")

    async def misses(self, *texts: str) -> Robot:
        """Wait until none of these is on the screen."""
        for _ in range(40):
            found = [text for text in texts if text in self.screen]
            if not found:
                return self
            await self.tick()
        raise AssertionError(f"still on screen: {found}\n{self.screen}")

    @property
    def row(self) -> str:
        """The line that the cursor is on."""
        found = [line for line in self.screen.splitlines() if "▸" in line]
        return found[0] if found else ""


def make_app(session: FakeSession, **more: Any) -> NltuiApp:
    """With the names and the clock of the pictures."""
    given: dict[str, Any] = {"host": "gw1", "namespace": "default", "badge": "READ-ONLY", "clock": lambda: NOON} | more
    return NltuiApp(session, **given)


@asynccontextmanager
async def sitting(
    width: int = 120, height: int = 36, session: FakeSession | None = None, **more: Any
) -> AsyncIterator[Robot]:
    """A user before a running program; without a session, the home router's."""
    session = session if session is not None else home_router(FakeSession())
    app = make_app(session, **more)
    async with app.run_test(size=(width, height)) as pilot:
        robot = Robot(app, session, pilot)
        await pilot.pause()
        await robot.tick()
        yield robot
