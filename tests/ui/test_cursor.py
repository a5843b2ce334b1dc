"""The cursor alone, without a screen."""

from __future__ import annotations

from nltui.ui.cursor import Cursor
from tests.ui.fake import RULES, FakeRows, FakeTable, record


def five() -> tuple[FakeTable, FakeRows]:
    source = FakeTable(RULES)
    source.put(*(record(n, selector=f"r{n}") for n in range(5)))
    return source, FakeRows(source)


def at(cursor: Cursor, rows: FakeRows) -> object:
    rows.tick()
    cursor.settle(rows)
    cursor.take(rows.rows(0, 100, ()), 0)
    return cursor.identity


def test_it_starts_on_the_first_row_whichever_that_is() -> None:
    source, rows = five()
    cursor = Cursor()
    assert at(cursor, rows) == 0
    source.drop(0)
    assert at(cursor, rows) == 1


def test_it_follows_its_row() -> None:
    source, rows = five()
    cursor = Cursor()
    cursor.move_to(rows, 3)
    assert at(cursor, rows) == 3
    source.drop(0, 1)
    assert at(cursor, rows) == 3
    assert cursor.index == 1


def test_the_neighbour_takes_over_also_at_the_end() -> None:
    source, rows = five()
    cursor = Cursor()
    cursor.move_to(rows, 99)
    assert at(cursor, rows) == 4
    source.drop(4)
    assert at(cursor, rows) == 3


def test_no_rows_no_identity_and_back() -> None:
    source, rows = five()
    cursor = Cursor()
    cursor.move_to(rows, 2)
    at(cursor, rows)
    source.drop(0, 1, 2, 3, 4)
    assert at(cursor, rows) is None
    source.put(record("x", selector="x"))
    assert at(cursor, rows) == "x"
