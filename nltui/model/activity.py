"""The activity log: history entries as rows, rendered when looked at."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from nltui.errors import MalformedMessage
from nltui.model import single
from nltui.model.actor import Actor, Certainty
from nltui.model.gaps import Gap, what_became_of_it, what_was_lost
from nltui.model.history import Change, History, Kind, Source, then
from nltui.model.log import NONE, NumberedView
from nltui.model.row_history import entries_of
from nltui.model.rows import Cell
from nltui.model.table import Column, Table
from nltui.model.types import Context, Json, Tone
from nltui.netlink import wire
from nltui.netlink.fields import Field
from nltui.text import visible

REMEMBERED = 512
GAPS_OPEN = 16
"""Newest gaps that can still be told otherwise: one a reader."""
SENTENCE = ("change", "type", "object", "what", "who")
"""Columns over which a gap's sentence goes."""
FOUND = 500
"""Most entries listed of what was found when a gap was healed."""
GLYPH = {Kind.ADDED: "+", Kind.CHANGED: "~", Kind.REMOVED: "−", Kind.GAP: "!"}
TONE = {Kind.ADDED: Tone.OK, Kind.CHANGED: Tone.CHANGED, Kind.REMOVED: Tone.BAD, Kind.GAP: Tone.CHANGED}
KERNEL, SILENT, UNKNOWN = "kernel", "silent", "?"

OPEN, OPEN_SECONDS = 256, 1.0
"""Newest entries whose requester may become known after they were shown, and for how long after the last news."""

Answer = Callable[[int, int], Actor]
"""(port id, ns since the epoch) → who."""


