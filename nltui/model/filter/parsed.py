"""A filter in use: its text and what it means, in the parts that are tried one after another."""

from __future__ import annotations

from dataclasses import dataclass

from nltui.model.filter.tree import EVERYTHING, All, Comparison, Node, Word, conjuncts, is_volatile
from nltui.model.table import Table


@dataclass(frozen=True, slots=True)
class Filter:
    """True where there is something to filter by."""

    text: str
    node: Node
    words: tuple[str, ...]
    """Case-folded words that must all be in some column."""
    rest: Node
    """What must hold beside."""
    volatile: bool
    """Whether it reads what changes without any event."""

    def __bool__(self) -> bool:
        return self.node is not EVERYTHING

    def implies(self, other: Filter) -> bool:
        """Whether no row can be kept by this that the other one leaves out, as far as is easily seen."""
        mine = conjuncts(self.node)
        return all(any(_implies(one, wanted) for one in mine) for wanted in conjuncts(other.node))


def _implies(one: Node, other: Node) -> bool:
    if isinstance(one, Word) and isinstance(other, Word):
        return other.text in one.text
    if isinstance(one, Comparison) and isinstance(other, Comparison):
        return _shape(one) == _shape(other)
    return False


def _shape(test: Comparison) -> tuple[str, str, tuple[tuple[str, bool], ...]]:
    literals = tuple((literal.text, literal.is_quoted) for literal in test.literals)
    return test.column.name, test.op, literals


def filter_of(text: str, table: Table) -> Filter:
    """What a text means for a table. Raises FilterError."""
    if not text.strip():
        return NO_FILTER
    # Not before somebody filters: the first paint does without.
    from nltui.model.filter.syntax import parse

    node = parse(text, table)
    words = tuple(part.text for part in conjuncts(node) if isinstance(part, Word))
    rest = tuple(part for part in conjuncts(node) if not isinstance(part, Word))
    return Filter(text, node, words, rest[0] if len(rest) == 1 else All(rest), is_volatile(node))


NO_FILTER = Filter("", EVERYTHING, (), EVERYTHING, False)
