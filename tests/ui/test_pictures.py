"""One picture a screen, last: fixed size, theme and clock. `pytest --snapshot-update` takes new ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from nltui.ui.app import NltuiApp
from tests.ui.fake import FakeSession, home_router
from tests.ui.robot import Robot, make_app

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock in the picture is local time."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def app() -> NltuiApp:
    return make_app(home_router(FakeSession()))


def after(*keys: str, sees: str) -> Callable[[Pilot[Any]], Any]:
    """Press keys, then wait for the sentence that says the screen is complete."""

    async def run(pilot: Pilot[Any]) -> None:
        assert isinstance(pilot.app, NltuiApp)
        robot = Robot(pilot.app, FakeSession(), pilot)
        await robot.sees("✓ FRESH", "LOSS 0")
        await robot.press(*keys)
        await robot.sees(sees)

    return run


def test_dashboard(snap_compare: Compare) -> None:
    assert snap_compare(app(), terminal_size=(120, 36), run_before=after("j", sees="mtu 1500→9000"))


def test_table_filter_and_message(snap_compare: Compare) -> None:
    # Filter timings differ from run to run, so the filter is in force from the start.
    shown = make_app(home_router(FakeSession()), start_table="routes", start_filter="10.2.")
    keys = after("j", "j", "x", sees="60 bytes")
    assert snap_compare(shown, terminal_size=(150, 36), run_before=keys)


def test_help(snap_compare: Compare) -> None:
    assert snap_compare(app(), terminal_size=(100, 30), run_before=after("question_mark", sees="type to search"))


def test_narrow(snap_compare: Compare) -> None:
    assert snap_compare(app(), terminal_size=(80, 24), run_before=after("2", sees="fe80::"))
