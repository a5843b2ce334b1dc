"""What a comparison means for one value of a column: the definition that the columnar engine must agree with."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from nltui.model.filter.errors import FilterError
from nltui.model.filter.literals import Literal, Network, folded, network
from nltui.model.filter.tree import Comparison, Holds
from nltui.model.filter.words import Token
from nltui.model.table import Column, Table
from nltui.model.types import Context, Meaning

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TEXTUAL = (Meaning.TEXT, Meaning.WORDS)
FOREVER = 0xFFFFFFFF
"""Seconds, as the kernel says it."""
SPATIAL = (*TEXTUAL, Meaning.ADDRESS, Meaning.NETWORK, Meaning.INTERFACE)
"""Columns that `covers` may be asked of."""


def comparison(column: Column, table: Table, op: str, values: tuple[Literal, ...], at: Token) -> Comparison:
    """A test of one column. Raises FilterError where operator, column and value do not go together."""
    meaning = Meaning.NUMBER if column.rate_of else column.type.meaning
    if len(values) > 1 and op not in ("==", "in", "has"):
        raise FilterError(f"`{at.text}` takes one value, not a set", at.start, at.stop)
    if column.rate_of and op not in ORDER and op not in ("==", "in"):
        raise FilterError(f"`{column.name}` is a number: compare it with <, <=, > or >=", at.start, at.stop)
    if op == "~":
        holds = _pattern(column, values[0])
    elif op == "has":
        holds = _has(column, values)
    elif op == "covers":
        holds = _covers(column, meaning, values[0], at)
    elif op in ORDER:
        holds = _ordered(column, meaning, op, values[0])
    else:
        tests = [_equal(column, meaning, value, op == "in") for value in values]
        holds = tests[0] if len(tests) == 1 else _any(tests)
    return Comparison(column, op, values, holds)


def _any(tests: list[Holds]) -> Holds:
    return lambda value, context: any(test(value, context) for test in tests)


# -- readings of a column's value --


def shown(column: Column, value: Any, context: Context) -> str:
    """Its text, empty where absent."""
    if value is None and not column.type.absent:
        return ""
    return column.type.text(_own(column, value), context) or ""


def said(column: Column, value: Any, context: Context) -> Any:
    """Its JSON, None where absent."""
    return None if value is None and not column.type.absent else column.type.json(_own(column, value), context)


def _own(column: Column, value: Any) -> Any:
    """What the type is given, without the family that stands behind a prefix."""
    return value[:-1] if column.type.meaning is Meaning.NETWORK else value


def quantity(column: Column, value: Any, context: Context) -> float | int | None:
    """A number, where it is one: what JSON has, or what the text says."""
    if isinstance(value, float):
        return value
    found = said(column, value, context)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return found
    text = shown(column, value, context)
    return int(text) if text.isascii() and text.isdecimal() else None


def texts(column: Column, value: Any, context: Context) -> set[str]:
    """What it may be called: its text, and what JSON calls it; case-folded."""
    text, found = shown(column, value, context), said(column, value, context)
    return {folded(one) for one in (text, found) if isinstance(one, str) and one}


def place(column: Column, meaning: Meaning, value: Any, context: Context) -> Network | None:
    """An address or prefix; `value` as `tree.compared` reads it."""
    if meaning is Meaning.NETWORK:
        address, length, family = value[0], value[1], value[-1]
        bits = 8 * len(address) if address is not None else 128 if family == 10 else 32
        return (bits, int.from_bytes(address or b""), length) if length is not None else None
    if meaning is Meaning.INTERFACE:
        address, length = value[:2]
        return None if address is None else (8 * len(address), int.from_bytes(address), length)
    if meaning is Meaning.ADDRESS and isinstance(value, bytes):
        return 8 * len(value), int.from_bytes(value), 8 * len(value)
    return network(shown(column, value, context), short=False)


# -- what operators mean --


def inside(inner: Network, outer: Network) -> bool:
    """Whether all of a prefix lies in another."""
    bits, address, length = outer
    return inner[0] == bits and inner[2] >= length and inner[1] >> (bits - length) == address >> (bits - length)


def _equal(column: Column, meaning: Meaning, wanted: Literal, is_in: bool) -> Holds:
    if meaning in (Meaning.NUMBER, Meaning.DURATION, Meaning.MOMENT):
        number = amount(meaning, wanted, column)
        return lambda value, context: measure(column, meaning, value, context) == number
    if meaning in (Meaning.ADDRESS, Meaning.NETWORK, Meaning.INTERFACE):
        if not wanted.networks:
            raise FilterError(f"`{wanted.text}` is no address or prefix", wanted.start, wanted.stop)
        return _placed(column, meaning, wanted, is_in)
    if is_in and wanted.networks and not wanted.is_quoted:
        within = wanted.networks
        return lambda value, context: (
            _lies(column, meaning, value, context, within) or _named(column, wanted, value, context)
        )
    return lambda value, context: _named(column, wanted, value, context)


def _named(column: Column, wanted: Literal, value: Any, context: Context) -> bool:
    if wanted.folded in texts(column, value, context):
        return True
    number = wanted.number
    if number is None or wanted.is_quoted:
        return False
    # A name that stands for a number may be asked for by that number: `table == 254`.
    return number == quantity(column, value, context) or (isinstance(value, int) and number == value)


def _lies(column: Column, meaning: Meaning, value: Any, context: Context, within: tuple[Network, ...]) -> bool:
    found = place(column, meaning, value, context)
    return found is not None and any(inside(found, one) for one in within)


def _placed(column: Column, meaning: Meaning, wanted: Literal, is_in: bool) -> Holds:
    networks = wanted.networks

    def holds(value: Any, context: Context) -> bool:
        found = place(column, meaning, value, context)
        if found is None:
            return False
        if meaning is Meaning.INTERFACE and (is_in or "/" not in wanted.text):
            found = found[0], found[1], found[0]
        return any(inside(found, one) if is_in else found == one for one in networks)

    return holds


def _covers(column: Column, meaning: Meaning, wanted: Literal, at: Token) -> Holds:
    if meaning not in SPATIAL:
        raise FilterError(f"`{column.name}` is no prefix, so it covers nothing", at.start, at.stop)
    if not wanted.networks:
        raise FilterError(f"`{wanted.text}` is no address or prefix", wanted.start, wanted.stop)
    networks = wanted.networks

    def holds(value: Any, context: Context) -> bool:
        found = place(column, meaning, value, context)
        return found is not None and any(inside(one, found) for one in networks)

    return holds


def amount(meaning: Meaning, wanted: Literal, column: Column) -> float | int:
    """What a number, a length of time or a moment is compared with. Raises FilterError."""
    kinds = {
        Meaning.DURATION: (wanted.seconds, "length of time (30s, 5m, 1h30m, forever)"),
        Meaning.MOMENT: (wanted.moment, "time (14:02, 14:02:30, 2026-01-31T14:02, or -5m for five minutes ago)"),
    }
    found, kind = kinds.get(meaning, (wanted.number, "number"))
    if found is None:
        raise FilterError(f"`{wanted.text}` is no {kind}, as `{column.name}` is", wanted.start, wanted.stop)
    return found


def measure(column: Column, meaning: Meaning, value: Any, context: Context) -> float | int | None:
    """A column's value as such a number."""
    if meaning is Meaning.MOMENT:
        return None if value is None else int(value)
    found = quantity(column, value, context)
    return float("inf") if meaning is Meaning.DURATION and found == FOREVER else found


