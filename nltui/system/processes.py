"""Who a process is: /proc/PID, read when asked, remembered while it is the same process.

A pid alone names nobody, since the kernel gives it out again; (pid, start time) does. Source: proc_pid_stat(5).
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from functools import cache
from pathlib import Path

from nltui.record import Record
from nltui.text import visible

PROC = Path("/proc")
REMEMBERED = 4096
"""Most processes remembered; the one not asked for longest is forgotten first."""

_LONGEST_COMMAND = 4096
_STARTTIME = 19
"""Place of `starttime` (field 22) among the fields after the command name."""


class Process(Record):
    """One process as it was when first looked at."""

    pid: int
    name: str
    """comm, visible."""
    start_time: float
    """Seconds since the epoch, good to 10 ms; it serves to tell processes apart, not to date them."""
    uid: int
    """Effective user id."""
    command: str
    """Command line, arguments joined by spaces, visible; the name in brackets where there is none (kernel threads)."""


class Processes:
    """A bounded memory of processes. Safe to ask from any thread."""

    def __init__(self, proc: Path = PROC, limit: int = REMEMBERED) -> None:
        self._proc, self._limit = proc, limit
        self._known: OrderedDict[tuple[int, int], Process] = OrderedDict()
        self._last: OrderedDict[int, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def describe(self, pid: int) -> Process | None:
        """The process that has this pid now; None where there is none or it may not be looked at. Never raises."""
        stat = self._read(pid, "stat", _LONGEST_COMMAND)
        opening, closing = stat.find(b"("), stat.rfind(b")")
        fields = stat[closing + 1 :].split()
        if not 0 <= opening < closing or len(fields) <= _STARTTIME or not fields[_STARTTIME].isdigit():
            return None
        key = (pid, int(fields[_STARTTIME]))
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        found = self._look(key, stat[opening + 1 : closing])
        if found is not None:
            self._remember(key, found)
        return found

    def last(self, pid: int) -> Process | None:
        """The process that has this pid, else the last one that was seen with it: a short-lived `ip` stays named."""
        found = self.describe(pid)
        if found is not None:
            return found
        with self._lock:
            key = self._last.get(pid)
            return self._known.get(key) if key is not None else None

    def _look(self, key: tuple[int, int], comm: bytes) -> Process | None:
        pid, ticks = key
        try:
            uid = (self._proc / str(pid)).stat().st_uid
        except OSError:
            return None
        name = visible(comm)
        line = self._read(pid, "cmdline", _LONGEST_COMMAND).rstrip(b"\0").replace(b"\0", b" ")
        start = self._boot_time() + ticks / os.sysconf("SC_CLK_TCK")
        return Process(pid, name, start, uid, visible(line, limit=_LONGEST_COMMAND) if line else f"[{name}]")

    def _remember(self, key: tuple[int, int], found: Process) -> None:
        with self._lock:
            self._known[key] = found
            self._last[key[0]] = key
            self._last.move_to_end(key[0])
            while len(self._known) > self._limit:
                self._known.popitem(last=False)
            while len(self._last) > self._limit:
                self._last.popitem(last=False)

    def _read(self, pid: int, file: str, limit: int) -> bytes:
        try:
            with (self._proc / str(pid) / file).open("rb") as handle:
                return handle.read(limit)
        except OSError:
            return b""

    def _boot_time(self) -> int:
        try:
            for line in (self._proc / "stat").read_bytes().splitlines():
                if line.startswith(b"btime "):
                    return int(line[6:])
        except (OSError, ValueError):
            pass
        return 0


@cache
def _processes() -> Processes:
    return Processes()


def describe(pid: int) -> Process | None:
    """The process that has this pid now; None where there is none. Remembered by (pid, start time)."""
    return _processes().describe(pid)


def last(pid: int) -> Process | None:
    """The process that has this pid, else the last one that was seen with it; None where none was."""
    return _processes().last(pid)
