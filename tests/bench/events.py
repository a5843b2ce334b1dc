"""P6: CPU to follow 200,000 adds, replaces and deletes, beside `ip monitor route`; nothing lost, rows exact."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import churn, make, process
from tests.bench.figure import Figure, Settings, medians
from tests.kernel.netns import Netns

BUFFER = 64 << 20
"""Receive buffer of `ip monitor`, so that it loses nothing either."""
PATIENCE = 60.0


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
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as running:
            _until(lambda: _queued(netns, running.pid) is not None)
            churn.make(sender, events, ifindex)
            _until(lambda: not _queued(netns, running.pid))
            used = process.cpu(running.pid)
            running.terminate()
        return used

    got = medians(settings.rounds, ours=ours, peer=peer)
    sender.close()
    yield Figure(name, f"CPU to follow 200,000 events, {what} / ip monitor", got["ours"], got["peer"], "s", target)


def _queued(netns: Netns, port: int) -> int | None:
    """Bytes that wait in the receive buffer of a listener; None while it has joined no group (proc(5), net/netlink)."""
    for line in netns.inside(Path("/proc/thread-self/net/netlink").read_text).splitlines()[1:]:
        _, _, owner, groups, waiting = line.split()[:5]
        if int(owner) == port and int(groups, 16):
            return int(waiting)
    return None


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("`ip monitor` does not come to listen, or to an end")
        time.sleep(0.05)
