"""The labels of a table's rows by integer key, for columns of other tables."""

from __future__ import annotations

from nltui.model.cells import columns_of
from nltui.model.store import Store
from nltui.netlink.columns import Plan


class _Alone:
    """A label must not depend on another table."""

    def lookup(self, table: str, key: int) -> str | None:
        """Always unknown."""
        return None


ALONE = _Alone()
"""Answers nothing."""


def labels(store: Store) -> dict[int, str]:
    """Text of the table's label column by the first key field."""
    table = store.table
    assert table.key is not None
    with store.lock:
        column, key = table.column(table.label), table.key.fields[0]
        batch = store.batch(store.live(), Plan((key, *column.fields), table.body))
        keys = batch.ints(key)[0].tolist()
        texts = (column.type.text(value, ALONE) for value in columns_of(batch, column))
        return {key: text for key, text in zip(keys, texts, strict=True) if text is not None}
