"""The whole interface on a terminal: rows while a load goes on (P3 with it), first paint (P4), idle CPU (P8)."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.bench import make
from tests.bench.figure import Figure, Settings, medians
from tests.bench.process import cpu, memory, nltui
from tests.bench.terminal import Terminal
from tests.kernel.netns import Netns

IDLE = 20.0
"""Seconds over which idle CPU is counted."""
MINIMAL = "tests.bench.minimal_app"


def loading(settings: Settings, netns: Netns, count: int) -> Iterator[Figure]:
    """The routes of a namespace that has `count`: first rows, end of the load, memory."""
    shown, ended, peaks, residents = [], [], [], []

    def once() -> float:
        with Terminal(nltui("-n", netns.name, "routes")) as terminal:
            shown.append(terminal.says("16.0.0.0"))
            ended.append(terminal.says("FRESH"))
            terminal.rest(1.0)
            peak, resident = memory(terminal.pid)
            peaks.append(peak)
            residents.append(resident)
        return resident

    once() if settings.small else medians(min(settings.rounds, 3), ours=once)
    yield Figure("P3", f"resident memory of the interface with {count:,} routes", _middle(residents), None, "MB", 250)
    yield Figure("P3", "the most it was on the way", _middle(peaks), None, "MB", 250)
    yield Figure("seen", "first rows seen / load ended", _middle(shown), _middle(ended), "s", 1.0)


def start(settings: Settings) -> Iterator[Figure]:
    """First paint beside that of a minimal Textual app, live rows after it. Both are modules with their bytecode."""
    painted, live = [], []
    with Netns() as netns:
        netns.batch(["link add marker0 type veth peer name marker1"])

        def ours() -> float:
            with Terminal(nltui("-n", netns.name)) as terminal:
                painted.append(terminal.says("Routes"))
                live.append(terminal.says("marker0") - painted[-1])
            return painted[-1]

        def peer() -> float:
            with Terminal([sys.executable, "-m", MINIMAL]) as terminal:
                return terminal.says("Routes")

        got = medians(settings.rounds, ours=ours, peer=peer)
    yield Figure("P4", "first paint / minimal Textual app", got["ours"], got["peer"], "s", 1.15)
    yield Figure("P4", "live rows after the first paint", _middle(live), None, "s", 0.15)


def idle(settings: Settings) -> Iterator[Figure]:
    """The dashboard of a quiet namespace."""
    with Netns() as netns:
        make.wire_up(netns)
        with Terminal(nltui("-n", netns.name)) as terminal:
            terminal.says("v0")
            terminal.rest(3.0)
            before, seconds = cpu(terminal.pid), 1.0 if settings.small else IDLE
            terminal.rest(seconds)
            used = (cpu(terminal.pid) - before) / seconds * 100
    yield Figure("P8", "idle CPU, dashboard open, share of a core", used, None, "%", 1.0)


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
