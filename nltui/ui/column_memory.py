"""Which columns were chosen in former runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nltui.model.table import Table
from nltui.system import state
from nltui.text import visible

FILE = "columns"

Chosen = tuple[str, ...]


def remembered(table: Table) -> Chosen | None:
    """Names of the columns chosen in a former run; None where none were."""
    found = state.read(FILE).get(table.name)
    known = {column.name for column in table.columns}
    names = tuple(one for one in found if isinstance(one, str) and one in known) if isinstance(found, list) else ()
    return names or None


def wished(
    tables: Iterable[Table], columns: Mapping[str, Chosen], places: Mapping[str, str]
) -> tuple[dict[str, Chosen], str]:
    """By table, the columns that a configuration asks for and that there are; and the first that there is not."""
    found: dict[str, Chosen] = {}
    wrong = ""
    for table in tables:
        names = [column.name for column in table.columns]
        asked = columns.get(table.name, ())
        found[table.name] = tuple(one for one in asked if one in names)
        unknown = next((one for one in asked if one not in names), None)
        if unknown is not None:
            place = places.get(f"columns.{table.name}", "[columns]")
            wrong = wrong or visible(f"{place}: {table.name} have no column {unknown!r}", limit=400)
    return {name: chosen for name, chosen in found.items() if chosen}, wrong


def remember(table: Table, chosen: Chosen | None) -> None:
    """For the next run; None: the table's own."""
    others = {name: names for name, names in state.read(FILE).items() if name != table.name}
    state.write(FILE, others | ({table.name: list(chosen)} if chosen is not None else {}))
