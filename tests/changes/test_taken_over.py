"""A change that another nltui left to its guardian: who sees it, takes it over, and tells how it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nltui.changes import ended, pending, stack
from nltui.changes.ended import settle
from nltui.changes.journals import Entry, entries
from nltui.changes.pending import Guard
from nltui.system.namespaces import resolve
from tests.changes.another import applied_by_another, is_down, left_by_another, nltui
from tests.changes.ground import Desk, build, difference, picture
from tests.e2e.test_headless import POWERLESS
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

pytestmark = pytest.mark.usefixtures("soon")


def test_a_new_login_confirms_or_rolls_back(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), 60)
        shown = nltui("status").stdout.splitlines()
        assert [entry.number for entry in entries()] == [1]
        assert shown[0].startswith("1  ")
        assert netns.name in shown[0]
        assert f" s to roll back  root (pid {os.getpid()})  " in shown[0]
        assert shown[1:] == ["   va goes down", "   ip link set dev va down"]
        back = nltui("rollback", "-n", netns.name)
        assert (back.returncode, back.stdout) == (3, "rolled back: va goes down\n")
        assert comes_true(lambda: desk.changes.look().startswith("rolled back"))
        assert difference(before, picture(netns, indexes=True)) == []
        desk.changes.apply(desk.down(), 60)
        kept = nltui("confirm")
        assert (kept.returncode, kept.stdout) == (0, "kept: va goes down\n")
        assert comes_true(lambda: desk.changes.look().startswith("kept, confirmed elsewhere"))
        assert is_down(netns)
    assert nltui("confirm").returncode == 1
    assert nltui("status").stdout == "nothing waits to be confirmed\n"


def test_it_is_named_by_number_or_namespace(netns: Netns) -> None:
    build(netns)
    with Netns() as other, Desk(netns) as desk:
        build(other)
        with Desk(other) as second:
            desk.changes.apply(desk.down(), 60)
            second.changes.apply(second.down("vc"), 60)
            assert [entry.number for entry in entries()] == [1, 2]
            assert nltui("confirm").returncode == 1
            assert "say which: nltui confirm NUMBER" in nltui("confirm").stderr
            assert "no change waits under 3" in nltui("rollback", "3").stderr
            kept = nltui("confirm", "2")
            assert (kept.returncode, kept.stdout) == (0, "kept: vc goes down\n")
            back = nltui("rollback", netns.name)
            assert (back.returncode, back.stdout) == (3, "rolled back: va goes down\n")
            assert comes_true(lambda: bool(desk.changes.look()))
            assert comes_true(lambda: bool(second.changes.look()))


@pytest.mark.parametrize("what", ["damaged", "forbidden"])
def test_a_journal_that_cannot_be_read_is_told_of(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "nltui"
    folder.mkdir(mode=0o700)
    (folder / "1-1.json").write_text('{"state": "armed"')
    os.chown(folder, 12345, 12345)
    script = (
        f"import pathlib, sys; from nltui.changes import journals; journals.FOLDER = pathlib.Path({str(folder)!r})\n"
        "from nltui.cli.main import main; sys.argv = ['nltui', 'status']; sys.exit(main())"
    )
    before = POWERLESS if what == "forbidden" else ()
    done = subprocess.run([*before, sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if what == "damaged":
        assert done.returncode == 1
        assert f"{folder}/1-1.json is damaged" in done.stderr
    else:
        assert done.returncode == 77
        assert f"{folder} cannot be read, so changes may wait that are not shown: Permission denied" in done.stderr


def test_a_rollback_that_nobody_saw_is_logged_once(
    netns: Netns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build(netns)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    log = tmp_path / "nltui/changes.log"
    with applied_by_another(netns, 2) as program:
        assert '"apply"' in log.read_text()
        # While it lives, it tells itself.
        nltui("status")
        program.kill()
        program.wait()
        assert comes_true(lambda: [entry.state for entry in entries()] == ["rolled back"])
        for _ in range(2):
            assert "rolled back (nobody confirmed)" in nltui("status").stdout
    lines = [line for line in log.read_text().splitlines() if '"roll back"' in line]
    assert len(lines) == 1
    assert settle() == []
    assert "nobody confirmed; made by root" in lines[0]
    assert "ip link set dev va down" in lines[0]
    assert len(entries()) == 1
    monkeypatch.setattr(ended, "STAYS", -1)
    assert (settle(), entries()) == ([], [])


def test_a_rollback_that_cannot_be_logged_is_tried_again(netns: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    build(netns)
    monkeypatch.setattr(ended, "record", lambda *told: "not logged: no room")
    left_by_another(netns, 1)
    assert comes_true(lambda: [entry.state for entry in entries()] == ["rolled back"])
    for _ in range(2):
        [said] = settle()
        assert f"{netns.name}, va goes down: rolled back at " in said
        assert said.endswith(" · not logged: no room")
    monkeypatch.setattr(ended, "record", lambda *told: "")
    assert len(settle()) == 1
    assert settle() == []


def test_what_another_left_is_taken_over(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    left_by_another(netns, 60)
    with Desk(netns) as desk:
        assert desk.changes.adopt(entries()[0])
        assert desk.changes.pending is not None
        assert 50 < desk.changes.pending.left <= 60
        assert len(desk.changes.pending.letters) == 2
        assert desk.changes.roll_back() == "rolled back: va goes down"
        assert entries() == []
    assert difference(before, picture(netns, indexes=True)) == []


def requesters(desk: Desk, since: int) -> set[str]:
    """Who asked for what was changed since an entry of the activity log, but for what the kernel did by itself."""
    history, session = desk.session.history, desk.session
    changes = [history.get(number) for number in range(since + 1, history.last + 1)]
    return {session.actor(one.port_id, one.time).text for one in changes if one is not None and one.port_id}


@pytest.mark.parametrize("by", ["owner", "new one"])
def test_the_activity_log_names_a_guardian(by: str, netns: Netns) -> None:
    build(netns)
    with contextlib.ExitStack() as opened:
        desk = opened.enter_context(Desk(netns, names=True))
        if by == "owner":
            desk.changes.apply(desk.down(), 60)
        else:
            left_by_another(netns, 60)
            assert desk.changes.adopt(entries()[0])
        pid, since = entries()[0].told["guardian"], desk.session.history.last
        os.kill(pid, signal.SIGTERM)
        assert desk.ended().startswith("rolled back")
        assert comes_true(lambda: requesters(desk, since) == {f"nltui-guardian[{pid}]"})
        assert desk.session.settle(10)
        assert requesters(desk, since) == {f"nltui-guardian[{pid}]"}


@pytest.mark.parametrize("by", ["the new one", "a new login"])
def test_what_another_left_and_is_kept_can_be_undone(by: str, netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    left_by_another(netns, 60)
    with Desk(netns) as desk:
        assert desk.changes.adopt(entries()[0])
        if by == "the new one":
            assert desk.changes.confirm() == "kept: va goes down"
        else:
            assert nltui("confirm").returncode == 0
            assert desk.ended() == "kept, confirmed elsewhere: va goes down"
        assert is_down(netns)
        for _ in range(2):
            seen = desk.changes.back()
            assert "changed meanwhile" not in str(seen.findings)
            assert desk.changes.undo(seen) == "undone: va goes down"
            assert difference(before, picture(netns, indexes=True)) == []
            assert desk.changes.redo(desk.changes.forth()).startswith("done again: va goes down")
            assert is_down(netns)


@pytest.mark.parametrize("by", ["owner", "other"])
def test_of_two_that_watch_either_may_confirm(by: str, netns: Netns) -> None:
    """Who applied it is only out of sight; what one of them keeps the other does not take back."""
    build(netns)
    with Desk(netns) as owner, Desk(netns) as other:
        owner.changes.apply(owner.down(), 60)
        assert other.changes.adopt(entries()[0])
        deciding, watching = (owner, other) if by == "owner" else (other, owner)
        assert deciding.changes.confirm() == "kept: va goes down"
        assert watching.ended() in (
            "decided where it was made: va goes down", "kept, confirmed elsewhere: va goes down",
        )  # fmt: skip
        assert owner.changes.pending is other.changes.pending is None
    assert is_down(netns)
    assert entries() == []


def test_what_is_just_being_applied_is_not_taken_over(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk, Desk(netns) as other:
        preview = desk.down()
        with resolve(netns.name) as namespace:
            guard = pending.arm(namespace, preview.undo, preview.sentence, preview.line, 60)
        assert not other.changes.adopt(entries()[0])
        guard.let_go()
        assert other.changes.adopt(entries()[0])
        assert other.changes.pending is not None
        assert other.changes.pending.is_partial
        other.changes.roll_back()
        assert guard._process.wait(5) == 3
        assert not is_down(netns)


def test_its_own_change_stays_in_sight_though_it_looked_for_others_meanwhile(
    netns: Netns, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(netns)
    looking, applied = threading.Event(), threading.Event()

    def late(entry: Entry) -> Guard | None:
        looking.set()
        assert applied.wait(20)
        return pending.adopt(entry)

    with Netns() as elsewhere, Desk(netns) as desk:
        build(elsewhere)
        with applied_by_another(elsewhere, 60):
            [other] = entries()
            monkeypatch.setattr(stack, "adopt", late)
            look = threading.Thread(target=desk.changes.adopt, args=(other,))
            look.start()
            assert looking.wait(20)
            desk.changes.apply(desk.down(), 60)
            mine = desk.changes.pending
            applied.set()
            look.join(20)
            assert mine is not None
            assert desk.changes.pending is mine
            assert desk.changes.roll_back() == "rolled back: va goes down"
            assert [entry.path for entry in entries()] == [other.path]


def test_two_looks_at_once_take_over_once(netns: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    build(netns)
    both = threading.Barrier(2, timeout=20)

    def together(entry: Entry) -> Guard | None:
        found = pending.adopt(entry)
        both.wait()
        return found

    left_by_another(netns, 60)
    with Desk(netns) as desk:
        monkeypatch.setattr(stack, "adopt", together)
        looks = [threading.Thread(target=desk.changes.adopt, args=(entries()[0],)) for _ in range(2)]
        for look in looks:
            look.start()
        for look in looks:
            look.join(20)
        assert desk.changes.pending is not None
        assert desk.changes.confirm() == "kept: va goes down"
        assert is_down(netns)
        assert entries() == []
