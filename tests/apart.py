"""Tests keep apart from what else runs on this machine: journals of changes lie in a folder of their own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from pathlib import Path

from nltui.changes import guardian
from nltui.system.state import JOURNALS

CLONE_NEWNS = 0x20000
MS_REC, MS_SLAVE = 0x4000, 0x80000


def own_mounts() -> bool:
    """Have this process, and what it starts, mount where nobody else sees it; whether that was possible.

    Slaves of the machine's mounts, as `ip netns exec` has it. Before there are threads: it is each thread's own.
    """
    if os.geteuid() != 0:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(b"none", b"/", None, MS_REC | MS_SLAVE, None) != 0:
        return False
    JOURNALS.mkdir(mode=0o700, exist_ok=True)
    return bool(libc.mount(b"nltui-tests", os.fsencode(JOURNALS), b"tmpfs", 0, b"mode=0700") == 0)


def clear() -> None:
    """End guardians that a test left, and take their journals away, so that the next one finds none."""
    for path in JOURNALS.iterdir():
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            pid = int(guardian.read(path.read_bytes())["guardian"])
            if b"nltui.changes.guardian" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        path.unlink(missing_ok=True)
