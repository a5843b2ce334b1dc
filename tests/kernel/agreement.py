"""Whether a session holds what the kernel holds, by two oracles: a session that has just loaded, and `ip -j -d`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from nltui.model.table import Table
from nltui.netlink.fields import Attr, Field, Slice
from nltui.tables.links import LINKS
from nltui.tables.neighbours import NEIGHBOURS
from nltui.tables.nexthops import NEXTHOPS
from tests.kernel import oracle
from tests.kernel import test_addresses_oracle as addresses
from tests.kernel import test_links_oracle as links
from tests.kernel import test_neighbours_oracle as neighbours
from tests.kernel import test_nexthops_oracle as nexthops
from tests.kernel import test_routes_oracle as routes
from tests.kernel import test_rules_oracle as rules
from tests.kernel.followed import FOLLOWED, Followed, comes_true, equal_to_a_new_dump
from tests.kernel.netns import Netns

WITHIN = 5.0
"""Seconds of quiet after which everything must be exact."""
SILENT = 2.0
"""The same, for what the kernel changes without a word."""


def ends_equal(followed: Followed, patience: float = WITHIN) -> None:
    """Equal to what a new session loads, within the time promised."""
    last: list[str] = []

    def equal() -> bool:
        last[:] = equal_to_a_new_dump(followed)
        return not last

    assert comes_true(equal, patience), "\n".join(last)


def ends_fresh(followed: Followed) -> None:
    assert followed.session.wait([table.name for table in followed.tables], WITHIN), followed.session.status()


REASONS = {**neighbours.REASONS, **routes.REASONS}
Look = tuple[Callable[[Netns], list[oracle.Row]], Callable[[oracle.Row], object]]
"""What `ip -j -d` says of a table, and how its rows are paired with ours."""


def _keys(row: oracle.Row) -> list[str]:
    return sorted(row.keys() - REASONS.keys())


LOOKS: dict[str, Look] = {
    "links": (lambda ns: [links.flat(row) for row in oracle.ip(ns, "-s -s link show")], lambda row: row["ifindex"]),
    "addresses": (addresses.theirs, addresses.identity),
    "routes": (routes.theirs, lambda row: (routes.identity(row), row["type"], row.get("nhid"), _keys(row))),
    "rules": (rules.theirs, lambda row: sorted(map(str, row.items()))),
    "nexthops": (lambda ns: oracle.ip(ns, "nexthop show"), nexthops.identity),
    "neighbours": (lambda ns: neighbours.settled(neighbours.theirs(ns)), neighbours.identity),
}
COUNTING = {
    # Ages and lifetimes are those of the last message, however old that is.
    **dict.fromkeys((*addresses.COUNTING_DOWN, *neighbours.COUNTING, *routes.COUNTING_DOWN), 3600.0),
    **{name: max(allowed, 3600.0) for name, allowed in links.COUNTS_ON.items()},
}


def as_ip_says(followed: Followed, tables: Sequence[Table] = FOLLOWED) -> None:
    """Every row of these tables, key by key."""
    for table in tables:
        theirs, identity = LOOKS[table.name]
        mine, other = partial(ours, followed, table), partial(theirs, followed.ns)
        look = partial(oracle.quiet, partial(lasting, table, mine), partial(lasting, table, other), identity, COUNTING)
        oracle.assert_equal(settled(look), REASONS, at_least=0 if table in (NEXTHOPS, NEIGHBOURS) else 1)


def lasting(table: Table, rows: Callable[[], list[oracle.Row]]) -> list[oracle.Row]:
    """Rows without what the table never compares: that is as last told, however old, and may be missing."""
    volatile = {column.json for column in table.columns if column.volatile}
    counted = {column.json for column in table.columns if any(_counts(table, field) for field in column.fields)}
    return [{key: value for key, value in row.items() if key not in volatile | counted} for row in rows()]


def _counts(table: Table, field: Field) -> bool:
    return isinstance(field, Attr | Slice) and field.path[0] in table.volatile


def settled(look: Callable[[], oracle.Report]) -> oracle.Report:
    """The first report without a difference: what is told last may be on its way to us when ip has seen it twice."""
    reports = [look()]

    def equal() -> bool:
        if _differs(reports[-1]):
            reports.append(look())
        return not _differs(reports[-1])

    comes_true(equal, SILENT)
    return reports[-1]


def _differs(report: oracle.Report) -> bool:
    return bool(report.differences) or not report.only_ip.keys() <= REASONS.keys()


def ours(followed: Followed, table: Table) -> list[oracle.Row]:
    rows = followed.records(table)
    if table is LINKS:
        return [links.flat(row) for row in rows]
    return neighbours.settled(rows) if table is NEIGHBOURS else rows
