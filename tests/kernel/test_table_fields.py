"""Every field of every table on the kernel's own messages: the columnar engine reads what the reference reads."""

from __future__ import annotations

import functools
from collections.abc import Callable, Container

import numpy as np

from nltui.model import conditions, single
from nltui.model.table import Table
from nltui.netlink.columns import Batch, Plan
from nltui.netlink.fields import Field
from nltui.tables import TABLES
from tests.kernel import oracle, world
from tests.kernel.netns import Netns
from tests.kernel.sample import sample

DUMPS = {
    "links": ("links",),
    "addresses": ("addresses",),
    "routes": ("routes4", "routes6"),
    "neighbours": ("neighbours", "proxies"),
    "rules": ("rules4", "rules6"),
    "nexthops": ("nexthops",),
}


def dumped_tables() -> list[Table]:
    return [table for table in TABLES if table.name in DUMPS]


def fields_of(table: Table) -> list[Field]:
    found = [field for column in table.columns for field in column.fields]
    if table.key is not None:
        found += table.key.fields
    found += [field for dump in table.dumps for field in conditions.fields(dump.covers)]
    return list(dict.fromkeys(found))


def batch_of(messages: list[bytes], plan: Plan) -> Batch:
    padded = [message + bytes(-len(message) % 4) for message in messages]
    starts = np.cumsum([0, *(len(one) // 4 for one in padded[:-1])])
    sizes = np.array([len(message) for message in messages], np.int64)
    return Batch(np.frombuffer(b"".join(padded), np.uint32), starts.astype(np.int64), sizes, plan)


def test_engine_and_reference_agree_on_every_field(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)
    messages = sample(netns)
    for table in dumped_tables():
        rows = [message for name in DUMPS[table.name] for message in messages[name]]
        assert rows, f"no {table.name} to look at"
        fields = fields_of(table)
        batch = batch_of(rows, Plan(fields, table.body))
        for field in fields:
            wanted = [single.value(table, field, message) for message in rows]
            assert batch.values(field) == wanted, f"{table.name}: {field}"


def test_the_program_prints_what_the_reference_makes(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)
    counting = dict.fromkeys(
        ("valid_life_time", "preferred_life_time", "expires", "used", "confirmed", "updated"), 60.0
    )
    for table in dumped_tables():
        if table.name in ("links", "neighbours"):
            continue  # counters and states move between two looks; their own tests compare them
        rows = functools.partial(oracle.decoded, table, netns, *DUMPS[table.name])
        report = oracle.quiet(functools.partial(oracle.dumped, table, netns), rows, all_but(counting), counting)
        oracle.assert_equal(report, reasons={}, at_least=10)
        assert not report.only_ours, str(report)


def all_but(keys: Container[str]) -> Callable[[oracle.Row], object]:
    """A row as its own identity, but for these keys: the order of two dumps need not be the same."""
    return lambda row: sorted((key, str(value)) for key, value in row.items() if key not in keys)
