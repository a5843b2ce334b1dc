"""The program on a terminal, and how long a key takes until what it brings has been sent to the screen."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Callable

from tests.bench.terminal import Terminal
from tests.soak.churn import STILL

STILL_ROW = re.compile(rb"16\.(\d+)\.(\d+)\.0")
PATIENCE = 20.0
PAGE_DOWN = b"\x1b[6~"
HOME = b"gg"


class Screen(Terminal):
    """Pages through the rows that stay: nothing but the key can bring one further down onto the screen."""

    lowest = 0
    """The furthest row drawn since the last return to the top."""

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._master, keys)

    def page_down(self) -> float:
        """Seconds from the key to the first row that was not there before."""
        if self.lowest > STILL - 200:
            self.top()
        return self._until(PAGE_DOWN, lambda row, before: row > before)

    def top(self) -> float:
        """Back to the first row."""
        self._until(HOME, lambda row, before: row == 0)
        self.lowest = 0
        return self.rest_and_note(0.3)

    def _until(self, key: bytes, comes: Callable[[int, int], bool]) -> float:
        before, tail = self.lowest, b""
        begin = time.perf_counter()
        self.press(key)
        while time.perf_counter() - begin < PATIENCE:
            if not select.select([self._master], [], [], 0.5)[0]:
                continue
            part = tail + os.read(self._master, 1 << 16)
            tail = part[-16:]
            rows = self._rows(part)
            if any(comes(row, before) for row in rows):
                took = time.perf_counter() - begin
                self.lowest = max(self.lowest, *rows)
                self.rest_and_note(0.05)
                return took
        raise RuntimeError(f"no answer to {key!r} within {PATIENCE:.0f} s")

    def rest_and_note(self, seconds: float) -> float:
        """Let it run, noting which rows are drawn."""
        deadline, tail = time.monotonic() + seconds, b""
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                part = tail + os.read(self._master, 1 << 16)
                tail = part[-16:]
                self.lowest = max([self.lowest, *self._rows(part)])
        return seconds

    @staticmethod
    def _rows(part: bytes) -> list[int]:
        # The last one may be cut off.
        found = [int(high) * 256 + int(low) for high, low in STILL_ROW.findall(part)]
        return [row for row in found if row < STILL]
