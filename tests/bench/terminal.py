"""A program on a pseudo-terminal, and when its output said what."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.bench.process import environment

LINES, COLUMNS = 50, 160
PATIENCE = 120.0


class Terminal:
    """Runs a command on a terminal of LINES by COLUMNS; use it in a `with` statement."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", LINES, COLUMNS, 0, 0))
        self._begin = time.perf_counter()
        self._process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(slave)
        self._output = b""
        self._times: list[tuple[int, float]] = []
        """How much there was, and when."""

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._process.pid

    def says(self, wanted: str) -> float:
        """Seconds from the start until the output held a text, now or before. RuntimeError: it never does."""
        needle, deadline = wanted.encode(), time.monotonic() + PATIENCE
        while needle not in self._output:
            self._output += self._read(deadline, wanted)
            self._times.append((len(self._output), time.perf_counter() - self._begin))
        end = self._output.index(needle) + len(needle)
        return next(seconds for length, seconds in self._times if length >= end)

    def _read(self, deadline: float, wanted: str) -> bytes:
        left = deadline - time.monotonic()
        if left > 0 and select.select([self._master], [], [], left)[0]:
            try:
                return os.read(self._master, 1 << 16)
            except OSError:  # the program ended: the last reader of a terminal gets EIO
                pass
        raise RuntimeError(f"the program never showed {wanted!r}")

    def rest(self, seconds: float) -> None:
        """Let it run, taking its output."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                os.read(self._master, 1 << 16)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)