def clock(ns: int) -> str:
    """HH:MM:SS.mmm, local time."""
    return time.strftime("%H:%M:%S", time.localtime(ns // 1_000_000_000)) + f".{ns // 1_000_000 % 1000:03d}"


def differences(table: Table, change: Change, context: Context) -> list[tuple[str, str, str]]:
    """(column, old, new) of every column that is compared and differs; by attribute number where no column shows it.

    A column that only shows part of what one before it shows (the gateway of `via`) is left out; of an object, the keys
    that differ are told one by one.
    """
    out: list[tuple[str, str, str]] = []
    told: set[Field] = set()
    for column in table.columns:
        if column.volatile or column.rate_of or told.issuperset(column.fields):
            continue
        old = single.text(table, column, change.old, context)
        new = single.text(table, column, change.new, context)
        if old != new:
            inside = _inside(table, column, change, context)
            out += [(column.name, old, new)] if inside is None else inside
            told.update(column.fields)
    return out or [(f"attribute {number}", "", "") for number in _attributes(table, change)]


def _inside(table: Table, column: Column, change: Change, context: Context) -> list[tuple[str, str, str]] | None:
    """Differing keys of a column whose value is an object before and after; None where it is none."""
    old, new = (single.json(table, column, message, context) for message in (change.old, change.new))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return None
    keys = [key for key in {**old, **new} if key not in column.volatile_keys and _entry(old, key) != _entry(new, key)]
    return [(key, _word(old, key, new), _word(new, key, old)) for key in keys]


def _entry(side: dict[str, Json], key: str) -> tuple[bool, Json]:
    return key in side, side.get(key)


def _word(side: dict[str, Json], key: str, other: dict[str, Json]) -> str:
    """`ip` writes a mere word as null and leaves it out, like many a flag, where it does not hold."""
    if key not in side:
        return "off" if other[key] is None or isinstance(other[key], bool) else ""
    value = side[key]
    if value is None or isinstance(value, bool):
        return "off" if value is False else "on"
    if isinstance(value, str):
        return visible(value)
    from json import dumps

    return visible(dumps(value))


def _attributes(table: Table, change: Change) -> list[int]:
    try:
        old = {a.type: change.old[a.payload] for a in wire.attributes(change.old, table.body)}
        new = {a.type: change.new[a.payload] for a in wire.attributes(change.new, table.body)}
    except MalformedMessage:
        return []
    return sorted(n for n in old.keys() | new.keys() if old.get(n) != new.get(n) and n not in table.volatile)


def describe(table: Table, message: bytes, context: Context) -> tuple[str, str]:
    """Which row, and the rest of its line, as the table declares it."""
    words: list[str] = []
    for item in table.line or (table.columns[0].name,):
        before, _, name = item.rpartition(":")
        text = single.text(table, table.column(name), message, context)
        if text or not words:
            words.append(f"{before} {text}" if before else text)
    return words[0], " ".join(words[1:])


def requester(table: Table, change: Change, answer: Answer) -> Actor:
    """Who asked for a change."""
    if change.source is Source.DUMP:
        return Actor(0, Certainty.UNKNOWN, None, "found by a dump, the kernel had sent no message", SILENT)
    if change.port_id == 0 and table.anonymous:
        return Actor(0, Certainty.UNKNOWN, None, f"messages about {table.title.lower()} name no requester", UNKNOWN)
    if change.port_id == 0:
        # An ioctl or a sysctl makes the same messages.
        return Actor(0, Certainty.INFERRED, None, "no process asked by Netlink", KERNEL)
    return answer(change.port_id, change.time)


def who(table: Table, change: Change, answer: Answer) -> str:
    """The requester in a word."""
    return requester(table, change, answer).text


class ActivityView(NumberedView):
    """A view of History."""

    def __init__(
        self,
        table: Table,
        tables: Sequence[Table],
        history: History,
        context: Context,
        answer: Answer,
        knowledge: Callable[[], int] = lambda: 0,
    ) -> None:
        """`tables` in the session's order, which history's numbers refer to.

        `knowledge` grows when `answer` may say something else than before about changes of late.
        """
        super().__init__(table, context)
        self._tables, self._history, self._answer = tables, history, answer
        self._knowledge, self._answers = knowledge, knowledge()
        self._open_until = 0.0
        self._made: OrderedDict[int, dict[str, Cell]] = OrderedDict()
        self._edits = history.edits

    def _bounds(self) -> tuple[int, int]:
        return self._history.first, self._history.last

    def _edited(self) -> Sequence[int]:
        before, self._edits = self._edits, self._history.edits
        gaps = self._history.recent_gaps(GAPS_OPEN) if before != self._edits else ()
        return [*gaps, *self._renamed()]

    def _renamed(self) -> list[int]:
        """Entries whose requester is known better than when they were made."""
        now, known = time.monotonic(), self._knowledge()
        if known != self._answers:
            self._answers, self._open_until = known, now + OPEN_SECONDS
        if now > self._open_until:
            return []
        first, last = self._window()
        found = [number for number in range(max(first, last - OPEN + 1), last + 1) if self._says_otherwise(number)]
        for number in found:
            del self._made[number]
        return found

    def _says_otherwise(self, number: int) -> bool:
        made = self._made.get(number)
        actor = self.requester(number) if made is not None else None
        return made is not None and actor is not None and actor.text != made["who"].text

    @property
    def busy(self) -> bool:
        """Whether a filter is being tried, or more may become known about requesters."""
        return super().busy or time.monotonic() < self._open_until

    def _flow(self, number: int, columns: Sequence[Column]) -> frozenset[int]:
        if self._history.gap(number) is None:
            return NONE
        return frozenset(place for place, column in enumerate(columns) if column.name in SENTENCE)

    def _cells(self, number: int, columns: Sequence[Column]) -> tuple[Cell, ...] | None:
        made = self._made.get(number)
        if made is None:
            change = self._history.get(number)
            if change is None:
                return None
            if change.kind is Kind.GAP:
                # What is said about it goes on changing.
                said = _gap(change, self._history.gap(number))
                return tuple(said[column.name] for column in columns)
            made = self._made[number] = self._make(change)
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return tuple(made[column.name] for column in columns)

    def _make(self, change: Change) -> dict[str, Cell]:
        table = self._tables[change.table]
        context = then(change, self.context)
        named, rest = describe(table, change.new or change.old, context)
        if change.kind is Kind.CHANGED:
            found = differences(table, change, context)
            rest = ", ".join(f"{name} {old or '∅'}→{new or '∅'}" if old != new else name for name, old, new in found)
        actor = requester(table, change, self._answer).text
        return {
            "time": Cell(clock(change.time), Tone.DIM),
            "change": Cell(GLYPH[change.kind], TONE[change.kind]),
            "type": Cell(table.singular),
            "object": Cell(named, Tone.STRONG),
            "what": Cell(rest, Tone.CHANGED if change.kind is Kind.CHANGED else Tone.PLAIN),
            "who": Cell(actor, Tone.DIM if actor in (KERNEL, SILENT, UNKNOWN) else Tone.PLAIN),
        }

    def value(self, number: int, column: Column) -> Any:
        """The time as it is, everything else as it reads."""
        if column.name == "time":
            change = self._history.get(number)
            return None if change is None else change.time
        cells = self._cells(number, (column,))
        return cells[0].text if cells else None

    def message(self, identity: Hashable) -> bytes | None:
        """The new bytes, or the old ones of what was removed."""
        change = self._history.get(identity) if isinstance(identity, int) else None
        return (change.new or change.old or None) if change else None

    def before(self, identity: Hashable) -> bytes | None:
        """The old bytes of what was changed."""
        change = self._history.get(identity) if isinstance(identity, int) else None
        return change.old if change and change.kind is Kind.CHANGED else None

    def context_of(self, identity: Hashable) -> Context:
        """The names that an entry is told with."""
        change = self._history.get(identity) if isinstance(identity, int) else None
        return then(change, self.context) if change else self.context

    def subject(self, identity: Hashable) -> Table | None:
        """The table whose row an entry is about."""
        change = self._history.get(identity) if isinstance(identity, int) else None
        return self._tables[change.table] if change and change.kind is not Kind.GAP else None

    def meanwhile(self, identity: Hashable) -> tuple[list[tuple[Cell, ...]], int] | None:
        """What was found when a gap's tables were read again: cells of all columns, oldest first, and how many more.

        None for an entry that is no gap.
        """
        gap = self._history.gap(identity) if isinstance(identity, int) else None
        if gap is None or not isinstance(identity, int):
            return None
        tables = [number for number, table in enumerate(self._tables) if table.name in gap.tables]
        numbers, more = self._history.found(identity, gap.last or self._history.last, tables, FOUND)
        cells = (self._cells(number, self.table.columns) for number in numbers)
        return [line for line in cells if line is not None], more

    def past(self, table: Table, message: bytes, most: int) -> list[tuple[Change, dict[str, Cell]]]:
        """Changes of the object that a message is about, newest first, with their cells by column."""
        number = next((place for place, one in enumerate(self._tables) if one.name == table.name), None)
        if number is None:
            return []
        changes = (self._history.get(one) for one in entries_of(self._history, number, table, message, most))
        return [(change, self._make(change)) for change in changes if change is not None]

    def requester(self, identity: Hashable) -> Actor | None:
        """Who asked for an entry's change, as far as is known by now; None where the entry is about none."""
        change = self._history.get(identity) if isinstance(identity, int) else None
        table = self.subject(identity)
        return requester(table, change, self._answer) if change is not None and table is not None else None


def _gap(change: Change, gap: Gap | None) -> dict[str, Cell]:
    known = gap or Gap(change.time, ())
    return {
        "time": Cell(clock(change.time), Tone.DIM),
        "change": Cell(GLYPH[Kind.GAP], Tone.CHANGED),
        "type": Cell("GAP:", Tone.CHANGED),
        "object": Cell(what_was_lost(known) + ("," if gap else ""), Tone.CHANGED),
        "what": Cell(what_became_of_it(known) if gap else "", Tone.PLAIN if known.is_over else Tone.CHANGED),
        "who": Cell(""),
    }
