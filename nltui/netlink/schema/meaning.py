"""What the integers of messages mean to a person, by the uapi name of field or attribute. Plain data.

Enumerated names come from `constants/` and iproute2's files; units are those of the header files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nltui.netlink.constants import if_, if_addr, if_arp, if_ether, if_link, lwtunnel, neighbour, rtnetlink
from nltui.system import names as iproute2

Names = Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One integer's: a name for each value, or names of bits, or an ifindex, or a unit (ms, cs: 1/100 s, s, bytes)."""

    names: Names | None = None
    flags: Mapping[int, str] | None = None
    link: bool = False
    unit: str = ""


def _named(mapping: Mapping[int, str]) -> Meaning:
    return Meaning(names=mapping.get)


FAMILIES = {
    0: "unspec",
    1: "unix",
    2: "inet",
    7: "bridge",
    10: "inet6",
    17: "packet",
    28: "mpls",
    128: "ipmr",
    129: "ip6mr",
}
"""AF_* of linux/socket.h and RTNL_FAMILY_*; the last two only in rtnetlink."""

NEXTHOP_FLAGS = {1: "dead", 2: "pervasive", 4: "onlink", 8: "offload", 16: "linkdown", 32: "unresolved", 64: "trap"}
ROUTE_FLAGS = NEXTHOP_FLAGS | {
    0x100: "notify",
    0x200: "cloned",
    0x400: "equalize",
    0x800: "prefix",
    0x1000: "lookup_table",
    0x2000: "fib_match",
    0x4000: "rt_offload",
    0x8000: "rt_trap",
    0x20000000: "offload_failed",
}
LINK_FLAGS = if_.INTERFACE_FLAGS | {if_.IFF_RUNNING: "RUNNING"}
ADDRESS_FLAGS = {0x01: "secondary"} | if_addr.ADDRESS_FLAGS | {0x80: "permanent"}
NEIGHBOUR_FLAGS = {
    1: "use",
    2: "self",
    4: "master",
    8: "proxy",
    16: "extern_learn",
    32: "offload",
    64: "sticky",
    128: "router",
}
"""NTF_*, linux/neighbour.h."""
RULE_FLAGS = {1: "permanent", 2: "not", 4: "unresolved", 8: "iif_detached", 16: "oif_detached", 0x10000: "find_saddr"}
RULE_ACTIONS = {
    0: "unspec",
    1: "to_table",
    2: "goto",
    3: "nop",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
}
"""FR_ACT_*, linux/fib_rules.h."""
TRANSPORTS = {1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 58: "ipv6-icmp", 132: "sctp", 136: "udplite"}
PORT_STATES = dict(enumerate(["disabled", "listening", "learning", "forwarding", "blocking"]))
SWITCHES = {0: "off", 1: "on"}

