"""Message framing and attributes of one message, both directions; the reference the columnar engine is held against.

Source: linux/netlink.h (struct nlmsghdr, struct nlattr). All integers of the framing are in host byte order.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

from nltui.errors import MalformedMessage
from nltui.netlink.fields import (
    ADDR,
    NLMSG_HDRLEN,
    Attr,
    Field,
    First,
    Format,
    Head,
    Property,
    Received,
    Slice,
    Storage,
    Value,
    Whole,
)

NLA_HDRLEN = 4
NLA_F_NESTED = 0x8000
NLA_F_NET_BYTEORDER = 0x4000
NLA_TYPE_MASK = 0x3FFF

_NLMSGHDR = struct.Struct("=IHHII")
_NLATTR = struct.Struct("=HH")


class Header(NamedTuple):
    """struct nlmsghdr: length in bytes with this header, message type, NLM_F_* flags, sequence, port id."""

    length: int
    type: int
    flags: int
    sequence: int
    port_id: int


class Attribute(NamedTuple):
    """One nlattr: type without its flag bits, the flag bits, and where header and payload lie in the message."""

    type: int
    flags: int
    offset: int
    """Of the nlattr header, in bytes from the start of the message."""
    length: int
    """nla_len: header and payload, without padding."""

    @property
    def payload(self) -> slice:
        """The payload's place in the message."""
        return slice(self.offset + NLA_HDRLEN, self.offset + self.length)


def align(length: int) -> int:
    """Round up to NLMSG_ALIGNTO, four bytes."""
    return (length + 3) & ~3


def header(message: bytes | memoryview, offset: int = 0) -> Header:
    """Read the nlmsghdr at `offset`. Raises MalformedMessage where it does not fit."""
    if len(message) - offset < NLMSG_HDRLEN:
        raise MalformedMessage(f"nlmsghdr at {offset} needs {NLMSG_HDRLEN} bytes, {len(message) - offset} are left")
    return Header(*_NLMSGHDR.unpack_from(message, offset))


def messages(buffer: bytes | memoryview) -> Iterator[memoryview]:
    """Split a datagram into messages. Raises MalformedMessage at the first length that does not fit."""
    view, offset = memoryview(buffer), 0
    while offset < len(view):
        head = header(view, offset)
        if not NLMSG_HDRLEN <= head.length <= len(view) - offset:
            raise MalformedMessage(
                f"message type {head.type} at {offset} says {head.length} bytes, {len(view) - offset} are left"
            )
        yield view[offset : offset + head.length]
        offset += align(head.length)


def attributes(message: bytes | memoryview, start: int, stop: int | None = None) -> Iterator[Attribute]:
    """Walk the attributes in message[start:stop]. Raises MalformedMessage naming attribute and lengths.

    Fewer than four bytes of rest are padding, as in the kernel's nla_ok().
    """
    end = len(message) if stop is None else stop
    offset = start
    while end - offset >= NLA_HDRLEN:
        length, type_ = _NLATTR.unpack_from(message, offset)
        if not NLA_HDRLEN <= length <= end - offset:
            number = type_ & NLA_TYPE_MASK
            raise MalformedMessage(f"attribute {number} at {offset} says {length} bytes, {end - offset} are left")
        yield Attribute(type_ & NLA_TYPE_MASK, type_ & ~NLA_TYPE_MASK, offset, length)
        offset += align(length)


def find(message: bytes | memoryview, path: tuple[int, ...], start: int) -> slice | None:
    """The payload of the attribute at `path`, the last one where repeated; None where absent."""
    stop = len(message)
    found: slice | None = None
    for number in path:
        found = None
        for attribute in attributes(message, start, stop):
            if attribute.type == number:
                found = attribute.payload
        if found is None:
            return None
        start, stop = found.start, found.stop
    return found


def extract(message: bytes | memoryview, field: Field, body: int) -> Value:
    """Read one field of one message; `body` is where its attributes begin (nlmsghdr and family header, aligned).

    Raises MalformedMessage where a scalar has another length than its format says.
    """
    if isinstance(field, Whole):
        return bytes(message)
    if isinstance(field, First):
        for option in field.fields:
            value = extract(message, option, body)
            if value is not None:
                return value
        return None
    if isinstance(field, Property):
        return uevent_property(message, field.key)
    if isinstance(field, Received):
        return None
    if isinstance(field, Head):
        stop = field.offset + field.format.size
        return None if stop > len(message) else _head(message[field.offset : stop], field)
    place = find(message, field.path, body)
    if place is None:
        return None
    if isinstance(field, Slice):
        start = place.start + field.offset
        stop = start + field.format.size
        return None if stop > place.stop else value_of(message[start:stop], field.format)
    return _exact(message[place], field)


def _head(payload: bytes | memoryview, field: Head) -> Value:
    value = value_of(payload, field.format)
    return value & field.mask if isinstance(value, int) else value


def _exact(payload: bytes | memoryview, field: Attr) -> Value:
    wanted, got = field.format.size, len(payload)
    if (wanted and got != wanted) or (field.format is ADDR and got not in (4, 16)):
        expected = str(wanted) if wanted else "4 or 16"
        where = "/".join(map(str, field.path))
        raise MalformedMessage(f"attribute {where} ({field.format.name}) has {got} bytes, expected {expected}")
    return value_of(payload, field.format)


def value_of(payload: bytes | memoryview, format: Format) -> int | bytes:
    """Interpret payload bytes whose length has been checked."""
    if format.storage is Storage.INT:
        return int.from_bytes(payload, "big" if format.big else sys.byteorder, signed=format.signed)
    return bytes(payload)


def uevent_property(datagram: bytes | memoryview, key: str) -> bytes | None:
    """The value of one key of a uevent, see fields.Property; None where absent or where this is no uevent."""
    first, end, rest = bytes(datagram).partition(b"\0")
    action, sign, devpath = first.partition(b"@")
    if not (action and sign and devpath.startswith(b"/") and end):
        return None
    if key.startswith("@"):
        return {"@action": action, "@devpath": devpath, "@all": rest}.get(key)
    wanted = key.encode() + b"="
    for line in rest.split(b"\0"):
        if line.startswith(wanted):
            return line[len(wanted) :]
    return None


def nlattr(type_: int, payload: bytes = b"") -> bytes:
    """Encode one attribute, padded to four bytes."""
    length = NLA_HDRLEN + len(payload)
    return _NLATTR.pack(length, type_) + payload + bytes(align(length) - length)


def nlmsg(type_: int, flags: int, sequence: int, body: bytes, port_id: int = 0) -> bytes:
    """Encode one message: nlmsghdr and body (family header and attributes, already aligned)."""
    return _NLMSGHDR.pack(NLMSG_HDRLEN + len(body), type_, flags, sequence, port_id) + body
