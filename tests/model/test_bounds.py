"""What could grow without end does not: bytes of rows that change their length, texts of rows that are long gone."""

from __future__ import annotations

import pytest

from nltui.model import cells, intake, order
from nltui.model.cells import Memo
from nltui.model.table import Grouping
from nltui.model.view import View
from nltui.netlink import arena
from nltui.record import replace
from tests.model import small
from tests.model.follower import Fed
from tests.model.test_view import Context

GROUPS, ROWS = 20, 4


def everything(length: int, name: str = "x") -> list[bytes]:
    """The same keys, with values of a length."""
    value = (name * length)[:length].encode()
    return [small.Row(g, r, value).message(small.NEW) for g in range(GROUPS) for r in range(ROWS)]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may lie idle."""
    monkeypatch.setattr(arena, "IDLE", 0)


@pytest.mark.parametrize("grouping", [Grouping.UNIQUE, Grouping.CHAIN])
def test_rows_whose_lengths_change_take_no_more_room_than_twice_their_bytes(grouping: Grouping, eager: None) -> None:
    fed = Fed(small.table(grouping))
    fed.load(everything(4))
    view = View(fed.store, fed.history, Context())
    tidied = 0
    for length in range(8, 400, 16):
        fed.hear(everything(length))
        before = fed.groups()
        fed.store.tidy()
        tidied += fed.store.arena.idle == 0
        assert fed.groups() == before
        held = sum((len(message) + 3) & ~3 for message in fed.messages())
        assert fed.store.arena.tail <= 2 * held + 64
    assert tidied > 5
    view.tick()
    assert len(view) == fed.store.count
    shown = view.rows(0, len(view), view.table.columns)
    assert all(any(cell.text.startswith("x" * 100) for cell in row.cells) for row in shown)


def test_rows_that_linger_move_too(eager: None) -> None:
    fed = Fed(small.table(Grouping.UNIQUE))
    fed.load(everything(40))
    gone = small.Row(1, ROWS - 1, b"x" * 40)
    slot = next(s for s in fed.store.live().tolist() if fed.store.message(s) == gone.message(small.NEW))
    fed.hear([gone.message(small.DEL)])
    for length in (80, 120):
        fed.hear([message for message in everything(length) if message[17] != gone.message(small.NEW)[17]])
        fed.store.tidy()
    assert fed.store.message(slot) == gone.message(small.NEW)


def test_texts_of_rows_long_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "TEXTS", 64)
    fed = Fed(small.table(Grouping.UNIQUE))
    fed.load([])
    view = View(fed.store, fed.history, Context())
    view.sort_by("value")
    for number in range(1000):
        row = small.Row(1, 0, b"%d" % number)
        fed.hear([row.message(small.NEW)])
        view.tick()
        assert len(view._keys._texts) <= 64 + 2 + 1
    assert view.rows(0, 1, [view.table.column("value")])[0].cells[0].text == "999"


def test_a_memo_holds_so_many_values_of_all_columns() -> None:
    table = small.table(Grouping.UNIQUE)
    column = table.column("value")
    columns = [replace(column, name=f"c{number}") for number in range(10)]
    memo = Memo(Context(), most=100)
    for number in range(2000):
        got = memo.cells(columns[number % 10], [f"{number}".encode()])
        assert got[0].text == str(number)
        assert sum(map(len, memo._cells.values())) == memo._held <= 101
    assert cells.MEMO_MOST >= 10_000


def test_a_dump_during_which_too_much_is_deleted_proves_nothing_and_brings_nothing_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "DELETED_MOST", 10)
    fed = Fed(small.table(Grouping.UNIQUE))
    rows = everything(4)
    fed.load(rows)
    fed.begin()
    running = fed.intake
    assert running is not None
    fed.hear([small.Row(g, r, b"xxxx").message(small.DEL) for g in range(GROUPS) for r in range(ROWS)])
    assert running.crowded
    assert len(running.gone) <= 10
    fed.take(rows)
    fed.finish(False)
    assert fed.store.count == 0
