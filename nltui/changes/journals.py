"""What waits to be confirmed, or was rolled back, as the journals tell; and asking their guardians.

Journals lie in /run/nltui, one a change, mode 0600; beside each the socket of its guardian. Whoever applies a change,
or took it over, holds a lock on its journal: it will tell how it ended, and puts the journal away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nltui.changes import guardian
from nltui.changes.base import Step, Undo
from nltui.changes.witness import came_of
from nltui.errors import UsageError
from nltui.netlink.constants.netlink import NETLINK_ROUTE, NLM_F_ACK, NLM_F_REQUEST
from nltui.netlink.socket import Sockets, request_socket
from nltui.system import state
from nltui.system.namespaces import Namespace, current, resolve
from nltui.text import visible

FOLDER = state.JOURNALS
STATUS = 2.0
"""Seconds for a guardian to answer whether it is there."""
PATIENCE, SHORT = 60.0, 5.0
"""Seconds for it to roll back, and for what it answers at once unless somebody has stopped it."""
UNFINISHED = ("armed", "applied", "rolling back")
HALF_WRITTEN = 0.05
"""Seconds in which a journal that is just being written becomes whole."""


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
    def number(self) -> int:
        """By which a person names it; no other that waits has the same."""
        return int(self.told.get("number", 0))

    @property
    def namespace(self) -> str:
        """Its name, visible text."""
        return visible(str(self.told.get("name", "")), limit=100)

    @property
    def sentence(self) -> str:
        """What was changed, visible text."""
        return visible(str(self.told.get("sentence", "")), limit=400)

    @property
    def line(self) -> str:
        """The `ip` lines of it, visible text in one line."""
        return visible(" ; ".join(str(self.told.get("line", "")).split("\n")), limit=400)

    @property
    def who(self) -> str:
        """Made it: the user, who that was before sudo, and the process."""
        uid = int(self.told.get("user", 0))
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            name = str(uid)
        sudo = f", sudo by {self.told['sudo_user']}" if self.told.get("sudo_user") else ""
        return visible(f"{name}{sudo} (pid {self.told.get('pid', '?')})", limit=100)

    @property
    def ended(self) -> float:
        """When it was rolled back, seconds since the epoch; 0 where it was not, or nobody can say."""
        ended = self.told.get("ended")
        return float(ended) if isinstance(ended, int | float) else 0.0

    @property
    def refused(self) -> list[str]:
        """Steps of the rollback that the kernel refused."""
        return [visible(str(one), limit=400) for one in self.told.get("refused", [])]

    @property
    def kept(self) -> list[str]:
        """What the rollback let be, since somebody had changed it."""
        return [visible(str(one), limit=400) for one in self.told.get("kept", [])]

    @property
    def came(self) -> str:
        """What is to be said of a rollback behind that it was done."""
        return came_of(self.refused, self.kept)

    def ask(self, word: str, expects: str = "OK", seconds: float = PATIENCE) -> str:
        """Tell its guardian; what it answers. Raises UsageError where there is none, or it does something else."""
        try:
            said = self._told(word, seconds)
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

    @property
    def left(self) -> int | None:
        """Seconds until it is taken back; None where its guardian does not say."""
        try:
            return int(self._told("STATUS", STATUS).removeprefix("OK "))
        except (OSError, ValueError):
            return None

    def own(self) -> int | None:
        """A descriptor of the journal with the lock of whoever will tell how it ended; None: somebody has it."""
        try:
            opened = os.open(self.path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(opened)
            return None
        return opened

    def forget(self) -> None:
        """Its outcome was told."""
        for path in (self.path, self.path.with_suffix(".sock")):
            with contextlib.suppress(OSError):
                path.unlink()


def _found() -> Iterator[Entry | str]:
    """All journals, the oldest first; a sentence for what cannot be read."""
    try:
        paths = sorted(path for path in FOLDER.iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        return
    except OSError as error:
        yield f"{FOLDER} cannot be read, so changes may wait that are not shown: {error.strerror}"
        return
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            yield _read(path)


def _read(path: Path) -> Entry | str:
    shown = visible(str(path), limit=200)
    for last in (False, True):
        try:
            told = guardian.read(path.read_bytes())
            if not isinstance(told, dict) or not isinstance(told.get("state"), str) or "steps" not in told:
                raise ValueError
            return Entry(path, told)
        except FileNotFoundError:
            raise
        except OSError as error:
            return f"{shown} cannot be read: {error.strerror}"
        except ValueError:
            if not last:
                time.sleep(HALF_WRITTEN)
    return f"{shown} is damaged: what change it was about, and whether that is still there, cannot be told"


def entries(namespace: Namespace | None = None) -> list[Entry]:
    """All journals, the oldest first; of one namespace where it is given."""
    wanted = list(namespace.identity) if namespace is not None else None
    return [one for one in _found() if isinstance(one, Entry) and wanted in (None, one.told.get("namespace"))]


def unreadable() -> list[str]:
    """A sentence for each journal that cannot be read: something may wait that nobody sees."""
    return [one for one in _found() if isinstance(one, str)]


def take_back(entry: Entry, namespace: Namespace | None = None, *, anyway: bool = False) -> guardian.Came:
    """Roll back what nobody watches over any more; what came of it. Raises NltuiError.

    `namespace`: where it is open already; `anyway`: with what somebody changed meanwhile.
    """
    with contextlib.suppress(OSError):
        # What it says now: how far it was.
        read = _read(entry.path)
        entry = read if isinstance(read, Entry) else entry
    wanted = entry.told.get("namespace")
    with contextlib.ExitStack() as opened:
        if namespace is None and list(opened.enter_context(current()).identity) != wanted:
            namespace = opened.enter_context(resolve(str(entry.told.get("path") or entry.told.get("name"))))
        if namespace is not None and list(namespace.identity) != wanted:
            raise UsageError(f"{entry.namespace} is another network namespace now")
        sock = opened.enter_context(request_socket(Sockets(namespace), NETLINK_ROUTE))
        sock.setblocking(True)
        return guardian.roll_back(sock, guardian.sent(entry.told), anyway=anyway)


def undo_of(entry: Entry) -> Undo:
    """What takes a change back, as its journal tells."""
    steps = []
    for told in guardian.sent(entry.told):
        raw = bytes.fromhex(told["message"])
        type_, flags = struct.unpack_from("=HH", raw, 4)
        flags &= ~(NLM_F_REQUEST | NLM_F_ACK)
        steps.append(Step(type_, flags, raw[16:], visible(told["says"], limit=1000), frozenset(told["fine"])))
    return Undo(tuple(steps), tuple(visible(one, limit=400) for one in entry.told.get("lost", ())))
