"""A line of `ip` that shows something: which table it opens, and with which filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nltui.errors import UsageError
from nltui.model.ip_line import of_others, of_routes
from nltui.model.ip_line.line import Line

_TABLES: Mapping[str, tuple[str, Callable[[tuple[str, ...], str], str]]] = {
    "link": ("links", of_others.of_links),
    "address": ("addresses", of_others.of_addresses),
    "route": ("routes", of_routes.of_routes),
    "neighbour": ("neighbours", of_others.of_neighbours),
    "rule": ("rules", of_others.of_rules),
    "nexthop": ("nexthops", of_others.of_nexthops),
}


def shown(line: Line) -> tuple[str, str]:
    """(table, filter). Where nothing narrows a line, all rows of the table. Raises UsageError."""
    if line.object == "tuntap":
        return "links", "kind == tun"
    table, narrow = _TABLES[line.object]
    if line.verb == "get":
        return _got(line, table)
    if not line.words:
        return table, f"family == {line.family}" if line.family and table != "links" else ""
    return table, narrow(line.words, line.family)


def _got(line: Line, table: str) -> tuple[str, str]:
    """`get`, which of routes is another question."""
    if not line.words:
        raise UsageError(f"which? `ip {line.object} get` needs more")
    if line.object == "route":
        return "why", " ".join(line.words)
    return table, _TABLES[line.object][1](line.words, line.family)
