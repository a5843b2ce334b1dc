"""tun and tap: IFLA_TUN_* of linux/if_link.h, as iproute2's ip/iptuntap.c prints them."""

from __future__ import annotations

import grp
import pwd
from functools import lru_cache

from nltui.model.types import Context, Json
from nltui.netlink.fields import U8, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads
from nltui.tables.kinds.read import boolean, number, u32

TYPES = {1: "tun", 2: "tap"}
"""IFF_TUN, IFF_TAP, linux/if_tun.h."""


@lru_cache(maxsize=256)
def _user(uid: int) -> str | int:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return uid


@lru_cache(maxsize=256)
def _group(gid: int) -> str | int:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return gid


def _type(payload: bytes, context: Context) -> Json:
    value = number(payload, U8)
    return TYPES.get(value, f"UNKNOWN:{value}")


def _queues(payloads: Payloads, context: Context) -> dict[str, Json]:
    """IFLA_TUN_MULTI_QUEUE; the numbers of queues only where there can be several."""
    several = 7 in payloads and number(payloads[7], U8) != 0
    out: dict[str, Json] = {"multi_queue": several}
    for attribute, key in ((8, "numqueues"), (9, "numdisabled")):
        if several and attribute in payloads:
            out[key] = u32(payloads[attribute], context)
    return out


TUN = Nest(
    "tun",
    (
        Item(3, "type", _type),
        Item(4, "pi", boolean),
        Item(5, "vnet_hdr", boolean),
        Part((7, 8, 9), _queues),
        Item(6, "persist", boolean),
        Item(1, "user", lambda payload, context: _user(number(payload, U32))),
        Item(2, "group", lambda payload, context: _group(number(payload, U32))),
    ),
)
