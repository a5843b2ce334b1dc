"""VXLAN: IFLA_VXLAN_* of linux/if_link.h, as iproute2's ip/iplink_vxlan.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import BE32, U8, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads
from nltui.tables.kinds.read import (
    address,
    be16,
    boolean,
    device,
    marked,
    named,
    nonzero,
    on_only,
    present,
    u32,
)
from nltui.tables.kinds.tunnel import DF, inherited_ttl, port_range, specified


def _remote(payloads: Payloads, context: Context) -> dict[str, Json]:
    """IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6: `group` where multicast, else `remote`."""
    for attribute, suffix in ((2, ""), (16, "6")):
        payload = payloads.get(attribute)
        if payload is not None:
            multicast = payload[:1] == b"\xff" if suffix else payload[:1] and payload[0] >> 4 == 0xE
            key = ("group" if multicast else "remote") + suffix
            return {key: address(payload, context)} if any(payload) else {}
    return {}


VXLAN = Nest(
    "vxlan",
    (
        Item(25, "external", on_only),
        Item(30, "vnifilter", on_only),
        Item(1, "id", u32),
        Part((2, 16), _remote),
        Item(4, "local", specified),
        Item(17, "local6", specified),
        Item(3, "link", device),
        Item(10, "port_range", port_range),
        Item(15, "port", be16),
        Item(7, "learning", boolean),
        Item(11, "proxy", on_only),
        Item(12, "rsc", on_only),
        Item(13, "l2miss", on_only),
        Item(14, "l3miss", on_only),
        Item(6, "tos", marked(U8)),
        inherited_ttl(28, 5),
        Item(29, "df", DF),
        Item(26, "label", marked(BE32)),
        Item(32, "label_policy", named(U32, ("fixed", "inherit"))),
        Item(8, "ageing", u32),
        Item(9, "limit", nonzero(u32)),
        Item(18, "udp_csum", boolean),
        Item(19, "udp_zero_csum6_tx", boolean),
        Item(20, "udp_zero_csum6_rx", boolean),
        Item(21, "remcsum_tx", on_only),
        Item(22, "remcsum_rx", on_only),
        Item(24, "remcsum_nopartial", present),
        Item(31, "localbypass", boolean),
        Item(23, "gbp", present),
        Item(27, "gpe", present),
        Item(33, "reserved_bits", lambda payload, context: "0x" + payload.hex()),
        Item(34, "mc_route", boolean),
    ),
)
