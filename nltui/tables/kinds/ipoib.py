"""IP over InfiniBand: IFLA_IPOIB_* of linux/if_link.h, as iproute2's ip/iplink_ipoib.c prints them."""

from __future__ import annotations

from nltui.netlink.fields import U16
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import named, number

IPOIB = Nest(
    "ipoib",
    (
        Item(1, "key", lambda payload, context: f"0x{number(payload, U16):04x}"),
        Item(2, "mode", named(U16, ("datagram", "connected"), "unknown")),
        Item(3, "umcast", lambda payload, context: f"{number(payload, U16):04x}"),
    ),
)
