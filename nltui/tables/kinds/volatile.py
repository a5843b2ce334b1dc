"""Which parts of a link's message are never compared: counters, timers, and what only dumps or only events carry."""

from __future__ import annotations

from nltui.netlink.constants import if_link as ifla

AF_INET = 2
AF_INET6 = 10

EVENTS_ONLY = frozenset(
    {ifla.IFLA_EVENT, ifla.IFLA_WIRELESS, ifla.IFLA_NEW_NETNSID, ifla.IFLA_NEW_IFINDEX, ifla.IFLA_EXT_MASK}
)
"""What a notification carries about itself and a dump does not."""

DUMPS_ONLY = frozenset({ifla.IFLA_NUM_VF, ifla.IFLA_VFINFO_LIST})
"""What has to be asked for (RTEXT_FILTER_VF) and is missing from every notification."""

COUNTED = frozenset(
    {
        ifla.IFLA_STATS,
        ifla.IFLA_STATS64,
        ifla.IFLA_CARRIER_CHANGES,
        ifla.IFLA_CARRIER_UP_COUNT,
        ifla.IFLA_CARRIER_DOWN_COUNT,
        # From 0 to 1 and back an event tells, by the flag; between others the kernel is silent.
        ifla.IFLA_PROMISCUITY,
        ifla.IFLA_ALLMULTI,
    }
)
"""Top-level attributes that count."""

_DATA = (ifla.IFLA_LINKINFO, ifla.IFLA_INFO_DATA)
_SLAVE_DATA = (ifla.IFLA_LINKINFO, ifla.IFLA_INFO_SLAVE_DATA)
_KIND = (ifla.IFLA_LINKINFO, ifla.IFLA_INFO_KIND)
_SLAVE_KIND = (ifla.IFLA_LINKINFO, ifla.IFLA_INFO_SLAVE_KIND)

# No link event tells of a changed sysctl of an address family.
_FAMILIES = frozenset(
    {
        (ifla.IFLA_AF_SPEC, AF_INET, ifla.IFLA_INET_CONF),
        (ifla.IFLA_AF_SPEC, AF_INET6, ifla.IFLA_INET6_FLAGS),
        (ifla.IFLA_AF_SPEC, AF_INET6, ifla.IFLA_INET6_CONF),
        (ifla.IFLA_AF_SPEC, AF_INET6, ifla.IFLA_INET6_STATS),
        (ifla.IFLA_AF_SPEC, AF_INET6, ifla.IFLA_INET6_CACHEINFO),
        (ifla.IFLA_AF_SPEC, AF_INET6, ifla.IFLA_INET6_ICMP6STATS),
        (ifla.IFLA_AF_SPEC, AF_INET6, ifla.IFLA_INET6_RA_MTU),
    }
)
_BRIDGE = frozenset((*_DATA, number) for number in ifla.IFLA_BR_TIMERS | ifla.IFLA_BR_COUNTS)
_PORT = frozenset((*_SLAVE_DATA, number) for number in ifla.IFLA_BRPORT_TIMERS | ifla.IFLA_BRPORT_COUNTS)

PATHS = _FAMILIES | _BRIDGE | _PORT
"""Nested attributes that count."""

GIVEN: dict[tuple[int, ...], tuple[tuple[int, ...], bytes]] = {
    **dict.fromkeys(_BRIDGE, (_KIND, b"bridge\0")),
    **dict.fromkeys(_PORT, (_SLAVE_KIND, b"bridge\0")),
}
"""Those that count in a bridge's details only; in other kinds' the same numbers are settings."""

COUNTED_KEYS = frozenset(
    {
        "hello_timer",
        "tcn_timer",
        "topology_change_timer",
        "gc_timer",
        "fdb_n_learned",
        "mcast_querier_state_ipv4",
        "mcast_querier_state_ipv6",
        "hold_timer",
        "message_age_timer",
        "forward_delay_timer",
        "mcast_n_groups",
        "mcast_eht_hosts_cnt",
    }
)
"""How PATHS' bridge and port attributes are called in the details."""
