"""A program on a terminal, stuck or not, leaves within its deadline and the terminal as it was."""

import os
import signal
import termios

import pytest

from nltui.system.signals import RESET, SIGNALS, Terminal, Watchdog
from tests.pseudo import OnTerminal

PROGRAM = """
import os, sys, threading, time, tty
from nltui.system.signals import Terminal, Watchdog

asked = threading.Event()
codes = []
def leave(code):
    codes.append(code)
    asked.set()

terminal = Terminal()
tty.setraw(0)
watchdog = Watchdog(leave, terminal)
os.write(1, b"ready")
"""
STUCK = "while True: pass"
DEAF = "while True: time.sleep(60)"
POLITE = "asked.wait(); watchdog.close(); sys.exit(codes[0])"


def start(body: str) -> OnTerminal:
    return OnTerminal(PROGRAM + body, b"ready")


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("body", [STUCK, DEAF])
def test_a_program_that_does_not_leave_is_ended_and_the_terminal_restored(number: signal.Signals, body: str) -> None:
    with start(body) as program:
        assert termios.tcgetattr(program.slave) != program.modes
        assert program.end(number) == 128 + number
        program.read_until(RESET)
        assert termios.tcgetattr(program.slave) == program.modes


@pytest.mark.parametrize("number", SIGNALS)
def test_a_program_that_leaves_is_not_ended(number: signal.Signals) -> None:
    with start(POLITE) as program:
        assert program.end(number) == 128 + number
        os.write(program.slave, b"end")
        assert program.read_until(b"end") == b"end"


def test_a_terminal_that_went_away_does_not_keep_the_program() -> None:
    with start(DEAF) as program:
        program.hang_up()
        assert program.end(signal.SIGHUP) == 128 + signal.SIGHUP


def test_a_terminal_whose_output_is_stopped_does_not_keep_the_program() -> None:
    with start(DEAF) as program:
        termios.tcflow(program.slave, termios.TCOOFF)
        assert program.end(signal.SIGTERM) == 128 + signal.SIGTERM


def test_without_a_terminal_there_is_nothing_to_restore() -> None:
    reader, writer = os.pipe()
    terminal = Terminal((reader, writer))
    terminal.restore()
    terminal.close()
    os.close(reader)
    os.close(writer)


def test_closing_gives_the_signals_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    watchdog = Watchdog(lambda code: None, Terminal(()))
    assert [signal.getsignal(number) for number in SIGNALS] != before
    watchdog.close()
    assert [signal.getsignal(number) for number in SIGNALS] == before
