"""Typed values and encoding; agreement with the reference decoder on every golden message."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
from typing import Any

import pytest

from nltui.errors import MalformedMessage, UsageError
from nltui.netlink import codec, wire
from nltui.netlink.fields import ADDR, BLOB, Attr
from nltui.netlink.schema.shape import SCALARS, Form, Shape
from tests.netlink import golden

TABLES = [name for name in golden.names() if name not in ("acknowledgements", "mdb")]


def scalars(message: bytes) -> dict[codec.Path, Shape]:
    """The attributes that nests lead to without choice or repetition, as far as the layout tells."""
    layout = codec.layout(0, wire.header(message).type)
    assert layout is not None
    out: dict[codec.Path, Shape] = {}
    left: list[tuple[codec.Path, Shape]] = [((number,), shape) for number, shape in layout.attributes().items()]
    while left:
        path, shape = left.pop()
        if shape.form in SCALARS or shape.form in (Form.IP, Form.TEXT, Form.LINK_ADDRESS):
            out[path] = shape
        elif shape.form is Form.NEST and shape.attributes is not None and not shape.parts and len(path) < 3:
            left += [((*path, number), inner) for number, inner in shape.attributes().items()]
    return out


def expected(shape: Shape, raw: Any) -> Any:
    """What pyroute2 makes of the value that the reference decoder read."""
    if shape.form is Form.IP:
        return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)
    if shape.form is Form.LINK_ADDRESS:
        return raw.hex(":")
    if shape.form is Form.TEXT:
        return raw.rstrip(b"\0").decode()
    return raw


@pytest.mark.parametrize("name", TABLES)
def test_both_decoders_read_the_same(name: str) -> None:
    compared = 0
    for message in golden.load(name):
        layout = codec.layout(0, wire.header(message).type)
        assert layout is not None
        body = 16 + wire.align(layout.size)
        values = codec.values(0, message)
        for path, shape in scalars(message).items():
            format_ = SCALARS.get(shape.form) or (ADDR if shape.form is Form.IP else BLOB)
            got = wire.extract(message, Attr(path, format_), body)
            if got is None:
                assert path not in values
            elif isinstance(values.get(path), (int, str)):
                assert values[path] == named(shape, expected(shape, got)), (shape.name, path)
                compared += 1
    assert compared


def named(shape: Shape, value: Any) -> Any:
    """pyroute2 gives the operational state as a word."""
    if shape.name == "IFLA_OPERSTATE":
        return ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")[value]
    return value


def test_headers_are_those_of_the_c_structures() -> None:
    found = {type_: codec.layout(0, type_) for type_ in (16, 20, 24, 28, 32, 36, 64, 80, 88, 104, 116)}
    assert {type_: (layout.struct, layout.size) for type_, layout in found.items() if layout} == {
        16: ("ifinfomsg", 16),
        20: ("ifaddrmsg", 8),
        24: ("rtmsg", 12),
        28: ("ndmsg", 12),
        32: ("fib_rule_hdr", 12),
        36: ("tcmsg", 20),
        64: ("ndtmsg", 4),
        80: ("netconfmsg", 4),
        88: ("rtgenmsg", 4),
        104: ("nhmsg", 8),
        116: ("nhmsg", 8),
    }
    assert codec.layout(0, 250) is None
    assert codec.layout(12, 16) is None


def test_every_layout_can_be_walked() -> None:
    types = [(0, type_) for type_ in range(16, 128)] + [(16, 16)]
    for protocol, type_ in types:
        layout = codec.layout(protocol, type_)
        left = [(shape, 0) for shape in layout.attributes().values()] if layout else []
        while left:
            shape, depth = left.pop()
            if shape.choose is not None:
                for kind in (b"", b"bridge\0", b"vxlan\0", b"htb\0", b"u32\0", b"\5\0"):
                    shape.choose(lambda number, kind=kind: kind, 7)  # type: ignore[misc]  # a default binds the loop
            if shape.attributes is not None and depth < 4:
                left += [(inner, depth + 1) for inner in shape.attributes().values()]


def test_what_pyroute2_has_wrong_is_right() -> None:
    def form(type_: int, *path: int) -> tuple[str, Form]:
        layout = codec.layout(0, type_)
        assert layout is not None
        attributes = layout.attributes()
        for number in path[:-1]:
            inner = attributes[number].attributes
            assert inner is not None
            attributes = inner()
        return attributes[path[-1]].name, attributes[path[-1]].form

    assert form(20, 10) == ("IFA_TARGET_NETNSID", Form.S32)
    assert form(24, 30) == ("RTA_NH_ID", Form.U32)
    assert form(24, 8, 17) == ("RTAX_FASTOPEN_NO_COOKIE", Form.U32)
    assert form(32, 14) == ("FRA_SUPPRESS_PREFIXLEN", Form.S32)
    assert form(32, 30) == ("FRA_DSCP_MASK", Form.U8)
    assert form(28, 10) == ("NDA_LINK_NETNSID", Form.S32)
    assert form(16, 67) == ("IFLA_NETNS_IMMUTABLE", Form.U8)
    assert form(104, 12, 3) == ("NHA_RES_GROUP_UNBALANCED_TIMER", Form.U32)


def test_a_route_survives_encoding_and_decoding() -> None:
    head = {"family": socket.AF_INET, "dst_len": 24, "table": 254, "protocol": 4, "type": 1}
    attributes = [
        ("RTA_DST", "10.1.0.0"),
        ("RTA_GATEWAY", "10.0.0.9"),
        ("RTA_OIF", 3),
        ("RTA_METRICS", {"attrs": [("RTAX_MTU", 1400), ("RTAX_CC_ALGO", "cubic")]}),
        ("RTA_NH_ID", 7),
        ("RTA_EXPIRES", 60),
    ]
    message = codec.encode(0, 24, head, attributes, flags=0x605, sequence=11)
    assert wire.header(message) == wire.Header(len(message), 24, 0x605, 11, 0)
    assert message[16:28] == struct.pack("=BBBBBBBBI", 2, 24, 0, 0, 254, 4, 0, 1, 0)
    assert codec.values(0, message) == {
        (1,): "10.1.0.0",
        (5,): "10.0.0.9",
        (4,): 3,
        (8, 2): 1400,
        (8, 16): "cubic",
        (30,): 7,
        (23,): 60,
    }


def test_a_resilient_group_survives_encoding_and_decoding() -> None:
    members = [
        {"id": 1, "weight": 0, "weight_high": 0, "resvd2": 0},
        {"id": 5, "weight": 4, "weight_high": 1, "resvd2": 0},
    ]
    resilient = {"attrs": [("NHA_RES_GROUP_BUCKETS", 32), ("NHA_RES_GROUP_IDLE_TIMER", 6000)]}
    attributes = [("NHA_ID", 9), ("NHA_GROUP", members), ("NHA_GROUP_TYPE", 1), ("NHA_RES_GROUP", resilient)]
    message = codec.encode(0, 104, {"family": 0, "protocol": 4}, attributes)
    assert struct.pack("=IBBHIBBH", 1, 0, 0, 0, 5, 4, 1, 0) in message
    assert codec.values(0, message) == {(1,): 9, (2,): members, (3,): 1, (12, 1): 32, (12, 2): 6000}


@pytest.mark.parametrize(
    ("attributes", "said"),
    [([("RTA_NOTHING", 1)], "has no RTA_NOTHING"), ([("RTA_OIF", "eth0")], "cannot encode")],
)
def test_what_cannot_be_encoded_is_named(attributes: list[tuple[str, Any]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        codec.encode(0, 24, {"family": 2}, attributes)


def test_an_unknown_header_field_is_named() -> None:
    with pytest.raises(UsageError, match="has no colour"):
        codec.encode(0, 24, {"family": 2, "colour": 1})


def test_malformed_bytes_are_one_kind_of_error() -> None:
    with pytest.raises(MalformedMessage):
        codec.values(0, wire.nlmsg(20, 0, 0, bytes(8) + wire.nlattr(1, b"12345")))
    with pytest.raises(UsageError):
        codec.values(0, wire.nlmsg(250, 0, 0, b""))


def test_importing_the_codec_does_not_import_pyroute2() -> None:
    code = "import sys, nltui.netlink.codec, nltui.netlink.tree; print('pyroute2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
