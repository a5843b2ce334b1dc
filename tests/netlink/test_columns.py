"""The columnar engine against the reference: lockstep, shapes and one message at a time read the same."""

from __future__ import annotations

import random
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nltui.model import single
from nltui.model.conditions import accepted
from nltui.model.table import Table
from nltui.netlink import codec, wire
from nltui.netlink.columns import Batch, Plan
from nltui.netlink.fields import (
    BE16,
    BE64,
    BLOB,
    S16,
    S32,
    U8,
    U32,
    U64,
    Attr,
    Field,
    First,
    Format,
    Head,
    Storage,
)
from tests.netlink.buffers import FOLLOWED, batch_of, captured, dumps_of, fields_of, lay, mutated, paths_of

ENOUGH_FOR_SHAPES = 300
MUTATIONS = 200_000
SAMPLE = 25
"""One in so many mutated messages is read by the reference too, which takes 1000 times as long."""

tables = pytest.mark.parametrize("table", FOLLOWED, ids=lambda table: str(table.name))


def agree(table: Table, messages: Sequence[bytes], every: int = 1) -> None:
    """Both ways of locating give the same columns, and those are what the reference reads."""
    fields = fields_of(table)
    plan = Plan(fields, table.body)
    lockstep, shaped = batch_of(messages, plan, shapes=False), batch_of(messages, plan)
    turned = Batch(shaped.words, shaped.start[::-1].copy(), shaped.size[::-1].copy(), plan)
    assert np.array_equal(lockstep.broken, shaped.broken)
    assert np.array_equal(lockstep.place, shaped.place)
    assert np.array_equal(np.where(lockstep.place, lockstep.length, 0), np.where(shaped.place, shaped.length, 0))
    rows = range(0, len(messages), every)
    for field in fields:
        got = lockstep.values(field)
        assert shaped.values(field) == got
        assert turned.values(field) == got[::-1]
        for row in rows:
            # What stands in for an attribute says nothing where attributes cannot be read; nothing broken is accepted.
            if not (isinstance(field, First) and lockstep.broken[row]):
                assert got[row] == single.value(table, field, messages[row]), (field, messages[row].hex())


@tables
def test_captured_messages(table: Table) -> None:
    agree(table, captured(table))


@tables
def test_captured_messages_often_enough_for_shapes(table: Table) -> None:
    agree(table, random.Random(1).choices(captured(table), k=2000), every=10)
    for message in captured(table)[:4]:
        agree(table, [message] * ENOUGH_FOR_SHAPES, every=100)


