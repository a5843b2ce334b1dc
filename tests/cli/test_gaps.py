"""What a monitor prints of messages that were lost: a sentence at once, a line when it is known what came of it."""

from __future__ import annotations

import json

import pytest

from nltui.cli.gaps import GapLines
from nltui.model.gaps import Cause, Gap
from nltui.model.history import History
from nltui.record import replace

GAP = Gap(1_700_000_000_500_000_000, ("links", "routes"), lost=19_744)
HEALED = replace(GAP, seconds=0.4231, rows=3, last=9)

Capture = pytest.CaptureFixture[str]


class Monitor:
    def __init__(self, *wanted: str, as_json: bool = False) -> None:
        self.history = History(16, 1 << 12)
        self.lines = GapLines(self.history, set(wanted), as_json)

    def loses(self, gap: Gap = GAP) -> int:
        number = self.history.tell(gap)
        self.lines.begins(number)
        self.lines.tell(number)
        return number


def test_a_sentence_at_once_and_a_line_once_it_is_healed(capsys: Capture) -> None:
    monitor = Monitor("routes")
    number = monitor.loses()
    assert capsys.readouterr() == ("", "GAP: 19,744 messages lost, reading again …\n")
    assert (monitor.lines.any, monitor.lines.waiting) == (True, True)
    monitor.history.edit(number, HEALED)
    monitor.lines.tell(HEALED.last - 1)
    assert capsys.readouterr() == ("", ""), "what was found until it was healed comes first"
    monitor.lines.tell(HEALED.last)
    monitor.lines.tell(HEALED.last)
    out, said = capsys.readouterr()
    assert out.endswith(".500 ! GAP: 19,744 messages lost, resynced in 0.4 s, 3 rows differ\n")
    assert (out.count("\n"), said, monitor.lines.waiting) == (1, "", False)


def test_one_json_object_a_line(capsys: Capture) -> None:
    monitor = Monitor("routes", as_json=True)
    monitor.history.edit(monitor.loses(), HEALED)
    monitor.lines.tell(HEALED.last)
    assert json.loads(capsys.readouterr().out) == {
        "time": 1_700_000_000.5, "change": "gap", "tables": ["links", "routes"], "cause": "overrun", "lost": 19_744,
        "seconds": 0.423, "rows": 3,
    }  # fmt: skip


def test_what_is_not_healed_when_it_ends_is_told_all_the_same(capsys: Capture) -> None:
    monitor = Monitor("routes", as_json=True)
    monitor.loses(replace(GAP, lost=0, cause=Cause.RESTART))
    monitor.lines.tell(0, at_last=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["cause"], told["lost"], told["seconds"]) == ("restart", 0, None)


def test_losses_of_tables_that_are_not_followed_do_not_count(capsys: Capture) -> None:
    monitor, counted = Monitor("uevents"), list[bool]()
    monitor.loses()
    counted.append(monitor.lines.any)
    assert capsys.readouterr() == ("", "")
    monitor.loses(Gap(0, ("uevents",), lost=2, heals=False))
    counted.append(monitor.lines.any)
    assert counted == [False, True]
    out, said = capsys.readouterr()
    assert "2 messages lost, uevents cannot be read again" in out
    assert said == ""


def test_changes_that_were_forgotten_before_they_were_printed(capsys: Capture) -> None:
    monitor = Monitor("routes", as_json=True)
    monitor.lines.overtaken(1234)
    out, said = capsys.readouterr()
    assert json.loads(out) | {"cause": "behind", "lost": 1234, "seconds": None} == json.loads(out)
    assert said.startswith("GAP: 1,234 changes not printed")
    assert (monitor.lines.any, monitor.lines.waiting) == (True, False)
