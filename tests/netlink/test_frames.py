"""Where messages begin in a received range, against a walk in plain Python."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nltui.errors import MalformedMessage
from nltui.netlink import wire
from nltui.netlink.frames import split, split_all

Words = np.ndarray[tuple[int], np.dtype[np.uint32]]


def buffer(raw: bytes, before: int) -> Words:
    """The bytes at word `before` of a buffer that is full of something else."""
    return np.frombuffer(b"\xaa" * 4 * before + raw + b"\xaa" * (-len(raw) % 4 + 32), np.uint32)


def found(raw: bytes, before: int = 5) -> tuple[list[tuple[int, int]], str]:
    """(byte offset, length) of each message, and what is wrong."""
    start, size, problem = split(buffer(raw, before), 4 * before, 4 * before + len(raw))
    return [((at - before) * 4, length) for at, length in zip(start.tolist(), size.tolist(), strict=True)], problem


def wanted(raw: bytes) -> tuple[list[tuple[int, int]], bool]:
    """The same by the reference."""
    out: list[tuple[int, int]] = []
    offset = 0
    try:
        for message in wire.messages(raw):
            out.append((offset, len(message)))
            offset += wire.align(len(message))
    except MalformedMessage:
        return out, True
    return out, False


@st.composite
def datagrams(draw: st.DrawFn) -> bytes:
    """Messages of one dump, often all alike, whose payload likes to look like a header; sometimes spoilt."""
    sequence, port = draw(st.sampled_from([(0, 0), (1, 2), (7, 7)]))
    header = struct.pack("=II", sequence, port)
    bodies = st.binary(max_size=24) | st.sampled_from([b"", bytes(16), header * 2, b"\x10\0\0\0\x18\0\0\0" + header])
    chosen = draw(st.lists(bodies, max_size=6))
    if draw(st.booleans()):
        chosen = chosen[:1] * draw(st.integers(1, 5))
    raw = b""
    for body in chosen:
        raw += wire.nlmsg(24, 0, sequence, body, port) + bytes(-len(body) % 4)
    if draw(st.booleans()):
        raw = raw[: len(raw) - draw(st.integers(0, 20))]
    if raw and draw(st.booleans()):
        at = draw(st.integers(0, len(raw) - 1))
        raw = raw[:at] + bytes([draw(st.integers(0, 255))]) + raw[at + 1 :]
    return raw


@settings(max_examples=1500, deadline=None)
@given(datagrams())
def test_splits_as_the_reference_does(raw: bytes) -> None:
    places, problem = found(raw)
    assert (places, bool(problem)) == wanted(raw)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=120))
def test_splits_noise_as_the_reference_does(raw: bytes) -> None:
    places, problem = found(raw)
    assert (places, bool(problem)) == wanted(raw)


def test_nothing_received() -> None:
    assert found(b"") == ([], "")


def test_what_is_wrong_is_said_with_place_and_lengths() -> None:
    good = wire.nlmsg(24, 0, 1, bytes(4))
    assert found(good + bytes(8)) == ([(0, 20)], "8 bytes are left at 20, an nlmsghdr needs 16")
    cut = good + wire.nlmsg(24, 0, 1, bytes(40))[:30]
    assert found(cut) == ([(0, 20)], "message at 20 says 56 bytes, 30 are left")


def test_a_last_message_needs_no_padding() -> None:
    raw = wire.nlmsg(24, 0, 1, b"\1\2\3")
    assert found(raw) == ([(0, 19)], "")
    assert found(raw + b"\0" + raw) == ([(0, 19), (20, 19)], "")


def test_payload_that_looks_like_a_header_is_payload() -> None:
    inside = wire.nlmsg(24, 0, 9, bytes(4), 5)
    raw = wire.nlmsg(24, 0, 9, inside * 3, 5) + wire.nlmsg(25, 0, 9, inside, 5)
    assert found(raw) == ([(0, 76), (76, 36)], "")


@settings(max_examples=400)
@given(st.lists(st.tuples(datagrams(), st.integers(0, 3)), min_size=1, max_size=5), st.booleans())
def test_several_ranges_are_read_one_by_one(parts: list[tuple[bytes, int]], moved: bool) -> None:
    """What lies between them, an older message of the same dump for instance, is none of theirs."""
    between = wire.nlmsg(24, 0, 1, b"", 2)
    raw, begins, ends = b"", [], []
    for datagram, gap in parts:
        begins.append(len(raw) + 8)
        ends.append(begins[-1] + len(datagram))
        raw += datagram + bytes(-len(datagram) % 4) + between * (gap > 1) + b"\xaa" * 4 * (gap & 1)
    words = buffer(raw, 2)
    if moved:
        begins, ends = begins[1:] + begins[:1], ends[1:] + ends[:1]
    start, size, problem = split_all(words, np.array(begins), np.array(ends))
    expected = [split(words, begin, end) for begin, end in zip(begins, ends, strict=True)]
    assert start.tolist() == [at for starts, _, _ in expected for at in starts.tolist()]
    assert size.tolist() == [length for _, sizes, _ in expected for length in sizes.tolist()]
    assert bool(problem) == any(said for _, _, said in expected)
