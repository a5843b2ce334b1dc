"""Which process holds a socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nltui.system.descriptors import find, holds, owners


def test_a_socket_of_this_process() -> None:
    with socket.socket() as mine:
        inode = os.fstat(mine.fileno()).st_ino
        assert find(os.getpid(), inode) == mine.fileno()
        assert holds(os.getpid(), mine.fileno(), inode)
        assert owners({inode})[0] == {inode: [os.getpid()]}
        number = mine.fileno()
    assert not holds(os.getpid(), number, inode)
    assert find(os.getpid(), inode) is None


def test_a_socket_that_was_inherited_has_two_owners() -> None:
    with socket.socket() as mine:
        inode = os.fstat(mine.fileno()).st_ino
        with subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[mine.fileno()]
        ) as child:
            found, _ = owners({inode})
            child.communicate(b"\n")
        assert sorted(found[inode]) == sorted((os.getpid(), child.pid))


def test_nobody(tmp_path: Path) -> None:
    assert find(2**31 - 1, 7) is None
    assert owners({7}, tmp_path) == ({}, True)
    assert owners({7}, tmp_path / "none") == ({}, True)


def test_a_made_up_proc(tmp_path: Path) -> None:
    for pid, inode in ((7, 70), (8, 80), (9, 70)):
        (tmp_path / str(pid) / "fd").mkdir(parents=True)
        (tmp_path / str(pid) / "fd/0").symlink_to("/dev/null")
        (tmp_path / str(pid) / "fd/5").symlink_to(f"socket:[{inode}]")
        (tmp_path / str(pid) / "fd/3").symlink_to(f"socket:[{inode}]")
    found, complete = owners({70}, tmp_path)
    assert ({inode: sorted(pids) for inode, pids in found.items()}, complete) == ({70: [7, 9]}, True)
    assert find(8, 80, tmp_path) == 3
    assert holds(8, 5, 80, tmp_path)
    assert not holds(8, 0, 80, tmp_path)


def test_other_users_processes_may_not_be_looked_at() -> None:
    if os.geteuid():
        pytest.skip("needs root: becomes another user")
    body = (
        "import os; os.setuid(65534)\n"
        "from nltui.system import descriptors\n"
        "found, complete = descriptors.owners({1})\n"
        "assert not complete\n"
        "try: descriptors.find(os.getppid(), 1)\n"
        "except PermissionError: print('refused')\n"
    )
    # Imported before the change of user: the source may be another's.
    body = "import nltui.system.descriptors\n" + body
    done = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
