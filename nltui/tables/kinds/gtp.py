"""GPRS tunnelling: IFLA_GTP_* of linux/if_link.h, as iproute2's ip/iplink_gtp.c prints them."""

from __future__ import annotations

from nltui.netlink.fields import U32
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import address, named, u8, u32

GTP = Nest(
    "gtp",
    (
        Item(3, "hsize", u32),
        Item(4, "role", named(U32, ("ggsn", "sgsn"))),
        Item(6, "restart_count", u8),
        Item(7, "local", address),
        Item(8, "local6", address),
    ),
)
