"""However the program ends, the terminal is as it was, and it ends soon."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator

import pytest

from nltui.system.signals import SIGNALS
from tests.e2e import quit
from tests.e2e.terminal import Terminal
from tests.kernel.netns import Netns

STUCK = """
from nltui.ui.app import NltuiApp
def stuck(self):
    print("stuck now", file=sys.__stderr__, flush=True)
    while True:
        pass
NltuiApp.action_pause = stuck
"""
CRASH = """
from nltui.ui.app import NltuiApp
def crash(self):
    raise ZeroDivisionError("of this test [/] [bold]")
NltuiApp.action_pause = crash
"""
DEAD_READER = """
from nltui.worker import reader
def dead(self):
    raise ZeroDivisionError("of this test")
reader.Reader.run = dead
"""


@pytest.fixture(scope="module")
def many() -> Iterator[Netns]:
    """A namespace whose routes take a moment to load."""
    with quit.large(20_000) as ns:
        yield ns


@pytest.mark.parametrize("state", quit.STATES)
def test_quitting_in_every_state(many: Netns, state: str, capsys: pytest.CaptureFixture[str]) -> None:
    seconds = quit.once(many, state)
    with capsys.disabled():
        print(f"\n  {state}: left within {seconds * 1000:.0f} ms", end="", flush=True)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("state", ["starting", "loaded", "detail", "help"])
def test_a_signal_restores_the_terminal(
    gateway: Netns, number: signal.Signals, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Terminal(["-n", gateway.name]) as screen:
        quit.STATES[state].enter(screen)
        end_by(screen, number, f"{number.name} while {state}", capsys)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_stuck_program_too(
    gateway: Netns, number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    with Terminal(["-n", gateway.name], STUCK) as screen:
        quit.loaded(screen)
        screen.press("p")
        screen.shows("stuck now")
        end_by(screen, number, f"{number.name} while stuck", capsys)


def end_by(screen: Terminal, number: signal.Signals, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    screen.process.send_signal(number)
    code, _ = screen.leaves()
    seconds = time.monotonic() - begun
    assert code == 128 + number
    screen.settles()
    assert b"Traceback" not in screen.output
    with capsys.disabled():
        print(f"\n  {what}: left within {seconds * 1000:.0f} ms", end="", flush=True)


def test_a_crash_restores_the_terminal_and_shows_its_traceback(gateway: Netns) -> None:
    with Terminal(["-n", gateway.name], CRASH) as screen:
        quit.loaded(screen)
        screen.press("p")
        assert screen.leaves()[0] == 1
        screen.settles()
        screen.shows("of this test ")
        after = screen.output.rpartition(b"\x1b[?1049l")[2]
        assert b"ZeroDivisionError: of this test [/] [bold]" in re.sub(rb"\x1b\[[0-9;]*m", b"", after)


def test_a_reader_that_dies_is_said_and_leaving_still_works(gateway: Netns) -> None:
    with Terminal(["-n", gateway.name], DEAD_READER) as screen:
        screen.shows("1 Links")
        screen.press("q")
        assert screen.leaves()[0] == 0
        screen.settles()


def test_the_terminal_goes_away(gateway: Netns) -> None:
    with Terminal(["-n", gateway.name]) as screen:
        quit.loaded(screen)
        screen.hang_up()
        screen.process.send_signal(signal.SIGHUP)
        assert screen.leaves()[0] == 128 + signal.SIGHUP
