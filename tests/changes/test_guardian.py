"""What nobody confirms is taken back: whatever dies, and however it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nltui.changes import guardian, journals, pending
from nltui.changes.addresses import AddressAdd
from nltui.changes.base import Step
from nltui.changes.execute import Stopped
from nltui.changes.journals import entries, take_back
from nltui.changes.preview import Preview, of
from nltui.changes.route_delete import RouteDelete
from nltui.changes.routes import RouteAdd
from nltui.errors import KernelRefused, NltuiError, PrivilegeMissing, TimedOut, UsageError
from nltui.system.namespaces import resolve
from tests.changes.another import PROGRAM, is_down, nltui
from tests.changes.ground import Desk, build, difference, picture
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

pytestmark = pytest.mark.usefixtures("soon")

SHORT = 1


def test_nobody_confirms(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), SHORT)
        assert is_down(netns)
        assert not [row for row in netns.ip_json("route show") if row.get("dev") == "va"]
        assert desk.ended().startswith("rolled back: va goes down")
        assert desk.changes.last is None
    assert difference(before, picture(netns, indexes=True)) == []
    assert entries() == []


def test_it_is_confirmed(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), 2 * SHORT)
        assert desk.changes.pending is not None
        assert len(desk.changes.pending.letters) == 2
        assert desk.changes.confirm() == "kept: va goes down"
        time.sleep(2.5 * SHORT)
        assert is_down(netns)
        assert entries() == []


def test_it_is_rolled_back_at_once(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), 60)
        assert desk.changes.roll_back() == "rolled back: va goes down"
    assert difference(before, picture(netns, indexes=True)) == []


def test_a_second_one_has_to_wait(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk, Desk(netns) as other:
        desk.changes.apply(desk.down(), 60)
        with pytest.raises(UsageError, match="another change is pending"):
            other.changes.apply(other.down("vc"), 60)
        assert not is_down(netns, "vc")
        desk.changes.roll_back()


def test_its_guardian_is_killed(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), 60)
        assert desk.changes.pending is not None
        desk.changes.pending._process.kill()
        assert "its guardian was killed" in desk.ended()
    assert difference(before, picture(netns, indexes=True)) == []


@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT", "SIGQUIT", "SIGPIPE", "SIGTSTP"])
def test_a_guardian_is_deaf_to_what_ends_a_session(name: str, netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), SHORT)
        assert desk.changes.pending is not None
        os.kill(desk.changes.pending.port[1], getattr(signal, name))
        assert desk.ended() == "rolled back: va goes down"
    assert difference(before, picture(netns, indexes=True)) == []


def test_a_step_that_is_no_message_keeps_nobody_from_the_others() -> None:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, there:
        steps = [{"message": "", "says": "nothing", "fine": []}, {"message": "xy", "says": "damaged", "fine": []}]
        came = guardian.roll_back(here, steps)
    assert [one.partition(":")[0] for one in came.refused] == ["nothing", "damaged"]


@pytest.mark.parametrize("how", ["KILL", "HUP", "group"])
def test_the_program_is_killed_right_after(how: str, netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, netns.name, "2"], stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "applied\n"
    assert is_down(netns)
    if how == "group":
        os.killpg(program.pid, signal.SIGKILL)
    else:
        program.send_signal(signal.SIGKILL if how == "KILL" else signal.SIGHUP)
    program.wait()
    program.stdout.close()
    assert is_down(netns)
    assert comes_true(lambda: not is_down(netns))
    assert comes_true(lambda: [entry.state for entry in entries()] == ["rolled back"])
    assert entries()[0].refused == []
    assert difference(before, picture(netns, indexes=True)) == []


HALF = """
import sys, time
from nltui.changes.addresses import AddressAdd
from nltui.changes.preview import of
from tests.changes.ground import Desk
from tests.kernel.netns import Netns
ns = Netns(); ns.name, ns.path = sys.argv[1], "/run/netns/" + sys.argv[1]
with Desk(ns) as desk:
    world, sender = desk.world, desk.changes._executor._sender
    plan = of(world, [AddressAdd.parsed({"local": f"10.7.{n}.1/24", "dev": "va"}, world) for n in (1, 2, 3)])
    send, count = sender.send, 0
    def stuck(step):
        global count
        count += 1
        if count > int(sys.argv[2]):
            print("stuck", flush=True)
            time.sleep(60)
        return send(step)
    sender.send = stuck
    desk.changes.apply(plan, 60)
