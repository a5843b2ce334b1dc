"""Changes in directories as the kernel tells them: inotify(7), linux/inotify.h; Python's library lacks it."""

from __future__ import annotations

import contextlib
import ctypes
import os

MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
DELETE_SELF, MOVE_SELF = 0x400, 0x800
ONLYDIR = 0x01000000
ENTRIES = MOVED_FROM | MOVED_TO | CREATE | DELETE | DELETE_SELF | MOVE_SELF | ONLYDIR
"""What can make a name in a directory mean something else."""
ROOM = 1 << 16


class Inotify:
    """Tells that entries of watched directories came, went or moved; not which: poll it, drain it, look yourself."""

    def __init__(self) -> None:
        """Raises OSError where no more instances may be had (fs.inotify.max_user_instances)."""
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def watch(self, directory: str) -> None:
        """Watch one more directory; watching it again changes nothing. Raises OSError."""
        self._checked(self._libc.inotify_add_watch(self._fd, os.fsencode(directory), ENTRIES))

    def fileno(self) -> int:
        """For poll and select."""
        return self._fd

    def drain(self) -> None:
        """Forget what was told."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._fd, ROOM):
                pass

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result
