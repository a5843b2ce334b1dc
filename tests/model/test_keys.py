"""Keys as arrays: equal exactly when the declared fields are, whatever stands beside them."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nltui.model import single
from nltui.model.keys import KeyArrays, hash_blobs
from nltui.model.store import Store
from nltui.model.table import Table
from nltui.netlink.columns import Batch, Plan
from nltui.netlink.fields import Attr, Head
from tests.netlink.buffers import FOLLOWED, batch_of, captured, lay, mutated


def key_of(table: Table, message: bytes) -> tuple[object, ...]:
    """As Python values. Where an integer is absent it counts as 0."""
    assert table.key is not None
    values = ((field, single.value(table, field, message)) for field in table.key.fields)
    return tuple(0 if value is None and field.format.size else value for field, value in values)


@pytest.mark.parametrize("table", FOLLOWED, ids=lambda table: str(table.name))
def test_hashes_and_keys_are_equal_where_fields_are(table: Table) -> None:
    chance, real = random.Random(4), captured(table)
    messages = real + [mutated(chance.choice(real), chance) for _ in range(300)]
    store = Store(table)
    batch = batch_of(messages, store.key_plan)
    kept = np.flatnonzero(~batch.broken)
    messages = [messages[row] for row in kept.tolist()]
    batch = batch_of(messages, store.key_plan)
    read, hashes = store.read_keys(batch)
    keys = [key_of(table, message) for message in messages]
    store.keys.write(np.arange(len(messages)), read, np.arange(len(messages)))
    for row in range(len(messages)):
        same = store.keys.equal(read, np.full(len(messages), row), np.arange(len(messages)))
        assert same.tolist() == [keys[row] == other for other in keys]
        assert (hashes == hashes[row]).tolist() == same.tolist()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=13) | st.sampled_from([b"", b"\0", b"\0\0", bytes(4), bytes(5)]), min_size=1))
def test_blobs_hash_by_content_alone(blobs: list[bytes]) -> None:
    """Not by the padding after them, which is garbage here, and absent is not empty."""
    words, start, size = lay(blobs)
    plan = Plan([], 16)
    batch = Batch(words, start, size, plan)
    hashes = hash_blobs(batch, start * 4, size).tolist()
    absent = int(hash_blobs(batch, start[:1] * 4, np.array([-1], np.int64))[0])
    for one, its in zip(blobs, hashes, strict=True):
        assert its != absent
        for other, others in zip(blobs, hashes, strict=True):
            assert (its == others) == (one == other)


def test_a_signed_key_and_columns_of_many_widths() -> None:
    for table in FOLLOWED:
        arrays = KeyArrays(table)
        assert len(arrays.columns) >= len(arrays.fields)
        for field, place in arrays.of.items():
            kinds = [column.dtype.kind for column in arrays.columns[place]]
            if isinstance(field, Head | Attr) and len(kinds) == 1 and field.format.size:
                assert kinds == ["i" if field.format.signed else "u"]
                assert arrays.columns[place][0].dtype.itemsize >= field.format.size
