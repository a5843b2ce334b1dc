"""Processes, as /proc tells them and from a made-up /proc."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nltui.system.processes import Processes, describe


def test_this_process() -> None:
    found = describe(os.getpid())
    assert found is not None
    assert (found.pid, found.uid) == (os.getpid(), os.geteuid())
    assert found.name == Path("/proc/self/comm").read_text().rstrip("\n")
    assert found.start_time > 0


def test_nobody() -> None:
    assert describe(2**31 - 1) is None
    assert describe(-1) is None


def test_a_process_that_ended_keeps_its_name() -> None:
    known = Processes()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    before = known.describe(child.pid)
    child.communicate(b"\n")
    assert before is not None
    assert known.describe(child.pid) is None
    assert known.last(child.pid) == before


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "stat").write_text("cpu 1 2 3\nbtime 1000\n")
    return tmp_path


def put(proc: Path, pid: int, comm: bytes, ticks: int, command: bytes = b"") -> None:
    (proc / str(pid)).mkdir(exist_ok=True)
    (proc / str(pid) / "stat").write_bytes(b"%d (%s) S %s %d 0\n" % (pid, comm, b"0 " * 18, ticks))
    (proc / str(pid) / "cmdline").write_bytes(command)


def test_hostile_names_and_arguments_come_out_visible(proc: Path) -> None:
    put(proc, 7, b"a) R (\x1b[2J", 500, b"ip\0link\0set\x1b\0")
    found = Processes(proc).describe(7)
    assert found is not None
    assert found.name == "a) R (\\x1b[2J"
    assert found.command == "ip link set\\x1b"
    assert found.start_time == 1000 + 500 / os.sysconf("SC_CLK_TCK")


def test_a_kernel_thread_has_its_name_in_brackets(proc: Path) -> None:
    put(proc, 2, b"kthreadd", 0)
    found = Processes(proc).describe(2)
    assert found is not None
    assert found.command == "[kthreadd]"


def test_a_pid_given_out_again_is_another_process(proc: Path) -> None:
    known = Processes(proc)
    put(proc, 7, b"old", 500)
    old = known.describe(7)
    put(proc, 7, b"new", 900)
    new = known.last(7)
    assert old is not None
    assert new is not None
    assert (old.name, new.name) == ("old", "new")


def test_the_memory_is_bounded(proc: Path) -> None:
    known = Processes(proc, limit=2)
    for pid in (1, 2, 3):
        put(proc, pid, b"x", pid)
        assert known.describe(pid) is not None
    (proc / "1" / "stat").unlink()
    (proc / "3" / "stat").unlink()
    assert known.last(1) is None
    assert known.last(3) is not None


@pytest.mark.parametrize("odd", [b"", b"7 (x", b"7 (x) S 1 2", b"7 x S", b"7 (x) S " + b"z " * 30])
def test_an_odd_stat_file_names_nobody(proc: Path, odd: bytes) -> None:
    put(proc, 7, b"x", 1)
    (proc / "7" / "stat").write_bytes(odd)
    assert Processes(proc).describe(7) is None
