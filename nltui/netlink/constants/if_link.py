"""Numbers of linux/if_link.h and of linux/rtnetlink.h's link messages; kinds keep theirs in their own schema."""

from __future__ import annotations

from typing import Final

RTM_NEWLINK: Final = 16
RTM_DELLINK: Final = 17
RTM_GETLINK: Final = 18
RTM_NEWSTATS: Final = 92
RTM_GETSTATS: Final = 94

RTEXT_FILTER_VF: Final = 1 << 0
"""IFLA_EXT_MASK: with the virtual functions of an SR-IOV device."""
RTEXT_FILTER_SKIP_STATS: Final = 1 << 3
"""IFLA_EXT_MASK: without the statistics of address families and virtual functions."""

IFLA_ADDRESS: Final = 1
IFLA_BROADCAST: Final = 2
IFLA_IFNAME: Final = 3
IFLA_MTU: Final = 4
IFLA_LINK: Final = 5
IFLA_QDISC: Final = 6
IFLA_STATS: Final = 7
IFLA_MASTER: Final = 10
IFLA_WIRELESS: Final = 11
IFLA_TXQLEN: Final = 13
IFLA_MAP: Final = 14
IFLA_OPERSTATE: Final = 16
IFLA_LINKMODE: Final = 17
IFLA_LINKINFO: Final = 18
IFLA_IFALIAS: Final = 20
IFLA_NUM_VF: Final = 21
IFLA_VFINFO_LIST: Final = 22
IFLA_STATS64: Final = 23
IFLA_AF_SPEC: Final = 26
IFLA_GROUP: Final = 27
IFLA_EXT_MASK: Final = 29
IFLA_PROMISCUITY: Final = 30
IFLA_NUM_TX_QUEUES: Final = 31
IFLA_NUM_RX_QUEUES: Final = 32
IFLA_CARRIER: Final = 33
IFLA_PHYS_PORT_ID: Final = 34
IFLA_CARRIER_CHANGES: Final = 35
IFLA_PHYS_SWITCH_ID: Final = 36
IFLA_LINK_NETNSID: Final = 37
IFLA_PHYS_PORT_NAME: Final = 38
IFLA_PROTO_DOWN: Final = 39
IFLA_GSO_MAX_SEGS: Final = 40
IFLA_GSO_MAX_SIZE: Final = 41
IFLA_XDP: Final = 43
IFLA_EVENT: Final = 44
IFLA_NEW_NETNSID: Final = 45
IFLA_CARRIER_UP_COUNT: Final = 47
IFLA_CARRIER_DOWN_COUNT: Final = 48
IFLA_NEW_IFINDEX: Final = 49
IFLA_MIN_MTU: Final = 50
IFLA_MAX_MTU: Final = 51
IFLA_PROP_LIST: Final = 52
IFLA_ALT_IFNAME: Final = 53
IFLA_PERM_ADDRESS: Final = 54
IFLA_PROTO_DOWN_REASON: Final = 55
IFLA_PARENT_DEV_NAME: Final = 56
IFLA_PARENT_DEV_BUS_NAME: Final = 57
IFLA_GRO_MAX_SIZE: Final = 58
IFLA_TSO_MAX_SIZE: Final = 59
IFLA_TSO_MAX_SEGS: Final = 60
IFLA_ALLMULTI: Final = 61
IFLA_GSO_IPV4_MAX_SIZE: Final = 63
IFLA_GRO_IPV4_MAX_SIZE: Final = 64
IFLA_MAX_PACING_OFFLOAD_HORIZON: Final = 66
IFLA_NETNS_IMMUTABLE: Final = 67
IFLA_HEADROOM: Final = 68
IFLA_TAILROOM: Final = 69

IFLA_INFO_KIND: Final = 1
IFLA_INFO_DATA: Final = 2
IFLA_INFO_SLAVE_KIND: Final = 4
IFLA_INFO_SLAVE_DATA: Final = 5

IFLA_INET_CONF: Final = 1
"""IFLA_AF_SPEC, AF_INET: an array of sysctls."""
IFLA_INET6_FLAGS: Final = 1
IFLA_INET6_CONF: Final = 2
IFLA_INET6_STATS: Final = 3
IFLA_INET6_CACHEINFO: Final = 5
IFLA_INET6_ICMP6STATS: Final = 6
IFLA_INET6_TOKEN: Final = 7
IFLA_INET6_ADDR_GEN_MODE: Final = 8
IFLA_INET6_RA_MTU: Final = 9

ADDR_GEN_MODES: Final = {0: "eui64", 1: "none", 2: "stable_secret", 3: "random"}
"""enum in6_addr_gen_mode."""

IFLA_BRPORT_TIMERS: Final = frozenset({21, 22, 23})
"""IFLA_BRPORT_MESSAGE_AGE_TIMER, _FORWARD_DELAY_TIMER, _HOLD_TIMER."""
IFLA_BRPORT_COUNTS: Final = frozenset({38, 41})
"""IFLA_BRPORT_MCAST_EHT_HOSTS_CNT, _MCAST_N_GROUPS."""
IFLA_BR_TIMERS: Final = frozenset({16, 17, 18, 19})
"""IFLA_BR_HELLO_TIMER, _TCN_TIMER, _TOPOLOGY_CHANGE_TIMER, _GC_TIMER."""
IFLA_BR_COUNTS: Final = frozenset({47, 48})
"""IFLA_BR_MCAST_QUERIER_STATE, which holds a timer, and IFLA_BR_FDB_N_LEARNED."""

