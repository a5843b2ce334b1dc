"""One message at a time, in plain Python: the reference for the columnar engine, and what history and detail use."""

from __future__ import annotations

from typing import Any

from nltui.errors import MalformedMessage
from nltui.model.multipath import devices
from nltui.model.table import Column, Condition, Table, Uses
from nltui.model.types import Context, Json
from nltui.netlink import wire
from nltui.netlink.fields import Field, Value


def value(table: Table, field: Field, message: bytes | memoryview) -> Value:
    """A field of one message; malformed counts as absent, as in the engine."""
    try:
        return wire.extract(message, field, table.body)
    except MalformedMessage:
        return None


def values(table: Table, column: Column, message: bytes | memoryview) -> Any:
    """What the column's type is given: one value, or the tuple of a column of several fields."""
    if len(column.fields) == 1:
        return value(table, column.fields[0], message)
    return tuple(value(table, field, message) for field in column.fields)


def text(table: Table, column: Column, message: bytes | memoryview, context: Context) -> str:
    """A cell's text; empty where absent."""
    got = values(table, column, message)
    if got is None and not column.type.absent:
        return ""
    return column.type.text(got, context) or ""


def json(table: Table, column: Column, message: bytes | memoryview, context: Context) -> Json:
    """A cell as JSON; None where absent."""
    got = values(table, column, message)
    return None if got is None and not column.type.absent else column.type.json(got, context)


def record(table: Table, message: bytes | memoryview, context: Context) -> dict[str, Json]:
    """The JSON object of one row, nested by the dotted paths of its columns."""
    out: dict[str, Json] = {}
    for column in table.columns:
        if column.json is None:
            continue
        shown = json(table, column, message, context)
        if shown is not None:
            place(out, column.json, shown)
    return out


def place(out: dict[str, Json], path: str, shown: Json) -> None:
    """Put a value at a dotted path, making the objects between. `**` at the end merges an object's keys in."""
    *between, last = path.split(".")
    for name in between:
        out = out.setdefault(name, {})
    if last == "**":
        out.update(shown)
    else:
        out[last] = shown


def matches(table: Table, conditions: tuple[Condition, ...], message: bytes | memoryview) -> bool:
    """Whether a message fulfils all conditions."""
    for where in conditions:
        if isinstance(where, Uses):
            if not _uses(table, where, message):
                return False
            continue
        got = value(table, where.field, message)
        number = got if isinstance(got, int) else 0
        if where.among is not None and number not in where.among:
            return False
        if number in where.without or number & where.clear or number & where.set != where.set:
            return False
    return True


def _uses(table: Table, condition: Uses, message: bytes | memoryview) -> bool:
    if value(table, condition.device, message) == condition.ifindex:
        return True
    several = value(table, condition.legs, message)
    try:
        return isinstance(several, bytes) and condition.ifindex in devices(several)
    except MalformedMessage:
        return False
