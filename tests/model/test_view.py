"""One order and one filter over a store: after any ticks, what a full sort and a plain search would give."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nltui.model import single
from nltui.model.identity import RowId
from nltui.model.order import _natural
from nltui.model.rows import Mark, Row
from nltui.model.store import LINGERING, LIVE
from nltui.model.table import Column, Grouping, Table
from nltui.model.types import Device, Order
from nltui.model.view import View
from nltui.netlink.fields import U8, Head
from nltui.record import replace
from tests.model import small
from tests.model.follower import Fed

VALUES = st.sampled_from([b"a", b"B", b"b", b"x2", b"x10", b"x9", b"x10a", b"", b"\x1b[31mred"])
ROWS = st.builds(small.Row, st.sampled_from([1, 2, 3, 150, 151]), st.integers(0, 9), VALUES, st.integers(0, 2))


class Context:
    """Knows the names of links by number, which can change."""

    def __init__(self) -> None:
        self.generation = 1
        self.names: dict[int, str] = {}

    def lookup(self, table: str, key: int) -> str | None:
        return self.names.get(key)


def with_device(grouping: Grouping) -> Table:
    """The small table, its row number shown as a link's name too."""
    table = small.table(grouping)
    device = Column(name="dev", fields=(Head(18, U8),), type=Device(), json="dev", help="Link.")
    return replace(table, columns=(*table.columns, device))


TABLE = with_device(Grouping.CHAIN)
SORTS = st.sampled_from([column.name for column in TABLE.columns])


