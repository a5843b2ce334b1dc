"""Filters over real rows of every table: the columnar engine, one row at a time, and a reference in plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nltui.model.filter.columnar import among, chooser
from nltui.model.filter.comparing import SPATIAL
from nltui.model.filter.parsed import filter_of
from nltui.model.filter.records import Message, accepts
from nltui.model.filter.words import RESERVED
from nltui.model.table import Table
from nltui.model.types import Meaning
from tests.kernel import world
from tests.kernel.followed import FOLLOWED, Followed
from tests.kernel.netns import Netns
from tests.model.filter.reference import PLACED, Compare, Expression, Holding, Joined, Reading, Value

PREFIXES = (
    "10.0.0.0/8",
    "10.0.0.1",
    "10.0.0.0/24",
    "0.0.0.0/0",
    "fd00::/16",
    "fe80::/64",
    "::/0",
    "fd00::1",
    "default",
)
EXAMPLES = 250


@pytest.mark.parametrize("table", FOLLOWED, ids=lambda table: table.name)
def test_engine_records_and_reference_agree(netns: Netns, peer: Netns, table: Table) -> None:
    world.build(netns, peer)
    with Followed(netns) as followed:
        session = followed.session
    store, context = session.store(table.name), session.context
    slots = store.live()
    messages = [store.message(slot) for slot in slots.tolist()]
    assert messages, f"no {table.name} to filter"
    readings = [Reading(table, message, context) for message in messages]
    kept = chooser(store, context)

    def agrees(expression: Expression) -> None:
        text = expression.written
        node = filter_of(text, table).node
        wanted = [expression.true_of(reading) for reading in readings]
        assert [accepts(node, Message(table, one, context)) for one in messages] == wanted, text
        assert among(kept, node, slots).tolist() == [
            s for s, is_in in zip(slots.tolist(), wanted, strict=True) if is_in
        ]

    for column in table.columns:
        if column.type.meaning in SPATIAL and not column.rate_of:
            for prefix in ("10.0.0.0/8", "::/0", "default"):
                agrees(Compare(column.name, "in", (Value(prefix),)))

    @given(expressions(table, readings))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def agree(expression: Expression) -> None:
        agrees(expression)

    agree()


def expressions(table: Table, readings: Sequence[Reading]) -> st.SearchStrategy[Expression]:
    """Mostly of values that are there."""
    names = [column.name for column in table.columns if not column.rate_of]
    compared = st.sampled_from(names).flatmap(lambda name: comparisons(name, readings))
    texts = sorted({text for reading in readings for text in reading.texts if text})
    leaf = compared | st.sampled_from(texts).flatmap(words)

    def joined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        made = st.builds(Joined, st.sampled_from(["and", "or", ""]), several)
        return made | st.builds(Joined, st.just("not"), st.tuples(inner))

    return st.recursive(leaf, joined, max_leaves=4)


def words(text: str) -> st.SearchStrategy[Holding]:
    def part(ends: tuple[int, int]) -> Holding:
        return Holding(Value(text[min(ends) : max(ends)] or text, quoted=True))

    return st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(part)


def comparisons(name: str, readings: Sequence[Reading]) -> st.SearchStrategy[Expression]:
    seen = [reading.columns[name] for reading in readings]
    meaning = seen[0].meaning
    texts = sorted({one.text for one in seen if one.text} | {one.json for one in seen if isinstance(one.json, str)})
    spoken = st.sampled_from(texts or ["nothing"]).map(written)
    numbers = sorted({int(one.number) for one in seen if one.number is not None and one.number != float("inf")})
    numeric = (
        st.sampled_from(numbers or [7]).flatmap(lambda n: st.sampled_from([n, n + 1])).map(lambda n: Value(str(n)))
    )
    places = sorted({str(one.place) for one in seen if one.place is not None})
    spatial = st.sampled_from([*places, *PREFIXES]).map(Value)
    if meaning in PLACED:
        exact, ordered = spatial, spatial.filter(lambda value: value.text != "default")
    elif meaning in (Meaning.NUMBER, Meaning.DURATION):
        exact = ordered = numeric
    else:
        exact, ordered = spoken | numeric, numeric

    def compare(ops: Sequence[str], values: st.SearchStrategy[Value], most: int) -> st.SearchStrategy[Expression]:
        return st.builds(
            Compare, st.just(name), st.sampled_from(ops), st.lists(values, min_size=1, max_size=most).map(tuple)
        )

    choices = [
        compare(["=="], exact, 3),
        compare(["!="], exact, 1),
        compare(["<", "<=", ">", ">="], ordered, 1),
        compare(["has"], spoken, 2),
        compare(["~", "!~"], spoken.map(lambda value: Value(re.escape(value.text), quoted=True)), 1),
    ]
    if meaning in PLACED:
        choices += [compare(["in"], spatial, 3), compare(["covers"], spatial, 1)]
    elif meaning in (Meaning.TEXT, Meaning.WORDS):
        choices += [compare(["in"], spoken | spatial, 3), compare(["covers"], spatial, 1)]
    else:
        choices += [compare(["in"], numeric, 3)]
    return st.one_of(choices)


def written(text: str) -> Value:
    """Quoted where it has to be."""
    plain = re.fullmatch(r"[\w./:+-]+", text) and text.casefold() not in RESERVED
    return Value(text, quoted=not plain)
