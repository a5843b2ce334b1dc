"""IPv4 and IPv6 addresses (struct ifaddrmsg, linux/if_addr.h). Same as `ip address show`, one row an address."""

from __future__ import annotations

import errno
import struct
from typing import Any

from nltui.model.relation import Relation
from nltui.model.routing import AF_INET, AF_INET6, FAMILIES, SCOPE
from nltui.model.table import Column, Doubt, Dump, Feed, Key, Part, Table, Where
from nltui.model.types import (
    Computed,
    Context,
    Device,
    Enumerated,
    IpAddress,
    Json,
    Lifetime,
    Meaning,
    Number,
    Prefix,
    Text,
    Tone,
    ip_text,
)
from nltui.netlink.constants import if_addr as ifa
from nltui.netlink.constants.netlink import NETLINK_ROUTE, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR
from nltui.netlink.constants.rtnetlink import RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR
from nltui.netlink.fields import ADDR, BE32, S32, U8, U32, First, Head, Slice, attr
from nltui.system import names

FAMILY = Head(16, U8)
PREFIX_LENGTH = Head(17, U8)
SCOPE_FIELD = Head(19, U8)
INDEX = Head(20, U32)
FLAGS = First((attr(ifa.IFA_FLAGS, format=U32), Head(18, U8)))
LOCAL = First((attr(ifa.IFA_LOCAL, format=ADDR), attr(ifa.IFA_ADDRESS, format=ADDR)))
PEER = attr(ifa.IFA_ADDRESS, format=ADDR)
IPV4_PEER = attr(ifa.IFA_ADDRESS, format=BE32)
"""Absent on IPv6, whose 16 bytes do not fit: there an address keeps its identity when its peer changes."""


def _address(value: Any, context: Context) -> str | None:
    local, length, peer = value
    if local is None:
        return None
    between = f" peer {ip_text(peer)}" if peer not in (None, local) else ""
    return f"{ip_text(local)}{between}/{length}"


def _local(value: Any, context: Context) -> Json:
    return ip_text(value[0]) if value[0] is not None else None


def _peer(value: Any, context: Context) -> str | None:
    local, peer = value
    return ip_text(peer) if peer is not None and peer != local else None


def _flag_words(value: Any) -> list[str]:
    flags, family = value
    flags = flags or 0
    words = []
    if flags & ifa.IFA_F_SECONDARY:
        words.append("temporary" if family == AF_INET6 else "secondary")
    words += [word for bit, word in ifa.ADDRESS_FLAGS.items() if flags & bit]
    if not flags & ifa.IFA_F_PERMANENT:
        words.append("dynamic")
    return words


def _flags(value: Any, context: Context) -> str:
    return ",".join(_flag_words(value))


def _flags_json(value: Any, context: Context) -> dict[str, Json]:
    out: dict[str, Json] = dict.fromkeys(_flag_words(value), True)
    known = ifa.IFA_F_SECONDARY | ifa.IFA_F_PERMANENT | sum(ifa.ADDRESS_FLAGS)
    rest = (value[0] or 0) & ~known
    return out | {"ifa_flags": f"{rest:02x}"} if rest else out


def _flags_tone(value: Any, context: Context) -> Tone:
    flags = value[0] or 0
    if flags & ifa.IFA_F_DADFAILED:
        return Tone.BAD
    if flags & ifa.IFA_F_TENTATIVE:
        return Tone.CHANGED
    return Tone.DIM


