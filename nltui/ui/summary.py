"""What the detail pane's Summary says: every column by name, what it was, then what no column shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from nltui.errors import NltuiError
from nltui.model import actor, single
from nltui.model.actor import Actor, Certainty
from nltui.model.rows import Row
from nltui.model.table import Column, Framing, Table
from nltui.model.types import Context, Tone
from nltui.netlink.fields import Attr, First, Slice
from nltui.ui.text import Part, cells, sentence
from nltui.ui.theme import Paint

Line = list[Part]

NAMES = 20
"""Most cells for the names; a longer one pushes its value."""
HELP_FROM = 18
"""Cells after the names at which a column's help begins, so that helps stand below each other."""
_TONES = {Certainty.EXACT: Tone.OK, Certainty.INFERRED: Tone.CHANGED, Certainty.UNKNOWN: Tone.DIM}


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value; without a value, a heading."""

    name: str
    text: str = ""
    tone: Tone = Tone.PLAIN
    was: str | None = None
    help: str = ""


class NodeLike(Protocol):
    """What `nltui.netlink.tree` makes of one header field or attribute."""

    @property
    def name(self) -> str:
        """As in the uapi header, `RTA_DST`, `rtm_family`."""

    @property
    def number(self) -> int:
        """Attribute type; -1 for a header or one of its fields."""

    @property
    def offset(self) -> int:
        """From the start of the message, in bytes."""

    @property
    def length(self) -> int:
        """In bytes, with the attribute's header."""

    @property
    def value(self) -> str:
        """Visible text."""

    @property
    def note(self) -> str:
        """What explains the value, dimmed beside it."""

    @property
    def children(self) -> Sequence[NodeLike]:
        """What is nested inside."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a summary is about beside the row's own cells: a message of `table`, and the one before its last change."""

    table: Table
    message: bytes | None
    before: bytes | None
    nodes: Sequence[NodeLike]
    actor: Actor | None = None
    """Who asked for the change that the row tells."""


def facts(columns: Sequence[Column], row: Row, about: Subject, context: Context) -> list[Fact]:
    """`row` holds a cell for each of `columns`. A row of a log of changes is followed by what changed, old → new."""
    is_own = about.table.columns == tuple(columns)
    found = [
        Fact(column.name, cell.text, cell.tone, was_text(about, column, context) if is_own else None, column.help)
        for column, cell in zip(columns, row.cells, strict=True)
        if cell.text
    ]
    if about.actor is not None:
        found.append(Fact("requester"))
        found += [
            Fact(name, text, _TONES.get(about.actor.certainty, Tone.PLAIN) if name == "certainty" else Tone.PLAIN)
            for name, text in actor.facts(about.actor)
        ]
    if not is_own and about.message is not None:
        found.append(Fact(about.table.singular))
        found += sorted(_of_message(about, about.message, context), key=lambda fact: fact.was is None)
    rest = list(_unshown(about))
    return [*found, *([Fact("not in a column"), *rest] if rest else [])]


def _of_message(about: Subject, message: bytes, context: Context) -> Iterator[Fact]:
    for column in about.table.columns:
        text = text_of(about.table, column, message, context)
        was = was_text(about, column, context)
        if text or was:
            yield Fact(column.name, text or "absent", Tone.PLAIN, was, column.help)


def text_of(table: Table, column: Column, message: bytes, context: Context) -> str | None:
    """A column's text of one message; None where it is no nlmsghdr, or the column is made of more than the message."""
    if table.framing is not Framing.NLMSG or not column.fields or column.rate_of:
        return None
    try:
        return single.text(table, column, message, context)
    except NltuiError:
        return None


def was_text(about: Subject, column: Column, context: Context) -> str | None:
    """A column's text before the row's last change; None where it was the same, unknown or meaningless."""
    if about.before is None or about.message is None or column.volatile:
        return None
    was = text_of(about.table, column, about.before, context)
    return None if was is None or was == text_of(about.table, column, about.message, context) else was or "absent"


def drawn(found: Sequence[Fact], width: int, paint: Paint) -> list[Line]:
    """Facts as lines of at most `width` cells, values below each other; help beside them where there is room."""
    names = min(max((cells(fact.name) for fact in found if fact.text), default=0) + 2, NAMES, max(8, width // 2))
    return [line for fact in found for line in _lines(fact, names, width, paint)]


def _lines(fact: Fact, names: int, width: int, paint: Paint) -> Iterator[Line]:
    dim = paint.style(Tone.DIM)
    if not fact.text and not fact.help:
        yield []
        yield [(fact.name, paint.style(Tone.DIM, strong=True))]
        return
    name = fact.name.ljust(names) if cells(fact.name) < names else fact.name + "  "
    first, *more = sentence(fact.text, max(8, width - cells(name))) or [""]
    value = paint.style(fact.tone, strong=True)
    line: Line = [(name, dim), (first, value)]
    used = cells(name) + cells(first)
    if fact.was is not None:
        old = f"  was {fact.was}"
        line.append((old, paint.style(Tone.CHANGED)))
        used += cells(old)
    start = max(used + 3, names + HELP_FROM)
    if not more and start + len(fact.help) <= width:
        line.append((" " * (start - used) + fact.help, dim))
    yield line
    for rest in more:
        yield [(" " * names + rest, value)]


def _unshown(about: Subject) -> Iterator[Fact]:
    shown = {*_shown_numbers(about.table), -1}
    for node in about.nodes:
        if node.offset >= about.table.body and node.number not in shown:
            yield from _flat(node, "")


def _flat(node: NodeLike, prefix: str) -> Iterator[Fact]:
    if node.value or not node.children:
        yield Fact(f"{prefix}{node.name}", node.value or "—", help=node.note)
    for child in node.children:
        yield from _flat(child, "  " + prefix)


def _shown_numbers(table: Table) -> set[int]:
    """Top-level attribute types that some column reads."""
    numbers: set[int] = set()
    for column in table.columns:
        for field in column.fields:
            for one in field.fields if isinstance(field, First) else (field,):
                if isinstance(one, Attr | Slice):
                    numbers.add(one.path[0])
    return numbers
