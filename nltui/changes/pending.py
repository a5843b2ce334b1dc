"""Changes that are taken back unless somebody confirms them: arming the guardian, and talking to it.

Journals lie in /run/nltui, one a change, mode 0600; beside each the socket of its guardian.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nltui.changes import guardian
from nltui.changes.base import Step, Undo
from nltui.errors import KernelRefused, UsageError
from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.netlink.socket import Sockets, request_socket
from nltui.system.namespaces import Namespace, current
from nltui.text import visible

FOLDER = Path("/run/nltui")
SECONDS, LEAST, MOST = 60, 10, 600
"""How long a change is applied without confirmation: usual, least, most."""
STATUS = 2.0
"""Seconds for a guardian to answer whether it is there."""
LATE = 5.0
"""Seconds after its time is over until a guardian that has not begun to roll back counts as stuck."""
ROOM = 4096
"""Bytes of a journal that are kept free for how it ended."""
READY = 10.0
"""Seconds for the guardian to say that it watches."""
SYSTEMD = Path("/run/systemd/system")
"""There where systemd(1) runs the machine."""
MARGIN = 6.0
"""Seconds that must be left before another step is sent: the longest that one can take, and a little."""
UNFINISHED = ("armed", "applied", "rolling back")


@dataclass(frozen=True)
class Entry:
    """What a journal says."""

    path: Path
    told: dict[str, Any]

    @property
    def state(self) -> str:
        """armed, applied, confirmed, disarmed, rolling back or rolled back."""
        return str(self.told.get("state", ""))

    @property
    def sentence(self) -> str:
        """What was changed, visible text."""
        return visible(str(self.told.get("sentence", "")), limit=400)

    @property
    def refused(self) -> list[str]:
        """Steps of the rollback that the kernel refused."""
        return [visible(str(one), limit=400) for one in self.told.get("refused", [])]

    def ask(self, word: str, expects: str = "OK") -> str:
        """Tell its guardian; what it answers. Raises UsageError where there is none, or it does something else."""
        try:
            said = self._told(word, 60)
        except OSError as error:
            raise UsageError(f"nobody watches over this change any more ({error.strerror or error})") from error
        if not said.startswith(expects):
            raise UsageError(f"the guardian of this change answered {said!a}, not {expects!a}")
        return said

    def _told(self, word: str, seconds: float) -> str:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(seconds)
            sock.connect(str(self.path.with_suffix(".sock")))
            sock.sendall(word.encode() + b"\n")
            return visible(sock.recv(400).strip(), limit=400)

    @property
    def is_watched(self) -> bool:
        """Whether its guardian is there; one that does not answer, being stopped, still is."""
        try:
            self._told("STATUS", STATUS)
        except TimeoutError:
            return True
        except OSError:
            return False
        return True

    def forget(self) -> None:
        """Its outcome was told."""
        for path in (self.path, self.path.with_suffix(".sock")):
            with contextlib.suppress(OSError):
                path.unlink()


def entries(namespace: Namespace | None = None) -> list[Entry]:
    """All journals, the oldest first; of one namespace where it is given."""
    found = []
    for path in sorted(FOLDER.glob("*.json")) if FOLDER.is_dir() else ():
        try:
            told = guardian.read(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(told, dict) and (namespace is None or told.get("namespace") == list(namespace.identity)):
            found.append(Entry(path, told))
    return found


class Guard:
    """One armed guardian, as whoever applies the change holds it."""

    def __init__(self, entry: Entry, process: subprocess.Popen[bytes], seconds: int, undo: Undo, journal: int) -> None:
        """`journal`: its descriptor, which is closed with this."""
        self.entry, self.seconds, self.undo = entry, seconds, undo
        self._process, self._journal = process, journal
        weakref.finalize(self, os.close, journal)
        self._applied = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.letters = ""
        """To be typed: drawn only when the change was applied, so that seeing them proves something."""

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

    def sends(self, count: int) -> None:
        """So many steps may have been done, should this process end now. Raises UsageError."""
        try:
            guardian.count(self._journal, count)
        except OSError as error:
            raise UsageError(f"its guardian cannot be told how far it is: {error.strerror}") from error

    def applied(self) -> None:
        """The time counts from now."""
        self.entry.ask("APPLIED")
        self._applied = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.letters = "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz") for _ in range(2))

    def disarm(self) -> None:
        """The change was not applied, or was undone already."""
        with contextlib.suppress(UsageError):
            self.entry.ask("DISARM", "OK disarmed")
        self._ended()

    def confirm(self) -> None:
        """It stays. Raises UsageError where nobody watches any more."""
        self.entry.ask("CONFIRM", "OK confirmed")
        self._ended()

    def roll_back(self) -> str:
        """Take it back now; what came of it."""
        said = self.entry.ask("ROLLBACK", "OK rolled back")
        self._ended()
        return said

    def outcome(self) -> str | None:
        """None while it is pending; how it ended, or `killed` where its guardian is gone without having decided."""
        state = next((one.state for one in entries() if one.path == self.entry.path), "killed")
        if self._process.poll() is None:
            if self._left > -LATE or state == "rolling back":
                return None
            # Stopped by somebody: it must not go on after what is done in its place.
            self._process.kill()
            self._process.wait()
        return "killed" if state in UNFINISHED else state

    def _ended(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self.entry.forget()


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
            "steps": [
                _step(step, before) for step, before in zip(undo.steps, after or [0] * len(undo.steps), strict=True)
            ],
        }
        return _armed(namespace, undo, told, opened)


def _step(step: Step, before: int) -> dict[str, Any]:
    return {"message": step.message().hex(), "says": step.says, "fine": sorted(step.fine), "after": before}


def _armed(namespace: Namespace | None, undo: Undo, told: dict[str, Any], opened: contextlib.ExitStack) -> Guard:
    path = FOLDER / f"{time.time_ns()}-{os.getpid()}.json"
    try:
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        journal = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        opened.callback(os.close, journal)
        failed = opened.enter_context(contextlib.ExitStack())
        failed.callback(path.unlink, missing_ok=True)
        raw = guardian.written(told, ROOM)
        if os.write(journal, raw) != len(raw):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(journal)
        control = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        control.bind(str(path.with_suffix(".sock")))
        failed.callback(path.with_suffix(".sock").unlink, missing_ok=True)
        path.with_suffix(".sock").chmod(0o600)
        control.listen(8)
        netlink = opened.enter_context(request_socket(Sockets(namespace), NETLINK_ROUTE))
        process = _spawn(netlink.fileno(), journal, control.fileno())
    except OSError as error:
        raise UsageError(
            f"nothing was applied: the way back could not be stored in {FOLDER}: {error.strerror}"
        ) from error
    except KernelRefused as error:
        raise UsageError(f"nothing was applied: {error}") from error
    failed.pop_all()
    return Guard(Entry(path, told), process, int(told["seconds"]), undo, os.dup(journal))


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
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        folder = os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(
            f"nothing was applied: the way back could not be stored in {FOLDER}: {error.strerror}"
        ) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def unfinished() -> Iterator[tuple[Entry, bool]]:
    """(journal, whether its guardian lives) of what is not decided yet."""
    for entry in entries():
        if entry.state in UNFINISHED:
            yield entry, entry.is_watched


def take_back(entry: Entry) -> list[str]:
    """Roll back what nobody watches over any more; the steps that were refused. Raises NltuiError."""
    from nltui.system.namespaces import resolve

    with contextlib.ExitStack() as opened:
        here = opened.enter_context(current())
        wanted = entry.told.get("namespace")
        namespace: Namespace | None = None
        if list(here.identity) != wanted:
            namespace = opened.enter_context(resolve(str(entry.told.get("path") or entry.told.get("name"))))
            if list(namespace.identity) != wanted:
                raise UsageError(f"{visible(str(entry.told.get('name')))} is another network namespace now")
        sock = opened.enter_context(request_socket(Sockets(namespace), NETLINK_ROUTE))
        sock.setblocking(True)
        return guardian.roll_back(sock, guardian.sent(entry.told))
