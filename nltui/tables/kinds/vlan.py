"""A VLAN on a link: IFLA_VLAN_* of linux/if_link.h, as iproute2's ip/iplink_vlan.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U32
from nltui.tables.kinds.detail import Item, Nest, repeated
from nltui.tables.kinds.read import bits, ethertype, number, u16

FLAGS = {1: "REORDER_HDR", 2: "GVRP", 8: "MVRP", 4: "LOOSE_BINDING", 16: "BRIDGE_BINDING"}
"""VLAN_FLAG_*, linux/if_vlan.h, in the order in which `ip` prints them."""


def _flags(payload: bytes, context: Context) -> Json:
    """struct ifla_vlan_flags: u32 flags, u32 mask."""
    number(payload[4:], U32)
    return bits(number(payload[:4], U32), FLAGS)


def _mappings(payload: bytes, context: Context) -> Json:
    """struct ifla_vlan_qos_mapping, repeated: u32 from, u32 to."""
    return [{"from": number(pair[:4], U32), "to": number(pair[4:], U32)} for pair in repeated(payload)]


VLAN = Nest(
    "vlan",
    (
        Item(5, "protocol", ethertype),
        Item(1, "id", u16),
        Item(2, "flags", _flags),
        Item(4, "ingress_qos", _mappings),
        Item(3, "egress_qos", _mappings),
    ),
)
