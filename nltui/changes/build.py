"""Requests of rtnetlink, put together: family headers and attributes. All integers in host byte order unless named.

Sources: linux/if_addr.h, linux/rtnetlink.h, linux/neighbour.h, linux/fib_rules.h, linux/nexthop.h, linux/if_link.h.
"""

from __future__ import annotations

import socket
import struct

from nltui.netlink.wire import NLA_F_NESTED, nlattr

AF_UNSPEC, AF_BRIDGE = 0, 7
AF_INET, AF_INET6 = int(socket.AF_INET), int(socket.AF_INET6)


def family_of(text: str) -> int:
    """AF_* of an address or prefix."""
    return AF_INET6 if ":" in text else AF_INET


def packed(text: str) -> bytes:
    """An address, checked before, in network order."""
    return socket.inet_pton(family_of(text), text.partition("/")[0])


def u8(type_: int, value: int) -> bytes:
    """An attribute of one byte."""
    return nlattr(type_, struct.pack("=B", value))


def u16(type_: int, value: int) -> bytes:
    """Two bytes."""
    return nlattr(type_, struct.pack("=H", value))


def be16(type_: int, value: int) -> bytes:
    """Two bytes in network order."""
    return nlattr(type_, struct.pack("!H", value))


def u32(type_: int, value: int) -> bytes:
    """Four bytes; negative numbers in two's complement."""
    return nlattr(type_, struct.pack("=I", value & 0xFFFFFFFF))


def u64(type_: int, value: int) -> bytes:
    """Eight bytes."""
    return nlattr(type_, struct.pack("=Q", value))


def be32(type_: int, value: int) -> bytes:
    """Four bytes in network order."""
    return nlattr(type_, struct.pack("!I", value))


def be64(type_: int, value: int) -> bytes:
    """Eight bytes in network order."""
    return nlattr(type_, struct.pack("!Q", value))


def text(type_: int, value: str) -> bytes:
    """A text that ends with a zero byte."""
    return nlattr(type_, value.encode("utf-8", "surrogateescape") + b"\0")


def ip(type_: int, value: str) -> bytes:
    """An address."""
    return nlattr(type_, packed(value))


def mac(type_: int, value: str) -> bytes:
    """A link-layer address, `02:00:…`."""
    return nlattr(type_, bytes.fromhex(value.replace(":", "")))


def nest(type_: int, *inside: bytes) -> bytes:
    """Attributes inside an attribute."""
    return nlattr(type_ | NLA_F_NESTED, b"".join(inside))


def ifinfomsg(index: int, flags: int = 0, change: int = 0, family: int = AF_UNSPEC) -> bytes:
    """struct ifinfomsg of a link."""
    return struct.pack("=BxHiII", family, 0, index, flags, change)


def ifaddrmsg(family: int, length: int, flags: int, scope: int, index: int) -> bytes:
    """struct ifaddrmsg of an address."""
    return struct.pack("=BBBBI", family, length, flags, scope, index)


def ndmsg(family: int, index: int, state: int, flags: int, type_: int = 0) -> bytes:
    """struct ndmsg of a neighbour."""
    return struct.pack("=BxxxiHBB", family, index, state, flags, type_)


def nhmsg(family: int, protocol: int, flags: int) -> bytes:
    """struct nhmsg of a nexthop."""
    return struct.pack("=BBBBI", family, 0, protocol, 0, flags)
