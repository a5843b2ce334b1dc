"""Processes, as /proc tells them and from a made-up /proc."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nltui.system.namespaces import Identity
from nltui.system.processes import Processes, describe, is_alive
from tests.kernel.followed import comes_true


def test_this_process() -> None:
    found = describe(os.getpid())
    assert found is not None
    assert (found.pid, found.uid) == (os.getpid(), os.geteuid())
    assert found.name == Path("/proc/self/comm").read_text().rstrip("\n")
    assert found.start_time > 0


def test_nobody() -> None:
    assert describe(2**31 - 1) is None
    assert describe(-1) is None


def test_a_child_and_its_end() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    found = describe(child.pid)
    assert found is not None
    assert (found.parent, found.inner, found.is_elsewhere) == (os.getpid(), child.pid, False)
    assert found.parent_name == Path("/proc/self/comm").read_text().rstrip("\n")
    status = Path("/proc/self/ns/net").stat()
    assert found.network == Identity(status.st_dev, status.st_ino)
    assert is_alive(found)
    assert child.stdin is not None
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(found), "what is left of it holds no socket"
    child.wait()
    assert not is_alive(found)
    assert describe(child.pid) is None


def test_a_number_of_a_thread_is_no_process() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert Path(f"/proc/{thread.native_id}/stat").exists()
        assert thread.native_id is not None
        assert describe(thread.native_id) is None
    finally:
        done.set()
        thread.join()


def test_kernel_threads_are_told_apart() -> None:
    found = describe(2)
    assert found is None or found.is_kernel == (found.name == "kthreadd")


def test_a_program_that_executes_another_is_named_anew() -> None:
    child = subprocess.Popen(["sh", "-c", "read x; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert comes_true(lambda: (found := describe(child.pid)) is not None and found.name == "sh")
    before = describe(child.pid)
    child.stdin.write(b"\n")
    child.stdin.flush()
    assert comes_true(lambda: (found := describe(child.pid)) is not None and found.name == "cat")
    after = describe(child.pid)
    child.communicate()
    assert before is not None
    assert after is not None
    assert before.same(after)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "stat").write_text("cpu 1 2 3\nbtime 1000\n")
    return tmp_path


def put(proc: Path, pid: int, comm: bytes, ticks: int, command: bytes = b"", inner: int = 0, tgid: int = 0) -> None:
    (proc / str(pid)).mkdir(exist_ok=True)
    (proc / str(pid) / "stat").write_bytes(b"%d (%s) S %s %d 0\n" % (pid, comm, b"0 " * 18, ticks))
    (proc / str(pid) / "cmdline").write_bytes(command)
    numbers = f"{pid}\t{inner}" if inner else f"{pid}"
    (proc / str(pid) / "status").write_text(f"Tgid:\t{tgid or pid}\nUid:\t0\t7\t0\t0\nNSpid:\t{numbers}\n")
    (proc / str(pid) / "cgroup").write_text("0::/system.slice/x.service\n")


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
    new = known.describe(7)
    assert old is not None
    assert new is not None
    assert (old.name, new.name) == ("old", "new")


def test_the_memory_is_bounded(proc: Path) -> None:
    known = Processes(proc, limit=2)
    for pid in (1, 2, 3):
        put(proc, pid, b"x", pid)
        assert known.describe(pid) is not None
    assert len(known._known) == 2


@pytest.mark.parametrize("odd", [b"", b"7 (x", b"7 (x) S 1 2", b"7 x S", b"7 (x) S " + b"z " * 30])
def test_an_odd_stat_file_names_nobody(proc: Path, odd: bytes) -> None:
    put(proc, 7, b"x", 1)
    (proc / "7" / "stat").write_bytes(odd)
    assert Processes(proc).describe(7) is None


def test_what_else_is_told(proc: Path) -> None:
    put(proc, 7, b"ip", 500, b"ip\0route\0")
    found = Processes(proc).describe(7)
    assert found is not None
    assert (found.uid, found.service, found.inner, found.ticks) == (7, "x.service", 7, 500)


def test_another_pid_namespace_counts_otherwise(proc: Path) -> None:
    put(proc, 7, b"ip", 500, inner=3)
    found = Processes(proc).describe(7)
    assert found is not None
    assert (found.pid, found.inner, found.is_elsewhere) == (7, 3, True)


def first(proc: Path) -> None:
    """Let this /proc be one of the first PID namespace, as far as its links can be copied."""
    (proc / "self/ns").mkdir(parents=True)
    (proc / "self/ns/pid").symlink_to("/proc/self/ns/pid")


def network(proc: Path, pid: int, number: int) -> Identity:
    link = proc / str(pid) / "ns/net"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(f"net:[{number}]")
    return Identity(Path("/proc/self/ns/net").stat().st_dev, number)


def test_strangers_are_processes_of_other_pid_namespaces_in_the_same_network(proc: Path) -> None:
    assert Processes(proc).are_strangers_in(None), "not the first PID namespace, as far as can be seen"
    first(proc)
    put(proc, 7, b"own", 500)
    here = network(proc, 7, 70)
    assert not Processes(proc).are_strangers_in(here)
    put(proc, 8, b"other", 500, inner=3)
    there = network(proc, 8, 80)
    assert not Processes(proc).are_strangers_in(here)
    assert Processes(proc).are_strangers_in(there)
    put(proc, 9, b"hidden", 500, inner=4)
    assert Processes(proc).are_strangers_in(here), "where that one is may not be looked at"


def test_a_process_that_goes_to_another_network_is_seen_there(proc: Path) -> None:
    known = Processes(proc)
    put(proc, 7, b"ip", 500)
    before = network(proc, 7, 70)
    found = known.describe(7)
    assert found is not None
    assert found.network == before
    after = network(proc, 7, 80)
    moved = known.describe(7)
    assert moved is not None
    assert moved.network == after
