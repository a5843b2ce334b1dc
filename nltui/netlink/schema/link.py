"""Links: attributes that pyroute2 lacks or types wrongly, and link kinds. Same as `ip -d link`.

Source: linux/if_link.h, linux/if_bridge.h, linux/ip.h, linux/ipv6.h.
"""

from __future__ import annotations

from nltui.netlink.schema import devconf
from nltui.netlink.schema.shape import Form, Shape, counters, nest, numbered, structure

LINK = (
    numbered("IFLA_", "ADDRESS lladdr, BROADCAST lladdr", 1)
    | numbered(
        "IFLA_",
        "STATS stats",
        7,
        stats=counters("I", devconf.LINK_STATS.removesuffix(" rx_otherhost_dropped")),
    )
    | numbered("IFLA_", "STATS64 stats", 23, stats=counters("Q", devconf.LINK_STATS))
    | numbered("IFLA_", "NEW_NETNSID s32, TARGET_NETNSID s32", 45)
    | numbered("IFLA_", "PERM_ADDRESS lladdr", 54)
    | numbered(
        "IFLA_",
        "DEVLINK_PORT, GSO_IPV4_MAX_SIZE u32, GRO_IPV4_MAX_SIZE u32, DPLL_PIN, MAX_PACING_OFFLOAD_HORIZON uint,"
        "NETNS_IMMUTABLE u8, HEADROOM u16, TAILROOM u16",
        62,
    )
)
"""IFLA_*."""

FAMILIES = numbered(
    "",
    "AF_INET inet",
    2,
    inet=nest(
        numbered("IFLA_INET_", "UNSPEC, CONF conf", conf=counters("i", devconf.IPV4)),
    ),
)
"""IFLA_AF_SPEC by address family."""

INET6 = numbered(
    "IFLA_INET6_",
    "CONF conf, STATS stats",
    2,
    conf=counters("i", devconf.IPV6),
    # The order of IPSTATS_MIB_* differs from kernel to kernel, so the counters get no names.
    stats=structure(("count", "Q"), repeat=True),
) | numbered(
    "IFLA_INET6_",
    "ICMP6STATS stats, TOKEN ip, ADDR_GEN_MODE u8, RA_MTU u32",
    6,
    stats=counters("Q", "num inmsgs inerrors outmsgs outerrors csumerrors ratelimithost"),
)
"""IFLA_INET6_*."""

BRIDGE = numbered(
    "IFLA_BR_",
    "VLAN_STATS_PER_PORT u8, MULTI_BOOLOPT options, MCAST_QUERIER_STATE querier, FDB_N_LEARNED u32,FDB_MAX_LEARNED u32",
    45,
    options=structure(("optval", "I"), ("optmask", "I")),
    querier=nest(
        numbered(
            "BRIDGE_QUERIER_",
            "UNSPEC, IP_ADDRESS ip, IP_PORT u32, IP_OTHER_TIMER u64, PAD, IPV6_ADDRESS ip, IPV6_PORT u32,"
            "IPV6_OTHER_TIMER u64",
        )
    ),
)
"""IFLA_BR_*; timers in 1/100 s."""

VXLAN = numbered("IFLA_VXLAN_", "LABEL be32", 26) | numbered(
    "IFLA_VXLAN_", "VNIFILTER u8, LOCALBYPASS u8, LABEL_POLICY u32, RESERVED_BITS, MC_ROUTE u8", 30
)

GENEVE = numbered("IFLA_GENEVE_", "DF u8", 13) | numbered(
    "IFLA_GENEVE_", "PORT_RANGE range", 15, range=structure(("low", ">H"), ("high", ">H"))
)

