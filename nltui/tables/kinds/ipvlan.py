"""ipvlan and ipvtap: IFLA_IPVLAN_* of linux/if_link.h, as iproute2's ip/iplink_ipvlan.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U16
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads
from nltui.tables.kinds.read import named, number

IPVLAN_F_PRIVATE = 1
IPVLAN_F_VEPA = 2


def _isolation(payloads: Payloads, context: Context) -> dict[str, Json]:
    if 2 not in payloads:
        return {}
    flags = number(payloads[2], U16)
    if flags & IPVLAN_F_PRIVATE:
        return {"private": True}
    return {"vepa": True} if flags & IPVLAN_F_VEPA else {"bridge": True}


IPVLAN = Nest("ipvlan", (Item(1, "mode", named(U16, ("l2", "l3", "l3s"), "unknown")), Part((2,), _isolation)))
