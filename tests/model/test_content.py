"""What counts as a change: everything but nlmsghdr and the parts declared volatile."""

from __future__ import annotations

import random

import pytest

from nltui.model.content import Comparer
from nltui.model.table import Grouping, Table
from nltui.netlink import wire
from nltui.netlink.fields import U32, Head
from nltui.record import replace
from tests.model.small import Row, table
from tests.netlink.buffers import FOLLOWED, captured, lay, mutated

SMALL = table(Grouping.UNIQUE)


def same(table: Table, one: bytes, other: bytes) -> bool:
    answers = Comparer(table).same(*lay([one, other]), *lay([other, one])).tolist()
    assert answers[0] == answers[1], "alike in both directions"
    return bool(answers[0])


def body(*attributes: bytes, head: bytes = b"\2\1\0\0") -> bytes:
    return wire.nlmsg(100, 0, 1, head + b"".join(attributes))


def test_header_is_no_content() -> None:
    one = Row(1, 2, b"value")
    assert same(SMALL, one.message(100, 0, 0), one.message(100, 0x400, 99))


@pytest.mark.parametrize("counters", [(0, 0), (0, 5), (5, 0), (5, 6)])
def test_a_counter_is_no_content_whether_there_or_not(counters: tuple[int, int]) -> None:
    one, other = (Row(150, 2, b"value", counter).message() for counter in counters)
    assert same(SMALL, one, other)


@pytest.mark.parametrize("changed", [Row(2, 2, b"v", 3), Row(1, 3, b"v", 3), Row(1, 2, b"w", 3), Row(1, 2, b"vv", 3)])
def test_anything_else_is(changed: Row) -> None:
    assert not same(SMALL, Row(1, 2, b"v", 3).message(), changed.message())
    assert not same(SMALL, Row(1, 2, b"v", 4).message(), changed.message())


def test_a_counter_elsewhere_in_the_message_is_still_none() -> None:
    counter, value = wire.nlattr(2, b"1234"), wire.nlattr(1, b"v")
    assert same(SMALL, body(counter, value), body(value, wire.nlattr(2, b"abcd")))
    assert not same(SMALL, body(counter, value), body(wire.nlattr(2, b"abcd"), wire.nlattr(1, b"w")))


def test_a_counter_in_a_nest() -> None:
    nested = replace(SMALL, volatile=frozenset(), volatile_paths=frozenset({(9, 2)}))

    def nest(value: bytes, counter: bytes) -> bytes:
        return body(wire.nlattr(9, wire.nlattr(1, value) + wire.nlattr(2, counter)))

    assert same(nested, nest(b"v", b"1111"), nest(b"v", b"2222"))
    assert same(nested, nest(b"v", b"1"), nest(b"v", b"22222"))
    assert not same(nested, nest(b"v", b"1111"), nest(b"w", b"1111"))
    assert not same(nested, body(wire.nlattr(2, b"1111")), body(wire.nlattr(2, b"2222"))), "only in the nest"


def test_a_counter_that_is_one_only_beside_a_word() -> None:
    given = replace(
        SMALL,
        volatile=frozenset(),
        volatile_paths=frozenset({(9, 2)}),
        volatile_given={(9, 2): ((9, 1), b"bridge\0")},
    )

    def nest(kind: bytes, value: bytes) -> bytes:
        return body(wire.nlattr(9, wire.nlattr(1, kind) + wire.nlattr(2, value)))

    assert same(given, nest(b"bridge\0", b"1111"), nest(b"bridge\0", b"2222"))
    assert not same(given, nest(b"vlan\0", b"1111"), nest(b"vlan\0", b"2222"))
    assert not same(given, nest(b"bridge\0", b"1111"), nest(b"vlan\0\0\0", b"1111"))


def test_a_word_of_the_family_header_that_does_not_count() -> None:
    heads = replace(SMALL, header=8, volatile_heads=(Head(20, U32),))
    attribute = wire.nlattr(1, b"v")
    assert same(heads, body(attribute, head=b"\2\1\0\0abcd"), body(attribute, head=b"\2\1\0\0efgh"))
    assert not same(heads, body(attribute, head=b"\2\1\0\0abcd"), body(attribute, head=b"\2\2\0\0abcd"))


def test_broken_messages_are_equal_only_to_themselves() -> None:
    broken = body(wire.nlattr(2, b"1111"), b"\xff\xff\1\0")
    assert same(SMALL, broken, broken)
    assert not same(SMALL, broken, body(wire.nlattr(2, b"1111"), b"\xff\xff\2\0"))


@pytest.mark.parametrize("table", FOLLOWED, ids=lambda table: str(table.name))
def test_every_captured_message_is_itself_and_no_other(table: Table) -> None:
    """The arrays give what plain Python gives, for real messages and mutated ones, in pairs of any lengths."""
    chance, real = random.Random(5), captured(table)
    comparer = Comparer(table)
    ones = real + [chance.choice(real) for _ in range(400)]
    others = real + [mutated(one, chance) for one in ones[len(real) :]]
    answers = comparer.same(*lay(ones), *lay(others)).tolist()
    assert all(answers[: len(real)])
    for one, other, answer in zip(ones, others, answers, strict=True):
        if one[16:] == other[16:]:
            assert answer
        elif not (table.volatile or table.volatile_paths or table.volatile_heads):
            assert not answer
