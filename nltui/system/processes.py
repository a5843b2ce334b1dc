"""Who a process is: /proc/PID, read when asked, remembered while it is the same process running the same program.

A pid alone names nobody, since the kernel gives it out again; (pid, start time) does. Source: proc_pid_stat(5),
proc_pid_status(5).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nltui.record import Record, replace
from nltui.system import cgroups, proc_files
from nltui.system.namespaces import Identity
from nltui.text import visible

PROC = Path("/proc")
REMEMBERED = 4096
"""Most processes remembered; the one not asked for longest is forgotten first."""
PID_NS_INIT_INO = 0xEFFFFFFC
"""linux/nsfs.h: the inode number of the first PID namespace."""

_LONGEST_COMMAND = 4096
_PF_FORKNOEXEC, _PF_KTHREAD = 0x40, 0x200000
"""linux/sched.h: bits of the flags in /proc/PID/stat."""
_PPID, _FLAGS, _STARTTIME, _STARTCODE, _STARTSTACK = 1, 6, 19, 23, 25
"""Places of fields 4, 9, 22, 26 and 28 of /proc/PID/stat among those after the command name."""


class Process(Record):
    """One process as it was when looked at."""

    pid: int
    name: str
    """comm, visible."""
    start_time: float
    """Seconds since the epoch, good to 10 ms; it serves to tell processes apart, not to date them."""
    uid: int
    """Effective user id."""
    command: str
    """Command line, arguments joined by spaces, visible; the name in brackets where there is none (kernel threads,
    processes that are ending)."""
    inner: int = 0
    """Its pid in its own PID namespace: what the kernel takes as the port id of its first Netlink socket. 0 unknown."""
    ticks: int = 0
    """Start, in clock ticks since boot."""
    parent: int = 0
    parent_name: str = ""
    service: str = ""
    """The service or container that it belongs to, visible."""
    network: Identity | None = None
    """Its network namespace; None where it may not be looked at."""
    is_kernel: bool = False
    """A kernel thread."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether it counts processes otherwise than this /proc does: another PID namespace."""
        return self.inner not in (0, self.pid)

    def same(self, other: Process) -> bool:
        """Whether it is the same process, whatever program it runs."""
        return (self.pid, self.ticks, self.start_time) == (other.pid, other.ticks, other.start_time)


_Image = tuple[bytes, ...]
"""What differs between two programs that one process ran."""


class Processes:
    """A bounded memory of processes. Safe to ask from any thread."""

    def __init__(self, proc: Path = PROC, limit: int = REMEMBERED) -> None:
        self._proc, self.limit = proc, limit
        self._known: OrderedDict[tuple[int, int], tuple[_Image, Process]] = OrderedDict()
        self._lock = threading.Lock()
        self._booted = 0

    def describe(self, pid: int) -> Process | None:
        """The process that has this pid now; None where there is none or it may not be looked at. Never raises.

        A number of a thread that is not its process's is nobody's pid, though /proc would answer.
        """
        with self._open(pid) as directory:
            return None if directory is None else self._describe(pid, directory)

    def _describe(self, pid: int, directory: int) -> Process | None:
        stat = self._stat(directory)
        if stat is None:
            return None
        comm, fields = stat
        key = (pid, int(fields[_STARTTIME]))
        image = (comm, *(fields[i] for i in (_STARTCODE, _STARTSTACK) if i < len(fields)), _bit(fields[_FLAGS]))
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
        # The program is the same, but setns(2) may have moved it since.
        network = _network(directory)
        if known is not None and known[0] == image:
            if network in (None, known[1].network):
                return known[1]
            found: Process | None = replace(known[1], network=network)
        else:
            found = self._look(key, directory, comm, fields, network)
        if found is not None:
            self._remember(key, image, found)
        return found

    def is_alive(self, process: Process) -> bool:
        """Whether it still is there, a zombie not counted: its descriptors are closed."""
        with self._open(process.pid) as directory:
            stat = None if directory is None else self._stat(directory)
        return stat is not None and int(stat[1][_STARTTIME]) == process.ticks and stat[1][0] not in (b"Z", b"X")

    def are_strangers_in(self, network: Identity | None) -> bool:
        """Whether processes that count pids otherwise are, or may be, in a network namespace; None: any.

        Looks at every process. Where this /proc does not show the first PID namespace, others may always be there.
        """
        if not self._is_first:
            return True
        for pid in numbers(self._proc):
            with self._open(pid) as directory:
                if directory is None or _status(directory)[2] in (0, pid):
                    continue
                if network is None or _network(directory) in (None, network):
                    return True
        return False

    @property
    def _is_first(self) -> bool:
        try:
            return (self._proc / "self/ns/pid").stat().st_ino == PID_NS_INIT_INO
        except OSError:
            return False

    @contextlib.contextmanager
    def _open(self, pid: int) -> Iterator[int | None]:
        """A descriptor of /proc/PID: what is read through it is of one process, whoever gets the number next."""
        directory = proc_files.open_directory(f"{self._proc}/{pid}")
        try:
            yield directory
        finally:
            if directory is not None:
                proc_files.close(directory)

    def _stat(self, directory: int) -> tuple[bytes, list[bytes]] | None:
        """comm, and the fields behind it."""
        stat = proc_files.read(directory, "stat")
        opening, closing = stat.find(b"("), stat.rfind(b")")
        fields = stat[closing + 1 :].split()
        if not 0 <= opening < closing or len(fields) <= _STARTTIME:
            return None
        if not (fields[_STARTTIME].isdigit() and fields[_FLAGS].isdigit() and fields[_PPID].isdigit()):
            return None
        return stat[opening + 1 : closing], fields

    def _look(
        self, key: tuple[int, int], directory: int, comm: bytes, fields: list[bytes], network: Identity | None
    ) -> Process | None:
        pid, ticks = key
        tgid, uid, inner = _status(directory)
        if tgid != pid:
            return None
        group = proc_files.read(directory, "cgroup")
        parent = int(fields[_PPID])
        name = visible(comm)
        is_kernel = bool(int(fields[_FLAGS]) & _PF_KTHREAD)
        # Last, as it may take a while.
        line = _command_line(directory).rstrip(b"\0").replace(b"\0", b" ")
        command = visible(line, limit=_LONGEST_COMMAND) if line else f"[{name}]"
        start = self._boot_time() + ticks / os.sysconf("SC_CLK_TCK")
        above = visible(proc_files.read(directory, f"../{parent}/comm").rstrip(b"\n")) if parent else ""
        return Process(
            pid, name, start, uid, command, inner, ticks, parent, above, cgroups.service(group), network, is_kernel
        )

    def _remember(self, key: tuple[int, int], image: _Image, found: Process) -> None:
        with self._lock:
            self._known[key] = image, found
            while len(self._known) > self.limit:
                self._known.popitem(last=False)

    def _boot_time(self) -> int:
        """Seconds since the epoch; read once, so that one process has one start time whatever happens to the clock."""
        if not self._booted:
            try:
                for line in (self._proc / "stat").read_bytes().splitlines():
                    if line.startswith(b"btime "):
                        self._booted = int(line[6:])
            except (OSError, ValueError):
                pass
        return self._booted