class Looking(RuleBasedStateMachine):
    """Rows come and go, names change, and somebody sorts and filters."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel, self.fed, self.context = small.Kernel(Grouping.CHAIN), Fed(TABLE), Context()
        self.fed.load([])
        self.view = View(self.fed.store, self.fed.history, self.context)
        self.ticked = False

    @rule(rows=st.lists(ROWS, min_size=1, max_size=8), flags=st.sampled_from([0, small.NLM_F_APPEND]))
    def add(self, rows: list[small.Row], flags: int) -> None:
        for row in rows:
            self.kernel.add(row, flags)
        self.hear()

    @rule(rows=st.lists(ROWS, min_size=1, max_size=3))
    def replace(self, rows: list[small.Row]) -> None:
        for row in rows:
            self.kernel.add(row, small.NLM_F_REPLACE)
        self.hear()

    @rule(group=st.sampled_from([1, 2, 3, 150, 151]), choose=st.integers(0, 9))
    def delete(self, group: int, choose: int) -> None:
        self.kernel.delete(group, choose)
        self.hear()

    def hear(self) -> None:
        self.fed.hear(self.kernel.heard())
        self.ticked = False

    @rule()
    def what_lingers_ends(self) -> None:
        store = self.fed.store
        store._lingering = type(store._lingering)((0.0, slots) for _, slots in store._lingering)
        store.purge()
        self.ticked = False

    @rule(key=st.integers(0, 9), name=st.sampled_from(["eth0", "eth10", "eth2", "red"]))
    def rename(self, key: int, name: str) -> None:
        self.context.names[key] = name
        self.context.generation += 1
        self.ticked = False

    @rule(column=SORTS, reverse=st.booleans())
    def sort(self, column: str, reverse: bool) -> None:
        self.view.sort_by(column, reverse)
        assert self.view.sort == (column, reverse)
        self.ticked = False

    @rule(text=st.sampled_from(["", "x", "x1", "X10", "eth", "150", "10.0.0.1", "red", "nothing"]))
    def filter(self, text: str) -> None:
        self.view.filter(text)
        self.ticked = False

    @rule()
    def tick(self) -> None:
        self.view.tick()
        while self.view.searching:
            self.view.tick()
        self.ticked = True

    def key(self, row: Row) -> tuple[object, ...]:
        assert isinstance(row.identity, RowId)
        column = TABLE.column(self.view.sort[0])
        if column.type.order is Order.TEXT:
            text = row.cells[[c.name for c in TABLE.columns].index(column.name)].text
            return text == "", _natural(text), row.identity.slot
        message = self.fed.store.message(row.identity.slot)
        value = single.value(TABLE, column.fields[0], message)
        if isinstance(value, bytes):
            return len(value), value, row.identity.slot
        empty = -1 if column.name == "counter" else 0
        return 0, empty if value is None else value, row.identity.slot

    @invariant()
    def as_a_full_sort_and_search_would(self) -> None:
        if not self.ticked:
            return
        view, store = self.view, self.fed.store
        rows = view.rows(0, len(view), TABLE.columns)
        keys = [self.key(row) for row in rows]
        assert keys == sorted(keys, reverse=view.sort[1])
        shown = {row.identity.slot for row in rows if isinstance(row.identity, RowId)}
        assert len(shown) == len(rows)
        for slot in np.flatnonzero(store.state[: store.top]).tolist():
            texts = [
                single.text(TABLE, column, store.message(slot), self.context)
                for column in TABLE.columns
                if not column.volatile
            ]
            assert (slot in shown) == any(view.filter_text.casefold() in text.casefold() for text in texts), texts
        for place, row in enumerate(rows):
            assert isinstance(row.identity, RowId)
            gone = store.state[row.identity.slot] == LINGERING
            assert (row.mark is Mark.REMOVED) == gone
            message = store.message(row.identity.slot)
            if not gone:  # else the row may have come back, and that is where it is now
                assert view.index_of(row.identity) == place
                assert view.message(row.identity) == message
            for cell, column in zip(row.cells, TABLE.columns, strict=True):
                assert cell.text == single.text(TABLE, column, message, self.context)
        assert view.total == store.count == (store.state[: store.top] == LIVE).sum()

    @invariant()
    def drawing_never_fails(self) -> None:
        rows = self.view.rows(-3, len(self.view) + 3, TABLE.columns[:2])
        assert len(rows) == len(self.view)


TestLooking = Looking.TestCase
TestLooking.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


# -- scripts --


class Shown:
    """A view of a unique table, and the groups of its lines."""

    def __init__(self, *rows: small.Row) -> None:
        self.table = with_device(Grouping.UNIQUE)
        self.fed = Fed(self.table)
        self.fed.load([row.message() for row in rows])
        self.view = View(self.fed.store, self.fed.history, Context())
        self.view.tick()

    def rows(self) -> list[Row]:
        self.view.tick()
        return self.view.rows(0, len(self.view), self.table.columns)

    def lines(self) -> list[str]:
        return [f"{row.mark.value}{row.cells[0].text}" for row in self.rows()]

    def hear(self, *messages: bytes) -> None:
        self.fed.hear(messages)


def test_a_row_that_comes_back_is_the_same_row() -> None:
    shown = Shown(small.Row(1, 1, b"one"), small.Row(2, 1, b"two"))
    cursor = shown.rows()[0].identity
    shown.hear(small.Row(1, 1, b"one").message(small.DEL))
    assert shown.lines() == ["−1", " 2"]
    assert shown.view.index_of(cursor) == 0, "it lingers"
    shown.hear(small.Row(1, 1, b"again").message())
    shown.rows()
    place = shown.view.index_of(cursor)
    assert place is not None
    assert shown.rows()[place].cells[2].text == "again"


def test_what_is_gone_is_nowhere() -> None:
    shown = Shown(small.Row(1, 1, b"one"))
    cursor = shown.rows()[0].identity
    shown.hear(small.Row(1, 1, b"one").message(small.DEL))
    store = shown.fed.store
    store._lingering = type(store._lingering)((0.0, slots) for _, slots in store._lingering)
    store.purge()
    assert shown.lines() == []
    assert shown.view.index_of(cursor) is None
    assert shown.view.message(cursor) is None
    assert shown.view.index_of("no identity") is None


def test_a_changed_cell_flashes_and_the_bytes_before_are_remembered() -> None:
    shown = Shown(small.Row(1, 1, b"one"))
    before = shown.fed.messages()[0]
    shown.fed.clock = time.time_ns()
    shown.hear(small.Row(1, 1, b"two").message())
    (row,) = shown.rows()
    assert row.flash == {2}
    assert shown.view.before(row.identity) == before


def test_a_new_counter_does_not_flash() -> None:
    shown = Shown(small.Row(1, 1, b"one", 4))
    shown.fed.clock = time.time_ns()
    shown.hear(small.Row(1, 1, b"one", 5).message())
    (row,) = shown.rows()
    assert (row.flash, row.cells[4].text) == (frozenset(), "5")
    assert shown.fed.changes() == []


def test_unconfirmed_rows_are_marked_until_a_dump_shows_them() -> None:
    shown = Shown(small.Row(1, 1, b"one"), small.Row(2, 1, b"two"))
    shown.fed.begin()
    shown.fed.take([small.Row(1, 1, b"one").message()])
    assert shown.fed.finish(False) == 1
    assert shown.lines() == [" 1", "?2"]
    shown.fed.load([row.message() for row in (small.Row(1, 1, b"one"), small.Row(2, 1, b"two"))])
    assert shown.lines() == [" 1", " 2"]


def test_a_filter_found_while_typing_narrows() -> None:
    shown = Shown(*(small.Row(n, 1, f"value-{n}".encode()) for n in range(1, 60)))
    for text, count in (("v", 59), ("value-1", 11), ("value-11", 1), ("value-11 1 alu", 1), ("value", 59), ("", 59)):
        shown.view.filter(text)
        assert len(shown.rows()) == count, text
    assert shown.view.total == 59
