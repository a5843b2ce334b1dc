"""Addresses, rules, neighbours, neighbour tables, netconf, nsids and acknowledgements beyond pyroute2.

Sources: linux/if_addr.h, fib_rules.h, neighbour.h, netconf.h, net_namespace.h, netlink.h.
"""

from __future__ import annotations

from nltui.netlink.schema.shape import Form, Message, Shape, counters, nest, numbered, parts

ADDRESS = numbered("IFA_", "TARGET_NETNSID s32", 10)
"""IFA_*. Same as `ip address`."""

RULE = numbered("FRA_", "SUPPRESS_PREFIXLEN s32", 14) | numbered(
    "FRA_", "DSCP u8, FLOWLABEL be32, FLOWLABEL_MASK be32, SPORT_MASK u16, DPORT_MASK u16, DSCP_MASK u8", 25
)
"""FRA_*. Same as `ip rule`."""

NEIGHBOUR = (
    numbered("NDA_", "LLADDR lladdr", 2)
    | numbered("NDA_", "LINK_NETNSID s32", 10)
    | numbered(
        "NDA_",
        "FDB_EXT_ATTRS extended",
        14,
        extended=nest(numbered("NFEA_", "UNSPEC, ACTIVITY_NOTIFY u8, DONT_REFRESH flag")),
    )
)
"""NDA_*. Same as `ip neigh` and `bridge fdb`."""

NEIGHBOUR_TABLE = numbered(
    "NDTA_",
    "STATS stats, GC_INTERVAL u64, PAD",
    7,
    stats=counters(
        "Q",
        "allocs destroys hash_grows res_failed lookups hits rcv_probes_mcast rcv_probes_ucast periodic_gc_runs "
        "forced_gc_runs table_fulls",
    ),
)
"""NDTA_*. Same as `ip ntable`."""

NEIGHBOUR_PARAMETERS = numbered("NDTPA_", "MCAST_REPROBES u32, PAD, INTERVAL_PROBE_TIME_MS u64", 17)
"""NDTPA_*; times in milliseconds."""

NETCONF = Message(
    "netconfmsg",
    "ncm_",
    (("family", "B"), ("__pad", "3x")),
    numbered(
        "NETCONFA_",
        "UNSPEC, IFINDEX s32, FORWARDING s32, RP_FILTER s32, MC_FORWARDING s32, PROXY_NEIGH s32,"
        "IGNORE_ROUTES_WITH_LINKDOWN s32, INPUT s32, BC_FORWARDING s32, FORCE_FORWARDING s32",
    ),
)
"""Events carry only what changed. Same as `ip netconf`."""

NSID = Message(
    "rtgenmsg",
    "rtgen_",
    (("family", "B"), ("__pad", "3x")),
    numbered("NETNSA_", "NONE, NSID s32, PID u32, FD u32, TARGET_NSID s32, CURRENT_NSID s32"),
)
"""Same as `ip netns list-id`."""

ADDRESS_LABEL = Message(
    "ifaddrlblmsg",
    "ifal_",
    (("family", "B"), ("__pad", "x"), ("prefixlen", "B"), ("flags", "B"), ("index", "I"), ("seq", "I")),
    numbered("IFAL_", "UNSPEC, ADDRESS ip, LABEL u32"),
)
"""IPv6 source address selection. Same as `ip addrlabel`; linux/if_addrlabel.h."""

_GROUP = Shape(
    "",
    Form.NEST,
    parts=parts(
        (
            ("ifindex", "I"),
            ("state", "B"),
            ("flags", "B"),
            ("vid", "H"),
            ("address", "16s"),
            ("proto", ">H"),
            ("__pad", "2x"),
        )
    ),
    attributes=lambda: numbered(
        "MDBA_MDB_EATTR_", "UNSPEC, TIMER u32, SRC_LIST, GROUP_MODE u8, SOURCE ip, RTPROT u8, DST ip, DST_PORT be16"
    ),
)
_ROUTER = Shape(
    "",
    Form.NEST,
    parts=parts((("ifindex", "I"),)),
    attributes=lambda: numbered(
        "MDBA_ROUTER_PATTR_", "UNSPEC, TIMER u32, TYPE u8, INET_TIMER u32, INET6_TIMER u32, VID u16"
    ),
)
MULTICAST_DATABASE = Message(
    "br_port_msg",
    "",
    (("family", "B"), ("__pad", "3x"), ("ifindex", "I")),
    numbered(
        "MDBA_",
        "UNSPEC, MDB entries, ROUTER ports",
        entries=nest(
            numbered(
                "MDBA_MDB_",
                "UNSPEC, ENTRY entry",
                entry=nest(numbered("MDBA_MDB_", "UNSPEC, ENTRY_INFO group", group=_GROUP)),
            )
        ),
        ports=nest(numbered("MDBA_ROUTER_", "UNSPEC, PORT port", port=_ROUTER)),
    ),
)
"""Same as `bridge mdb`; linux/if_bridge.h, struct br_mdb_entry."""

TRAFFIC_CONTROL = numbered(
    "TCA_",
    "PAD, DUMP_INVISIBLE flag, CHAIN u32, HW_OFFLOAD u8, INGRESS_BLOCK u32, EGRESS_BLOCK u32, DUMP_FLAGS,"
    "EXT_WARN_MSG text",
    9,
)
"""TCA_*. Same as `tc qdisc`, `tc class`, `tc filter`; linux/rtnetlink.h."""

ACKNOWLEDGEMENT = numbered(
    "NLMSGERR_ATTR_",
    "UNUSED, MSG text, OFFS u32, COOKIE, POLICY policy, MISS_TYPE u32, MISS_NEST u32",
    policy=nest(
        numbered(
            "NL_POLICY_TYPE_ATTR_",
            "UNSPEC, TYPE u32, MIN_VALUE_S s64, MAX_VALUE_S s64, MIN_VALUE_U u64, MAX_VALUE_U u64, MIN_LENGTH u32,"
            "MAX_LENGTH u32, POLICY_IDX u32, POLICY_MAXTYPE u32, BITFIELD32_MASK u32, PAD, MASK u64",
        )
    ),
)
"""NLMSGERR_ATTR_*: what the kernel adds to an acknowledgement (ext-ack)."""
