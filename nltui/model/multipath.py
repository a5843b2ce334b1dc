"""Legs of a multipath route, and what tells one route from another.

Source: RTA_MULTIPATH, a sequence of struct rtnexthop with attributes (linux/rtnetlink.h).
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Hashable, Iterator
from typing import NamedTuple

from nltui import text as door
from nltui.errors import MalformedMessage
from nltui.model import lwtunnel
from nltui.model.routing import AF_INET6, NEXTHOP_FLAGS, device, realms, via
from nltui.model.types import Context, Json, ip_text
from nltui.netlink import wire
from nltui.netlink.constants import rtnetlink as rt

_RTNEXTHOP = struct.Struct("=HBBi")

LEGS_LIMIT = 4096
"""Most characters of a route's legs in words."""
ECMP = "ECMP"
"""identity() of an IPv6 route with several legs: a group has at most one."""
STATE = rt.RTNH_F_DEAD | rt.RTNH_F_LINKDOWN | rt.RTNH_F_OFFLOAD | rt.RTNH_F_TRAP
"""Bits that follow the link or the hardware: no part of what a route *is*, and not always the same in its DEL."""


class Leg(NamedTuple):
    """One nexthop of a multipath route. `weight` is 1 to 256, `flags` are RTNH_F_*; attributes by type."""

    ifindex: int
    weight: int
    flags: int
    attributes: dict[int, bytes]


def legs(payload: bytes) -> Iterator[Leg]:
    """Split RTA_MULTIPATH. Raises MalformedMessage where a length does not fit."""
    for ifindex, hops, flags, inside in _split(payload):
        yield Leg(ifindex, hops + 1, flags, lwtunnel.attributes(inside))


def devices(payload: bytes) -> Iterator[int]:
    """The ifindex of each leg. Raises MalformedMessage where a length does not fit."""
    return (leg[0] for leg in _split(payload))


def _split(payload: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Of each struct rtnexthop: rtnh_ifindex, rtnh_hops, rtnh_flags and the attributes behind it."""
    offset = 0
    while len(payload) - offset >= _RTNEXTHOP.size:
        length, flags, hops, ifindex = _RTNEXTHOP.unpack_from(payload, offset)
        if not _RTNEXTHOP.size <= length <= len(payload) - offset:
            raise MalformedMessage(f"rtnexthop at {offset} says {length} bytes, {len(payload) - offset} are left")
        yield ifindex, hops, flags, payload[offset + _RTNEXTHOP.size : offset + length]
        offset += wire.align(length)


def leg_json(leg: Leg, context: Context) -> dict[str, Json]:
    """One element of `nexthops` as `ip -j` writes it."""
    out: dict[str, Json] = {}
    found = leg.attributes
    if rt.RTA_ENCAP in found:
        kind = int.from_bytes(found.get(rt.RTA_ENCAP_TYPE, b""), sys.byteorder)
        out |= lwtunnel.encap(kind, found[rt.RTA_ENCAP], context)
    if rt.RTA_GATEWAY in found:
        out["gateway"] = ip_text(found[rt.RTA_GATEWAY])
    if rt.RTA_VIA in found:
        out["via"] = via(found[rt.RTA_VIA])
    if leg.ifindex:
        out["dev"] = device(leg.ifindex, context)
    if rt.RTA_FLOW in found:
        out["flow"] = realms(struct.unpack("=I", found[rt.RTA_FLOW])[0])
    return out | {"weight": leg.weight, "flags": NEXTHOP_FLAGS.json(leg.flags, context)}


def legs_json(payload: bytes, context: Context) -> list[Json]:
    """`nexthops` as `ip -j` writes it; empty where malformed."""
    try:
        return [leg_json(leg, context) for leg in legs(payload)]
    except (MalformedMessage, struct.error):
        return []


def summary(payload: bytes, context: Context) -> str:
    """For one cell: `10.0.0.9 w3 + 2 more`; a leg without a gateway by its device."""
    shown = legs_json(payload, context)
    if not shown:
        return "multipath"
    first = shown[0]
    where = first.get("gateway") or first.get("via", {}).get("host") or first.get("dev", "?")
    more = f" + {len(shown) - 1} more" if len(shown) > 1 else ""
    return f"{where} w{first['weight']}{more}"


def legs_text(payload: bytes, context: Context) -> str:
    """Every leg, in the words of `ip route`: `via 10.0.0.9 dev veth0 weight 3, dev veth2 weight 1`."""
    return door.visible(", ".join(_leg_text(leg) for leg in legs_json(payload, context)), limit=LEGS_LIMIT)


def _leg_text(leg: dict[str, Json]) -> str:
    words: list[str] = []
    for key, value in leg.items():
        if key in ("gateway", "via"):
            words.append("via {family} {host}".format(**value) if isinstance(value, dict) else f"via {value}")
        elif key == "flow":
            words.append("realms " + "/".join(str(realm) for realm in value.values()))
        elif isinstance(value, list):
            words += [str(word) for word in value]
        else:
            words.append(f"{key} {value}")
    return " ".join(words)


def identity(message: bytes) -> Hashable:
    """What tells a route from the others of its group (family, table, prefix, tos, metric), as the kernel sees it.

    IPv4: everything a fib_info is made of, without what follows the link's or the hardware's state. IPv6: device and
    gateway, or the nexthop object; the ECMP route of a group is one row, whatever its legs are. A malformed message is
    like no other.
    """
    try:
        return _identity(message)
    except (MalformedMessage, struct.error, IndexError, ValueError):
        return message


def _identity(message: bytes) -> Hashable:
    family = message[16]
    found = {item.type: message[item.payload] for item in wire.attributes(message, 28)}
    if family == AF_INET6:
        if rt.RTA_NH_ID in found:
            return "nhid", found[rt.RTA_NH_ID]
        if rt.RTA_MULTIPATH in found:
            return ECMP
        return found.get(rt.RTA_OIF), found.get(rt.RTA_GATEWAY)
    protocol, scope, type_ = message[21:24]
    own = (protocol, type_, scope, found.get(rt.RTA_PREFSRC), found.get(rt.RTA_METRICS))
    if rt.RTA_NH_ID in found:
        # The kernel adds what the object stands for at this moment; only the id is the route's.
        return own, "nhid", found[rt.RTA_NH_ID]
    onlink = struct.unpack_from("=I", message, 24)[0] & rt.RTNH_F_ONLINK
    rest = (rt.RTA_FLOW, rt.RTA_ENCAP_TYPE, rt.RTA_ENCAP, rt.RTA_GATEWAY, rt.RTA_VIA, rt.RTA_OIF)
    return own, onlink, tuple(map(found.get, rest)), _masked(found.get(rt.RTA_MULTIPATH))


def _masked(payload: bytes | None) -> bytes | None:
    """RTA_MULTIPATH without the legs' state bits."""
    if payload is None:
        return None
    out, offset = bytearray(payload), 0
    while len(out) - offset >= _RTNEXTHOP.size:
        length = struct.unpack_from("=H", out, offset)[0]
        if length < _RTNEXTHOP.size:
            break
        out[offset + 2] &= ~STATE & 0xFF
        offset += wire.align(length)
    return bytes(out)
