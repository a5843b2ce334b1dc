"""Which relations one row has, and the filters that find the other rows."""

from __future__ import annotations

from typing import Any

from nltui.model import single
from nltui.model.log import log_values
from nltui.model.relation import Relation, by_letter
from nltui.model.table import Framing, Table
from nltui.model.types import Context


def related(table: Table, message: bytes, context: Context) -> dict[str, tuple[Relation, str]]:
    """By letter: (relation, filter of its table)."""
    return by_letter(table.related, values(table, message, context))


def values(table: Table, message: bytes, context: Context, volatile: bool = False) -> dict[str, Any]:
    """A row's JSON; columns that have none of their own are there by their name, as text, unless a key is called so.

    `volatile`: with what changes without being told, as it was in the message.
    """
    found: dict[str, Any] = {}
    taken = {column.json.partition(".")[0] for column in table.columns if column.json is not None}
    for column in table.columns:
        if column.rate_of or (column.volatile and not volatile):
            continue
        if table.framing is Framing.NLMSG:
            value = single.values(table, column, message)
        else:
            value = log_values(column, 0, message)
        if value is None and not column.type.absent:
            continue
        if column.json is None:
            if column.name not in taken:
                found[column.name] = column.type.text(value, context)
        elif (said := column.type.json(value, context)) is not None:
            single.place(found, column.json, said)
    return found
