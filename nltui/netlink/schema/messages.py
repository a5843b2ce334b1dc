"""Names of message types and of nlmsg_flags bits. Source: linux/rtnetlink.h, linux/netlink.h."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.netlink.constants import netlink

_ROUTE_FAMILIES = {
    16: "LINK",
    20: "ADDR",
    24: "ROUTE",
    28: "NEIGH",
    32: "RULE",
    36: "QDISC",
    40: "TCLASS",
    44: "TFILTER",
    48: "ACTION",
    52: "PREFIX",
    56: "MULTICAST",
    60: "ANYCAST",
    64: "NEIGHTBL",
    68: "NDUSEROPT",
    72: "ADDRLABEL",
    76: "DCB",
    80: "NETCONF",
    84: "MDB",
    88: "NSID",
    92: "STATS",
    96: "CACHEREPORT",
    100: "CHAIN",
    104: "NEXTHOP",
    108: "LINKPROP",
    112: "VLAN",
    116: "NEXTHOPBUCKET",
    120: "TUNNEL",
}
_SUBSYSTEMS = {
    1: "ctnetlink",
    2: "ctnetlink_exp",
    3: "queue",
    4: "ulog",
    5: "osf",
    6: "ipset",
    7: "acct",
    8: "cttimeout",
    9: "cthelper",
    10: "nftables",
    11: "nft_compat",
    12: "hook",
}
"""NFNL_SUBSYS_*, the upper byte of a netfilter message's type (linux/netfilter/nfnetlink.h)."""
_VERBS = ("NEW", "DEL", "GET", "SET")


def type_name(protocol: int, type_: int) -> str:
    """`RTM_NEWROUTE`, `NLMSG_DONE`, `nftables 3`; an unknown type is its number."""
    if type_ < netlink.NLMSG_MIN_TYPE:
        return netlink.CONTROL_NAMES.get(type_, str(type_))
    if protocol == netlink.NETLINK_GENERIC and type_ == netlink.NLMSG_MIN_TYPE:
        return "nlctrl"
    if protocol == netlink.NETLINK_NETFILTER and type_ >> 8 in _SUBSYSTEMS:
        return f"{_SUBSYSTEMS[type_ >> 8]} {type_ & 0xFF}"
    family = _ROUTE_FAMILIES.get(type_ & ~3) if protocol == netlink.NETLINK_ROUTE else None
    return f"RTM_{_VERBS[type_ & 3]}{family}" if family else str(type_)


def flag_names(protocol: int, type_: int) -> Mapping[int, str]:
    """Names of nlmsg_flags bits, which depend on what the message asks."""
    if type_ in (netlink.NLMSG_ERROR, netlink.NLMSG_DONE):
        return netlink.ACK_FLAGS
    if protocol != netlink.NETLINK_ROUTE or type_ < netlink.NLMSG_MIN_TYPE:
        return netlink.COMMON_FLAGS
    return (netlink.NEW_FLAGS, netlink.DELETE_FLAGS, netlink.GET_FLAGS, netlink.NEW_FLAGS)[type_ & 3]
