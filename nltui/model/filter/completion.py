"""What could come next in a filter that is being typed: columns, operators, values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nltui.model.filter.errors import FilterError
from nltui.model.filter.literals import folded
from nltui.model.filter.syntax import column_of
from nltui.model.filter.words import NAMED, RESERVED, Scanner, Token
from nltui.model.filter.writing import literal
from nltui.model.table import Column, Table
from nltui.model.types import Meaning

Values = Callable[[Column], Sequence[tuple[str, str]]]
"""Values of a column that rows have now, the most frequent first, each with what is said beside it."""

_NOTES = {
    "==": "equal",
    "!=": "not equal",
    "~": "matches a regular expression",
    "!~": "does not match it",
    "in": "inside a prefix, or one of a set {a, b}",
    "covers": "contains an address or prefix",
    "has": "with this flag, or part of the text",
    "<": "less",
    "<=": "at most",
    ">": "more",
    ">=": "at least",
}
_EXACT, _ORDER = ("==", "!="), ("<", "<=", ">", ">=")
_OPERATORS = {
    Meaning.TEXT: (*_EXACT, "~", "!~", "has", "in"),
    Meaning.WORDS: ("has", "~", "!~", *_EXACT),
    Meaning.NUMBER: (*_EXACT, *_ORDER, "in"),
    Meaning.DURATION: (*_ORDER, *_EXACT),
    Meaning.MOMENT: _ORDER,
}
_PLACED = ("in", "covers", *_EXACT, "~", "!~")
_HINTS = {
    Meaning.DURATION: "a length of time: 30s, 5m, 1h30m, forever",
    Meaning.MOMENT: "a time: 14:02, 14:02:30, 2026-01-31, or -5m for five minutes ago",
    Meaning.NUMBER: "a number: 1500, 0x5dc, 4k",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may stand in the place of what was typed of it, and what is said beside."""

    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Completion:
    """Candidates for the characters from `start` to the cursor; where there are none, `hint` may tell what fits."""

    start: int
    candidates: tuple[Candidate, ...] = ()
    hint: str = ""
    unfinished: int | None = None
    """Where the comparison begins that what is typed is only the beginning of; None where it is not, or need not be."""


def complete(text: str, table: Table, values: Values) -> Completion:
    """What could follow, or finish, a text that ends at the cursor."""
    place = _Place(text, table)
    if place.where == "value":
        return _of_values(place, place.column, values) if place.column is not None else Completion(place.start)
    offered = list(_operators(place)) if place.where == "op" else []
    unfinished = place.term if offered else None
    if place.where != "set":
        offered = offered or list(_terms(place, table))
    if place.typed and place.where in ("term", "joined") and column_of(table, place.typed) is not None:
        # A column's whole name: most likely something will be said of it.
        unfinished = place.start
    return Completion(place.start, tuple(offered), unfinished=unfinished)


class _Place:
    """Where in a filter the cursor is: what is expected there, and what was typed of it."""

    def __init__(self, text: str, table: Table) -> None:
        self._table = table
        self._read = Scanner(text, lambda name: column_of(table, name) is not None)
        self.where = "term"
        """`term`, `op` (behind a column), `value`, `set` (behind a value in braces) or `joined` (behind a term)."""
        self.column: Column | None = None
        self.term = 0
        """Where the column of the present comparison begins."""
        self.op, self._in_set = "", False
        self.typed, self.start, self.is_quoted = "", len(text), False
        while (token := self._next()) is not None:
            if token.kind == "end":
                break
            if token.kind == "word" and token.stop == len(text):
                self.typed, self.start = token.text, token.start
                break
            self._pass(token)

    def _next(self) -> Token | None:
        try:
            if self.where == "value":
                return self._read.pattern() if "~" in self.op else self._read.value()
            return self._read.next()
        except FilterError as error:
            # A quotation mark is open.
            self.typed, self.start, self.is_quoted = self._read.text[error.start + 1 :], error.start, True
            return None

    def _pass(self, token: Token) -> None:
        word = token.text.casefold() if token.kind == "word" else ""
        if self.where == "value":
            if token.kind == "{":
                self._in_set = True
            else:
                self.where = "set" if self._in_set else "joined"
        elif self.where == "set":
            self._in_set = token.kind == ","
            self.where = "value" if self._in_set else "joined"
        elif token.kind == "symbol" or (self.where == "op" and word in NAMED):
            self.op, self.where = word or token.text, "value"
        elif word in RESERVED or token.kind in ("(", "!"):
            self.where = "term"
        else:
            self.column, self.term = (column_of(self._table, token.text) if word else None), token.start
            self.where = "op" if self.column is not None else "joined"


def _of_values(place: _Place, column: Column, values: Values) -> Completion:
    meaning = Meaning.NUMBER if column.rate_of else column.type.meaning
    if column.volatile or column.rate_of or meaning in (Meaning.DURATION, Meaning.MOMENT):
        return Completion(place.start, hint=_HINTS.get(meaning, ""))
    typed = folded(place.typed)
    found = [(value, note) for value, note in values(column) if typed in folded(value)]
    found.sort(key=lambda one: not folded(one[0]).startswith(typed))
    candidates = tuple(Candidate(literal(value, place.is_quoted), note) for value, note in found)
    # A part of a value that is there will hardly be all of it.
    is_whole = place.op in ("~", "!~", "has")
    is_part = not is_whole and bool(typed) and bool(found) and typed not in [folded(value) for value, _ in found]
    unfinished = place.term if is_part else None
    return Completion(place.start, candidates, "" if candidates else _HINTS.get(meaning, ""), unfinished)


def _operators(place: _Place) -> Iterator[Candidate]:
    column = place.column
    if column is None:
        return
    meaning = Meaning.NUMBER if column.rate_of else column.type.meaning
    for op in _OPERATORS.get(meaning, _PLACED):
        if op.startswith(place.typed.casefold()):
            yield Candidate(op, _NOTES[op])


def _terms(place: _Place, table: Table) -> Iterator[Candidate]:
    typed = place.typed.casefold()
    if place.where == "joined" and not typed:
        yield from (Candidate("and", "both must hold"), Candidate("or", "one of them must hold"))
    columns = [column for column in table.columns if typed in column.name]
    alias = column_of(table, typed) if typed else None
    if alias is not None and alias not in columns:
        columns.insert(0, alias)
    for column in sorted(columns, key=lambda one: (not one.name.startswith(typed), not one.shown)):
        yield Candidate(column.name, column.help)
