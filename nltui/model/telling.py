"""A change as a line for a person, and as an object for a machine."""

from __future__ import annotations

from typing import Any

from nltui.model import actor as actors
from nltui.model.activity import GLYPH, Answer, clock, describe, differences, requester, who
from nltui.model.history import Change, Kind, then
from nltui.model.single import record
from nltui.model.table import Table
from nltui.model.types import Context


def line(table: Table, change: Change, context: Context, answer: Answer) -> str:
    """`14:02:31.004 ~ link eth0 mtu 1500→9000  ip[4312]`."""
    names = then(change, context)
    named, rest = describe(table, change.new or change.old, names)
    if change.kind is Kind.CHANGED:
        found = differences(table, change, names)
        rest = ", ".join(f"{name} {old or '∅'}→{new or '∅'}" if old != new else name for name, old, new in found)
    said = who(table, change, answer)
    return f"{clock(change.time)} {GLYPH[change.kind]} {table.singular} {named} {rest}  {said}".replace("   ", "  ")


def object_of(table: Table, change: Change, context: Context, answer: Answer) -> dict[str, Any]:
    """Time, table, what happened, who asked, and the row as it is and was; keys of rows as `ip -j` has them."""
    actor = requester(table, change, answer)
    said: dict[str, Any] = {
        "time": change.time / 1e9,
        "table": table.name,
        "change": change.kind.name.lower(),
        "who": actor.text,
        "port_id": change.port_id,
        "certainty": actor.certainty.value,
        "actor": actors.record(actor),
    }
    names = then(change, context)
    if change.kind is Kind.CHANGED:
        said["old"] = record(table, change.old, names)
    said["row"] = record(table, change.new or change.old, names)
    return said
