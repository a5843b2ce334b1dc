"""What uid 0 can do without a capability is denied in read-only mode: in this thread, later ones and children."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nltui.system import seccomp

TRIED = '''
import ctypes, json, os, pty, signal, socket, subprocess, sys, threading
from nltui.system import lock, privileges, seccomp
how, folder, other = sys.argv[1], sys.argv[2], int(sys.argv[3])
file, fifo = os.fsencode(folder + "/file"), os.fsencode(folder + "/fifo-" + str(os.getpid()))
if how == "child":
    # Made by a child of a locked process, which inherited this.
    terminal, pidfd = int(sys.argv[4]), int(sys.argv[5])
else:
    terminal, pidfd = pty.openpty()[1], os.pidfd_open(other)
    os.set_inheritable(terminal, True)
    os.set_inheritable(pidfd, True)
if how == "unfiltered":
    seccomp.engage = lambda libc: False
if how in ("locked", "unfiltered"):
    lock.engage([folder])
libc = ctypes.CDLL(None, use_errno=True)
numbers = seccomp.NUMBERS[os.uname().machine]
opened = os.open(file, os.O_RDONLY)
HERE, room = ctypes.c_long(-100), ctypes.create_string_buffer(4096)
zero, one = ctypes.create_string_buffer(64), ctypes.create_string_buffer(b"x")
TRIED = {
    "chmod": ("fchmodat", HERE, file, 0o600), "fchmod": ("fchmod", opened, 0o600),
    "chown": ("fchownat", HERE, file, 0, 0, 0), "utimes": ("utimensat", HERE, file, None, 0),
    "setxattr": ("setxattr", file, b"user.nltui", one, 1, 0), "fifo": ("mknodat", HERE, fifo, 0o10600, 0),
    "flags": ("ioctl", opened, 0x40086602, zero), "encryption": ("ioctl", opened, 0x800C6613, zero),
    "subvolume": ("ioctl", opened, 0x5000940E, zero), "network": ("ioctl", opened, 0x8914, zero),
    "prlimit": ("prlimit64", other, 7, None, room), "scheduler": ("sched_setscheduler", other, 0, zero),
    "nice": ("setpriority", 0, other, 1), "ioprio": ("ioprio_set", 1, other, 2 << 13 | 4),
    "kill": ("kill", other, 0), "tgkill": ("tgkill", other, other, 0),
    "pidfd": ("pidfd_send_signal", pidfd, 0, None, 0),
    "owner": ("fcntl", opened, 8, other),
    "typing": ("ioctl", terminal, 0x5412, one),
    "typing, wide": ("ioctl", terminal, ctypes.c_ulong(1 << 32 | 0x5412), one),
    "pasting": ("ioctl", terminal, 0x541C, one),
    "unix": ("socket", 1, 1, 0), "inet": ("socket", 2, 2, 0), "packet": ("socket", 17, 3, 0),
    "datagrams": ("socketpair", 1, 2, 0, room), "shared": ("shmget", 0, 1, 0o600),
    "traced": ("ptrace", 0x4206, other, 0, 0), "memory": ("process_vm_readv", other, None, 0, None, 0, 0),
    "memory, written": ("process_vm_writev", other, None, 0, None, 0, 0), "descriptor": ("pidfd_getfd", pidfd, 0, 0),
    "mount": ("mount", None, None, None, 0, None), "fsopen": ("fsopen", None, 0), "setns": ("setns", -1, 0),
    "unshare": ("unshare", 0), "namespace": ("clone", ctypes.c_ulong(0x10000000 | 1), 0, 0, 0, 0),
    "bpf": ("bpf", 9999, None, 0), "perf": ("perf_event_open", None, 0, 0, -1, 0),
    "ring": ("io_uring_setup", 0, None), "keys": ("keyctl", 9999), "fault": ("userfaultfd", 0xDEAD),
    "kexec": ("kexec_load", 0, 0, None, ctypes.c_ulong(0xFFFF)), "swap": ("swapon", None, 0),
    "accounting": ("acct", b"/nowhere/nltui"), "reboot": ("reboot", 0, 0, 0, None),
    "clock": ("clock_settime", 9999, None), "time": ("settimeofday", ctypes.c_void_p(1), None),
    "adjust": ("adjtimex", None), "hostname": ("sethostname", None, ctypes.c_long(-1)),
    "module": ("init_module", None, 0, None),
}

def tried():
    told = {}
    for name, (call, *words) in TRIED.items():
        if name == "namespace" and not privileges.is_denied():
            # It would be a child that goes on here.
            continue
        got = libc.syscall(numbers[call], *words)
        told[name] = ctypes.get_errno() if got < 0 else 0
    return told

def needed():
    """What must go on working."""
    a, b = socket.socketpair()
    a.send(b"x"), b.recv(1)
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
    os.kill(os.getpid(), 0)
    signal.raise_signal(signal.SIGCONT)
    thread = threading.Thread(target=lambda: None)
    thread.start(), thread.join()
    return os.sysconf("SC_OPEN_MAX") > 0

if how == "child":
    print(json.dumps(tried()))
else:
    out = []
    thread = threading.Thread(target=lambda: out.append(tried()))
    thread.start(), thread.join()
    words = [sys.executable, __file__, "child", *sys.argv[2:4], str(terminal), str(pidfd)]
    child = subprocess.run(words, capture_output=True, text=True, close_fds=False)
    print(json.dumps({"main": tried(), "thread": out[0], "child": json.loads(child.stdout or "null"),
                      "needed": needed(), "denied": privileges.is_denied(), "said": child.stderr}))
'''
WITHOUT_CAPABILITIES = {
    "chmod", "fchmod", "chown", "utimes", "fifo", "prlimit", "unix", "inet", "datagrams", "shared", "memory",
}  # fmt: skip
"""What the other parts of the lock leave to uid 0; the priority of another process only where it has none either."""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or os.uname().machine not in seccomp.MACHINES, reason="needs root, and a machine with a filter"
)


@pytest.fixture
def other() -> Iterator[int]:
    """A process of the same user that has nothing to do with it."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process.pid
        process.kill()


