"""A bell between threads that poll() hears: an eventfd that lives as long as the object."""

from __future__ import annotations

import contextlib
import os


class Wake:
    """Ring it from any thread; its owner polls and clears it."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """For poll and select."""
        return self._fd

    def ring(self) -> None:
        """Let the owner's poll return."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        """Let the next poll wait again."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._fd)

    def __del__(self) -> None:
        os.close(self._fd)
