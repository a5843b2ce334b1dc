"""Names of users, from /etc/passwd alone: what a directory service knows would have to be waited for."""

from __future__ import annotations

import threading
from pathlib import Path

from nltui.text import visible

PASSWD = Path("/etc/passwd")
_LONGEST_FILE = 1 << 20


class Users:
    """User id → name; the file is read again after it changed. Safe from any thread."""

    def __init__(self, path: Path = PASSWD) -> None:
        self._path = path
        self._names: dict[int, str] = {}
        self._read_at = -1
        self._lock = threading.Lock()

    def name(self, uid: int) -> str:
        """Visible; the number where it has no name."""
        with self._lock:
            try:
                changed = self._path.stat().st_mtime_ns
                if changed != self._read_at:
                    self._names, self._read_at = dict(_entries(self._path)), changed
            except OSError:
                self._names = {}
            return self._names.get(uid, str(uid))


def _entries(path: Path) -> list[tuple[int, str]]:
    with path.open("rb") as file:
        lines = file.read(_LONGEST_FILE).split(b"\n")
    fields = [line.split(b":") for line in lines]
    # Of several names for one number the first counts, as in getpwuid(3).
    return [(int(one[2]), visible(one[0], limit=64)) for one in reversed(fields) if len(one) >= 3 and one[2].isdigit()]


_users = Users()


def name(uid: int) -> str:
    """The name of a user id on this system; the number where it has none."""
    return _users.name(uid)
