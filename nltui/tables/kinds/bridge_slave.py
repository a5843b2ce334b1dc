"""A bridge's port: IFLA_BRPORT_* of linux/if_link.h, as iproute2's ip/iplink_bridge_slave.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U8, U16
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads
from nltui.tables.kinds.read import (
    boolean,
    bridge_id,
    device,
    hexadecimal,
    indexed,
    nonzero,
    number,
    timer,
    u8,
    u16,
    u32,
)

STATES = ("disabled", "listening", "learning", "forwarding", "blocking")
"""BR_STATE_*, linux/if_bridge.h."""

FORWARDED = {0: "stp", 2: "lacp", 14: "lldp"}
"""Names of the last nibble of 01:80:c2:00:00:0x addresses that a group_fwd_mask lets through."""


def _forward_mask(payloads: Payloads, context: Context) -> dict[str, Json]:
    payload = payloads.get(31)
    if payload is None:
        return {}
    mask = number(payload, U16)
    names = [FORWARDED.get(bit, hex(1 << bit)) for bit in range(16) if mask >> bit & 1]
    return {"group_fwd_mask": hexadecimal(U16)(payload, context), "group_fwd_mask_str": ",".join(names) or "0x0"}


BRIDGE_SLAVE = Nest(
    "bridge_slave",
    (
        indexed(1, "state", U8, STATES),
        Item(2, "priority", u16),
        Item(3, "cost", u32),
        Item(4, "hairpin", boolean),
        Item(5, "guard", boolean),
        Item(6, "root_block", boolean),
        Item(7, "fastleave", boolean),
        Item(8, "learning", boolean),
        Item(9, "flood", boolean),
        Item(17, "id", hexadecimal(U16)),
        Item(18, "no", hexadecimal(U16)),
        Item(15, "designated_port", u16),
        Item(16, "designated_cost", u16),
        Item(14, "bridge_id", bridge_id),
        Item(13, "root_id", bridge_id),
        Item(23, "hold_timer", timer),
        Item(21, "message_age_timer", timer),
        Item(22, "forward_delay_timer", timer),
        Item(19, "topology_change_ack", u8),
        Item(20, "config_pending", u8),
        Item(10, "proxy_arp", boolean),
        Item(12, "proxy_arp_wifi", boolean),
        Item(25, "multicast_router", u8),
        Item(27, "mcast_flood", boolean),
        Item(30, "bcast_flood", boolean),
        Item(28, "mcast_to_unicast", boolean),
        Item(32, "neigh_suppress", boolean),
        Item(43, "neigh_vlan_suppress", boolean),
        Part((31,), _forward_mask),
        Item(29, "vlan_tunnel", boolean),
        Item(33, "isolated", boolean),
        Item(39, "locked", boolean),
        Item(40, "mab", boolean),
        Item(34, "backup_port", device),
        Item(44, "backup_nhid", nonzero(u32)),
        Item(41, "mcast_n_groups", u32),
        Item(42, "mcast_max_groups", u32),
        Item(37, "mcast_eht_hosts_limit", u32),
        Item(38, "mcast_eht_hosts_cnt", u32),
        Item(35, "mrp_ring_open", boolean),
        Item(36, "mrp_in_open", boolean),
        Item(11, "learning_sync", boolean),
    ),
    silent=frozenset({24, 26}),
)
