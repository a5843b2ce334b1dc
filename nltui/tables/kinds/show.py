"""The columns' types for nested details: JSON as `ip -j -d` prints it, text as one line of words."""

from __future__ import annotations

from typing import Any

from nltui import text as door
from nltui.model.types import Context, Json, Order, Type
from nltui.tables.kinds.detail import Nest, decode
from nltui.tables.kinds.registry import UNKNOWN, nest

LONGEST = 512
"""Characters of a details line; the detail pane and JSON have all of it."""


class Details(Type):
    """Of (kind, data), both blobs: IFLA_INFO_KIND and IFLA_INFO_DATA, or the same pair of a member (`slave`)."""

    order = Order.TEXT

    def __init__(self, *, slave: bool = False) -> None:
        self._suffix = "_slave" if slave else ""

    def text(self, value: Any, context: Context) -> str | None:
        """`vlan`: `protocol 802.1Q id 10`."""
        shown = self.json(value, context)
        return line(shown) if shown else None

    def json(self, value: Any, context: Context) -> Json:
        """The object, None where the link has no details."""
        kind, data = value
        if kind is None or data is None:
            return None
        schema = nest(kind.split(b"\0", 1)[0].decode("ascii", "replace") + self._suffix)
        shown = decode(schema, data, context)
        return None if schema is UNKNOWN and not shown else shown


class Nested(Type):
    """Of one blob: the attributes of a nest that is the same for every link."""

    order = Order.TEXT

    def __init__(self, nest: Nest) -> None:
        self._nest = nest

    def text(self, value: Any, context: Context) -> str | None:
        """As Details."""
        shown = self.json(value, context)
        return line(shown) if shown else None

    def json(self, value: Any, context: Context) -> Json:
        """The object, None where it would be empty."""
        return decode(self._nest, value, context) or None


def line(shown: dict[str, Json]) -> str:
    """`key value key value`: a true one is its key alone, a false or empty one is left out. Visible text."""
    return door.visible(" ".join(_words(shown)), limit=LONGEST)


def _words(shown: dict[str, Json]) -> list[str]:
    words: list[str] = []
    for key, value in shown.items():
        if value is True:
            words.append(key)
        elif isinstance(value, dict):
            words.append(f"{key} {{{' '.join(_words(value))}}}")
        elif isinstance(value, list):
            words.append(f"{key} {','.join(_one(one) for one in value)}")
        elif value is not None and value is not False:
            words.append(f"{key} {value}")
    return words


def _one(value: Json) -> str:
    return f"{{{' '.join(_words(value))}}}" if isinstance(value, dict) else str(value)
