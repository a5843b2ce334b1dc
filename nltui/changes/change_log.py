"""The log of own changes that stays: who, when, what, how it ended."""

from __future__ import annotations

import errno
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


def record(namespace: str, what: str, line: str, result: str) -> str:
    """Append to the log under the XDG state directory, mode 0600; one line or nothing.

    What cannot be written costs the log, no change: why is returned as a sentence, empty where it was.
    """
    place = state.directory()
    if not place:
        return ""
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
    said = json.dumps({key: value for key, value in told.items() if value != ""}) + "\n"
    try:
        Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
        path = Path(place, FILE)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".log.1"))
        _append(path, said.encode("utf-8", "backslashreplace"))
    except OSError as error:
        return f"not logged in {place}: {error.strerror}"
    return ""


def _append(path: Path, line: bytes) -> None:
    """Raises OSError; then nothing of it is left."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = os.open(path, flags, 0o600)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        os.fchmod(handle, 0o600)
        size = os.fstat(handle).st_size
        written = 0
        try:
            written = os.write(handle, line)
        finally:
            # Half a line would swallow the next, unless another nltui has written that by now.
            if written < len(line) and os.fstat(handle).st_size == size + written:
                os.ftruncate(handle, size)
        if written < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(handle)