"""


@pytest.mark.parametrize("done", [0, 1, 2])
def test_killed_in_the_middle_only_what_may_have_been_done_is_taken_back(done: int, netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    program = subprocess.Popen([sys.executable, "-c", HALF, netns.name, str(done)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "stuck\n"
    there = [row["local"] for link in netns.ip_json("addr show dev va") for row in link["addr_info"]]
    assert [f"10.7.{n}.1" in there for n in (1, 2, 3)] == [n <= done for n in (1, 2, 3)]
    if done < 2:
        # Somebody else's: this one was never asked for.
        netns.ip("addr add 10.7.3.1/24 dev va")
    program.kill()
    program.wait()
    program.stdout.close()
    assert nltui("rollback", "-n", netns.name).returncode == 3
    assert [entry.refused for entry in entries()] == [[]]
    if done < 2:
        netns.ip("addr del 10.7.3.1/24 dev va")
    assert difference(before, picture(netns, indexes=True)) == []


def test_both_are_killed_and_somebody_takes_it_back_later(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, netns.name, "2"], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "applied\n"
    found = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
    for pid in (int(word) for word in found):
        if b"nltui.changes.guardian" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    program.kill()
    program.wait()
    program.stdout.close()
    assert is_down(netns)
    assert take_back(entries()[0]) == ([], [])
    assert difference(before, picture(netns, indexes=True)) == []


def test_a_full_disk_keeps_it_from_being_applied(netns: Netns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    full = tmp_path / "full"
    full.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=8", "tmpfs", str(full)], check=True)
    try:
        (full / "filler").write_bytes(bytes(4096))
        monkeypatch.setattr(journals, "FOLDER", full)
        with Desk(netns) as desk:
            with pytest.raises(UsageError, match="nothing was applied: the way back could not be stored"):
                desk.changes.apply(desk.down(), 60)
            assert desk.changes.pending is None
        assert [path.name for path in full.iterdir()] == ["filler"]
    finally:
        subprocess.run(["umount", str(full)], check=True)
    assert difference(before, picture(netns, indexes=True)) == []


def test_a_step_that_fails_disarms_it(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        world = desk.world
        rows = world.rows("routes", "dst in 10.16/12 table == main")
        gone = [RouteDelete.parsed({}, world, row) for row in rows]
        last = RouteAdd.parsed({"dst": "10.99.0.0/16", "via": "192.0.2.1"}, world)
        with pytest.raises(Stopped):
            desk.changes.apply(of(world, [*gone, last]), 60)
        assert desk.changes.pending is None
        assert entries() == []
    assert difference(before, picture(netns, indexes=True)) == []


def told(desk: Desk, word: str) -> None:
    """A word to the guardian from somebody who goes away without waiting for the answer."""
    assert desk.changes.pending is not None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(str(desk.changes.pending.entry.path.with_suffix(".sock")))
        sock.sendall(word.encode())


def test_who_confirms_may_be_cut_off_before_the_answer(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), 2 * SHORT)
        told(desk, "CONFIRM")
        assert comes_true(lambda: desk.changes.look().startswith("kept, confirmed elsewhere"))
        time.sleep(3 * SHORT)
        assert is_down(netns)


def test_a_guardian_that_was_stopped_is_not_waited_for(netns: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    monkeypatch.setattr(pending, "LATE", 0.5)
    monkeypatch.setattr(journals, "STATUS", 0.3)
    monkeypatch.setattr(journals, "SHORT", 0.3)
    with Desk(netns) as desk, Desk(netns) as other:
        desk.changes.apply(desk.down(), SHORT)
        assert desk.changes.pending is not None
        os.kill(entries()[0].told["guardian"], signal.SIGSTOP)
        with pytest.raises(UsageError, match="timed out"):
            desk.changes.confirm()
        with pytest.raises(UsageError, match="another change is pending"):
            other.changes.apply(other.down("vc"), 60)
        assert "its guardian was killed" in desk.ended()
    assert difference(before, picture(netns, indexes=True)) == []


def test_of_two_at_once_one_has_to_wait(netns: Netns) -> None:
    build(netns)
    with contextlib.ExitStack() as opened:
        desks = [opened.enter_context(Desk(netns)) for _ in range(4)]
        previews = [desk.down("va") for desk in desks]
        said: list[str] = []
        guards: list[pending.Guard] = []

        def arm(desk: Desk, preview: Preview) -> None:
            with resolve(netns.name) as namespace:
                try:
                    guards.append(pending.arm(namespace, preview.undo, preview.sentence, preview.line, 60))
                except UsageError as error:
                    said.append(str(error))

        threads = [threading.Thread(target=arm, args=pair) for pair in zip(desks, previews, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(guards), sum("another change is pending" in one for one in said)) == (1, 3)
        guards[0].disarm()


@pytest.mark.parametrize("error", [KernelRefused("x", 1), PrivilegeMissing("x"), TimedOut("x: the outcome is unknown")])
def test_whatever_stops_it_in_the_middle_it_is_taken_back(
    error: NltuiError, netns: Netns, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        world = desk.world
        rows = world.rows("routes", "dst in 10.16/12 table == main")
        plan = of(world, [RouteDelete.parsed({}, world, row) for row in rows])
        send, count = desk.changes._executor._sender.send, 0

        def failing(step: Step) -> bool:
            nonlocal count
            count += 1
            if count == 4:
                raise error
            return send(step)

        monkeypatch.setattr(desk.changes._executor._sender, "send", failing)
        with pytest.raises(NltuiError):
            desk.changes.apply(plan, 2 * SHORT)
        if isinstance(error, TimedOut):
            assert desk.ended().startswith("rolled back")
            assert desk.changes.last is None
        assert desk.changes.pending is None
        assert entries() == []
    assert difference(before, picture(netns, indexes=True)) == []


@pytest.mark.parametrize("is_done", [True, False])
def test_what_may_have_been_done_is_undone_where_nobody_guards_it(
    is_done: bool, netns: Netns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel does not answer the second of three; the third was there before."""
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        world, sender = desk.world, desk.changes._executor._sender
        plan = of(world, [AddressAdd.parsed({"local": f"10.7.{n}.1/24", "dev": "va"}, world) for n in (1, 2, 3)])
        send, count = sender.send, 0

        def silent(step: Step) -> bool:
            nonlocal count
            count += 1
            if count != 2:
                return send(step)
            if is_done:
                send(step)
            raise TimedOut(f"{step.says}: the outcome is unknown")

        monkeypatch.setattr(sender, "send", silent)
        with pytest.raises(TimedOut, match="step 2 of 3; those before it were done; u takes back what may have been"):
            desk.changes.apply(plan)
        netns.ip("addr add 10.7.3.1/24 dev va")
        said = desk.changes.undo(desk.changes.back())
        assert said.startswith("undone: ")
        assert "refused" not in said
        netns.ip("addr del 10.7.3.1/24 dev va")
        with pytest.raises(UsageError, match="nothing was changed here yet"):
            desk.changes.back()
    assert difference(before, picture(netns, indexes=True)) == []


