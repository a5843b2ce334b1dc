"""Logs: a ring of datagrams, and the view that logs and the activity share."""

from __future__ import annotations

import pytest

from nltui.model.log import LogStore, LogView
from nltui.model.table import Column, Feed, Table
from nltui.model.types import Clock, Text
from nltui.netlink.fields import Property, Received
from nltui.tables.uevents import UEVENTS

TABLE = Table(
    name="log",
    title="Log",
    singular="entry",
    help="Entries for tests.",
    command="log",
    feed=Feed.LOG,
    columns=(
        Column(name="time", fields=(Received(),), type=Clock(), json="time", help="When."),
        Column(name="action", fields=(Property("@action"),), type=Text(), json="action", help="What."),
        Column(name="name", fields=(Property("NAME"),), type=Text(), json="name", help="Who."),
    ),
)
NOW = 1_700_000_000_000_000_000


class Nobody:
    generation = 0

    def lookup(self, table: str, key: int) -> str | None:
        return None


def entry(action: str, name: str) -> bytes:
    return f"{action}@/devices/{name}\0NAME={name}\0".encode()


class Logged:
    """A small log and a view of it."""

    def __init__(self, most: int = 5) -> None:
        self.store = LogStore(TABLE, most)
        self.view = LogView(self.store, Nobody())

    def add(self, *names: str) -> None:
        for name in names:
            self.store.append(NOW + self.store.last, entry("add", name))

    def names(self) -> list[str]:
        rows = self.view.rows(0, len(self.view), TABLE.columns)
        assert [self.view.index_of(row.identity) for row in rows] == list(range(len(rows)))
        return [row.cells[2].text for row in rows]


def test_newest_first_and_only_after_a_tick() -> None:
    log = Logged()
    log.add("a", "b")
    assert log.names() == []
    assert log.view.tick()
    assert log.names() == ["b", "a"]
    assert not log.view.tick()
    log.view.sort_by("time")
    assert log.names() == ["a", "b"]


def test_the_oldest_is_forgotten_first() -> None:
    log = Logged()
    log.add(*"abcdefg")
    log.view.tick()
    assert (log.names(), log.view.total, len(log.store)) == (list("gfedc"), 5, 5)
    assert log.store.get(2) is None
    assert log.store.get(3) == (NOW + 2, entry("add", "c"))
    assert log.store.get(8) is None
    assert log.view.message(7) == entry("add", "g")
    assert log.view.message(1) is None
    assert log.view.index_of(1) is None
    assert log.view.index_of("no number") is None


@pytest.mark.parametrize(("column", "reverse", "wanted"), [("name", False, "abcde"), ("name", True, "edcba")])
def test_another_order(column: str, reverse: bool, wanted: str) -> None:
    log = Logged()
    log.add(*"cadbe")
    log.view.tick()
    log.view.sort_by(column, reverse)
    assert log.names() == list(wanted)
    log.add("a1")
    log.view.tick()
    names = ["a", "a1", "b", "d", "e"]
    assert log.names() == (names[::-1] if reverse else names)


def test_a_filter_follows_what_comes_and_what_is_forgotten() -> None:
    log = Logged()
    log.add("veth1", "eth2", "lo")
    log.view.tick()
    log.view.filter("ETH")
    assert (log.names(), log.view.filter_text, log.view.total) == (["eth2", "veth1"], "ETH", 3)
    log.add("eth3", "lo", "lo")
    log.view.tick()
    assert log.names() == ["eth3", "eth2"]
    log.view.filter("")
    assert log.names() == ["lo", "lo", "eth3", "lo", "eth2"]


def test_entries_forgotten_since_the_tick_are_empty_lines() -> None:
    log = Logged()
    log.add(*"abcde")
    log.view.tick()
    log.add(*"fghij")
    assert all(row.cells[2].text in ("", *"abcde") for row in log.view.rows(0, 9, TABLE.columns))
    log.view.tick()
    assert log.names() == list("jihgf")


def test_noise_is_an_entry_with_empty_cells() -> None:
    log = Logged()
    log.store.append(NOW, b"\xff\xfe no uevent")
    log.view.tick()
    (row,) = log.view.rows(0, 1, TABLE.columns)
    assert [cell.text for cell in row.cells[1:]] == ["", ""]


def test_the_uevents_table_draws_what_the_kernel_sends() -> None:
    store = LogStore(UEVENTS)
    store.append(NOW, b"add@/devices/virtual/net/v\x1b[31m\0ACTION=add\0SUBSYSTEM=net\0INTERFACE=v\x1b[31m\0SEQNUM=5\0")
    view = LogView(store, Nobody())
    view.tick()
    (row,) = view.rows(0, 1, UEVENTS.columns)
    assert all("\x1b" not in cell.text for cell in row.cells)
    assert any("add" in cell.text for cell in row.cells)
