"""Numbers of linux/rtnetlink.h: message types, struct rtmsg's values, RTA_*, RTAX_*, RTNH_F_*."""

from __future__ import annotations

from typing import Final

RTM_NEWADDR: Final = 20
RTM_DELADDR: Final = 21
RTM_GETADDR: Final = 22
RTM_NEWROUTE: Final = 24
RTM_DELROUTE: Final = 25
RTM_GETROUTE: Final = 26
RTM_NEWNEIGH: Final = 28
RTM_DELNEIGH: Final = 29
RTM_GETNEIGH: Final = 30
RTM_NEWRULE: Final = 32
RTM_DELRULE: Final = 33
RTM_GETRULE: Final = 34
RTM_NEWNEXTHOP: Final = 104
RTM_DELNEXTHOP: Final = 105
RTM_GETNEXTHOP: Final = 106

# rtm_type
RTN_UNSPEC: Final = 0
RTN_UNICAST: Final = 1
RTN_LOCAL: Final = 2
RTN_NAT: Final = 10
ROUTE_TYPES: Final = {
    0: "none",
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "anycast",
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
    9: "throw",
    10: "nat",
    11: "xresolve",
}
"""RTN_*, as ip writes them."""

RTPROT_UNSPEC: Final = 0
RTPROT_REDIRECT: Final = 1
RTPROT_KERNEL: Final = 2
RTPROT_BOOT: Final = 3
RTPROT_STATIC: Final = 4
RTPROT_RA: Final = 9

RT_TABLE_MAIN: Final = 254

# rtm_flags
RTM_F_NOTIFY: Final = 0x100
RTM_F_CLONED: Final = 0x200
RTM_F_PREFIX: Final = 0x800
RTM_F_OFFLOAD: Final = 0x4000
RTM_F_TRAP: Final = 0x8000
RTM_F_OFFLOAD_FAILED: Final = 0x20000000

# rtnh_flags, also in the low byte of rtm_flags and in nh_flags
RTNH_F_DEAD: Final = 0x01
RTNH_F_PERVASIVE: Final = 0x02
RTNH_F_ONLINK: Final = 0x04
RTNH_F_OFFLOAD: Final = 0x08
RTNH_F_LINKDOWN: Final = 0x10
RTNH_F_UNRESOLVED: Final = 0x20
RTNH_F_TRAP: Final = 0x40

RTA_DST: Final = 1
RTA_SRC: Final = 2
RTA_IIF: Final = 3
RTA_OIF: Final = 4
RTA_GATEWAY: Final = 5
RTA_PRIORITY: Final = 6
RTA_PREFSRC: Final = 7
RTA_METRICS: Final = 8
RTA_MULTIPATH: Final = 9
RTA_FLOW: Final = 11
RTA_CACHEINFO: Final = 12
RTA_TABLE: Final = 15
RTA_MARK: Final = 16
RTA_VIA: Final = 18
RTA_PREF: Final = 20
RTA_ENCAP_TYPE: Final = 21
RTA_ENCAP: Final = 22
RTA_EXPIRES: Final = 23
RTA_UID: Final = 25
RTA_IP_PROTO: Final = 27
RTA_SPORT: Final = 28
RTA_DPORT: Final = 29
RTA_NH_ID: Final = 30

# inside RTA_METRICS
RTAX_LOCK: Final = 1
RTAX_RTT: Final = 4
RTAX_RTTVAR: Final = 5
RTAX_FEATURES: Final = 12
RTAX_RTO_MIN: Final = 13
RTAX_CC_ALGO: Final = 16
METRICS: Final = {
    2: "mtu",
    3: "window",
    4: "rtt",
    5: "rttvar",
    6: "ssthresh",
    7: "cwnd",
    8: "advmss",
    9: "reordering",
    10: "hoplimit",
    11: "initcwnd",
    12: "features",
    13: "rto_min",
    14: "initrwnd",
    15: "quickack",
    16: "congestion",
    17: "fastopen_no_cookie",
}
"""RTAX_*, as `ip -j` writes them."""
