"""Where the words of a filter begin and end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from nltui.model.filter.errors import FilterError

SYMBOLS = ("==", "!=", "<=", ">=", "!~", "=", "<", ">", "~")
NAMED = ("in", "covers", "has")
"""Operators that are words, behind the name of a column."""
RESERVED = ("and", "or", "not")
_ENDS = " \t\n\r(){},\"'=!<>~"
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Token:
    """One of `kind`: word, string, symbol, `(`, `)`, `{`, `}`, `,`, `!` or end."""

    kind: str
    text: str
    start: int
    stop: int


class Scanner:
    """Reads tokens one after another. `is_column` tells names of columns, behind which a colon compares."""

    def __init__(self, text: str, is_column: Callable[[str], bool]) -> None:
        self.text, self._is_column = text, is_column
        self.at = 0
        self._value = -1
        """Where the value of `column:value` begins."""

    def _skip(self) -> int:
        found = _SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return self.at

    def peek(self) -> Token:
        """The next one, without reading it."""
        before = self.at, self._value
        token = self.next()
        self.at, self._value = before
        return token

    def next(self) -> Token:
        """Read one. Raises FilterError where a quotation mark is missing."""
        start = self._skip()
        if start >= len(self.text):
            return Token("end", "", len(self.text), len(self.text))
        if start == self._value:
            self._value = -1
            self.at += 1
            return Token("symbol", ":", start, self.at)
        for symbol in SYMBOLS:
            if self.text.startswith(symbol, start):
                return self._to(start + len(symbol), "symbol")
        if self.text[start] in "(){},!":
            return self._to(start + 1, self.text[start])
        if self.text[start] in "\"'":
            return self._string(start)
        return self._word(start)

    def _to(self, stop: int, kind: str) -> Token:
        start, self.at = self.at, stop
        return Token(kind, self.text[start:stop], start, stop)

    def _word(self, start: int) -> Token:
        stop = start
        while stop < len(self.text) and self.text[stop] not in _ENDS:
            stop += 1
        colon = self.text.find(":", start, stop)
        if colon > start and self._is_column(self.text[start:colon]):
            stop = self._value = colon
        return self._to(stop, "word")

    def _string(self, start: int) -> Token:
        quote, at = self.text[start], start + 1
        out: list[str] = []
        while at < len(self.text):
            char = self.text[at]
            if char == quote:
                self.at = at + 1
                return Token("string", "".join(out), start, self.at)
            if char == "\\" and self.text[at + 1 : at + 2] in (quote, "\\"):
                at += 1
                char = self.text[at]
            out.append(char)
            at += 1
        raise FilterError("the closing quotation mark is missing", start, len(self.text))

    def value(self) -> Token:
        """The value behind an operator: a string, or everything up to a space, a comma or a bracket."""
        start = self._skip()
        if start >= len(self.text) or self.text[start] in "\"'({}),":
            return self.next()
        stop = start
        while stop < len(self.text) and self.text[stop] not in " \t\n\r(){},\"'":
            stop += 1
        return self._to(stop, "word")

    def pattern(self) -> Token:
        """The value behind `~`: a string, or everything up to a space or a bracket that was not opened in it."""
        start = self._skip()
        if start >= len(self.text) or self.text[start] in "\"'":
            return self.next()
        stop, depth = start, 0
        while stop < len(self.text) and not self.text[stop].isspace():
            depth += (self.text[stop] == "(") - (self.text[stop] == ")")
            if depth < 0:
                break
            stop += 1
        return self._to(stop, "word") if stop > start else self.next()
