"""Framing and attributes of one message, both directions."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nltui.errors import MalformedMessage
from nltui.netlink import wire
from nltui.netlink.fields import (
    ADDR,
    BE16,
    S32,
    U8,
    U16,
    U32,
    U64,
    Attr,
    First,
    Format,
    Head,
    Slice,
    Whole,
    attr,
)
from tests.netlink import golden

pairs = st.lists(st.tuples(st.integers(0, wire.NLA_TYPE_MASK), st.binary(max_size=40)), max_size=12)


@given(pairs)
def test_attributes_come_back_as_written(written: list[tuple[int, bytes]]) -> None:
    raw = b"".join(wire.nlattr(number, payload) for number, payload in written)
    assert [(found.type, raw[found.payload]) for found in wire.attributes(raw, 0)] == written


@given(st.lists(st.tuples(st.integers(0, 65535), st.binary(max_size=40)), max_size=8))
def test_messages_come_back_as_written(written: list[tuple[int, bytes]]) -> None:
    padded = [(type_, body + bytes(-len(body) % 4)) for type_, body in written]
    buffer = b"".join(wire.nlmsg(type_, 1, 7, body, 9) for type_, body in padded)
    found = list(wire.messages(buffer))
    assert [(wire.header(message).type, bytes(message[16:])) for message in found] == padded
    assert all(
        wire.header(message) == wire.Header(len(message), wire.header(message).type, 1, 7, 9) for message in found
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_attributes_or_malformed(raw: bytes) -> None:
    try:
        found = list(wire.attributes(raw, 0))
    except MalformedMessage:
        return
    assert all(attribute.offset + attribute.length <= len(raw) for attribute in found)


@given(st.binary(max_size=200))
def test_any_bytes_are_messages_or_malformed(raw: bytes) -> None:
    try:
        found = list(wire.messages(raw))
    except MalformedMessage:
        return
    assert all(wire.header(message).length == len(message) for message in found)


def test_the_type_has_no_flag_bits_and_the_flags_are_kept() -> None:
    raw = wire.nlattr(18 | wire.NLA_F_NESTED, b"abcd")
    found = next(wire.attributes(raw, 0))
    assert (found.type, found.flags) == (18, wire.NLA_F_NESTED)


def test_padding_after_the_last_attribute_may_be_missing() -> None:
    raw = wire.nlattr(1, b"abc")[:-1]
    assert [raw[found.payload] for found in wire.attributes(raw, 0)] == [b"abc"]


@pytest.mark.parametrize("length", [0, 3, 9])
def test_a_length_that_does_not_fit_names_attribute_and_lengths(length: int) -> None:
    raw = struct.pack("=HH4s", length, 5, b"abcd")
    with pytest.raises(MalformedMessage, match=rf"attribute 5 at 0 says {length} bytes, 8 are left"):
        list(wire.attributes(raw, 0))


def test_a_message_shorter_than_its_header_is_malformed() -> None:
    with pytest.raises(MalformedMessage, match="15 are left"):
        wire.header(bytes(15))


def test_of_a_repeated_attribute_the_last_one_counts() -> None:
    message = wire.nlmsg(24, 0, 0, wire.nlattr(1, b"\1\0\0\0") + wire.nlattr(1, b"\2\0\0\0"))
    assert wire.extract(message, attr(1, format=U32), 16) == 2


def test_a_path_leads_into_nests() -> None:
    inner = wire.nlattr(2, struct.pack("=I", 1400))
    message = wire.nlmsg(24, 0, 0, bytes(12) + wire.nlattr(8, inner))
    assert wire.extract(message, attr(8, 2, format=U32), 28) == 1400
    assert wire.extract(message, attr(8, 3, format=U32), 28) is None
    assert wire.extract(message, attr(9, 2, format=U32), 28) is None


def test_formats_say_width_sign_and_order() -> None:
    message = wire.nlmsg(
        24,
        0,
        0,
        wire.nlattr(1, b"\xff\xff\xff\xff")
        + wire.nlattr(2, b"\x12\x34")
        + wire.nlattr(3, bytes((10, 0, 0, 1)))
        + wire.nlattr(4, struct.pack("=QQ", 5, 6)),
    )
    assert wire.extract(message, attr(1, format=S32), 16) == -1
    assert wire.extract(message, attr(2, format=BE16), 16) == 0x1234
    assert wire.extract(message, attr(3, format=ADDR), 16) == bytes((10, 0, 0, 1))
    assert wire.extract(message, Slice((4,), 8, U64), 16) == 6
    assert wire.extract(message, Slice((4,), 16, U64), 16) is None
    assert wire.extract(message, Head(4, U16), 16) == 24
    assert wire.extract(message, Head(len(message), U8), 16) is None
    assert wire.extract(message, First((attr(9, format=U32), attr(1, format=U32))), 16) == 0xFFFFFFFF
    assert wire.extract(message, Whole(), 16) == message


@pytest.mark.parametrize(("format_", "payload"), [(U32, b"abc"), (U8, b""), (ADDR, b"12345"), (U64, b"1234")])
def test_a_scalar_of_another_length_is_malformed(format_: Format, payload: bytes) -> None:
    message = wire.nlmsg(24, 0, 0, wire.nlattr(7, payload))
    with pytest.raises(MalformedMessage, match=f"attribute 7 .* has {len(payload)} bytes"):
        wire.extract(message, Attr((7,), format_), 16)


def test_golden_messages_are_framed() -> None:
    for message in golden.everything():
        assert [bytes(one) for one in wire.messages(message)] == [message]
