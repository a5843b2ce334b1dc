"""How one attribute's payload becomes a JSON value: the vocabulary of the kinds' schemas.

A reader checks the exact length and raises MalformedMessage; the number is then kept in hexadecimal by the decoder.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from nltui import text as door
from nltui.errors import MalformedMessage
from nltui.model.types import Context, Json, ip_text
from nltui.netlink.constants.if_ether import ETHERTYPES
from nltui.netlink.fields import BE16, BE32, S32, U8, U16, U32, U64, Format
from nltui.tables.kinds.detail import Part, Payloads, Reader

USER_HZ = 100
"""Clock ticks a second in what the kernel tells user space: times of the bridge (jiffies_to_clock_t)."""


def number(payload: bytes, format: Format) -> int:
    """An integer of exactly the format's size."""
    if len(payload) != format.size:
        raise MalformedMessage(f"{format.name} has {len(payload)} bytes, expected {format.size}")
    return int.from_bytes(payload, "big" if format.big else sys.byteorder, signed=format.signed)


def integer(format: Format) -> Reader:
    """A JSON number."""
    return lambda payload, context: number(payload, format)


u8, u16, u32, u64, s32 = integer(U8), integer(U16), integer(U32), integer(U64), integer(S32)
be16, be32 = integer(BE16), integer(BE32)


def nonzero(reader: Reader) -> Reader:
    """Left out where zero, empty or false."""
    return lambda payload, context: reader(payload, context) or None


def hexadecimal(format: Format) -> Reader:
    """A string as printf's `%#x`: zero is `0`."""

    def read(payload: bytes, context: Context) -> Json:
        value = number(payload, format)
        return hex(value) if value else "0"

    return read


def marked(format: Format) -> Reader:
    """As hexadecimal, left out where zero: marks, labels, types of service."""
    return lambda payload, context: hex(number(payload, format)) if number(payload, format) else None


def boolean(payload: bytes, context: Context) -> Json:
    """u8 as true or false."""
    return number(payload, U8) != 0


on_only: Reader = nonzero(boolean)
"""u8 as true; left out where 0."""


def present(payload: bytes, context: Context) -> Json:
    """An attribute whose presence is its value (NLA_FLAG)."""
    return True


def on_off(payload: bytes, context: Context) -> Json:
    """u8 as the words `on` and `off`."""
    return "on" if number(payload, U8) else "off"


def named(format: Format, names: Mapping[int, str] | Sequence[str], unknown: str = "UNKNOWN") -> Reader:
    """A number's name."""
    found = names if isinstance(names, Mapping) else dict(enumerate(names))
    return lambda payload, context: found.get(number(payload, format), unknown)


def indexed(attribute: int, key: str, format: Format, names: Sequence[str]) -> Part:
    """A number's name under `key`, or the number itself under `key_index` where it has none."""

    def show(payloads: Payloads, context: Context) -> dict[str, Json]:
        if attribute not in payloads:
            return {}
        value = number(payloads[attribute], format)
        return {key: names[value]} if value < len(names) else {f"{key}_index": value}

    return Part((attribute,), show)


def bits(value: int, names: Mapping[int, str]) -> list[str]:
    """Names of the bits set, then the nameless rest in hexadecimal without prefix, as `ip` prints flags."""
    found = [name for bit, name in names.items() if value & bit]
    rest = value & ~sum(names)
    return [*found, f"{rest:x}"] if rest else found


def text(payload: bytes, context: Context) -> Json:
    """NUL-terminated bytes chosen by somebody else."""
    return door.plain(payload.split(b"\0", 1)[0])


def mac(payload: bytes, context: Context) -> Json:
    """Link-layer address: colon-separated hexadecimal."""
    return payload.hex(":") if payload else ""


def address(payload: bytes, context: Context) -> Json:
    """IPv4 or IPv6 address, 4 or 16 bytes."""
    if len(payload) not in (4, 16):
        raise MalformedMessage(f"address has {len(payload)} bytes, expected 4 or 16")
    return ip_text(payload)


def device(payload: bytes, context: Context) -> Json:
    """An ifindex as the link's name, `if7` where unknown; left out where 0."""
    index = number(payload, U32)
    return (context.lookup("links", index) or f"if{index}") if index else None


def bridge_id(payload: bytes, context: Context) -> Json:
    """struct ifla_bridge_id: priority, dot, address without leading zeros: `8000.46:b:bd:d9:ad:8f`."""
    if len(payload) != 8:
        raise MalformedMessage(f"bridge id has {len(payload)} bytes, expected 8")
    return f"{payload[:2].hex()}.{':'.join(f'{byte:x}' for byte in payload[2:])}"


def timer(payload: bytes, context: Context) -> Json:
    """u64 of clock ticks as seconds with two decimals."""
    return number(payload, U64) / USER_HZ


def ethertype(payload: bytes, context: Context) -> Json:
    """An Ethernet protocol number by name, `[37120]` where it has none."""
    value = number(payload, BE16)
    return ETHERTYPES.get(value, f"[{value}]")