BOND = numbered(
    "IFLA_BOND_",
    "ARP_IP_TARGET targets",
    8,
    targets=nest({number: Shape(str(number), Form.IP) for number in range(16)}),
) | numbered(
    "IFLA_BOND_",
    "AD_ACTOR_SYSTEM lladdr, TLB_DYNAMIC_LB u8, PEER_NOTIF_DELAY u32, AD_LACP_ACTIVE u8, MISSED_MAX u8,"
    "NS_IP6_TARGET targets, COUPLED_CONTROL u8, BROADCAST_NEIGH u8",
    26,
    targets=nest({number: Shape(str(number), Form.IP) for number in range(16)}),
)

MACVLAN = numbered(
    "IFLA_MACVLAN_",
    "UNSPEC, MODE u32, FLAGS u16, MACADDR_MODE u32, MACADDR lladdr, MACADDR_DATA sources, MACADDR_COUNT u32,"
    "BC_QUEUE_LEN u32, BC_QUEUE_LEN_USED u32, BC_CUTOFF s32",
    sources=nest(numbered("IFLA_MACVLAN_", "MACADDR lladdr", 4)),
)

KINDS: dict[str, Shape] = {
    "macvlan": nest(MACVLAN),
    "macvtap": nest(MACVLAN),
    "ipvlan": nest(numbered("IFLA_IPVLAN_", "UNSPEC, MODE u16, FLAGS u16")),
    "ipvtap": nest(numbered("IFLA_IPVLAN_", "UNSPEC, MODE u16, FLAGS u16")),
    "macsec": nest(
        numbered(
            "IFLA_MACSEC_",
            "UNSPEC, SCI be64, PORT be16, ICV_LEN u8, CIPHER_SUITE u64, WINDOW u32, ENCODING_SA u8, ENCRYPT u8,"
            "PROTECT u8, INC_SCI u8, ES u8, SCB u8, REPLAY_PROTECT u8, VALIDATION u8, PAD, OFFLOAD u8",
        )
    ),
    "bareudp": nest(
        numbered("IFLA_BAREUDP_", "UNSPEC, PORT be16, ETHERTYPE be16, SRCPORT_MIN u16, MULTIPROTO_MODE flag")
    ),
    "hsr": nest(
        numbered(
            "IFLA_HSR_",
            "UNSPEC, SLAVE1 u32, SLAVE2 u32, MULTICAST_SPEC u8, SUPERVISION_ADDR lladdr, SEQ_NR u16, VERSION u8,"
            "PROTOCOL u8, INTERLINK u32",
        )
    ),
    "netkit": nest(
        numbered(
            "IFLA_NETKIT_",
            "UNSPEC, PEER_INFO, PRIMARY u8, POLICY u32, PEER_POLICY u32, MODE u32, SCRUB u32, PEER_SCRUB u32,"
            "HEADROOM u16, TAILROOM u16",
        )
    ),
    "dsa": nest(numbered("IFLA_DSA_", "UNSPEC, CONDUIT u32")),
    "rmnet": nest(
        numbered("IFLA_RMNET_", "UNSPEC, MUX_ID u16, FLAGS flags", flags=structure(("flags", "I"), ("mask", "I")))
    ),
    "xfrm": nest(numbered("IFLA_XFRM_", "UNSPEC, LINK u32, IF_ID u32, COLLECT_METADATA flag")),
}
"""IFLA_INFO_KIND → IFLA_INFO_DATA, where pyroute2 has none or a poorer one."""

PORT_KINDS: dict[str, Shape] = {
    "vrf": nest(numbered("IFLA_VRF_PORT_", "UNSPEC, TABLE u32")),
    "bond": nest(
        numbered(
            "IFLA_BOND_SLAVE_",
            "UNSPEC, STATE u8, MII_STATUS u8, LINK_FAILURE_COUNT u32, PERM_HWADDR lladdr, QUEUE_ID u16,"
            "AD_AGGREGATOR_ID u16, AD_ACTOR_OPER_PORT_STATE u8, AD_PARTNER_OPER_PORT_STATE u16, PRIO s32,"
            "ACTOR_PORT_PRIO u16",
        )
    ),
}
"""IFLA_INFO_SLAVE_KIND → IFLA_INFO_SLAVE_DATA, likewise."""