COLUMNS = (
    Column(
        name="address",
        fields=(LOCAL, PREFIX_LENGTH, PEER),
        type=Prefix(_address, _local, meaning=Meaning.INTERFACE),
        json="local",
        help="The address itself with its prefix length, and the peer's of a point-to-point address (IFA_LOCAL).",
        priority=1,
    ),
    Column(
        name="dev",
        fields=(INDEX,),
        type=Device(),
        json="ifname",
        help="Link that has the address (ifa_index).",
        priority=2,
    ),
    Column(
        name="scope",
        fields=(SCOPE_FIELD,),
        type=SCOPE,
        json="scope",
        help="How far the address is valid: global, site, link or host (ifa_scope).",
        priority=4,
    ),
    Column(
        name="valid",
        fields=(Slice((ifa.IFA_CACHEINFO,), 4, U32),),
        type=Lifetime(),
        json="valid_life_time",
        help="Seconds until the address is removed, when last told by the kernel (IFA_CACHEINFO ifa_valid).",
        volatile=True,
        priority=5,
    ),
    Column(
        name="flags",
        fields=(FLAGS, FAMILY),
        type=Computed(_flags, _flags_json, _flags_tone, meaning=Meaning.WORDS),
        json="**",
        help="Secondary, tentative, deprecated and the like; dynamic is what will expire (IFA_FLAGS).",
        priority=6,
    ),
    Column(
        name="family",
        fields=(FAMILY,),
        type=Enumerated(FAMILIES),
        json="family",
        help="Protocol family: inet or inet6 (ifa_family).",
        shown=False,
    ),
    Column(
        name="ifindex",
        fields=(INDEX,),
        type=Number(),
        json="ifindex",
        help="Number of the link that has the address (ifa_index).",
        shown=False,
    ),
    Column(
        name="prefixlen",
        fields=(PREFIX_LENGTH,),
        type=Number(),
        json="prefixlen",
        help="Bits of the address that name its network (ifa_prefixlen).",
        shown=False,
    ),
    Column(
        name="peer",
        fields=(LOCAL, PEER),
        type=Computed(_peer),
        json="address",
        help="The other end of a point-to-point address (IFA_ADDRESS where it differs from IFA_LOCAL).",
        shown=False,
    ),
    Column(
        name="broadcast",
        fields=(attr(ifa.IFA_BROADCAST, format=ADDR),),
        type=IpAddress(),
        json="broadcast",
        help="Broadcast address of the network (IFA_BROADCAST).",
        shown=False,
    ),
    Column(
        name="anycast",
        fields=(attr(ifa.IFA_ANYCAST, format=ADDR),),
        type=IpAddress(),
        json="anycast",
        help="Anycast address (IFA_ANYCAST).",
        shown=False,
    ),
    Column(
        name="label",
        fields=(attr(ifa.IFA_LABEL),),
        type=Text(),
        json="label",
        help="The link's name, or an old-style alias such as eth0:1; IPv4 only (IFA_LABEL).",
        shown=False,
    ),
    Column(
        name="metric",
        fields=(attr(ifa.IFA_RT_PRIORITY, format=U32),),
        type=Number(),
        json="metric",
        help="Metric of the prefix route that came with the address (IFA_RT_PRIORITY).",
        shown=False,
    ),
    Column(
        name="proto",
        fields=(attr(ifa.IFA_PROTO, format=U8),),
        type=Enumerated(names.address_protocol),
        json="protocol",
        help="Who made the address: the kernel for loopback, link-local or from a router's prefix (IFA_PROTO).",
        shown=False,
    ),
    Column(
        name="preferred",
        fields=(Slice((ifa.IFA_CACHEINFO,), 0, U32),),
        type=Lifetime(),
        json="preferred_life_time",
        help="Seconds until the address is no longer used for new connections (IFA_CACHEINFO ifa_prefered).",
        volatile=True,
        shown=False,
    ),
    Column(
        name="netnsid",
        fields=(attr(ifa.IFA_TARGET_NETNSID, format=S32),),
        type=Number(),
        help="Namespace that was asked for, by its id here (IFA_TARGET_NETNSID).",
        shown=False,
    ),
)


def _dumps(*conditions: Where, ifindex: int = 0) -> tuple[Dump, ...]:
    """All, or those of one link that fulfil the conditions; the kernel says ENODEV where the link is gone."""
    return tuple(
        Dump(
            RTM_GETADDR,
            struct.pack("=B3xI", family, ifindex),
            covers=(Where(FAMILY, among=frozenset({family})), *conditions),
            empty=frozenset({errno.ENODEV}) if ifindex else frozenset(),
            family=family,
        )
        for family in (AF_INET, AF_INET6)
    )


ADDRESSES = Table(
    name="addresses",
    title="Addresses",
    singular="address",
    help="IPv4 and IPv6 addresses of the links, with scope, lifetime and flags.",
    command="ip address show",
    feed=Feed.FOLLOWED,
    columns=COLUMNS,
    line=("address", "dev:dev", "scope:scope", "flags"),
    protocol=NETLINK_ROUTE,
    groups=(RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR),
    header=8,
    sets=frozenset({RTM_NEWADDR}),
    removes=frozenset({RTM_DELADDR}),
    key=Key((FAMILY, INDEX, PREFIX_LENGTH, LOCAL, IPV4_PEER)),
    accepts=(Where(FAMILY, among=frozenset({AF_INET, AF_INET6})),),
    family=FAMILY,
    dumps=_dumps(),
    parts={"dev": Part(lambda ifindex: _dumps(Where(INDEX, among=frozenset({ifindex})), ifindex=ifindex))},
    volatile=frozenset({ifa.IFA_CACHEINFO}),
    # The last IPv4 address of a link takes the link's neighbours along; prefix routes, and RTA_PREFSRC of IPv6 routes,
    # go without a word.
    doubts=(
        Doubt(frozenset({RTM_DELADDR}), ("routes",), part=("family", FAMILY)),
        Doubt(frozenset({RTM_DELADDR}), ("neighbours",), part=("dev", INDEX)),
    ),
    resync=2,
    related=(
        Relation("o", "this address", "addresses", "address == {local} dev == {ifname}"),
        Relation("l", "link", "links", "name == {ifname}"),
        Relation("r", "routes to it", "routes", "dst covers {local} dev == {ifname}"),
        Relation("n", "neighbours of the link", "neighbours", "dev == {ifname}"),
        Relation("u", "uevents of the link", "uevents", 'device ~ "^net/{ifname:re}(/|$)"'),
    ),
    aliases=("addr", "address", "a"),
)
