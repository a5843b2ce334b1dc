"""`ip route show` and `flush` as a filter of the table."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.errors import UsageError
from nltui.model.ip_line.conditions import ANY, Conditions, Named, begins
from nltui.netlink.constants import rtnetlink as rt
from nltui.system import names

_OPERATORS = {"root": "in", "match": "covers", "exact": "=="}
_ROUTE: Mapping[str, tuple[str, Named]] = {
    "protocol": ("proto", names.protocol),
    "scope": ("scope", names.scope),
    "type": ("type", rt.ROUTE_TYPES.get),
    "tos": ("tos", names.dsfield),
}
_ROUTE_WORDS = {"dev": "dev", "oif": "dev", "tos": "tos", "via": "via", "src": "src", "dsfield": "tos",
                "table": "table", "protocol": "protocol", "scope": "scope", "type": "type", "from": "from"}  # fmt: skip
_NO_COLUMN = {
    "cache": "is no table here: the kernel keeps no routes beside those it shows",
    "iif": "is nothing that routes here are told apart by: `:why DST iif LINK` asks for one",
    "mark": "is nothing that routes here are told apart by: `:why DST mark N` asks for one",
    "realms": "cannot be a filter here: look at the column realms",
    "vrf": "of routes is said by its table here",
}
_NO_COLUMN |= dict.fromkeys(("cached", "cloned"), _NO_COLUMN["cache"])


def _end(left: Conditions, column: str, word: str) -> None:
    """A prefix, or `root`, `match` or `exact` and one."""
    left.inside(column, left.value(word) if word in _OPERATORS else word, _OPERATORS.get(word, "=="))


def of_routes(words: tuple[str, ...], family: str = "") -> str:
    """Of `ip route show` and `flush`: table main and IPv4, unless something else is said. Raises UsageError."""
    left, table = Conditions(words, family), "main"
    while word := left.next():
        if word in _NO_COLUMN:
            raise UsageError(f"`{word}` {_NO_COLUMN[word]}")
        name = begins(word, _ROUTE_WORDS) if word not in (*ANY, *_OPERATORS) else ""
        left.once(word, name or "to")
        if name == "from":
            _end(left, "from", left.value(word))
        elif not name:
            _end(left, "dst", left.value(word) if word == "to" else word)
        elif name == "table":
            table = left.value(word)
            if table == "cache":
                raise UsageError(f"`{word} {table}` {_NO_COLUMN['cache']}")
            if table != "all":
                left.named("table", table, names.table)
        elif name == "dev":
            left.equal("dev", left.value(word))
        elif name in ("via", "src"):
            said = left.value(word)
            said = left.value(said) if said in ("inet", "inet6") else said
            left.inside("gateway" if name == "via" else "prefsrc", said)
        else:
            column, named = _ROUTE[name]
            said = left.value(word)
            if said != "all":
                left.named(column, said, named)
    if not left.said("table"):
        left.equal("table", table)
    left.family = left.family or ("inet" if table != "all" else "")
    return left.filter()
