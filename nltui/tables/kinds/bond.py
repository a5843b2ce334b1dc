"""A bond and its members: IFLA_BOND_*, IFLA_BOND_SLAVE_* of linux/if_link.h.

As iproute2's ip/iplink_bond.c and ip/iplink_bond_slave.c print them. Delays and intervals are in milliseconds.
"""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U8, U16, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads, decode, repeated
from nltui.tables.kinds.read import (
    address,
    device,
    indexed,
    mac,
    named,
    nonzero,
    number,
    on_off,
    s32,
    u8,
    u16,
    u32,
)

MODES = ("balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb")
ARP_VALIDATE = (
    *("none", "active", "backup", "all"),
    *("filter", "filter_active", "filter_backup"),
)
HASH_POLICIES = ("layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac")
PORT_STATES = (
    *("active", "short_timeout", "aggregating", "in_sync"),
    *("collecting", "distributing", "defaulted", "expired"),
)
"""LACP_STATE_* by bit, linux/if_bonding.h."""

_AD_INFO = Nest(
    "bond ad_info",
    (
        Item(1, "aggregator", u16),
        Item(2, "num_ports", u16),
        Item(3, "actor_key", u16),
        Item(4, "partner_key", u16),
        Item(5, "partner_mac", mac),
    ),
)


def _targets(payload: bytes, context: Context) -> Json:
    """Up to 16 addresses, one an attribute; left out where there is none."""
    return [address(one, context) for one in repeated(payload)] or None


def _arp_validate(payloads: Payloads, context: Context) -> dict[str, Json]:
    if 9 not in payloads:
        return {}
    value = number(payloads[9], U32)
    return {"arp_validate": named(U32, ARP_VALIDATE)(payloads[9], context) if value else None}


def _port_state(attribute: int, key: str) -> Part:
    """u8 (the partner's is u16): the number, and the names of its bits."""

    def show(payloads: Payloads, context: Context) -> dict[str, Json]:
        if attribute not in payloads:
            return {}
        payload = payloads[attribute]
        value = number(payload, U8 if len(payload) == 1 else U16)
        return {key: value, f"{key}_str": [name for bit, name in enumerate(PORT_STATES) if value >> bit & 1]}

    return Part((attribute,), show)


BOND = Nest(
    "bond",
    (
        Item(1, "mode", named(U8, MODES)),
        Item(2, "active_slave", device),
        Item(3, "miimon", u32),
        Item(4, "updelay", u32),
        Item(5, "downdelay", u32),
        Item(28, "peer_notify_delay", u32),
        Item(6, "use_carrier", u8),
        Item(7, "arp_interval", u32),
        Item(30, "arp_missed_max", u8),
        Item(8, "arp_ip_target", _targets),
        Item(31, "ns_ip6_target", _targets),
        Part((9,), _arp_validate),
        Item(10, "arp_all_targets", named(U32, ("any", "all"))),
        Item(11, "primary", device),
        Item(12, "primary_reselect", named(U8, ("always", "better", "failure"))),
        Item(13, "fail_over_mac", named(U8, ("none", "active", "follow"))),
        Item(14, "xmit_hash_policy", named(U8, HASH_POLICIES)),
        Item(15, "resend_igmp", u32),
        Item(16, "num_peer_notif", u8),
        Item(17, "all_slaves_active", u8),
        Item(18, "min_links", u32),
        Item(19, "lp_interval", u32),
        Item(20, "packets_per_slave", u32),
        Item(29, "ad_lacp_active", on_off),
        Item(32, "coupled_control", on_off),
        Item(33, "broadcast_neighbor", on_off),
        Item(21, "ad_lacp_rate", named(U8, ("slow", "fast"))),
        Item(22, "ad_select", named(U8, ("stable", "bandwidth", "count"))),
        Item(23, "ad_info", lambda payload, context: decode(_AD_INFO, payload, context)),
        Item(24, "ad_actor_sys_prio", u16),
        Item(25, "ad_user_port_key", u16),
        Item(26, "ad_actor_system", mac),
        Item(27, "tlb_dynamic_lb", u8),
    ),
)

BOND_SLAVE = Nest(
    "bond_slave",
    (
        indexed(1, "state", U8, ("ACTIVE", "BACKUP")),
        indexed(2, "mii_status", U8, ("UP", "GOING_DOWN", "DOWN", "GOING_BACK")),
        Item(3, "link_failure_count", u32),
        Item(4, "perm_hwaddr", mac),
        Item(5, "queue_id", u16),
        Item(9, "prio", s32),
        Item(6, "ad_aggregator_id", nonzero(u16)),
        _port_state(7, "ad_actor_oper_port_state"),
        _port_state(8, "ad_partner_oper_port_state"),
        Item(10, "actor_port_prio", u16),
    ),
)
