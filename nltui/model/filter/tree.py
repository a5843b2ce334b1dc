"""What a filter means: a tree of terms. No numpy, no rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nltui.model.filter.literals import Literal
from nltui.model.table import Column
from nltui.model.types import Context, Meaning
from nltui.netlink.fields import Field

Holds = Callable[[Any, Context], bool]
"""(what the column's type is given, names) → whether the comparison is true."""


@dataclass(frozen=True, slots=True)
class Word:
    """A part of the text of any column, case-folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`column op value`."""

    column: Column
    op: str
    """`==`, `<`, `<=`, `>`, `>=`, `~`, `in`, `covers` or `has`; the negative ones are a Not around a Comparison."""
    literals: tuple[Literal, ...]
    """One, or those of a set."""
    holds: Holds


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; empty: always."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """Some part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold. Of a comparison that is: also where the row has no such value."""

    part: Node


Node = Word | Comparison | All | Any_ | Not

EVERYTHING = All(())


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    if isinstance(node, All | Any_):
        for part in node.parts:
            yield from walk(part)
    elif isinstance(node, Not):
        yield from walk(node.part)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold."""
    return node.parts if isinstance(node, All) else (node,)


def is_volatile(node: Node) -> bool:
    """Whether it reads counters, timers or rates, which change without any event."""
    tests = (one for one in walk(node) if isinstance(one, Comparison))
    return any(test.column.volatile or test.column.rate_of for test in tests)


def compared(column: Column, family: Field | None) -> tuple[Field, ...]:
    """What a comparison is given of a row: the column's own fields, and of a prefix, at the end, the row's family."""
    if column.type.meaning is Meaning.NETWORK:
        assert family is not None
        return (*column.fields, family)
    return column.fields
