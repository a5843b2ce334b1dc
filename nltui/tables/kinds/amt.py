"""Automatic multicast tunnelling: IFLA_AMT_* of linux/amt.h, as iproute2's ip/iplink_amt.c prints them."""

from __future__ import annotations

from nltui.netlink.fields import U32
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import address, be16, device, named, u32
from nltui.tables.kinds.tunnel import specified

AMT = Nest(
    "amt",
    (
        Item(1, "mode", named(U32, ("gateway", "relay"))),
        Item(2, "relay_port", be16),
        Item(3, "gateway_port", be16),
        Item(4, "link", device),
        Item(5, "local", address),
        Item(6, "remote", specified),
        Item(7, "discovery", specified),
        Item(8, "max_tunnels", u32),
    ),
)
