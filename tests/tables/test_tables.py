"""What every declaration owes: names that can be typed, columns that can be found, cells for the kernel's own bytes."""

from __future__ import annotations

import re

import pytest

from nltui.errors import UsageError
from nltui.model import single
from nltui.model.table import Feed, Table
from nltui.tables import TABLES, find
from tests.netlink import golden
from tests.tables.look import Look, Names

GOLDEN = {
    "links": ("links",),
    "addresses": ("addresses",),
    "routes": ("routes4", "routes6"),
    "neighbours": ("neighbours", "proxies"),
    "rules": ("rules4", "rules6"),
    "nexthops": ("nexthops",),
}

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("routes", "routes"),
        ("ro", "routes"),
        ("r", "routes"),
        ("addr", "addresses"),
        ("NEIGH", "neighbours"),
        ("nh", "nexthops"),
        ("nex", "nexthops"),
        ("rul", "rules"),
        ("uev", "uevents"),
    ],
)
def test_a_table_is_found_by_name_alias_or_beginning(typed: str, name: str) -> None:
    assert find(typed).name == name


def test_a_slip_of_the_finger_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match="did you mean `routes`"):
        find("rotues")


@pytest.mark.parametrize("typed", ["", "xyzzy", "ne"])
def test_what_names_no_one_table_lists_them_all(typed: str) -> None:
    with pytest.raises(UsageError, match="addresses, routes"):
        find(typed)


def test_no_two_tables_share_a_name() -> None:
    words = [word for table in TABLES for word in (table.name, *table.aliases)]
    assert len(words) == len(set(words))


@every_table
def test_columns_have_names_of_their_own_and_a_sentence(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    for column in table.columns:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._/-]*", column.name.lower()), column.name
        assert column.help.endswith((".", "…")), column.name


@every_table
def test_a_declaration_can_stand_in_a_set(table: Table) -> None:
    assert len({table, table}) == 1


@every_table
def test_line_label_and_sort_name_columns(table: Table) -> None:
    for part in (*table.line, table.label, table.sort):
        if part:
            name = part.rpartition(":")[2]
            assert table.column(name).name == name


@every_table
def test_a_followed_table_can_be_dumped_and_told_apart(table: Table) -> None:
    if table.feed is Feed.FOLLOWED:
        assert table.key is not None
        assert table.dumps
        assert table.groups
        assert not table.sets & table.removes


@every_table
def test_every_cell_of_the_kernels_own_messages_can_be_made(table: Table) -> None:
    for message in (one for name in GOLDEN.get(table.name, ()) for one in golden.load(name)):
        look = Look(table, message)
        assert look.json() if single.matches(table, table.accepts, message) else True
        for column in table.columns:
            shown = look.text(column.name)
            assert shown.isprintable(), column.name
            assert column.type.dim_from(shown) <= len(shown)
            value = single.values(table, column, message)
            if value is not None or column.type.absent:
                column.type.tone(value, Names())


@every_table
def test_no_truncation_of_a_message_raises(table: Table) -> None:
    for message in (one for name in GOLDEN.get(table.name, ()) for one in golden.load(name)[::8]):
        for length in range(table.body, len(message), max(5, len(message) // 16)):
            look = Look(table, message[:length])
            for column in table.columns:
                look.text(column.name)
            look.json()
