"""The launcher: what the interface is given, and how a signal reaches it. The interface itself is a stand-in."""

import signal
import sys
import termios
from types import ModuleType

import pytest

from nltui.cli.asked import Tui
from nltui.cli.tui import run
from nltui.errors import UsageError
from nltui.system.signals import SIGNALS
from tests.pseudo import OnTerminal

PROGRAM = """
import sys, time
from types import ModuleType, SimpleNamespace
from textual.app import App

class Session:
    def __init__(self, namespace, tables, **given):
        self.namespace = namespace
    def stop(self):
        pass

class NltuiApp(App):
    is_pending = False
    def __init__(self, session, **given):
        super().__init__()
        self.session = session
        assert session.namespace is None
        assert given.pop("host") and given.pop("namespace")
        assert (badge := given.pop("badge")) in ("CAN CHANGE", "UNPRIVILEGED", "READ-ONLY")
        assert callable(given.pop("reopen"))
        assert given.pop("looks_back") == (badge == "CAN CHANGE")
        assert (given.pop("theme"), given.pop("keys"), given.pop("columns"), given.pop("places")) == ("", {}, {}, {})
        assert given.pop("ascii") in (True, False)
        assert (given.pop("read_only"), given.pop("confirm_seconds")) == (False, 60)
        assert given == {"start_table": "links", "start_filter": "eth", "complaint": ""}, given
    def leave(self, code):
        self.exit(return_code=code)
    def on_mount(self):
        self.call_after_refresh(self.settled)
    def settled(self):
        print("ready", file=sys.__stderr__, flush=True)
        BODY

def module(name, **values):
    sys.modules[name] = ModuleType(name)
    vars(sys.modules[name]).update(values)

module("nltui.tables", TABLES=(), find=lambda name, others: SimpleNamespace(name={"ls": "links"}[name]))
module("nltui.worker.session", Session=Session)
module("nltui.ui.app", NltuiApp=NltuiApp)
sys.argv = ["nltui", "ls", "eth"]
from nltui.cli.main import main
sys.exit(main())
"""


def start(body: str) -> OnTerminal:
    return OnTerminal(PROGRAM.replace("BODY", body), b"ready")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_interface_with_its_code_and_the_terminal_as_it_was(number: signal.Signals) -> None:
    with start("pass") as program:
        assert termios.tcgetattr(program.slave) != program.modes
        assert program.end(number) == 128 + number
        program.read_until(b"\x1b[?1049l")
        assert termios.tcgetattr(program.slave) == program.modes


def test_an_interface_that_is_stuck_is_ended_all_the_same() -> None:
    with start("time.sleep(1000)") as program:
        assert program.end(signal.SIGTERM) == 128 + signal.SIGTERM
        program.read_until(b"\x1b[?1049l")
        assert termios.tcgetattr(program.slave) == program.modes


def test_the_exit_code_of_the_interface_is_that_of_the_program() -> None:
    with start("self.exit(return_code=3)") as program:
        assert program.process.wait(30) == 3


def test_a_table_that_does_not_exist_is_said_before_anything_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str, others: tuple[str, ...]) -> None:
        raise UsageError(f"no table {name}")

    tables = ModuleType("nltui.tables")
    vars(tables).update(TABLES=(), find=find)
    monkeypatch.setitem(sys.modules, "nltui.tables", tables)
    monkeypatch.setattr("nltui.cli.tui._check_terminal", lambda: None)
    with pytest.raises(UsageError, match="no table nosuch"):
        run(Tui(table="nosuch"))