def test_a_change_that_is_refused_lets_another_one_wait_on(netns: Netns) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), 60)
        world = desk.world
        twice = of(world, [AddressAdd.parsed({"local": "10.7.1.1/24", "dev": "vc"}, world)] * 2)
        with pytest.raises(Stopped):
            desk.changes.apply(twice)
        assert desk.changes.roll_back() == "rolled back: va goes down"
    assert difference(before, picture(netns, indexes=True)) == []


def test_it_ends_itself_rather_than_be_taken_back_in_the_middle(netns: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    build(netns)
    before = picture(netns, indexes=True)
    with Desk(netns) as desk:
        world = desk.world
        rows = world.rows("routes", "dst in 10.16/12 table == main")
        plan = of(world, [RouteDelete.parsed({}, world, row) for row in rows])
        send = desk.changes._executor._sender.send

        def slow(step: Step) -> bool:
            time.sleep(0.3 * SHORT)
            return send(step)

        monkeypatch.setattr(desk.changes._executor._sender, "send", slow)
        with pytest.raises(Stopped, match="its guardian would act before it is done"):
            desk.changes.apply(plan, SHORT)
    assert difference(before, picture(netns, indexes=True)) == []


@pytest.mark.parametrize("answers", [True, False])
def test_it_has_a_unit_of_its_own_where_there_is_systemd(
    answers: bool, netns: Netns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program in the place of systemd-run, which this machine may not have: where it fails, it goes without."""
    build(netns)
    before = picture(netns, indexes=True)
    stand_in = tmp_path / "systemd-run"
    stand_in.write_text(
        f'#!/bin/sh\necho "$*" > {tmp_path}/asked\nwhile [ "$1" != -- ]; do shift; done; shift\n'
        + ('exec "$@"\n' if answers else "echo Failed to connect to bus >&2; exit 1\n")
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(pending, "SYSTEMD", tmp_path)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down(), SHORT)
        assert (tmp_path / "asked").read_text().startswith("--scope --quiet --collect -- ")
        assert desk.ended().startswith("rolled back: va goes down")
    assert difference(before, picture(netns, indexes=True)) == []


CLOCKED = """
import select, sys, time
from nltui.changes import pending
from nltui.changes.base import Step
pending.LEAST = 1
from tests.changes.ground import Desk
from tests.kernel.netns import Netns
ns = Netns(); ns.name, ns.path = sys.argv[1], "/run/netns/" + sys.argv[1]
with Desk(ns) as desk:
    desk.changes.apply(desk.down(), 3)
    print("applied", flush=True)
    input()
    print(time.time(), desk.changes.pending.left, flush=True)
    # The library that sets the clock breaks time.sleep().
    while not (said := desk.changes.look()):
        select.select([], [], [], 0.05)
    print(said, flush=True)
"""


@pytest.mark.parametrize("by", ["+1d", "-1d"])
def test_the_clock_is_set(by: str, netns: Netns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of the program and its guardian alike, while the change waits; nobody sets this machine's."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("needs faketime")
    build(netns)
    before = picture(netns, indexes=True)
    clock = tmp_path / "clock"
    clock.write_text("+0")
    told = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}  # fmt: skip
    words = [sys.executable, "-c", CLOCKED, netns.name]
    with (
        subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **told}
        ) as program,
        contextlib.ExitStack() as ending,
    ):
        ending.callback(program.kill)
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "applied\n"
        applied = time.monotonic()
        clock.write_text(by)
        program.stdin.write("\n")
        program.stdin.flush()
        shown, left = map(float, program.stdout.readline().split())
        assert abs(abs(shown - time.time()) - 86400) < 60
        assert 0 < left <= 3
        assert comes_true(lambda: not is_down(netns))
        # It was told to wait for three seconds just before it said that it was applied.
        assert time.monotonic() - applied > 2
        assert program.stdout.readline().startswith("rolled back: va goes down")
    assert difference(before, picture(netns, indexes=True)) == []