def _status(directory: int) -> tuple[int, int, int]:
    """Thread group, effective user, and the pid in the innermost PID namespace; 0, -1 and 0 where unknown."""
    tgid, uid, inner = 0, -1, 0
    for line in proc_files.read(directory, "status").splitlines():
        name, _, rest = line.partition(b":")
        words = rest.split()
        if name == b"Tgid" and words:
            tgid = int(words[0])
        elif name == b"Uid" and len(words) > 1:
            uid = int(words[1])
        elif name == b"NSpid" and words:
            inner = int(words[-1])
            break
    # Kernels without PID namespaces have no NSpid, and no other numbers.
    return tgid, uid, inner or tgid


def _network(directory: int) -> Identity | None:
    """From `net:[4026531833]`; all namespaces are files of one file system."""
    name, _, number = proc_files.link(directory, "ns/net").partition(b":")
    if name != b"net" or not number[1:-1].isdigit():
        return None
    return Identity(_nsfs(), int(number[1:-1]))


@cache
def _nsfs() -> int:
    try:
        return Path("/proc/self/ns/net").stat().st_dev
    except OSError:
        return 0


def _command_line(directory: int) -> bytes:
    # It is in the process's own memory, for which one may have to wait: Python's lock is let go.
    try:
        fd = os.open("cmdline", os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
    except OSError:
        return b""
    try:
        return os.read(fd, _LONGEST_COMMAND)
    except OSError:
        return b""
    finally:
        os.close(fd)


def numbers(proc: Path = PROC) -> list[int]:
    """The pids of all processes that can be seen."""
    try:
        with os.scandir(proc) as entries:
            return [int(entry.name) for entry in entries if entry.name.isdigit()]
    except OSError:
        return []


def _bit(flags: bytes) -> bytes:
    return b"forked" if int(flags) & _PF_FORKNOEXEC else b"executed"


@cache
def _processes() -> Processes:
    return Processes()


def remember(most: int) -> None:
    """Bound the memory that the functions of this module share."""
    _processes().limit = most


def describe(pid: int) -> Process | None:
    """The process that has this pid now; None where there is none. Remembered by (pid, start time)."""
    return _processes().describe(pid)


def is_alive(process: Process) -> bool:
    """Whether a process still is there."""
    return _processes().is_alive(process)


def are_strangers_in(network: Identity | None) -> bool:
    """Whether processes of other PID namespaces are, or may be, in a network namespace."""
    return _processes().are_strangers_in(network)
