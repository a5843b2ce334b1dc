"""Bare UDP tunnels: IFLA_BAREUDP_* of linux/if_link.h, as iproute2's ip/iplink_bareudp.c prints them."""

from __future__ import annotations

from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import be16, ethertype, present, u16

BAREUDP = Nest(
    "bareudp",
    (
        Item(1, "dstport", be16),
        Item(2, "ethertype", ethertype),
        Item(3, "srcportmin", u16),
        Item(4, "multiproto", present),
    ),
)
