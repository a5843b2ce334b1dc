"""What the filter language means, told in plain Python from what a row reads as: its texts and its JSON.

Shares nothing with the program but the declarations of columns; addresses are the standard library's.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Any

from nltui.model import single
from nltui.model.table import Table
from nltui.model.types import Context, Meaning

Interface = IPv4Interface | IPv6Interface
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
PLACED = (Meaning.ADDRESS, Meaning.NETWORK, Meaning.INTERFACE)
FOREVER = 0xFFFFFFFF


@dataclass(frozen=True)
class Seen:
    """One column of one row."""

    text: str
    json: Any
    meaning: Meaning
    default: str
    """What `default` stands for in this row."""
    raw: Any
    """As it lies in the message."""

    @property
    def number(self) -> float | int | None:
        if self.meaning is Meaning.DURATION and self.json == FOREVER:
            return float("inf")
        if isinstance(self.json, int | float) and not isinstance(self.json, bool):
            return self.json
        return int(self.text) if self.text.isdecimal() else None

    @property
    def place(self) -> Interface | None:
        text = self.text.partition(" peer ")[0] if self.meaning is Meaning.INTERFACE else self.text
        if self.meaning is Meaning.INTERFACE and " peer " in self.text:
            text += "/" + self.text.rpartition("/")[2]
        if self.meaning is Meaning.NETWORK:
            text = self.default if self.json == "default" else str(self.json)
        try:
            return ip_interface(text)
        except ValueError:
            return None


@dataclass(frozen=True)
class Value:
    """A value of an expression, and how it is written."""

    text: str
    quoted: bool = False

    @property
    def written(self) -> str:
        if not self.quoted:
            return self.text
        return '"' + self.text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    @property
    def places(self) -> list[Interface]:
        if self.text.casefold() == "default":
            return [ip_interface("0.0.0.0/0"), ip_interface("::/0")]
        try:
            return [ip_interface(self.text)]
        except ValueError:
            return []

    @property
    def number(self) -> float | int | None:
        try:
            return int(self.text)
        except ValueError:
            return None


@dataclass(frozen=True)
class Compare:
    column: str
    op: str
    values: tuple[Value, ...]

    @property
    def written(self) -> str:
        values = ", ".join(value.written for value in self.values)
        return f"{self.column} {self.op} {values if len(self.values) == 1 else '{' + values + '}'}"

    def true_of(self, row: Reading) -> bool:
        seen = row.columns[self.column]
        if self.op in ("!=", "!~"):
            return not any(_holds(seen, self.op.replace("!=", "==").strip("!"), value) for value in self.values)
        if self.op == "has":
            return all(_holds(seen, self.op, value) for value in self.values)
        return any(_holds(seen, self.op, value) for value in self.values)


@dataclass(frozen=True)
class Holding:
    """A word."""

    word: Value

    @property
    def written(self) -> str:
        return self.word.written

    def true_of(self, row: Reading) -> bool:
        return any(self.word.text.casefold() in text for text in row.texts)


@dataclass(frozen=True)
class Joined:
    """With `and`, `or`, nothing between, or `not` before."""

    how: str
    parts: tuple[Expression, ...]

    @property
    def written(self) -> str:
        if self.how == "not":
            return f"not ({self.parts[0].written})"
        return f" {self.how} ".join(f"({part.written})" for part in self.parts)

    def true_of(self, row: Reading) -> bool:
        if self.how == "not":
            return not self.parts[0].true_of(row)
        found = [part.true_of(row) for part in self.parts]
        return any(found) if self.how == "or" else all(found)


Expression = Compare | Holding | Joined


class Reading:
    """A row as it reads."""

    def __init__(self, table: Table, message: bytes, context: Context) -> None:
        family = single.value(table, table.family, message) if table.family is not None else None
        default = "::/0" if family == 10 else "0.0.0.0/0"
        self.columns = {
            column.name: Seen(
                single.text(table, column, message, context),
                single.json(table, column, message, context),
                column.type.meaning,
                default,
                single.values(table, column, message),
            )
            for column in table.columns
            if not column.rate_of
        }
        steady = [column.name for column in table.columns if not column.rate_of and not column.volatile]
        self.texts = [self.columns[name].text.casefold() for name in steady]


def _holds(seen: Seen, op: str, value: Value) -> bool:
    if op == "~":
        return re.search(value.text, seen.text, re.IGNORECASE) is not None
    if op == "has":
        words = _words(seen.json)
        wanted = value.text.casefold()
        return wanted in words if words is not None else wanted in seen.text.casefold()
    if op in ORDER:
        return _ordered(seen, ORDER[op], value)
    if op == "covers":
        place = seen.place
        return place is not None and any(_inside(one, place) for one in value.places)
    if seen.meaning in PLACED:
        return _placed(seen, op, value)
    if seen.meaning in (Meaning.NUMBER, Meaning.DURATION):
        return seen.number is not None and seen.number == value.number
    if op == "in" and not value.quoted and (place := seen.place) and any(_inside(place, one) for one in value.places):
        return True
    named = {text.casefold() for text in (seen.text, seen.json) if isinstance(text, str) and text}
    if value.quoted or value.number is None:
        return value.text.casefold() in named
    # What stands for a number may be asked for by it.
    return value.text.casefold() in named or value.number in (seen.number, seen.raw if type(seen.raw) is int else None)


def _words(json: Any) -> Sequence[str] | None:
    if isinstance(json, dict) and all(one is True or one is None for one in json.values()):
        return [one.casefold() for one in json]
    if isinstance(json, list) and all(isinstance(one, str) for one in json):
        return [one.casefold() for one in json]
    return None


def _ordered(seen: Seen, compare: Callable[[Any, Any], bool], value: Value) -> bool:
    if seen.meaning in PLACED:
        here, there = seen.place, value.places[0]
        if here is None or here.version != there.version:
            return False
        return compare((here.ip, here.network.prefixlen), (there.ip, there.network.prefixlen))
    return seen.number is not None and compare(seen.number, value.number)


def _placed(seen: Seen, op: str, value: Value) -> bool:
    place = seen.place
    if place is None:
        return False
    alone = seen.meaning is Meaning.INTERFACE and (op == "in" or "/" not in value.text)
    place = ip_interface(place.ip) if alone else place
    if op == "in":
        return any(_inside(place, one) for one in value.places)
    return any((place.ip, place.network.prefixlen) == (one.ip, one.network.prefixlen) for one in value.places)


def _inside(inner: Interface, outer: Interface) -> bool:
    if isinstance(inner, IPv4Interface) and isinstance(outer, IPv4Interface):
        return inner.network.subnet_of(outer.network)
    if isinstance(inner, IPv6Interface) and isinstance(outer, IPv6Interface):
        return inner.network.subnet_of(outer.network)
    return False
