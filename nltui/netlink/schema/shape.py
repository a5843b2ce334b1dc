"""Shapes: how the bytes of a message, an attribute or a structure are to be read. Plain data, no pyroute2."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from nltui.netlink import fields


class Form(Enum):
    """The kinds of payload."""

    U8 = "u8"
    U16 = "u16"
    U32 = "u32"
    U64 = "u64"
    S8 = "s8"
    S16 = "s16"
    S32 = "s32"
    S64 = "s64"
    BE16 = "be16"
    BE32 = "be32"
    BE64 = "be64"
    UINT = "uint"
    """4 or 8 bytes, as the kernel's nla_put_uint() chooses."""
    IP = "ip"
    """4 or 16 bytes by length; MPLS labels where the message's family is AF_MPLS."""
    LINK_ADDRESS = "lladdr"
    TEXT = "text"
    FLAG = "flag"
    """Present or absent; no payload."""
    BRIDGE_ID = "bridge-id"
    """struct ifla_bridge_id: priority in two bytes, big-endian, and a link-layer address."""
    MPLS = "mpls"
    """Labels of four bytes, linux/mpls.h."""
    VIA = "via"
    """struct rtvia: u16 family, address (linux/rtnetlink.h)."""
    BYTES = "bytes"
    STRUCT = "struct"
    """`fields`; where `repeat` is set, again and again to the end."""
    NEST = "nest"
    """`fields`, aligned, then attributes."""
    SEGMENTS = "segments"
    """IPv6 addresses to the end, as many whole ones as there are."""
    NEXTHOPS = "nexthops"
    """struct rtnexthop and its attributes, repeated."""


SCALARS: Mapping[Form, fields.Format] = {
    Form.U8: fields.U8,
    Form.U16: fields.U16,
    Form.U32: fields.U32,
    Form.U64: fields.U64,
    Form.S8: fields.S8,
    Form.S16: fields.S16,
    Form.S32: fields.S32,
    Form.S64: fields.S64,
    Form.BE16: fields.BE16,
    Form.BE32: fields.BE32,
    Form.BE64: fields.BE64,
}
"""Integer forms and their wire formats."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a structure: `offset` and `size` in bytes from its start; size 0 reaches to the end."""

    name: str
    form: Form
    offset: int
    size: int


Siblings = Callable[[int], "bytes | None"]
"""Payload of the attribute of this number on the same level; None where absent."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How one attribute is read. `name` as the uapi header spells it."""

    name: str
    form: Form
    parts: tuple[Part, ...] = ()
    repeat: bool = False
    attributes: Callable[[], Mapping[int, Shape]] | None = None
    """Of a nest, by type number; asked when needed, since nests may contain themselves."""
    choose: Callable[[Siblings, int], Shape] | None = None
    """Where siblings and the message's address family decide: IFLA_INFO_DATA by kind, RTA_ENCAP by type."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One message type: the C structure after nlmsghdr, its fields, and the attributes."""

    struct: str
    """Name of the C structure."""
    size: int
    """Of the structure, in bytes, before alignment."""
    parts: tuple[Part, ...]
    attributes: Callable[[], Mapping[int, Shape]]


@dataclass(frozen=True, slots=True)
class Message:
    """A message class that pyroute2 lacks: C structure, its field prefix, (name, struct format) fields, attributes."""

    struct: str
    prefix: str
    fields: tuple[tuple[str, str], ...]
    attributes: Mapping[int, Shape]


_FORMATS = {
    "B": Form.U8,
    "H": Form.U16,
    "I": Form.U32,
    "Q": Form.U64,
    "b": Form.S8,
    "h": Form.S16,
    "i": Form.S32,
    "q": Form.S64,
    ">B": Form.U8,
    ">H": Form.BE16,
    ">I": Form.BE32,
    ">Q": Form.BE64,
    "!H": Form.BE16,
    "!I": Form.BE32,
    "!Q": Form.BE64,
}


def parts(declared: tuple[tuple[str, str], ...]) -> tuple[Part, ...]:
    """Fields of a structure from (name, struct format), laid out without implicit padding, as pyroute2 does.

    Formats with a count are bytes, `x` is left out, `s` reaches to the end, `ip6` is an IPv6 address.
    """
    out, offset = [], 0
    for name, code in declared:
        if code == "s":
            out.append(Part(name, Form.BYTES, offset, 0))
        elif code == "ip6":
            out.append(Part(name, Form.IP, offset, 16))
            offset += 16
        else:
            size = struct.calcsize(code if code[0] in "<>=!" else "=" + code)
            if not code.endswith("x"):
                out.append(Part(name, _FORMATS.get(code, Form.BYTES), offset, size))
            offset += size
    return tuple(out)


def numbered(prefix: str, declared: str, start: int = 0, **shapes: Shape) -> dict[int, Shape]:
    """Attributes in the order of their enum: `numbered("NHA_", "UNSPEC, ID u32, GROUP members", members=...)`.

    Each is a name and a Form's value or the name of one of `shapes`; without either its payload is bytes.
    """
    out = {}
    for number, entry in enumerate(declared.split(","), start):
        name, _, kind = entry.strip().partition(" ")
        out[number] = (
            replace(shapes[kind], name=prefix + name)
            if kind in shapes
            else Shape(prefix + name, Form(kind) if kind else Form.BYTES)
        )
    return out


def nest(attributes: Mapping[int, Shape]) -> Shape:
    """A nested attribute; its name comes from where it is used."""
    return Shape("", Form.NEST, attributes=lambda: attributes)


def structure(*declared: tuple[str, str], repeat: bool = False) -> Shape:
    """A structure, or an array of them; its name comes from where it is used."""
    return Shape("", Form.STRUCT, parts=parts(declared), repeat=repeat)


def counters(code: str, words: str) -> Shape:
    """A structure of fields of one struct format, a word each."""
    return structure(*((name, code) for name in words.split()))
