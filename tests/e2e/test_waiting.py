"""A change that waits to be confirmed when nltui is started anew, looks elsewhere, or is left."""

from __future__ import annotations

import re

import pytest

from nltui.changes.journals import entries
from tests.changes.another import applied_by_another, is_down, left_by_another, nltui
from tests.changes.ground import build
from tests.e2e.conftest import Start
from tests.e2e.tmux import Tmux
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns


@pytest.fixture
def left(netns: Netns) -> Netns:
    """A namespace where va goes up again within a minute; who took it down was killed."""
    build(netns)
    left_by_another(netns, 60)
    return netns


def letters(screen: Tmux) -> list[str]:
    screen.sees("s to roll back", "va goes down (m")
    found = re.search(r"Y (.) (.) keeps", screen.screen)
    assert found is not None
    return [*found.groups()]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36)])
def test_a_new_one_takes_it_over(width: int, height: int, left: Netns, tmux: Start) -> None:
    with tmux("-n", left.name, width=width, height=height) as screen:
        screen.keys("Y", *letters(screen)).sees("kept: va goes down")
        screen.misses("s to roll back")
        screen.keys("q")
        assert screen.ends() == 0
    assert is_down(left)
    assert not [entry for entry in entries() if left.name in str(entry.told["name"])]


def test_what_was_taken_over_and_kept_can_be_undone(left: Netns, tmux: Start) -> None:
    with tmux("-n", left.name, width=120, height=36) as screen:
        screen.keys("Y", *letters(screen)).sees("kept: va goes down")
        screen.keys("u").sees("undone: va goes down")
        assert not is_down(left)
        screen.keys("q")
        assert screen.ends() == 0


def test_one_that_is_open_takes_it_over(netns: Netns, tmux: Start) -> None:
    build(netns)
    with tmux("-n", netns.name, width=120, height=36) as screen:
        screen.sees("FRESH")
        with applied_by_another(netns, 60) as program:
            program.kill()
            program.wait()
        letters(screen)
        screen.keys("R").sees("rolled back: va goes down")
    assert not is_down(netns)


def test_what_was_rolled_back_while_nobody_looked_is_told_once(netns: Netns, tmux: Start) -> None:
    build(netns)
    with applied_by_another(netns, 1) as program:
        program.kill()
        program.wait()
        assert comes_true(lambda: not is_down(netns))
    assert comes_true(lambda: not [one for one in entries() if one.state != "rolled back"])
    with tmux("-n", netns.name, width=160) as screen:
        screen.sees("va goes down", "rolled back at ", "nobody confirmed")
    with tmux("-n", netns.name, width=160) as screen:
        screen.sees("FRESH")
        screen.misses("rolled back at ")


def test_of_another_namespace_it_is_told_and_taken_over_there(left: Netns, tmux: Start) -> None:
    number = next(entry.number for entry in entries() if left.name in str(entry.told["name"]))
    with Netns() as other, tmux("-n", other.name, width=160) as screen:
        screen.sees(f"{left.name}: ", f"`nltui confirm {number}` keeps it")
        screen.keys(":").type(f"ns {left.name}").keys("Enter")
        letters(screen)
        screen.keys(":").type(f"ns {other.name}").keys("Enter").sees(f"{left.name}: ")
        screen.keys(":").type(f"ns {left.name}").keys("Enter")
        letters(screen)
        screen.keys("R").sees("rolled back: va goes down")
    assert not is_down(left)


@pytest.mark.parametrize("answer", ["cancel", "leave it", "roll back", "keep"])
def test_q_asks_what_becomes_of_it(answer: str, left: Netns, tmux: Start) -> None:
    with tmux("-n", left.name, width=80, height=24) as screen:
        typed = letters(screen)
        screen.keys("q").sees("a change is pending: leave nltui?", "`nltui confirm` keeps it", "now, and leave")
        if answer != "cancel":
            screen.type(answer)
        screen.keys("Enter")
        if answer == "keep":
            screen.sees(f"Y{typed[0]}{typed[1]}")
            screen.keys(*typed)
        if answer == "cancel":
            screen.misses("leave nltui?")
            screen.sees("s to roll back")
            screen.keys("C-c", "C-c")
        assert screen.ends() == 0
        # What is left to its guardian is told where one goes on typing.
        assert ("it back at once" in screen.screen) == (answer in ("cancel", "leave it"))
    assert is_down(left) == (answer != "roll back")
    waits = [entry.state for entry in entries() if left.name in str(entry.told["name"])]
    assert waits == (["applied"] if answer in ("cancel", "leave it") else [])
    if answer == "leave it":
        assert nltui("rollback", "-n", left.name).returncode == 3
        assert comes_true(lambda: not is_down(left))
