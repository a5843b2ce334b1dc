"""The labels of a table's rows by integer key, for columns of other tables."""

from __future__ import annotations

from nltui.model.cells import Memo, columns_of
from nltui.model.store import Store


class _Alone:
    """A label must not depend on another table."""

    def lookup(self, table: str, key: int) -> str | None:
        """Always unknown."""
        return None


def labels(store: Store) -> dict[int, str]:
    """Text of the table's label column by the first key field."""
    table = store.table
    assert table.key is not None
    with store.lock:
        batch = store.batch(store.live())
        keys = batch.ints(table.key.fields[0])[0].tolist()
        column = table.column(table.label)
        cells = Memo(_Alone()).cells(column, columns_of(batch, column))
    return {key: cell.text for key, cell in zip(keys, cells, strict=True)}
