"""P6: CPU to follow 200,000 adds, replaces and deletes, beside `ip monitor route`; nothing lost, rows exact."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from tests.bench import churn, make, process
from tests.bench.figure import Figure, Settings, medians
from tests.kernel.netns import Netns

BUFFER = 64 << 20
"""Receive buffer of `ip monitor`, so that it loses nothing either."""


def run(settings: Settings) -> Iterator[Figure]:
    """On a small table, on a big one, and on a big one whose order is on screen."""
    events = settings.size(200_000)
    with Netns() as netns:
        ifindex = make.wire_up(netns)
        yield from _measure(settings, netns, ifindex, events, "P6s", "small table", "plain", 0.6)
    with Netns() as netns:
        ifindex = make.routes(netns, settings.size(1_000_000))
        yield from _measure(settings, netns, ifindex, events, "P6m", "1M rows", "plain", 0.7)
        yield from _measure(settings, netns, ifindex, events, "P6o", "1M rows in order on screen", "ordered", 0.9)


def _measure(
    settings: Settings, netns: Netns, ifindex: int, events: int, name: str, what: str, how: str, target: float
) -> Iterator[Figure]:
    sender = make.Sender(netns)

    def ours() -> float:
        with process.start("follow", netns.name, "routes", how) as running:
            assert running.stdout is not None
            running.stdout.readline()
            churn.make(sender, events, ifindex)
            got = process.ended(running)
        if got["lost"] or not got["exact"]:
            raise RuntimeError(f"the rows are not the kernel's: {got}")
        return float(got["cpu"])

    def peer() -> float:
        argv = ["ip", "-rcvbuf", str(BUFFER), "-n", netns.name, "monitor", "route"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            seen = _Lines(running.stdout.fileno())
            sender.send([make.route(0xFFFF0, ifindex)])
            seen.wait_for(1)
            churn.make(sender, events, ifindex)
            seen.wait_for(1 + events // 3 * 3)
            sender.send([make.route(0xFFFF0, ifindex, delete=True)])
            used = process.cpu(running.pid)
            running.terminate()
        return used

    got = medians(settings.rounds, ours=ours, peer=peer)
    sender.close()
    yield Figure(name, f"CPU to follow 200,000 events, {what} / ip monitor", got["ours"], got["peer"], "s", target)
