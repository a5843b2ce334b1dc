"""Changes that are taken back unless somebody confirms them: arming the guardian, and taking over one's watch."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from nltui.changes import guardian, journals
from nltui.changes.base import Step, Undo
from nltui.changes.journals import UNFINISHED, Entry, entries, undo_of
from nltui.changes.looks import look_of, room
from nltui.errors import KernelRefused, UsageError
from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.netlink.socket import Sockets, request_socket
from nltui.system.namespaces import Namespace, current

SECONDS, LEAST, MOST = 60, 10, 600
"""How long a change is applied without confirmation: usual, least, most."""
LATE = 5.0
"""Seconds after its time is over until a guardian that has not begun to roll back counts as stuck."""
ROOM = 4096
"""Bytes of a journal that are kept free for how it ended."""
SOON = 2.0
"""Seconds for a guardian that has decided to end."""
NAMED = 1000
"""Steps of the way back whose `ip` lines are stored: making these lines takes longer than all else."""
READY = 10.0
"""Seconds for the guardian to say that it watches."""
SYSTEMD = Path("/run/systemd/system")
"""There where systemd(1) runs the machine."""
MARGIN = 6.0
"""Seconds that must be left before another step is sent: the longest that one can take, and a little."""


class Process(Protocol):
    """A guardian."""

    pid: int

    def poll(self) -> int | None:
        """None while it runs."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired."""


