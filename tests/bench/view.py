"""P7: filter, sort and tick with a million rows."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import make
from tests.bench.figure import Figure, Settings
from tests.bench.keys import Storm
from tests.bench.process import child
from tests.kernel.netns import Netns

TARGETS = (
    ("prefix", "an address prefix as filter", 0.005),
    ("substring", "a substring as filter, text cached", 0.05),
    ("inside", "`dst in` a prefix as filter", 0.005),
    ("equal", "a number as filter", 0.05),
    ("sort", "sort by any column, its keys read", 0.15),
    ("tick", "tick and repaint after 4,000 changed rows", 0.015),
)

STORMY = (
    ("inside", "`dst in` a prefix as filter", 0.005),
    ("substring", "a substring as filter, text cached", 0.05),
)


def run(settings: Settings) -> Iterator[Figure]:
    """One session, each done several times."""
    with Netns() as netns:
        ifindex = make.routes(netns, settings.size(1_000_000))
        got = child("view", netns.name, "routes", str(ifindex))
        with Storm(netns):
            storm = child("storm", netns.name, "routes")
    for name, what, target in TARGETS:
        yield Figure("P7", f"{got['rows']:,} rows: {what}", float(got[name]), None, "s", target)
    for name, what, target in STORMY:
        yield Figure("P7s", f"{storm['rows']:,} rows in a storm: {what}", float(storm[name]), None, "s", target)
