"""P11: a big table as JSON, whole process, beside `ip -j -d`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import make
from tests.bench.figure import Figure, Settings, medians
from tests.bench.process import nltui, wall
from tests.kernel.netns import Netns

TARGET = 1.2


def run(settings: Settings) -> Iterator[Figure]:
    """Of 500,000 IPv4 routes."""
    with Netns() as netns:
        make.routes(netns, settings.size(500_000))
        got = medians(
            settings.rounds,
            ours=lambda: wall(nltui("dump", "routes", "-j", "-n", netns.name)),
            peer=lambda: wall(["ip", "-j", "-d", "-n", netns.name, "route", "show"]),
        )
    yield Figure("P11", "dump routes -j of 500,000 / ip -j -d route", got["ours"], got["peer"], "s", TARGET)
