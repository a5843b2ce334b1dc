"""Our rows against `ip -j -d`'s: paired by key fields, compared key by key, every difference told in words."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nltui.model import single
from nltui.model.table import Table
from tests.kernel.netns import Netns
from tests.kernel.sample import sample

Row = dict[str, Any]

REPEATED = "encap_"
"""What a key gets in front that `ip -j` writes a second time into one object (an encapsulation's `dst`)."""

AFTER_ENCAP = ("table",)
"""Keys of the row itself that ip writes after the encapsulation's; of others the row's own comes first. A route's own
`tos` may be missing, so one that follows `encap` is always the encapsulation's."""

QUIET_WITHIN = 60.0
"""Seconds after which waiting for a quiet moment is given up."""


@dataclass(slots=True)
class Report:
    """What differs; `str()` is fit for an assertion message."""

    rows: int = 0
    """Rows that both have."""
    compared: Counter[str] = field(default_factory=Counter)
    """Key → rows in which both had it and agreed."""
    only_ip: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Key → examples of rows in which only ip has it."""
    only_ours: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.rows} rows paired", *self.differences]
        for side, found in (("ip", self.only_ip), ("nltui", self.only_ours)):
            lines += [f"only {side} has {key!r} in {len(rows)} rows, e.g. {rows[0]}" for key, rows in found.items()]
        return "\n".join(lines)


def compare(
    ours: Iterable[Row],
    theirs: Iterable[Row],
    key: Callable[[Row], object],
    close: Mapping[str, float] | None = None,
) -> Report:
    """Pair rows whose `key` is equal, in the order given where several are, and compare every key both have.

    `close` allows numbers under a key to differ by so much: what counts on between two looks.
    """
    report = Report()
    left, right = _grouped(ours, key), _grouped(theirs, key)
    for name in sorted({*left, *right}):
        mine, other = left.get(name, []), right.get(name, [])
        for row in mine[len(other) :]:
            report.differences.append(f"{name}: only nltui has {row}")
        for row in other[len(mine) :]:
            report.differences.append(f"{name}: only ip has {row}")
        for one, two in zip(mine, other, strict=False):
            report.rows += 1
            _compare(report, name, one, two, close or {})
    return report


def _grouped(rows: Iterable[Row], key: Callable[[Row], object]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[str(key(row))].append(row)
    return groups


def _compare(report: Report, name: str, ours: Row, theirs: Row, close: Mapping[str, float]) -> None:
    for key in {**theirs, **ours}:
        if key not in ours:
            report.only_ip[key].append(f"{name}: {theirs[key]!r}")
        elif key not in theirs:
            report.only_ours[key].append(f"{name}: {ours[key]!r}")
        elif _equal(ours[key], theirs[key], close.get(key, 0)):
            report.compared[key] += 1
        else:
            report.differences.append(f"{name}: {key}: nltui {ours[key]!r}, ip {theirs[key]!r}")


def _equal(one: Any, two: Any, tolerance: float) -> bool:
    # JSON's types count: ip's 1 is neither true nor "1".
    if tolerance and isinstance(one, int | float) and isinstance(two, int | float):
        return abs(one - two) <= tolerance
    return type(one) is type(two) and bool(one == two)


def assert_equal(report: Report, reasons: Mapping[str, str], at_least: int) -> None:
    """No difference; keys that only ip has are those with a written reason; `at_least` rows were seen."""
    assert not report.differences, str(report)
    unexplained = {key: rows for key, rows in report.only_ip.items() if key not in reasons}
    assert not unexplained, str(report)
    assert report.rows >= at_least, str(report)


class Names:
    """Link names by ifindex, asked of ip once."""

    def __init__(self, ns: Netns) -> None:
        self._names = {row["ifindex"]: row["ifname"] for row in ip(ns, "link show")}

    def lookup(self, table: str, key: int) -> str | None:
        """As model.types.Context."""
        return self._names.get(key) if table == "links" else None


def quiet(
    ours: Callable[[], list[Row]],
    theirs: Callable[[], list[Row]],
    key: Callable[[Row], object],
    close: Mapping[str, float] | None = None,
) -> Report:
    """compare() at a moment in which nothing changed: ip says the same before and after our look.

    A namespace just filled is busy for a while: addresses lose `tentative`, routes of carriers come.
    """
    deadline = time.monotonic() + QUIET_WITHIN
    while True:
        before, mine, after = theirs(), ours(), theirs()
        moved = compare(before, after, key, close)
        if not (moved.differences or moved.only_ip or moved.only_ours):
            return compare(mine, after, key, close)
        assert time.monotonic() < deadline, f"never quiet: {moved}"


def decoded(table: Table, ns: Netns, *dumps: str) -> list[Row]:
    """Our rows by the plain-Python reference, from the raw dumps of these names (see sample.REQUESTS)."""
    context, messages = Names(ns), sample(ns)
    return [
        single.record(table, message, context)
        for name in dumps
        for message in messages[name]
        if single.matches(table, table.accepts, message)
    ]


def dumped(table: Table, ns: Netns, *options: str) -> list[Row]:
    """Our rows, by the whole program: `nltui dump TABLE -j -d -n NAMESPACE`."""
    command = [sys.executable, "-m", "nltui", "dump", table.name, "-j", "-d", "-n", ns.name, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return [row for row in json.loads(done.stdout) if row]


def ip(ns: Netns, args: str) -> list[Row]:
    """`ip -j -d ARGS`; a key that an object has twice gets a prefix the second time."""
    command = ["ip", "-n", ns.name, "-j", "-d", *args.split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    # Not strict: ip writes control characters of a link's name as they are.
    return [row for row in json.loads(done.stdout or "[]", object_pairs_hook=_distinct, strict=False) if row]


def _distinct(pairs: list[tuple[str, Any]]) -> Row:
    out: Row = {}
    for key, value in pairs:
        if key == "tos" and "encap" in out:
            out[REPEATED + key] = value
        elif key in out and key in AFTER_ENCAP:
            out[REPEATED + key], out[key] = out[key], value
        else:
            out[REPEATED + key if key in out else key] = value
    return out
