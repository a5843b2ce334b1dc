"""P11: a big table printed, as JSON and as text, whole process, beside `ip`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.bench import make
from tests.bench.figure import Figure, Settings, medians
from tests.bench.process import nltui, wall
from tests.kernel.netns import Netns

TARGET = 1.2


def run(settings: Settings) -> Iterator[Figure]:
    """Of 500,000 IPv4 routes."""
    with Netns() as netns:
        make.routes(netns, settings.size(500_000))
        for name, what, ours, peer in (
            ("P11", "dump routes -j of 500,000 / ip -j -d route", ["-j"], ["-j", "-d"]),
            ("P11t", "dump routes of 500,000 / ip route", [], []),
        ):
            got = medians(
                settings.rounds,
                ours=partial(wall, nltui("dump", "routes", *ours, "-n", netns.name)),
                peer=partial(wall, ["ip", *peer, "-n", netns.name, "route", "show"]),
            )
            yield Figure(name, what, got["ours"], got["peer"], "s", TARGET)
