"""P5: from a key to what it brings, with a million rows on screen while routes come and go beside them."""

from __future__ import annotations

import itertools
import subprocess
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from tests.bench import make
from tests.bench.churn import RATE, TURN
from tests.bench.figure import Figure, Settings
from tests.bench.process import nltui
from tests.kernel.netns import Netns
from tests.soak.screen import Screen

PRESSES = 400
FEW = 5
"""In a small run."""
CALM = 1.0
"""Seconds before the first key, for what begins with the storm."""
ROUTES = 20_000
"""That come and go, 100.0.0.0/24 and on: they belong behind all rows that stay, so that only keys move those."""


class Storm:
    """`ip -batch` adds ROUTES routes and takes them away again, RATE a second, until the `with` statement ends."""

    def __init__(self, netns: Netns) -> None:
        lines = [f"100.{n >> 8}.{n & 255}.0/24 via 192.168.250.{2 + n % 200} dev v0 metric 9" for n in range(ROUTES)]
        self._turns = [
            "".join(f"route {verb} {line}\n" for line in lines[begin : begin + TURN]).encode()
            for verb in ("add", "del")
            for begin in range(0, ROUTES, TURN)
        ]
        self._ip = subprocess.Popen(["ip", "-n", netns.name, "-batch", "-"], stdin=subprocess.PIPE, bufsize=0)
        self._thread = threading.Thread(target=self._blow)
        self._ended = threading.Event()
        self._events = 0
        self._begin = time.monotonic()

    def rate(self) -> float:
        """Events a second that came to be so far. RuntimeError: `ip` gave up."""
        if self._ip.poll() is not None:
            raise RuntimeError(f"ip -batch ended with {self._ip.returncode}")
        return self._events / (time.monotonic() - self._begin)

    def _blow(self) -> None:
        assert self._ip.stdin is not None
        for turn in itertools.cycle(self._turns):
            if self._ended.is_set() or self._ip.poll() is not None:
                return
            self._ip.stdin.write(turn)
            self._events += TURN
            ahead = self._begin + self._events / RATE - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)

    def __enter__(self) -> Self:
        self._begin = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._ip.communicate()


def run(settings: Settings) -> Iterator[Figure]:
    """Page after page, the middle and the slowest of a hundred."""
    with Netns() as netns:
        count = settings.size(1_000_000)
        make.routes(netns, count)
        with Screen(nltui("-n", netns.name, "routes")) as screen:
            screen.says("16.0.0.0")
            screen.says("FRESH")
            with Storm(netns) as storm:
                screen.rest_and_note(CALM)
                took = sorted(screen.page_down() for _ in range(FEW if settings.small else PRESSES))
                rate = storm.rate()
    what = f"key to paint, {count:,} rows, {rate:,.0f} events/s"
    yield Figure("P5", f"{what}, p50", took[len(took) // 2], None, "s", 0.02)
    yield Figure("P5", f"{what}, p99", took[len(took) * 99 // 100], None, "s", 0.06)