OPERATIONAL_STATES: Final = {
    0: "UNKNOWN",
    1: "NOTPRESENT",
    2: "DOWN",
    3: "LOWERLAYERDOWN",
    4: "TESTING",
    5: "DORMANT",
    6: "UP",
}
"""IF_OPER_*, RFC 2863 (linux/if.h)."""

LINK_MODES: Final = {0: "DEFAULT", 1: "DORMANT"}
"""IF_LINK_MODE_* (linux/if.h)."""

LINK_EVENTS: Final = {
    1: "REBOOT",
    2: "FEATURE CHANGE",
    3: "BONDING FAILOVER",
    4: "NOTIFY PEERS",
    5: "RESEND IGMP",
    6: "BONDING OPTION",
}
"""IFLA_EVENT_*: why a notification was sent."""

STATS64: Final = (
    "rx_packets",
    "tx_packets",
    "rx_bytes",
    "tx_bytes",
    "rx_errors",
    "tx_errors",
    "rx_dropped",
    "tx_dropped",
    "multicast",
    "collisions",
    "rx_length_errors",
    "rx_over_errors",
    "rx_crc_errors",
    "rx_frame_errors",
    "rx_fifo_errors",
    "rx_missed_errors",
    "tx_aborted_errors",
    "tx_carrier_errors",
    "tx_fifo_errors",
    "tx_heartbeat_errors",
    "tx_window_errors",
    "rx_compressed",
    "tx_compressed",
    "rx_nohandler",
    "rx_otherhost_dropped",
)
"""struct rtnl_link_stats64: each a u64, in this order."""

IFLA_STATS_LINK_64: Final = 1
"""RTM_NEWSTATS: struct rtnl_link_stats64; the filter mask of RTM_GETSTATS has bit 0 for it."""

IFLA_NET_NS_FD: Final = 28
IFLA_VXLAN: Final = {
    "id": 1, "group": 2, "link": 3, "local": 4, "ttl": 5, "tos": 6, "learning": 7, "ageing": 8, "limit": 9,
    "port_range": 10, "proxy": 11, "rsc": 12, "l2miss": 13, "l3miss": 14, "port": 15, "group6": 16, "local6": 17,
    "udp_csum": 18, "udp6zerocsumtx": 19, "udp6zerocsumrx": 20, "gbp": 23, "external": 25, "df": 29,
}  # fmt: skip
IFLA_BR: Final = {
    "forward_delay": 1, "hello_time": 2, "max_age": 3, "ageing_time": 4, "stp_state": 5, "priority": 6,
    "vlan_filtering": 7, "vlan_protocol": 8, "group_fwd_mask": 9, "group_address": 20, "mcast_router": 22,
    "mcast_snooping": 23, "mcast_query_use_ifaddr": 24, "mcast_querier": 25, "mcast_hash_max": 27,
    "mcast_last_member_count": 28, "mcast_startup_query_count": 29, "mcast_last_member_interval": 30,
    "mcast_membership_interval": 31, "mcast_querier_interval": 32, "mcast_query_interval": 33,
    "mcast_query_response_interval": 34, "mcast_startup_query_interval": 35, "nf_call_iptables": 36,
    "nf_call_ip6tables": 37, "nf_call_arptables": 38, "vlan_default_pvid": 39, "vlan_stats_enabled": 41,
    "mcast_stats_enabled": 42, "mcast_igmp_version": 43, "mcast_mld_version": 44, "vlan_stats_per_port": 45,
}  # fmt: skip
IFLA_BRPORT: Final = {
    "state": 1, "priority": 2, "cost": 3, "hairpin": 4, "guard": 5, "root_block": 6, "fastleave": 7, "learning": 8,
    "flood": 9, "proxy_arp": 10, "proxy_arp_wifi": 12, "mcast_router": 25, "mcast_flood": 27, "mcast_to_unicast": 28,
    "vlan_tunnel": 29, "bcast_flood": 30, "group_fwd_mask": 31, "neigh_suppress": 32, "isolated": 33, "locked": 39,
}  # fmt: skip
IFLA_BOND: Final = {
    "mode": 1, "active_slave": 2, "miimon": 3, "updelay": 4, "downdelay": 5, "arp_interval": 7, "primary": 11,
    "primary_reselect": 12, "fail_over_mac": 13, "xmit_hash_policy": 14, "resend_igmp": 15, "num_grat_arp": 16,
    "all_slaves_active": 17, "min_links": 18, "lacp_rate": 21, "ad_select": 22, "lacp_active": 29,
}  # fmt: skip
IFLA_TUN: Final = {"owner": 1, "group": 2, "type": 3, "pi": 4, "vnet_hdr": 5, "persist": 6, "multi_queue": 7}
IFLA_MACVLAN: Final = {"mode": 1, "bcqueuelen": 7}
IFLA_MACVLAN_FLAGS: Final = 2
MACVLAN_FLAG_NOPROMISC: Final = 1
IFLA_VLAN_ID, IFLA_VLAN_PROTOCOL = 1, 5
IFLA_VRF_TABLE: Final = 1
VETH_INFO_PEER: Final = 1
RTM_NEWLINKPROP, RTM_DELLINKPROP = 108, 109
