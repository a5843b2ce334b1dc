"""The log of own changes that stays: who, when, what, how it ended."""

from __future__ import annotations

import json
import os
import pwd
import stat
import time
from pathlib import Path

from nltui.system import state

FILE = "changes.log"
LARGEST = 8 << 20
"""Bytes from which the log is begun anew; the one before stays as changes.log.1."""


def record(namespace: str, what: str, line: str, result: str) -> None:
    """Append to the log under the XDG state directory, mode 0600. What cannot be written costs the log, no change."""
    place = state.directory()
    if not place:
        return
    uid = os.getuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    told = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "user": user,
        "sudo_user": os.environ.get("SUDO_USER", ""),
        "pid": os.getpid(),
        "netns": namespace,
        "what": what,
        "line": line,
        "result": result,
    }
    try:
        Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
        path = Path(place, FILE)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".log.1"))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(path, flags, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return
            os.fchmod(handle, 0o600)
            file.write(json.dumps({key: value for key, value in told.items() if value != ""}) + "\n")
    except OSError:
        return
