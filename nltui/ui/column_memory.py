"""Which columns were chosen in former runs."""

from __future__ import annotations

from nltui.model.table import Table
from nltui.system import state

FILE = "columns"

Chosen = tuple[str, ...]


def remembered(table: Table) -> Chosen | None:
    """Names of the columns chosen in a former run; None where none were."""
    found = state.read(FILE).get(table.name)
    known = {column.name for column in table.columns}
    names = tuple(one for one in found if isinstance(one, str) and one in known) if isinstance(found, list) else ()
    return names or None


def remember(table: Table, chosen: Chosen | None) -> None:
    """For the next run; None: the table's own."""
    others = {name: names for name, names in state.read(FILE).items() if name != table.name}
    state.write(FILE, others | ({table.name: list(chosen)} if chosen is not None else {}))
