"""The text of a filter and a table → a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nltui.errors import did_you_mean
from nltui.model.filter.comparing import comparison
from nltui.model.filter.errors import FilterError
from nltui.model.filter.literals import Literal
from nltui.model.filter.tree import EVERYTHING, All, Any_, Node, Not, Word
from nltui.model.filter.words import NAMED, RESERVED, Scanner, Token
from nltui.model.table import Column, Table

LONGEST, DEEPEST = 4096, 50
"""Characters of a filter, and brackets and negations in each other."""
SAME = {"=": "==", ":": "=="}
NEGATIVE = {"!=": "==", "!~": "~"}


def parse(text: str, table: Table) -> Node:
    """What a filter of this table means. Raises FilterError."""
    if len(text) > LONGEST:
        raise FilterError(f"it has more than {LONGEST:,} characters", LONGEST, len(text))
    return _Parser(text, table).all()


def column_of(table: Table, name: str) -> Column | None:
    """A column by its name, or by its JSON key, the whole path or its last part (`dst`, `ifname`)."""
    wanted = name.casefold()
    for column in table.columns:
        if column.name == wanted:
            return column
    for column in table.columns:
        if column.json is not None and not column.json.endswith("**"):
            path = column.json.casefold()
            if wanted in (path, path.rpartition(".")[2]):
                return column
    return None


def names_of(table: Table) -> list[str]:
    """All names that columns go by."""
    keys = [column.json.rpartition(".")[2] for column in table.columns if column.json and "*" not in column.json]
    return list(dict.fromkeys([*(column.name for column in table.columns), *keys]))


class _Parser:
    def __init__(self, text: str, table: Table) -> None:
        self._table = table
        self._read = Scanner(text, lambda name: column_of(table, name) is not None)
        self._depth = 0

    def all(self) -> Node:
        """The whole text."""
        if self._read.peek().kind == "end":
            return EVERYTHING
        node = self._alternatives()
        left = self._read.next()
        if left.kind != "end":
            raise FilterError(_unexpected(left), left.start, left.stop)
        return node

    def _alternatives(self) -> Node:
        parts = [self._conjunction()]
        while self._is_word("or"):
            self._read.next()
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def _conjunction(self) -> Node:
        parts = [self._term()]
        while True:
            if self._is_word("and"):
                self._read.next()
            elif self._read.peek().kind in ("end", ")") or self._is_word("or"):
                break
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else All(tuple(_flat(parts)))

    def _is_word(self, word: str) -> bool:
        token = self._read.peek()
        return token.kind == "word" and token.text.casefold() == word

    def _term(self) -> Node:
        token = self._read.next()
        if token.kind == "!" or (token.kind == "word" and token.text.casefold() == "not"):
            return Not(self._deeper(self._term, token))
        if token.kind == "(":
            node = self._deeper(self._alternatives, token)
            self._expect(")", "a closing bracket is missing")
            return node
        if token.kind == "string":
            return self._spoken(token)
        if token.kind != "word" or token.text.casefold() in RESERVED:
            said = "something is missing here" if token.kind == "end" else _unexpected(token)
            raise FilterError(said, token.start, token.stop)
        return self._spoken(token)

    def _deeper(self, read: Callable[[], Node], token: Token) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FilterError(f"brackets are more than {DEEPEST} deep", token.start, token.stop)
        node = read()
        self._depth -= 1
        return node

    def _spoken(self, token: Token) -> Node:
        """A comparison where an operator follows a name, else a word to look for."""
        behind = self._read.peek()
        is_named = behind.kind == "word" and behind.text.casefold() in NAMED and token.kind == "word"
        if behind.kind != "symbol" and not (is_named and self._compares(token, behind)):
            if not token.text:
                raise FilterError("there is nothing to look for", token.start, token.stop)
            return Word(token.text.casefold())
        column = column_of(self._table, token.text)
        if column is None:
            raise FilterError(self._unknown(token.text), token.start, token.stop)
        self._read.next()
        op = behind.text.casefold()
        values = self._values("~" in op)
        node: Node = comparison(column, self._table, SAME.get(op, NEGATIVE.get(op, op)), values, behind)
        return Not(node) if op in NEGATIVE else node

    def _compares(self, token: Token, behind: Token) -> bool:
        """Whether `in`, `covers` or `has` is an operator: behind a column, or where a value follows."""
        if column_of(self._table, token.text) is not None:
            return True
        before = self._read.at
        self._read.at = behind.stop
        follows = self._read.peek().kind in ("word", "string", "{")
        self._read.at = before
        return follows

    def _values(self, is_pattern: bool) -> tuple[Literal, ...]:
        if is_pattern:
            return (self._literal(self._read.pattern()),)
        token = self._read.value()
        if token.kind != "{":
            return (self._literal(token),)
        found: list[Literal] = []
        while True:
            found.append(self._literal(self._read.value()))
            after = self._read.next()
            if after.kind == "}":
                return tuple(found)
            if after.kind != ",":
                raise FilterError("a comma or a closing brace is missing", after.start, after.stop)

    def _literal(self, token: Token) -> Literal:
        if token.kind not in ("word", "string"):
            said = "a value is missing" if token.kind == "end" else _unexpected(token)
            raise FilterError(said, token.start, token.stop)
        return Literal(token.text, token.start, token.stop, token.kind == "string")

    def _expect(self, kind: str, sentence: str) -> None:
        token = self._read.next()
        if token.kind != kind:
            raise FilterError(sentence, token.start, token.stop)

    def _unknown(self, name: str) -> str:
        otherwise = "; to look for the text, put it in quotation marks"
        return f"no column `{name}` in {self._table.name}{did_you_mean(name, names_of(self._table), otherwise)}"


def _flat(parts: Iterable[Node]) -> Iterable[Node]:
    for part in parts:
        if isinstance(part, All):
            yield from part.parts
        else:
            yield part


def _unexpected(token: Token) -> str:
    return f"`{token.text}` has no meaning here"
