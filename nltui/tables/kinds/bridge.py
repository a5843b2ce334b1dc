"""A bridge: IFLA_BR_* of linux/if_link.h, as iproute2's ip/iplink_bridge.c prints them.

Intervals are in hundredths of a second, timers in seconds; both come in clock ticks.
"""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U16, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads, split
from nltui.tables.kinds.read import (
    address,
    boolean,
    bridge_id,
    device,
    ethertype,
    hexadecimal,
    mac,
    number,
    timer,
    u8,
    u16,
    u32,
    u64,
)

BOOLEAN_OPTIONS = (
    "no_linklocal_learn",
    "mcast_vlan_snooping",
    "mst_enabled",
    "mdb_offload_fail_notification",
    "fdb_local_vlan_0",
)
"""BR_BOOLOPT_*, by bit (linux/if_bridge.h)."""


def _boolean_options(payloads: Payloads, context: Context) -> dict[str, Json]:
    """struct br_boolopt_multi: u32 values, u32 mask of the options this kernel knows."""
    payload = payloads.get(46)
    if payload is None:
        return {}
    value, mask = number(payload[:4], U32), number(payload[4:], U32)
    return {name: value >> bit & 1 for bit, name in enumerate(BOOLEAN_OPTIONS) if mask >> bit & 1}


def _querier(payloads: Payloads, context: Context) -> dict[str, Json]:
    """BRIDGE_QUERIER_*: who asks for multicast memberships now, other_timer in seconds."""
    inner, _ = split(payloads.get(47, b""))
    out: dict[str, Json] = {}
    for version, first in (("4", 1), ("6", 5)):
        if any(inner.get(first, b"")):
            state = out[f"mcast_querier_state_ipv{version}"] = {"address": address(inner[first], context)}
            if first + 1 in inner:
                state["port"] = device(inner[first + 1], context)
            if first + 2 in inner:
                state["other_timer"] = timer(inner[first + 2], context)
    return out


BRIDGE = Nest(
    "bridge",
    (
        Item(16, "hello_timer", timer),
        Item(17, "tcn_timer", timer),
        Item(18, "topology_change_timer", timer),
        Item(19, "gc_timer", timer),
        Item(1, "forward_delay", u32),
        Item(2, "hello_time", u32),
        Item(3, "max_age", u32),
        Item(4, "ageing_time", u32),
        Item(5, "stp_state", u32),
        Item(6, "priority", u16),
        Item(7, "vlan_filtering", u8),
        Item(8, "vlan_protocol", ethertype),
        Item(11, "bridge_id", bridge_id),
        Item(10, "root_id", bridge_id),
        Item(12, "root_port", u16),
        Item(13, "root_path_cost", u32),
        Item(14, "topology_change", u8),
        Item(15, "topology_change_detected", u8),
        Item(20, "group_addr", mac),
        Item(9, "group_fwd_mask", hexadecimal(U16)),
        Item(48, "fdb_n_learned", u32),
        Item(49, "fdb_max_learned", u32),
        Part((46,), _boolean_options),
        Item(22, "mcast_router", u8),
        Item(23, "mcast_snooping", u8),
        Item(24, "mcast_query_use_ifaddr", u8),
        Item(25, "mcast_querier", u8),
        Part((47,), _querier),
        Item(26, "mcast_hash_elasticity", u32),
        Item(27, "mcast_hash_max", u32),
        Item(28, "mcast_last_member_cnt", u32),
        Item(29, "mcast_startup_query_cnt", u32),
        Item(30, "mcast_last_member_intvl", u64),
        Item(31, "mcast_membership_intvl", u64),
        Item(32, "mcast_querier_intvl", u64),
        Item(33, "mcast_query_intvl", u64),
        Item(34, "mcast_query_response_intvl", u64),
        Item(35, "mcast_startup_query_intvl", u64),
        Item(42, "mcast_stats_enabled", u8),
        Item(43, "mcast_igmp_version", u8),
        Item(44, "mcast_mld_version", u8),
        Item(36, "nf_call_iptables", u8),
        Item(37, "nf_call_ip6tables", u8),
        Item(38, "nf_call_arptables", u8),
        Item(39, "vlan_default_pvid", u16),
        Item(41, "vlan_stats_enabled", u8),
        Item(45, "vlan_stats_per_port", u8),
        Item(21, "fdb_flush", boolean),
    ),
    silent=frozenset({40}),
)
