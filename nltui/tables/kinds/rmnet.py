"""Qualcomm's RmNet: IFLA_RMNET_* of linux/if_link.h, as iproute2's ip/iplink_rmnet.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U32
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import number, u16


def _flags(payload: bytes, context: Context) -> Json:
    """struct ifla_rmnet_flags: u32 flags, u32 mask."""
    number(payload[4:], U32)
    return hex(number(payload[:4], U32))


RMNET = Nest("rmnet", (Item(1, "mux_id", u16), Item(2, "flags", _flags)))
