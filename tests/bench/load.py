"""P1, P2, P10: from the kernel into a sorted, filterable, indexed store, beside `ip` and beside the kernel alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench import make, screen
from tests.bench.figure import Figure, Settings, medians
from tests.bench.process import child, wall
from tests.kernel.netns import Netns


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of load: how it is made, how many, and who else shows it."""

    name: str
    what: str
    table: str
    count: int
    fill: Callable[[Netns, int], object]
    peer: str
    """Arguments of `ip`."""
    target: float


MILLION = Load(
    "P1", "1,000,000 IPv4 routes, loaded / ip route show", "routes", 1_000_000, make.routes, "route show", 0.65
)
# Mixed and IPv6 routes have no target of their own in the design: the first has P1's; of the second, the kernel alone
# takes 0.4 of what `ip` does.
OTHERS = (
    Load("P1m", "200,000 mixed routes / ip route show table all", "routes", 200_000, make.mixed_routes,
         "route show table all", 0.65),
    Load("P1v6", "100,000 IPv6 routes / ip -6 route show", "routes", 100_000, make.routes6, "-6 route show", 0.75),
    Load("P10l", "10,000 links / ip link", "links", 10_000, make.links, "link", 0.8),
    Load("P10n", "50,000 neighbours / ip neigh", "neighbours", 50_000, make.neighbours, "neigh", 0.4),
)  # fmt: skip


def run(settings: Settings) -> Iterator[Figure]:
    """All loads, the largest first."""
    with Netns() as netns:
        count = settings.size(MILLION.count)
        MILLION.fill(netns, count)
        yield from _measure(settings, netns, MILLION)
        yield from screen.loading(settings, netns, count)
    for load in OTHERS:
        with Netns() as netns:
            load.fill(netns, settings.size(load.count))
            yield from _measure(settings, netns, load)


def _measure(settings: Settings, netns: Netns, load: Load) -> Iterator[Figure]:
    got = medians(
        settings.rounds,
        ours=lambda: float(child("load", netns.name, load.table)["seconds"]),
        peer=lambda: wall(["ip", "-n", netns.name, *load.peer.split()]),
        kernel=lambda: float(child("drain", netns.name, load.table)["seconds"]),
    )
    yield Figure(load.name, load.what, got["ours"], got["peer"], "s", load.target)
    if load is MILLION:
        yield Figure("P2", "the same / the kernel alone", got["ours"], got["kernel"], "s", 1.35)
