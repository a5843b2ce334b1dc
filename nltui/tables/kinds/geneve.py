"""GENEVE: IFLA_GENEVE_* of linux/if_link.h, as iproute2's ip/iplink_geneve.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import BE32, U8
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import address, be16, boolean, marked, present, u32
from nltui.tables.kinds.tunnel import DF, inherited_ttl, port_range, specified


def _unicast(payload: bytes, context: Context) -> Json:
    return address(payload, context) if any(payload) and payload[0] != 0xFF else None


GENEVE = Nest(
    "geneve",
    (
        Item(6, "external", present),
        Item(1, "id", u32),
        Item(2, "remote", specified),
        Item(7, "remote6", _unicast),
        inherited_ttl(12, 3),
        Item(4, "tos", marked(U8)),
        Item(13, "df", DF),
        Item(11, "label", marked(BE32)),
        Item(5, "port", be16),
        Item(8, "udp_csum", boolean),
        Item(9, "udp_zero_csum6_tx", boolean),
        Item(10, "udp_zero_csum6_rx", boolean),
        Item(14, "inner_proto_inherit", present),
        Item(15, "port_range", port_range),
    ),
)