MEANINGS: dict[str, Meaning] = {
    name: meaning
    for meaning, words in (
        (
            _named(FAMILIES),
            (
                "rtm_family ifi_family ifa_family family ndm_family ndtm_family ncm_family rtgen_family nh_family "
                "nfgen_family RTA_VIA.family"
            ),
        ),
        (_named(rtnetlink.ROUTE_TYPES), "rtm_type ndm_type"),
        (Meaning(names=iproute2.protocol), "rtm_protocol nh_protocol FRA_PROTOCOL NDA_PROTOCOL"),
        (Meaning(names=iproute2.address_protocol), "IFA_PROTO"),
        (Meaning(names=iproute2.scope), "rtm_scope ifa_scope nh_scope"),
        (
            Meaning(names=iproute2.table),
            (
                "rtm_table RTA_TABLE table FRA_TABLE IFLA_VRF_TABLE IFLA_VRF_PORT_TABLE SEG6_LOCAL_TABLE "
                "SEG6_LOCAL_VRFTABLE"
            ),
        ),
        (Meaning(names=iproute2.group), "IFLA_GROUP"),
        (Meaning(flags=ROUTE_FLAGS), "rtm_flags"),
        (Meaning(flags=NEXTHOP_FLAGS), "nh_flags rtnh_flags"),
        (Meaning(flags=LINK_FLAGS), "ifi_flags ifi_change"),
        (Meaning(flags=ADDRESS_FLAGS), "ifa_flags IFA_FLAGS"),
        (Meaning(flags=NEIGHBOUR_FLAGS), "ndm_flags"),
        (Meaning(flags={1: "managed", 2: "locked", 4: "ext_validated"}), "NDA_FLAGS_EXT"),
        (Meaning(flags=neighbour.STATES), "ndm_state NDA_NDM_STATE_MASK"),
        (Meaning(flags=RULE_FLAGS), "flags"),
        (_named(RULE_ACTIONS), "action"),
        (_named(if_arp.HARDWARE_TYPES), "ifi_type"),
        (_named(if_link.OPERATIONAL_STATES), "IFLA_OPERSTATE"),
        (_named(if_link.LINK_MODES), "IFLA_LINKMODE"),
        (_named(PORT_STATES), "IFLA_BRPORT_STATE"),
        (_named(if_link.ADDR_GEN_MODES), "IFLA_INET6_ADDR_GEN_MODE"),
        (Meaning(flags={1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}), "IFLA_MACVLAN_MODE"),
        (Meaning(flags={1: "nopromisc", 2: "nodst"}), "IFLA_MACVLAN_FLAGS"),
        (_named({0: "l2", 1: "l3", 2: "l3s"}), "IFLA_IPVLAN_MODE"),
        (_named({0: "unset", 1: "set", 2: "inherit"}), "IFLA_VXLAN_DF IFLA_GENEVE_DF"),
        (_named({1: "tun", 2: "tap"}), "IFLA_TUN_TYPE"),
        (_named({0: "off", 1: "kernel", 2: "user"}), "IFLA_BR_STP_STATE"),
        (_named(if_ether.ETHERTYPES), "IFLA_BR_VLAN_PROTOCOL IFLA_VLAN_PROTOCOL"),
        (_named({0: "none", 1: "driver", 2: "generic", 3: "hardware", 4: "several"}), "IFLA_XDP_ATTACHED"),
        (_named(lwtunnel.ENCAPSULATIONS), "RTA_ENCAP_TYPE NHA_ENCAP_TYPE"),
        (_named(lwtunnel.SEG6_LOCAL_ACTIONS), "SEG6_LOCAL_ACTION"),
        (_named(lwtunnel.SEG6_MODES), "SEG6_IPTUNNEL_SRH.mode"),
        (_named({0: "medium", 1: "high", 3: "low"}), "RTA_PREF"),
        (Meaning(flags={1: "ecn", 2: "sack", 4: "timestamp", 8: "allfrag", 16: "tcp_usec_ts"}), "RTAX_FEATURES"),
        (_named({0: "mpath", 1: "resilient"}), "NHA_GROUP_TYPE"),
        (Meaning(flags={1: "dump_stats", 2: "dump_hw_stats", 1 << 31: "resp_grp_resvd_0"}), "NHA_OP_FLAGS"),
        (_named(TRANSPORTS), "FRA_IP_PROTO RTA_IP_PROTO"),
        (_named(SWITCHES), "IFLA_PROTO_DOWN IFLA_CARRIER RTA_TTL_PROPAGATE IFLA_VXLAN_LEARNING"),
        (
            Meaning(link=True),
            (
                "ifi_index ifa_index ndm_ifindex RTA_OIF RTA_IIF rtnh_ifindex NHA_OIF NHA_MASTER NDA_IFINDEX "
                "NDA_MASTER IFLA_MASTER IFLA_LINK IFLA_VXLAN_LINK IFLA_BOND_ACTIVE_SLAVE IFLA_BOND_PRIMARY "
                "IFLA_BRPORT_BACKUP_PORT NETCONFA_IFINDEX NDTPA_IFINDEX SEG6_LOCAL_OIF SEG6_LOCAL_IIF IFLA_HSR_SLAVE1 "
                "IFLA_HSR_SLAVE2 IFLA_NEW_IFINDEX IFLA_XFRM_LINK LWT_XFRM_LINK ifindex tcm_index ifal_index "
                "MDBA_MDB_ENTRY_INFO.ifindex MDBA_ROUTER_PORT.ifindex"
            ),
        ),
        (
            Meaning(unit="bytes"),
            (
                "IFLA_MTU IFLA_MIN_MTU IFLA_MAX_MTU RTAX_MTU RTAX_ADVMSS RTAX_WINDOW IFLA_GSO_MAX_SIZE "
                "IFLA_GRO_MAX_SIZE IFLA_TSO_MAX_SIZE IFLA_GSO_IPV4_MAX_SIZE IFLA_GRO_IPV4_MAX_SIZE "
                "NDTPA_QUEUE_LENBYTES"
            ),
        ),
        (Meaning(unit="s"), "IFA_CACHEINFO.ifa_preferred IFA_CACHEINFO.ifa_valid RTA_EXPIRES IFLA_VXLAN_AGEING"),
        (
            Meaning(unit="cs"),
            (
                "IFA_CACHEINFO.cstamp IFA_CACHEINFO.tstamp RTA_CACHEINFO.rta_lastuse RTA_CACHEINFO.rta_expires "
                "NDA_CACHEINFO.ndm_confirmed NDA_CACHEINFO.ndm_used NDA_CACHEINFO.ndm_updated "
                "IFLA_INET6_CACHEINFO.tstamp NHA_RES_GROUP_IDLE_TIMER NHA_RES_GROUP_UNBALANCED_TIMER "
                "NHA_RES_GROUP_UNBALANCED_TIME NHA_RES_BUCKET_IDLE_TIME IFLA_BR_FORWARD_DELAY IFLA_BR_HELLO_TIME "
                "IFLA_BR_MAX_AGE IFLA_BR_AGEING_TIME IFLA_BR_HELLO_TIMER IFLA_BR_TCN_TIMER "
                "IFLA_BR_TOPOLOGY_CHANGE_TIMER IFLA_BR_GC_TIMER IFLA_BR_MCAST_LAST_MEMBER_INTVL "
                "IFLA_BR_MCAST_MEMBERSHIP_INTVL IFLA_BR_MCAST_QUERIER_INTVL IFLA_BR_MCAST_QUERY_INTVL "
                "IFLA_BR_MCAST_QUERY_RESPONSE_INTVL IFLA_BR_MCAST_STARTUP_QUERY_INTVL IFLA_BRPORT_MESSAGE_AGE_TIMER "
                "IFLA_BRPORT_FORWARD_DELAY_TIMER IFLA_BRPORT_HOLD_TIMER"
            ),
        ),
        (
            Meaning(unit="ms"),
            (
                "NDTPA_REACHABLE_TIME NDTPA_BASE_REACHABLE_TIME NDTPA_RETRANS_TIME NDTPA_GC_STALETIME "
                "NDTPA_DELAY_PROBE_TIME NDTPA_ANYCAST_DELAY NDTPA_PROXY_DELAY NDTPA_LOCKTIME NDTA_GC_INTERVAL "
                "NDTPA_INTERVAL_PROBE_TIME_MS NDTA_CONFIG.last_flush NDTA_CONFIG.last_rand RTAX_RTO_MIN "
                "IFLA_INET6_CACHEINFO.reachable_time IFLA_INET6_CACHEINFO.retrans_time"
            ),
        ),
        (
            Meaning(flags={0x10: "rs_sent", 0x20: "ra_rcvd", 0x40: "managed", 0x80: "other", 1 << 31: "ready"}),
            "IFLA_INET6_FLAGS",
        ),
        (Meaning(unit="weight"), "NHA_GROUP.weight rtnh_hops"),
        (Meaning(unit="handle"), "tcm_handle tcm_parent"),
        (Meaning(unit="hex"), "FRA_FWMARK FRA_FWMASK RTA_MARK"),
        (Meaning(unit="realms"), "FRA_FLOW RTA_FLOW"),
    )
    for name in words.split()
}
"""Name → meaning; names of structure fields stand behind the attribute's name and a dot, those of headers alone."""