def _ordered(column: Column, meaning: Meaning, op: str, wanted: Literal) -> Holds:
    compare = ORDER[op]
    if meaning in (Meaning.ADDRESS, Meaning.NETWORK, Meaning.INTERFACE):
        if wanted.network is None:
            raise FilterError(f"`{wanted.text}` is no address or prefix", wanted.start, wanted.stop)
        limit = wanted.network

        def holds(value: Any, context: Context) -> bool:
            found = place(column, meaning, value, context)
            return found is not None and found[0] == limit[0] and compare(found[1:], limit[1:])

        return holds
    number = amount(meaning, wanted, column) if meaning not in TEXTUAL else _number(op, wanted)

    def measured(value: Any, context: Context) -> bool:
        found = measure(column, meaning, value, context)
        return found is not None and compare(found, number)

    return measured


def _number(op: str, wanted: Literal) -> float | int:
    if wanted.number is None:
        raise FilterError(f"`{op}` compares numbers, and `{wanted.text}` is none", wanted.start, wanted.stop)
    return wanted.number


def _pattern(column: Column, wanted: Literal) -> Holds:
    try:
        search = re.compile(wanted.text, re.IGNORECASE).search
    except (re.error, OverflowError, RecursionError) as error:
        raise FilterError(f"no regular expression: {error}", wanted.start, wanted.stop) from error
    return lambda value, context: search(shown(column, value, context)) is not None


def _has(column: Column, wanted: Iterable[Literal]) -> Holds:
    """Every one of the words is among the flags; of a text that is no list, a part of it."""
    needles = [one.folded for one in wanted]

    def holds(value: Any, context: Context) -> bool:
        found = said(column, value, context)
        if _is_list(found):
            words = {folded(one) for one in found}
            return all(needle in words for needle in needles)
        text = folded(shown(column, value, context))
        return bool(text) and all(needle in text for needle in needles)

    return holds


def _is_list(found: Any) -> bool:
    """Whether JSON has a list of words, or an object of words that hold."""
    if isinstance(found, dict):
        return all(value is True or value is None for value in found.values())
    return isinstance(found, list) and all(isinstance(one, str) for one in found)
