"""netkit pairs: IFLA_NETKIT_* of linux/if_link.h, as iproute2's ip/iplink_netkit.c prints them."""

from __future__ import annotations

from nltui.netlink.fields import U8, U32
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import named, u16

_POLICIES = {0: "forward", 2: "blackhole"}
"""NETKIT_PASS, NETKIT_DROP."""

_SCRUB = ("none", "default")

NETKIT = Nest(
    "netkit",
    (
        Item(5, "mode", named(U32, ("l2", "l3"))),
        Item(2, "type", named(U8, {0: "peer"}, "primary")),
        Item(3, "policy", named(U32, _POLICIES)),
        Item(4, "peer_policy", named(U32, _POLICIES)),
        Item(6, "scrub", named(U32, _SCRUB)),
        Item(7, "peer_scrub", named(U32, _SCRUB)),
        Item(8, "headroom", u16),
        Item(9, "tailroom", u16),
    ),
)