def tried(how: str, folder: Path, other: int) -> dict[str, dict[str, int]]:
    script = folder / "tried.py"
    script.write_text(TRIED)
    (folder / "file").touch()
    done = subprocess.run(
        [sys.executable, str(script), how, str(folder), str(other)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found


def test_it_is_denied_here_in_threads_and_in_children(tmp_path: Path, other: int) -> None:
    told = tried("locked", tmp_path, other)
    for where in ("main", "thread", "child"):
        assert told[where], told["said"]
        assert {name for name, number in told[where].items() if number != errno.EPERM} == set(), where
    assert told["needed"]
    assert told["denied"]


def test_without_the_lock_nothing_of_it_is(tmp_path: Path, other: int) -> None:
    told = tried("open", tmp_path, other)
    for where in ("main", "thread"):
        assert {name for name, number in told[where].items() if number == errno.EPERM} == set()
    assert not told["denied"]


def test_without_the_filter_the_rest_of_the_lock_leaves_much(tmp_path: Path, other: int) -> None:
    told = tried("unfiltered", tmp_path, other)
    assert {name for name in WITHOUT_CAPABILITIES if told["thread"][name] != 0} == set()
    assert not told["denied"]


def run(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter says: 0, or the errno."""
    data = {0: number, 4: seccomp.MACHINES[machine] if architecture is None else architecture}
    for place, value in enumerate(arguments):
        data |= {16 + 8 * place: value & 0xFFFFFFFF, 20 + 8 * place: value >> 32}
    at, held, code = 0, 0, seccomp.program(machine, 77)
    while True:
        kind, true, false, operand = code[at]
        at += 1
        if kind == seccomp.LOAD:
            held = data.get(operand, 0)
        elif kind == seccomp.AND:
            held &= operand
        elif kind == seccomp.EQUAL:
            at += true if held == operand else false
        elif kind == seccomp.AT_LEAST:
            at += true if held >= operand else false
        else:
            assert kind == seccomp.RETURN
            return 0 if operand == seccomp.RET_ALLOW else operand & 0xFFFF


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_of_every_machine(machine: str) -> None:
    numbers = seccomp.NUMBERS[machine]
    free = set(seccomp._rules(77)) | {"clone3"}
    assert {name for name in numbers if name not in free and run(machine, numbers[name]) != errno.EPERM} == set()
    allowed = {
        "kill": (77, 9), "tgkill": (77, 78, 9), "prlimit64": (0, 7, 1), "socket": (16, 3, 0),
        "socketpair": (1, 0o2000001, 0), "ioctl": (0, 0x5413), "fcntl": (3, 2, 1), "clone": (0x3D0F00,),
    }  # fmt: skip
    denied = {
        "kill": (78, 0), "tgkill": (78, 77, 9), "prlimit64": (1, 7, 0), "socket": (1, 1, 0),
        "socketpair": (1, 0o2000002, 0), "ioctl": (0, 1 << 32 | 0x5412), "fcntl": (3, 15, 1),
        "clone": (0x10000011,),
    }  # fmt: skip
    assert {name for name, words in allowed.items() if run(machine, numbers[name], *words)} == set()
    assert {name for name, words in denied.items() if run(machine, numbers[name], *words) != errno.EPERM} == set()
    # kill(-1), kill(0)
    assert {run(machine, numbers["kill"], pid, 9) for pid in (0, 0xFFFFFFFF, 1 << 32)} == {errno.EPERM}
    assert run(machine, numbers["clone3"]) == errno.ENOSYS
    assert run(machine, seccomp.NEWER) == errno.ENOSYS
    # read and exit_group of another machine's numbering; and of x32.
    assert run(machine, 3, architecture=0x40000003) == errno.EPERM
    assert machine != "x86_64" or run(machine, seccomp.X32 | 1) == errno.EPERM
    assert run(machine, 1) == 0


def test_another_machine_is_told_about(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seccomp.lacks() == ""
    monkeypatch.setattr(seccomp, "MACHINES", {})
    assert seccomp.lacks() == f"nltui has no list of system calls for {os.uname().machine}"
