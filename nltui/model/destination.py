"""Where a route leads: its prefix, with its type in front where that is not unicast."""

from __future__ import annotations

from typing import Any

from nltui.model.types import Context, Json, Tone, ip_text
from nltui.netlink.constants import rtnetlink as rt

RTN_UNICAST = 1
REFUSING = ("blackhole", "unreachable", "prohibit")


def prefix(address: bytes | None, length: int, everything: str | None) -> str | None:
    """An address and length as `ip` writes them; `everything` for none at all."""
    if address is None:
        return f"0/{length}" if length else everything
    return ip_text(address) if length == 8 * len(address) else f"{ip_text(address)}/{length}"


def text(value: Any, context: Context) -> str:
    """Of (address, length, rtm_type)."""
    address, length, type_ = value
    shown = prefix(address, length, "default") or ""
    return shown if type_ == RTN_UNICAST else f"{rt.ROUTE_TYPES.get(type_, str(type_))} {shown}"


def as_json(value: Any, context: Context) -> Json:
    """The prefix alone, as `dst`."""
    return prefix(value[0], value[1], "default")


def tone(value: Any, context: Context) -> Tone:
    """What refuses packets stands out, and the default route."""
    address, length, type_ = value
    if rt.ROUTE_TYPES.get(type_) in REFUSING:
        return Tone.BAD
    return Tone.ACCENT if address is None and not length else Tone.PLAIN


def source(value: Any, context: Context) -> str | None:
    """Of (address, length): nothing where any source will do."""
    return prefix(value[0], value[1], None)
