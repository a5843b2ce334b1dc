"""JSON and text from the columns are those of the references, row by row, for every captured message of every table."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from nltui.errors import MalformedMessage
from nltui.model import single
from nltui.model.bulk import MANY, JsonWriter
from nltui.model.bulk_text import TextWriter
from nltui.model.cells import Memo, columns_of
from nltui.model.history import History
from nltui.model.intake import Intake
from nltui.model.lines import Lines
from nltui.model.store import FREE, Store
from nltui.model.table import Grouping, Table
from nltui.netlink import wire
from nltui.netlink.columns import Ints
from nltui.tables.routes import ROUTES
from tests.model.small import Row, table
from tests.netlink.buffers import FOLLOWED, captured, lay, mutated


class Names:
    """Every link has a name that JSON must escape."""

    def lookup(self, table: str, key: int) -> str | None:
        return f'eth{key}"\x1b\N{LATIN SMALL LETTER A WITH DIAERESIS}'


def filled(table: Table, messages: list[bytes]) -> tuple[Store, Ints, list[bytes]]:
    """A store that holds the messages, whatever their keys; slots in the order given; those that are accepted."""
    store = Store(table)
    intake = Intake(store, History(16, 1 << 12), 0, True)
    words, start, size = lay(messages)
    places = store.arena.store(words, start, size)
    assert places is not None
    intake.take(store.words, places, size, True)
    slots = np.arange(store.top)
    return store, slots, [store.message(slot) for slot in slots.tolist()]


def agree(table: Table, messages: list[bytes]) -> None:
    store, slots, held = filled(table, messages)
    assert held
    written = [text for chunk in JsonWriter(store, Names()).objects(slots) for text in chunk]
    assert len(written) == len(held)
    for text, message in zip(written, held, strict=True):
        assert text.isascii()
        assert "\n" not in text
        wanted = json.loads(json.dumps(single.record(table, message, Names())))
        assert json.loads(text) == wanted
        assert list(json.loads(text)) == list(wanted), "in the same order"
    columns = [column for column in table.columns if not column.rate_of]
    memo, batch = Memo(Names()), store.batch(slots)
    cells = zip(*(memo.cells(column, columns_of(batch, column)) for column in columns), strict=True)
    wanted_lines = "".join(Lines(columns).render([[cell.text for cell in row] for row in cells]))
    assert "".join(TextWriter(store, Names(), columns).texts(slots)) == wanted_lines


tables = pytest.mark.parametrize("table", FOLLOWED, ids=lambda table: str(table.name))


@tables
def test_every_captured_message(table: Table) -> None:
    agree(table, captured(table))
    for message in captured(table)[:10]:
        if single.matches(table, table.accepts, message):
            agree(table, [message] * 3)


@tables
def test_mutated_messages_that_can_be_read(table: Table) -> None:
    """A type may refuse content that no kernel sends, but not differently in bulk."""
    chance, real = random.Random(6), captured(table)
    kept = []
    for _ in range(600):
        message = mutated(chance.choice(real), chance)
        if len(message) < table.body:
            continue  # never accepted
        try:
            list(wire.attributes(message, table.body))
            json.dumps(single.record(table, message, Names()))
        except (MalformedMessage, ValueError):
            continue
        kept.append(message)
    agree(table, kept)


def test_many_prefixes() -> None:
    """Enough IPv4 routes for the tables of halves of addresses."""
    chance = random.Random(7)
    messages = []
    for _ in range(MANY + 50):
        length = chance.randrange(1, 33)
        head = bytes((2, length, 0, 0, 254, 3, 253, chance.choice((1, 6)))) + bytes(4)
        address, device = chance.randbytes(4), chance.randrange(3).to_bytes(4, "little")
        messages.append(wire.nlmsg(24, 0, 1, head + wire.nlattr(1, address) + wire.nlattr(4, device)))
    agree(ROUTES, messages)
    agree(ROUTES, messages + [message for message in captured(ROUTES) if message[16] == 2])


def test_chosen_columns_only() -> None:
    small = table(Grouping.UNIQUE)
    rows = [Row(group, 0, b"v").message() for group in (1, 2, 150)]
    for names in (["group"], ["address"], ["value", "address"], ["address", "group"]):
        store, slots, held = filled(small, rows)
        writer = JsonWriter(store, Names(), [small.column(name) for name in names])
        written = [json.loads(text) for chunk in writer.objects(slots) for text in chunk]
        paths = {small.column(name).json or "" for name in names}
        wanted = [single.record(small, message, Names()) for message in held]
        assert written == [
            {key: value for key, value in record.items() if key in paths or ("a.b" in paths and key == "a")}
            for record in wanted
        ]


def test_no_rows() -> None:
    store, slots, _ = filled(table(Grouping.UNIQUE), [Row(1, 1, b"").message()])
    assert list(JsonWriter(store, Names()).objects(slots[:0])) == []
    assert list(TextWriter(store, Names(), store.table.columns).texts(slots[:0])) == []


def test_rows_that_have_gone_meanwhile_are_left_out() -> None:
    store, slots, _ = filled(table(Grouping.UNIQUE), [Row(group, 1, b"v").message() for group in (1, 2, 3)])
    store.state[slots[1]] = FREE
    writer = TextWriter(store, Names(), [store.table.column("group")])
    assert "".join(writer.texts(slots)).split() == ["GROUP", "1", "3"]
    assert list(writer.texts(slots[1:2])) == []
    assert list(JsonWriter(store, Names()).objects(slots[1:2])) == [[]]
