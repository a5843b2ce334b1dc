"""Namespaces of `ip netns`: found by every spelling, told apart, entered by a thread that ends."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nltui.errors import PrivilegeMissing
from nltui.system.namespaces import Identity, current, name_of, named, resolve, run_in
from tests.kernel.netns import Netns

UNPRIVILEGED_UID = 65534


def here() -> Identity:
    """The namespace of the calling thread."""
    status = Path("/proc/thread-self/ns/net").stat()
    return Identity(status.st_dev, status.st_ino)


def test_by_name_path_and_pid_it_is_the_same_namespace(netns: Netns) -> None:
    sleeper = netns.popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1)
    try:
        assert sleeper.stdout is not None
        sleeper.stdout.readline()
        with resolve(netns.name) as a, resolve(netns.path) as b, resolve(str(sleeper.pid)) as c:
            assert a.identity == b.identity == c.identity
            assert a.name == netns.name
            assert name_of(a.identity) == netns.name
            assert named()[a.identity] == netns.name
    finally:
        sleeper.communicate("\n")


def test_work_runs_inside_and_the_caller_stays_outside(netns: Netns) -> None:
    before, threads = here(), threading.active_count()
    with resolve(netns.name) as target:
        assert run_in(target.fd, here) == target.identity
        assert target.identity != before
        inside = run_in(target.fd, socket.if_nameindex)
    assert [name for _, name in inside] == ["lo"]
    assert here() == before
    assert threading.active_count() == threads


def test_what_the_work_raises_is_raised(netns: Netns) -> None:
    with resolve(netns.name) as target, pytest.raises(ZeroDivisionError):
        run_in(target.fd, lambda: 1 // 0)


def test_a_namespace_stays_the_same_when_its_name_is_given_to_another(netns: Netns, peer: Netns) -> None:
    with resolve(netns.name) as target:
        subprocess.run(["ip", "netns", "del", netns.name], check=True)
        subprocess.run(["ip", "netns", "add", netns.name], check=True)
        with resolve(netns.name) as another:
            assert another.identity != target.identity
        assert run_in(target.fd, here) == target.identity
        assert name_of(target.identity) != netns.name


def test_a_name_that_is_a_number_wins_over_the_process(netns: Netns) -> None:
    number = str(os.getpid())
    subprocess.run(["ip", "netns", "attach", number, str(os.getpid())], check=True)
    try:
        with resolve(number) as found, current() as mine:
            assert (found.name, found.identity) == (number, mine.identity)
            assert mine.name in named().values()
    finally:
        subprocess.run(["ip", "netns", "del", number], check=True)


def test_entering_without_privilege_says_what_is_missing(netns: Netns) -> None:
    child = os.fork()
    if child == 0:
        os._exit(_enter_as_nobody(netns.path))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == PrivilegeMissing.exit_code


def _enter_as_nobody(path: str) -> int:
    with resolve(path) as target:
        os.setgid(UNPRIVILEGED_UID)
        os.setuid(UNPRIVILEGED_UID)
        try:
            run_in(target.fd, here)
        except PrivilegeMissing as error:
            return error.exit_code
    return 0