class Adopted:
    """A guardian that another process started."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid, self._descriptor = pid, descriptor
        weakref.finalize(self, os.close, descriptor)

    @classmethod
    def of(cls, entry: Entry) -> Adopted | None:
        """That of a journal; None where there is none any more, or not to be seen from here."""
        pid = int(entry.told.get("guardian") or 0)
        try:
            found = cls(pid, os.pidfd_open(pid))
            # Its number may be another's by now: what was opened above stays what it is.
            is_guardian = b"nltui.changes.guardian" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return found if is_guardian else None

    def poll(self) -> int | None:
        """As Popen.poll(), without its exit code."""
        return 0 if select.select([self._descriptor], [], [], 0)[0] else None

    def kill(self) -> None:
        """As Popen.kill()."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """As Popen.wait()."""
        if not select.select([self._descriptor], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("guardian", timeout or 0)
        return 0


class Guard:
    """One armed guardian, as whoever applies the change holds it."""

    def __init__(self, entry: Entry, process: Process, seconds: int, undo: Undo, journal: int | None) -> None:
        """`journal`: its descriptor with the lock, which is closed with this; None: somebody else has it."""
        self.entry, self.seconds, self.undo = entry, seconds, undo
        self._process = process
        self._hold(journal)
        self._applied = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.letters = ""
        """To be typed: drawn only when the change was applied, so that seeing them proves something."""
        self.is_adopted = self.is_partial = False
        """Whether another nltui applied it; whether that ended in the middle of it."""

    @property
    def port(self) -> tuple[int, int]:
        """The port id of its guardian, and its process id."""
        return int(self.entry.told.get("port", 0)), self._process.pid

    @property
    def left(self) -> float:
        """Seconds until it is taken back."""
        return max(0.0, self._left)

    @property
    def _left(self) -> float:
        return self.seconds - (time.clock_gettime(time.CLOCK_BOOTTIME) - self._applied)

    @property
    def watches(self) -> bool:
        """Whether another step may be sent: its guardian is there, and will not act before the step has ended."""
        return self._process.poll() is None and self._left > min(MARGIN, self.seconds / 2)

    @property
    def owns(self) -> bool:
        """Whether it is for this process to tell how it ended."""
        return self._journal is not None

    def sends(self, count: int) -> None:
        """So many steps may have been done, should this process end now. Raises UsageError."""
        assert self._journal is not None
        try:
            guardian.count(self._journal, count)
        except OSError as error:
            raise UsageError(f"its guardian cannot be told how far it is: {error.strerror}") from error

    def applied(self) -> None:
        """The time counts from now."""
        self.entry.ask("APPLIED")
        self._applied = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.letters = _letters()

    def disarm(self) -> None:
        """The change was not applied, or was undone already."""
        with contextlib.suppress(UsageError):
            self.entry.ask("DISARM", "OK disarmed", journals.SHORT)
        self._ended()

    def confirm(self) -> None:
        """It stays. Raises UsageError where nobody watches any more."""
        self.entry.ask("CONFIRM", "OK confirmed", journals.SHORT)
        self._ended()

    def roll_back(self, *, anyway: bool = False) -> str:
        """Take it back now, `anyway` with what somebody changed meanwhile; what came of it."""
        said = self.entry.ask("ROLLBACK ANYWAY" if anyway else "ROLLBACK", "OK rolled back")
        self._ended()
        return said

    def ended(self) -> str | None:
        """Its outcome, where its guardian is about to go."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(SOON)
        return self.outcome()

    def outcome(self) -> str | None:
        """None while it is pending; how it ended, or `killed` where its guardian is gone without having decided.

        `told`: whoever applied it lives, has seen how it ended, and told of it.
        """
        state = next((one.state for one in entries() if one.path == self.entry.path), "")
        if self._process.poll() is None:
            if self._left > -LATE or state == "rolling back" or not self._may_decide():
                return None
            # Stopped by somebody: it must not go on after what is done in its place.
            self._process.kill()
            self._process.wait()
        if state and state not in UNFINISHED:
            # Whoever applied it may be gone by now; then it is told here.
            self._may_decide()
            return state
        if not self.owns and not state:
            return "told"
        return "killed" if self._may_decide() else None

    def _may_decide(self) -> bool:
        """Whether it is for this process to do what its guardian does not: whoever applied it comes first."""
        if self._journal is None:
            self._hold(self.entry.own())
        return self.owns

    def _hold(self, journal: int | None) -> None:
        self._journal = journal
        if journal is not None:
            self._closing = weakref.finalize(self, os.close, journal)

    def let_go(self) -> None:
        """Leave it to its guardian, and to whoever takes it over."""
        if self._journal is not None:
            self._journal = None
            self._closing()

    def _ended(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self.forget()

    def forget(self) -> None:
        """Its outcome was told; where it is for somebody else to tell, the journal stays."""
        if self._may_decide():
            self.entry.forget()


def _letters() -> str:
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz") for _ in range(2))


def adopt(entry: Entry) -> Guard | None:
    """Take over what was armed by another nltui: whoever sees its letters can decide. None where it is not to be had.

    That one may be dead, or only out of sight; where it lives and has not applied all of it yet, it is let be.
    """
    left, process = entry.left, Adopted.of(entry)
    journal = entry.own()
    if left is None or process is None or (journal is None and entry.state == "armed"):
        if journal is not None:
            os.close(journal)
        return None
    guard = Guard(entry, process, int(entry.told["seconds"]), undo_of(entry), journal)
    guard.is_adopted, guard.is_partial = True, entry.state == "armed"
    guard._applied -= guard.seconds - left
    guard.letters = _letters()
    return guard


def arm(
    namespace: Namespace | None,
    undo: Undo,
    sentence: str,
    line: str,
    seconds: int = SECONDS,
    after: Sequence[int] = (),
) -> Guard:
    """Journal what takes the change back, start its guardian, and wait until it watches.

    `after`: of each step of `undo`, how many steps are before those that it takes back; none: it takes back the first.

    Raises UsageError where any of it cannot be, or another change of this namespace is pending: then nothing may be
    applied.
    """
    if not undo.steps:
        raise UsageError("nothing was applied: nothing would take it back")
    if not undo.can_be_guarded:
        raise UsageError("nothing was applied: what takes it back is not only messages, which no guardian could send")
    with contextlib.ExitStack() as opened:
        where = namespace or opened.enter_context(current())
        opened.enter_context(_alone())
        for entry in entries(where):
            if entry.state in UNFINISHED and entry.is_watched:
                raise UsageError(f"another change is pending here: {entry.sentence}; confirm it or roll it back first")
        told = {
            "state": "armed",
            "namespace": list(where.identity),
            "name": where.name,
            "path": where.path,
            "sentence": sentence,
            "line": line,
            "seconds": max(LEAST, min(MOST, seconds)),
            "created": time.time(),
            "user": os.getuid(),
            "sudo_user": os.environ.get("SUDO_USER", ""),
            "pid": os.getpid(),
            "number": _number(),
            "lost": undo.lost,
            "steps": [
                _step(step, before, number)
                for number, (step, before) in enumerate(zip(undo.steps, after or [0] * len(undo.steps), strict=True))
            ],
        }
        return _armed(namespace, undo, told, opened)


def _number() -> int:
    """The least that no journal has."""
    taken = {entry.number for entry in entries()}
    return next(number for number in itertools.count(1) if number not in taken)


def _step(step: Step, before: int, number: int) -> dict[str, Any]:
    says = step.says if number < NAMED else f"step {number + 1}"
    told = {"message": step.message().hex(), "says": says, "fine": sorted(step.fine), "after": before}
    look = look_of(step)
    return told | {"look": look} if look is not None else told


def _armed(namespace: Namespace | None, undo: Undo, told: dict[str, Any], opened: contextlib.ExitStack) -> Guard:
    path = journals.FOLDER / f"{time.time_ns()}-{os.getpid()}.json"
    try:
        netlink = opened.enter_context(request_socket(Sockets(namespace), NETLINK_ROUTE))
        told["port"] = netlink.getsockname()[0]
        journal = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        opened.callback(os.close, journal)
        failed = opened.enter_context(contextlib.ExitStack())
        failed.callback(path.unlink, missing_ok=True)
        entry = Entry(path, told)
        if (lock := entry.own()) is None:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        failed.callback(os.close, lock)
        raw = guardian.written(told, ROOM + sum(room(step.get("look")) for step in told["steps"]))
        if os.write(journal, raw) != len(raw):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(journal)
        control = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        control.bind(str(path.with_suffix(".sock")))
        failed.callback(path.with_suffix(".sock").unlink, missing_ok=True)
        path.with_suffix(".sock").chmod(0o600)
        control.listen(8)
        process = _spawn(netlink.fileno(), journal, control.fileno())
    except OSError as error:
        raise UsageError(
            f"nothing was applied: the way back could not be stored in {journals.FOLDER}: {error.strerror}"
        ) from error
    except KernelRefused as error:
        raise UsageError(f"nothing was applied: {error}") from error
    failed.pop_all()
    return Guard(entry, process, int(told["seconds"]), undo, lock)


def _spawn(*descriptors: int) -> subprocess.Popen[bytes]:
    """A guardian that watches already. Raises UsageError."""
    refused = UsageError("nothing was applied: the guardian that would take it back did not start")
    for before in _units():
        process = _started(before, descriptors)
        if _is_ready(process):
            return process
        process.kill()
        process.wait()
    raise refused


def _units() -> Iterator[list[str]]:
    """Words before the guardian's: where there is systemd, those that run it in a unit of its own.

    The end of the login's unit does not take it along then, and it keeps our descriptors. Where systemd does not
    answer it must do without: a session of its own it has in any case.
    """
    if SYSTEMD.is_dir() and (scope := shutil.which("systemd-run")):
        yield [scope, "--scope", "--quiet", "--collect", "--"]
    yield []


def _started(before: list[str], descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*before, sys.executable, "-I", "-m", "nltui.changes.guardian", *map(str, descriptors)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=descriptors,
        start_new_session=True,
        cwd="/",
    )


def _is_ready(process: subprocess.Popen[bytes]) -> bool:
    assert process.stdout is not None
    with process.stdout as said:
        return bool(select.select([said], [], [], READY)[0]) and said.readline() == b"READY\n"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Between the look whether another change waits and the guardian's READY nobody else may arm one."""
    try:
        journals.FOLDER.mkdir(mode=0o700, exist_ok=True)
        folder = os.open(journals.FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(
            f"nothing was applied: the way back could not be stored in {journals.FOLDER}: {error.strerror}"
        ) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
