"""Which values a column has in the rows there are, from a sample of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nltui.model.rows import Rows
from nltui.model.table import Column
from nltui.model.types import Json, Meaning
from nltui.text import visible

SAMPLE = 600
"""Rows looked at."""
MOST = 200
"""Values given."""


def values_of(rows: Rows, column: Column) -> list[tuple[str, str]]:
    """(value as a filter takes it, how many rows of the sample have it), the most frequent first."""
    counts: Counter[str] = Counter()
    sample = rows.seen(column, SAMPLE)
    for text, said in sample:
        counts.update(set(_spoken(text, said, column)))
    if len(sample) == rows.total:
        return [(value, f"{number:,}") for value, number in counts.most_common(MOST)]
    return [(value, f"{number * 100 // len(sample) or '<1'} %") for value, number in counts.most_common(MOST)]


def _spoken(text: str, said: Json, column: Column) -> Iterator[str]:
    """What JSON calls it, where that is a word or words, else its text.

    JSON has names as they are: what is not plainly visible in them never gets to the screen.
    """
    if not text:
        return
    if isinstance(said, list) and all(isinstance(one, str) and visible(one) == one for one in said):
        yield from said
    elif column.type.meaning is Meaning.INTERFACE:
        yield text.partition("/")[0].partition(" ")[0]
    elif isinstance(said, str | int | float) and not isinstance(said, bool) and visible(str(said)) == str(said):
        yield str(said)
    else:
        yield text
