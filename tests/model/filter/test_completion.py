"""What is offered behind a filter that is being typed."""

from __future__ import annotations

import pytest

from nltui.model.filter.completion import Completion, complete
from nltui.model.filter.parsed import filter_of
from nltui.model.filter.tree import Comparison, walk
from nltui.model.filter.writing import both, equal, literal
from nltui.model.table import Column
from nltui.tables import find

ROUTES, LINKS = find("routes"), find("links")


def values(column: Column) -> list[tuple[str, str]]:
    known = {"proto": ["kernel", "static", "bgp"], "dev": ["eth0", "a b"]}
    return [(value, "7") for value in known.get(column.name, [])]


def offered(text: str) -> tuple[Completion, list[str]]:
    found = complete(text, ROUTES, values)
    return found, [one.text for one in found.candidates]


@pytest.mark.parametrize(
    ("text", "first", "start"),
    [
        ("", "destination", 0),
        ("pro", "proto", 0),
        ("dst", "destination", 0),
        ("bgp met", "metric", 4),
        ("(met", "metric", 1),
        ("not met", "metric", 4),
        ("proto == bgp met", "metric", 13),
        ("proto == bgp ", "and", 13),
        ("proto ", "==", 6),
        ("dst c", "covers", 4),
        ("metric ", "==", 7),
        ("proto == ", "kernel", 9),
        ("proto == s", "static", 9),
        ("proto=s", "static", 6),
        ("proto in {bgp, k", "kernel", 15),
        ('proto == "k', '"kernel"', 9),
        ("dev == a", '"a b"', 7),
        ("dev ~ eth", "eth0", 6),
    ],
)
def test_the_first_that_fits(text: str, first: str, start: int) -> None:
    found, texts = offered(text)
    assert (texts[0], found.start) == (first, start)


def test_nothing_is_offered_where_only_punctuation_fits() -> None:
    assert offered("proto in {bgp ")[1] == []
    assert offered("nothing == ")[1] == []


def test_what_is_no_list_has_a_hint() -> None:
    assert offered("expires < ")[0].hint.startswith("a length of time")
    assert offered("metric > ")[0].hint.startswith("a number")


def test_flags_are_asked_with_has_first() -> None:
    assert complete("flags ", LINKS, values).candidates[0].text == "has"


@pytest.mark.parametrize("value", ["eth0", "a b", 'x"y\\z', "or", "10", "(", "ü", "a&b", "x=y", "{", "10.0.0.1/8"])
def test_what_the_program_writes_is_read_back(value: str) -> None:
    for text in (equal([("dev", value), ("proto", value)]), f"dev == {literal(value)} proto == {literal(value, True)}"):
        tests = [one for one in walk(filter_of(text, ROUTES).node) if isinstance(one, Comparison)]
        assert [one.literals[0].text for one in tests] == [value, value]
    assert equal([("dev", "10")]) == 'dev == "10"'


def test_several_filters_in_one() -> None:
    assert both(["", "a or b", " "]) == "a or b"
    assert both(["a or b", "c"]) == "(a or b) (c)"
    assert both([]) == ""


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("proto", 0),
        ("bgp proto", 4),
        ("proto ", 0),
        ("dst in 10/8 proto == st", 12),
        ("proto == static", None),
        ("proto == xyz", None),
        ("dev ~ et", None),
        ("bgp", None),
        ("metric > 5", None),
        ("proto in {bgp, st", 0),
    ],
)
def test_what_is_only_begun(text: str, begin: int | None) -> None:
    assert complete(text, ROUTES, values).unfinished == begin
