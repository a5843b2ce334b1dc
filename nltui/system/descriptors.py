"""Which process holds a socket: /proc/PID/fd, where a socket is a link to `socket:[inode]`.

Other users' processes may be looked at only with CAP_SYS_PTRACE. Source: proc_pid_fd(5).
"""

from __future__ import annotations

import os
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from nltui.system import proc_files, processes
from nltui.system.processes import PROC

MOST = 65536
"""Descriptors of one process that are looked at."""


def find(pid: int, inode: int, proc: Path = PROC) -> int | None:
    """The lowest descriptor by which a process holds a socket; None where it does not. Raises PermissionError."""
    return min((fd for fd, held in _sockets(pid, proc) if held == inode), default=None)


def holds(pid: int, fd: int, inode: int, proc: Path = PROC) -> bool:
    """Whether a descriptor of a process still is this socket."""
    try:
        directory = os.open(f"{proc}/{pid}/fd", os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        return _inode(str(fd), directory) == inode
    finally:
        os.close(directory)


def owners(inodes: Collection[int], proc: Path = PROC) -> tuple[dict[int, list[int]], bool]:
    """Inode → processes that hold it, by looking at every process; and whether all could be looked at.

    Milliseconds for hundreds of processes: to be done seldom, and not where somebody waits.
    """
    found: dict[int, list[int]] = {}
    complete = True
    for pid in processes.numbers(proc):
        try:
            held = {inode for _, inode in _sockets(pid, proc) if inode in inodes}
        except PermissionError:
            complete = False
            continue
        for inode in held:
            found.setdefault(inode, []).append(pid)
    return found, complete


def _sockets(pid: int, proc: Path) -> list[tuple[int, int]]:
    """(descriptor, inode) of every socket; none where the process is gone. Raises PermissionError."""
    found: list[tuple[int, int]] = []
    try:
        directory = os.open(f"{proc}/{pid}/fd", os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        raise
    except OSError:
        return found
    try:
        with os.scandir(directory) as entries:
            for entry in islice(entries, MOST):
                # Not stat(): that would wait for a file on a network that is away.
                inode = _inode(entry.name, directory)
                if inode is not None:
                    found.append((int(entry.name), inode))
    except OSError:
        pass
    finally:
        os.close(directory)
    return found


def _inode(name: str, directory: int) -> int | None:
    """Of the socket that an entry stands for; None where it is none. A Path would remember every name for good."""
    target = proc_files.link(directory, name)
    return int(target[8:-1]) if target.startswith(b"socket:[") else None
