"""The labels of a table's rows by integer key, for columns of other tables."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from nltui.model.cells import columns_of
from nltui.model.store import Store
from nltui.netlink.arrays import member_of
from nltui.netlink.columns import Plan


class _Alone:
    """A label must not depend on another table."""

    def lookup(self, table: str, key: int) -> str | None:
        """Always unknown."""
        return None


ALONE = _Alone()
"""Answers nothing."""


def labels(store: Store, wanted: Collection[int] | None = None) -> dict[int, str]:
    """Text of the table's label column by the first key field, an integer: of these keys, or of all."""
    table = store.table
    assert table.key is not None
    with store.lock:
        column, field = table.column(table.label), table.key.fields[0]
        slots = store.live()
        keys = store.keys.columns[store.keys.of[field].start][slots].astype(np.int64)
        if wanted is not None:
            mine = member_of(keys, np.array(list(wanted), np.int64))
            slots, keys = slots[mine], keys[mine]
        batch = store.batch(slots, Plan(column.fields, table.body))
        texts = (column.type.text(value, ALONE) for value in columns_of(batch, column))
        return {key: text for key, text in zip(keys.tolist(), texts, strict=True) if text is not None}
