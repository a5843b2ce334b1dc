"""How the payloads of attributes and fields are written for a person. Text that others chose passes the one door."""

from __future__ import annotations

import socket
import sys
from typing import Protocol

from nltui.netlink import wire
from nltui.netlink.schema.meaning import FAMILIES, MEANINGS, Meaning
from nltui.netlink.schema.shape import SCALARS, Form
from nltui.text import visible

AF_MPLS = 28
LONGEST = 64
"""Bytes shown in hexadecimal before it is cut; the hex view has all of them."""
FOREVER = 0xFFFFFFFF

_DIVISORS = {"cs": 100, "ms": 1000, "s": 1}


class Lookup(Protocol):
    """What the meaning of a number may ask of other tables."""

    def lookup(self, table: str, key: int) -> str | None:
        """The label of a row, None where unknown: `lookup("links", 3)` is the name of ifindex 3."""


def payload(form: Form, name: str, raw: bytes, family: int, context: Lookup) -> tuple[str, str]:
    """Value and note of bytes in this form; where they do not fit it, bytes and a note that says so."""
    scalar = SCALARS.get(form)
    if scalar is not None or form is Form.UINT:
        sizes = (scalar.size,) if scalar is not None else (4, 8)
        if len(raw) not in sizes:
            wanted = " or ".join(map(str, sizes))
            return hexadecimal(raw), f"malformed: {len(raw)} bytes, {form.value} has {wanted}"
        value = wire.value_of(raw, scalar) if scalar is not None else int.from_bytes(raw, sys.byteorder)
        assert isinstance(value, int)
        return number(value, len(raw), MEANINGS.get(name), context)
    if form is Form.TEXT:
        return visible(raw.split(b"\0", 1)[0]), "" if raw.endswith(b"\0") else "without its NUL"
    if form is Form.FLAG:
        return ("", "present") if not raw else (hexadecimal(raw), "present, with a payload that a flag should not have")
    if form is Form.IP and family != AF_MPLS:
        return address(raw)
    if form in (Form.MPLS, Form.IP):
        return labels(raw)
    if form is Form.SEGMENTS:
        whole = len(raw) - len(raw) % 16
        segments = [socket.inet_ntop(socket.AF_INET6, raw[place : place + 16]) for place in range(0, whole, 16)]
        return ", ".join(segments[:LONGEST]), f"and {hexadecimal(raw[whole:])}" if raw[whole:] else "last hop first"
    if form is Form.VIA:
        shown, note = address(raw[2:])
        kind = int.from_bytes(raw[:2], sys.byteorder)
        return shown, note or f"family {FAMILIES.get(kind, str(kind))}"
    if form is Form.BRIDGE_ID and len(raw) == 8:
        return f"{raw[:2].hex()}.{raw[2:].hex(':')}", f"priority {int.from_bytes(raw[:2], 'big')}"
    if form is Form.LINK_ADDRESS:
        return (raw.hex(":"), "") if len(raw) <= LONGEST else (hexadecimal(raw), f"{len(raw)} bytes")
    return hexadecimal(raw), f"{len(raw)} bytes" if len(raw) > 8 else ""


def number(value: int, size: int, meaning: Meaning | None, context: Lookup) -> tuple[str, str]:
    """A number and what it means; `size` in bytes."""
    if meaning is None:
        return str(value), ""
    if meaning.link:
        label = context.lookup("links", value) if value > 0 else None
        return (visible(label), f"ifindex {value}") if label else (str(value), "ifindex")
    if meaning.names is not None:
        name = meaning.names(value)
        return (visible(name), str(value)) if name else (str(value), "")
    if meaning.flags is not None:
        known = [name for bit, name in meaning.flags.items() if value & bit]
        rest = value & ~sum(bit for bit in meaning.flags if value & bit)
        return ",".join([*known, *([hex(rest)] if rest else [])]) or "0", hex(value) if known else ""
    return measured(value, size, meaning.unit)


def measured(value: int, size: int, unit: str) -> tuple[str, str]:
    """A number with its unit."""
    if unit in _DIVISORS:
        if size == 4 and value == FOREVER:
            return "forever", hex(value)
        divisor = _DIVISORS[unit]
        return str(value), "s" if divisor == 1 else f"{value / divisor:g} s"
    if unit == "weight":
        return str(value), f"weight {value + 1}"
    if unit == "handle":
        return f"{value >> 16:x}:{value & 0xFFFF:x}", hex(value)
    if unit == "hex":
        return hex(value), str(value)
    if unit == "realms":
        return f"{value >> 16}/{value & 0xFFFF}", "realms from/to"
    return str(value), unit


def address(raw: bytes) -> tuple[str, str]:
    """An IPv4 or IPv6 address by its length."""
    if len(raw) == 4:
        return socket.inet_ntop(socket.AF_INET, raw), ""
    if len(raw) == 16:
        return socket.inet_ntop(socket.AF_INET6, raw), ""
    return hexadecimal(raw), f"malformed: {len(raw)} bytes, an address has 4 or 16"


def labels(raw: bytes) -> tuple[str, str]:
    """MPLS label stack, `100/200` (linux/mpls.h)."""
    if len(raw) % 4 or not raw:
        return hexadecimal(raw), f"malformed: {len(raw)} bytes, MPLS labels have 4 each"
    entries = [int.from_bytes(raw[place : place + 4], "big") for place in range(0, min(len(raw), 4 * LONGEST), 4)]
    return "/".join(str(entry >> 12) for entry in entries), "MPLS labels"


def hexadecimal(raw: bytes) -> str:
    """Pairs of digits, cut at LONGEST bytes."""
    return raw[:LONGEST].hex(" ") + (" …" if len(raw) > LONGEST else "")
