"""A Python program on a pseudo-terminal of its own."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
from types import TracebackType
from typing import Self

DEADLINE = 30
"""Seconds after which a program that does not answer fails the test; never what a test measures."""


class OnTerminal:
    """Runs `python -c PROGRAM`; the test holds the other end of its terminal. Use it in a `with` statement."""

    def __init__(self, program: str, ready: bytes) -> None:
        self.master, self.slave = pty.openpty()
        self.modes = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        self.read_until(ready)

    def read_until(self, wanted: bytes) -> bytes:
        """What the terminal was sent, up to and with `wanted`."""
        read = b""
        while wanted not in read:
            assert select.select([self.master], [], [], DEADLINE)[0], read
            read += os.read(self.master, 4096)
        return read

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the exit code, negative where the signal itself ended the program."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    def hang_up(self) -> None:
        """Close both ends that the test holds."""
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)
        self.master = self.slave = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()