@tables
def test_mutated_messages(table: Table) -> None:
    chance, real = random.Random(2), captured(table)
    for _ in range(4):
        agree(table, [mutated(chance.choice(real), chance) for _ in range(MUTATIONS // len(FOLLOWED) // 4)], SAMPLE)


@tables
def test_conditions_are_those_of_the_reference(table: Table) -> None:
    chance, real = random.Random(3), captured(table)
    messages = real + [mutated(chance.choice(real), chance) for _ in range(500)]
    batch = batch_of(messages, Plan(fields_of(table), table.body))
    for conditions in (table.accepts, *(dump.covers for dump in dumps_of(table))):
        wanted = [single.matches(table, conditions, message) for message in messages]
        got = accepted(table, batch, conditions).tolist()
        for row in np.flatnonzero(~batch.broken).tolist():
            assert got[row] == wanted[row], messages[row].hex()


@pytest.mark.parametrize("table", [one for one in FOLLOWED if one.protocol == 0], ids=lambda table: str(table.name))
def test_every_field_reads_what_pyroute2_reads(table: Table) -> None:
    messages, compared = captured(table), 0
    batch = batch_of(messages, Plan(fields_of(table), table.body))
    theirs = [codec.values(0, message) for message in messages]
    for field in fields_of(table):
        if isinstance(field, Attr):
            for got, values in zip(batch.values(field), theirs, strict=True):
                if got is None or field.path not in values:
                    continue
                compared += same_value(field, got, values[field.path])
    assert compared >= len(messages)


def same_value(field: Attr, got: int | bytes, theirs: Any) -> bool:
    """Assert equality where pyroute2 gives something comparable; False where it gives a structure or a word."""
    if isinstance(got, int) and isinstance(theirs, int):
        bits = 8 * field.format.size
        assert (got - theirs) % (1 << bits) == 0, (field, got, theirs)
    elif isinstance(got, bytes) and isinstance(theirs, bytes):
        assert got == theirs, field
    elif isinstance(got, bytes) and isinstance(theirs, str):
        assert theirs in spellings(got), (field, got, theirs)
    else:
        return False
    return True


def spellings(raw: bytes) -> set[str]:
    """How pyroute2 may write bytes, which depends on the attribute."""
    out = {raw.hex(":"), raw.rstrip(b"\0").decode("utf-8", "surrogateescape")}
    families = {4: socket.AF_INET, 16: socket.AF_INET6}
    if len(raw) == 8:
        out.add("{}:{}".format(*struct.unpack("=II", raw)))
    if len(raw) == 4:
        out.add("{}:{}".format(*struct.unpack("=HH", raw)))
    return out | {socket.inet_ntop(families[len(raw)], raw)} if len(raw) in families else out


# -- made-up messages --

FLAGS = (0, 0, 0, wire.NLA_F_NESTED, wire.NLA_F_NET_BYTEORDER)


def made_attribute(table: Table, draw: st.DrawFn, path: tuple[int, ...]) -> bytes:
    """The attribute at a path, alone in its nests but for a stranger; its length often fits no scalar."""
    payload = draw(st.binary(max_size=20) | st.sampled_from([bytes(4), b"\x01", bytes(16), b"\xff" * 8]))
    for depth, number in enumerate(reversed(path)):
        if depth and draw(st.booleans()):
            payload += wire.nlattr(draw(st.integers(0, 0x3FFF)), draw(st.binary(max_size=9)))
        payload = wire.nlattr(number | draw(st.sampled_from(FLAGS)), payload)
    return payload


@st.composite
def made_messages(draw: st.DrawFn, table: Table) -> list[bytes]:
    paths = paths_of(table)
    out = []
    for _ in range(draw(st.integers(1, 4))):
        header = draw(st.binary(min_size=table.body - 16, max_size=table.body - 16))
        chosen = draw(st.lists(st.sampled_from(paths), max_size=6)) if paths else []
        body = header + b"".join(made_attribute(table, draw, path) for path in chosen) + draw(st.binary(max_size=5))
        out.append(wire.nlmsg(min(table.sets), 0, 1, body))
    return out


@tables
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_made_up_messages(table: Table, data: st.DataObject) -> None:
    messages = data.draw(made_messages(table))
    agree(table, messages)
    agree(table, messages * (ENOUGH_FOR_SHAPES // len(messages) + 1), every=97)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=64), min_size=1, max_size=8))
def test_nothing_but_noise(bodies: list[bytes]) -> None:
    for table in FOLLOWED:
        agree(table, [wire.nlmsg(24, 0, 1, body) for body in bodies])


# -- single properties --

BODY = 20


def one(field: Field, *attributes: bytes, header: bytes = bytes(4)) -> int | bytes | None:
    message = wire.nlmsg(16, 0, 1, header + b"".join(attributes))
    (value,) = batch_of([message], Plan([field], BODY)).values(field)
    return value


@pytest.mark.parametrize("format_", [U8, S16, S32, U32, U64, BE16, BE64], ids=lambda f: str(f.name))
def test_width_sign_and_byte_order(format_: Format) -> None:
    raw = bytes(range(0xF8, 0xF8 + format_.size))
    wanted = int.from_bytes(raw, "big" if format_.big else sys.byteorder, signed=format_.signed)
    assert one(Attr((1,), format_), wire.nlattr(1, raw)) == wanted
    assert one(Attr((1,), format_), wire.nlattr(1, raw + b"\0")) is None, "another length than declared"
    assert one(Attr((1,), format_), wire.nlattr(2, raw)) is None


def test_of_repeated_attributes_the_last_counts() -> None:
    nest = Attr((3, 1), U8)
    assert one(Attr((1,), U8), wire.nlattr(1, b"\x05"), wire.nlattr(1, b"\x06")) == 6
    assert one(nest, wire.nlattr(3, wire.nlattr(1, b"\x05")), wire.nlattr(3, wire.nlattr(2, b"\x06"))) is None


def test_flag_bits_of_the_type_do_not_matter() -> None:
    nested = wire.nlattr(3 | wire.NLA_F_NESTED, wire.nlattr(1 | wire.NLA_F_NET_BYTEORDER, b"\x05"))
    assert one(Attr((3, 1), U8), nested) == 5


def test_an_empty_blob_is_not_an_absent_one() -> None:
    assert one(Attr((1,), BLOB), wire.nlattr(1)) == b""
    assert one(Attr((1,), BLOB)) is None


def test_a_message_shorter_than_its_header_is_broken() -> None:
    short = wire.nlmsg(16, 0, 1, b"\1\2")
    batch = batch_of([short], Plan([Attr((1,), U8)], BODY))
    assert batch.broken.all()
    assert batch.values(Head(16, U8)) == [1]
    assert batch.values(Head(16, U32)) == [None]


def test_no_message_at_all() -> None:
    words, start, size = lay([])
    batch = Batch(words, start, size, Plan([Attr((1,), U8)], BODY))
    assert len(batch) == 0
    assert batch.values(Attr((1,), U8)) == []


def test_thousands_of_empty_attributes_in_deep_nests_end() -> None:
    endless = wire.nlmsg(16, 0, 1, bytes(4) + wire.nlattr(1, b"\4\0\1\0" * 4000))
    plan = Plan([Attr((1,) * 6, U8)], BODY)
    assert batch_of([endless] * 300, plan).values(Attr((1,) * 6, U8)) == [None] * 300


def test_storage_of_every_declared_field_is_one_that_the_engine_reads() -> None:
    known: Mapping[Storage, set[int]] = {Storage.INT: {1, 2, 4, 8}, Storage.ADDR: {0}, Storage.BLOB: {0}}
    for table in FOLLOWED:
        for field in fields_of(table):
            assert field.format.size in known[field.format.storage], (table.name, field)
