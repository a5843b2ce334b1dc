"""Column types that routes, nexthop objects, rules, neighbours and addresses share. Spellings are iproute2's."""

from __future__ import annotations

import struct

from nltui.model.types import Context, Enumerated, FlagSet, Json, Tone, ip_text
from nltui.netlink.constants.rtnetlink import (
    RTM_F_NOTIFY,
    RTM_F_OFFLOAD,
    RTM_F_OFFLOAD_FAILED,
    RTM_F_TRAP,
    RTNH_F_DEAD,
    RTNH_F_LINKDOWN,
    RTNH_F_OFFLOAD,
    RTNH_F_ONLINK,
    RTNH_F_PERVASIVE,
    RTNH_F_TRAP,
    RTNH_F_UNRESOLVED,
)
from nltui.system import names

AF_INET = 2
AF_INET6 = 10
FAMILIES = {AF_INET: "inet", AF_INET6: "inet6", 7: "bridge", 28: "mpls"}

ROUTING_DAEMONS = ("zebra", "bird", "babel", "bgp", "isis", "ospf", "rip", "eigrp", "openr")

PROTOCOL = Enumerated(
    names.protocol,
    {"kernel": Tone.DIM, "dhcp": Tone.CYAN, "ra": Tone.CYAN} | dict.fromkeys(ROUTING_DAEMONS, Tone.VIOLET),
)
"""Who installed it (RTPROT_*): the kernel, an administrator, a routing daemon."""

SCOPE = Enumerated(names.scope, {"link": Tone.DIM, "host": Tone.DIM, "nowhere": Tone.DIM})
"""How far it reaches (RT_SCOPE_*)."""

TABLE = Enumerated(names.table, {"local": Tone.DIM})
"""A routing table (RT_TABLE_*)."""

NEXTHOP_FLAGS = FlagSet(
    {
        RTNH_F_DEAD: "dead",
        RTNH_F_ONLINK: "onlink",
        RTNH_F_PERVASIVE: "pervasive",
        RTNH_F_OFFLOAD: "offload",
        RTNH_F_TRAP: "trap",
        RTM_F_NOTIFY: "notify",
        RTNH_F_LINKDOWN: "linkdown",
        RTNH_F_UNRESOLVED: "unresolved",
        RTM_F_OFFLOAD: "rt_offload",
        RTM_F_TRAP: "rt_trap",
        RTM_F_OFFLOAD_FAILED: "rt_offload_failed",
    },
    unnamed=False,
)
"""rtm_flags, rtnh_flags and nh_flags; ip leaves out bits it has no word for."""


def device(ifindex: int, context: Context) -> str:
    """A link's name; `if7` where no such link is known, as ip does."""
    return context.lookup("links", ifindex) or f"if{ifindex}"


def table_name(number: int) -> str:
    """A routing table's name, else its number."""
    return names.table(number) or str(number)


def realms(flow: int) -> dict[str, Json]:
    """RTA_FLOW as `ip -j` writes it: {from, to}; from is left out where 0."""
    source, destination = flow >> 16, flow & 0xFFFF
    named = {"to": names.realm(destination) or str(destination)}
    return {"from": names.realm(source) or str(source)} | named if source else named


def via(value: bytes) -> dict[str, Json]:
    """RTA_VIA (struct rtvia): a gateway of another family than the route's, as `ip -j` writes it: {family, host}."""
    (family,) = struct.unpack_from("=H", value)
    return {"family": FAMILIES.get(family, str(family)), "host": ip_text(value[2:])}


def dsfield(value: int) -> str:
    """A TOS byte by its name, else in hexadecimal."""
    return names.dsfield(value) or f"0x{value:02x}"
