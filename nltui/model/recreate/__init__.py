"""The `ip` command that would make a row again. One file a table, listed here."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from nltui.model import single
from nltui.model.recreate.addresses import address
from nltui.model.recreate.links import link
from nltui.model.recreate.neighbours import neighbour
from nltui.model.recreate.nexthops import nexthop
from nltui.model.recreate.routes import route
from nltui.model.recreate.rules import rule
from nltui.model.recreate.words import Unrepeatable, Words
from nltui.model.related import values
from nltui.model.table import Table
from nltui.model.types import Context
from nltui.text import visible

MADE: Mapping[str, Callable[[Mapping[str, Any]], Words]] = {
    "links": link,
    "addresses": address,
    "routes": route,
    "neighbours": neighbour,
    "rules": rule,
    "nexthops": nexthop,
}
"""By table: a row (its JSON, and what has none by column) → the words of the command."""

__all__ = ["MADE", "Unrepeatable", "command"]


def _said(table: Table, message: bytes, context: Context) -> dict[str, str]:
    """What JSON tells less of than `ip` takes: which metrics are locked."""
    names = [column.name for column in table.columns if column.name == "metrics"]
    return {name: single.text(table, table.column(name), message, context) for name in names}


def command(table: Table, message: bytes, context: Context) -> str:
    """One line for a shell. Raises Unrepeatable with the reason where `ip` has no command for it."""
    make = MADE.get(table.name)
    if make is None:
        raise Unrepeatable(f"{table.name} are not made by `ip`")
    try:
        words = make(values(table, message, context, volatile=True) | _said(table, message, context))
    except (KeyError, TypeError, ValueError) as error:
        raise Unrepeatable(f"this row lacks what `ip` would need ({error})") from error
    if any(visible(word, limit=len(word) + 1) != word for word in words):
        raise Unrepeatable("a name in it has characters that are not safe to paste")
    return shlex.join(["ip", *words])
