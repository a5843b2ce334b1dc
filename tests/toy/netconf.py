"""A table as a newcomer would add it: per-interface settings of IP (struct netconfmsg, linux/netconf.h).

Same as `ip netconf show`. Notifications carry only what changed, so a message is completed by the one before.
"""

from __future__ import annotations

from typing import Any

from nltui.model.routing import AF_INET, AF_INET6, FAMILIES
from nltui.model.table import Column, Dump, Feed, Key, Table, Where
from nltui.model.types import Computed, Context, Enumerated, Json, Tone, Type
from nltui.netlink import wire
from nltui.netlink.constants.netlink import NETLINK_ROUTE, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF
from nltui.netlink.fields import NLMSG_HDRLEN, S32, U8, Head, attr

RTM_NEWNETCONF, RTM_DELNETCONF, RTM_GETNETCONF = 80, 81, 82
IFINDEX, FORWARDING, RP_FILTER, MC_FORWARDING, PROXY_NEIGH, IGNORE_LINKDOWN = 1, 2, 3, 4, 5, 6
"""NETCONFA_*."""
NOT_LINKS = {-1: "all", -2: "default"}
"""NETCONFA_IFINDEX_ALL and _DEFAULT."""
BODY = NLMSG_HDRLEN + 4
"""Where attributes begin: ncm_family and three bytes of padding."""

FAMILY = Head(16, U8)


class OnOff(Type):
    """A setting that is zero or not; JSON boolean."""

    def text(self, value: Any, context: Context) -> str:
        """In a word."""
        return "on" if value else "off"

    def json(self, value: Any, context: Context) -> Json:
        """Boolean, as ip writes it."""
        return bool(value)

    def tone(self, value: Any, context: Context) -> Tone:
        """What is on stands out."""
        return Tone.OK if value else Tone.DIM


def _interface(value: Any, context: Context) -> str:
    return NOT_LINKS.get(value) or context.lookup("links", value) or f"if{value}"


def _setting(name: str, number: int, json: str, sysctl: str) -> Column:
    return Column(
        name=name,
        fields=(attr(number, format=S32),),
        type=OnOff(),
        json=json,
        help=f"net.ipv4.conf and net.ipv6.conf, {sysctl} (NETCONFA_{json.upper()}).",
        priority=4,
    )


def merged(old: bytes, event: bytes) -> bytes:
    """The event, completed by the attributes that only the message before has."""
    told = {attribute.type for attribute in wire.attributes(event, BODY)}
    kept = [a for a in wire.attributes(old, BODY) if a.type not in told]
    body = event[NLMSG_HDRLEN:] + b"".join(wire.nlattr(a.type | a.flags, old[a.payload]) for a in kept)
    head = wire.header(event)
    return wire.nlmsg(head.type, head.flags, head.sequence, body, head.port_id)


NETCONF = Table(
    name="netconf",
    title="Netconf",
    singular="netconf",
    help="Settings of IPv4 and IPv6 for every interface, for all, and for those to come.",
    command="ip netconf show",
    feed=Feed.FOLLOWED,
    columns=(
        Column(
            name="interface",
            fields=(attr(IFINDEX, format=S32),),
            type=Computed(_interface),
            json="interface",
            help="The link, all, or default for links to come (NETCONFA_IFINDEX).",
            priority=1,
        ),
        Column(
            name="family",
            fields=(FAMILY,),
            type=Enumerated(FAMILIES),
            json="family",
            help="inet or inet6 (ncm_family).",
            priority=2,
        ),
        _setting("forwarding", FORWARDING, "forwarding", "forwarding"),
        Column(
            name="rp_filter",
            fields=(attr(RP_FILTER, format=S32),),
            type=Enumerated({0: "off", 1: "strict", 2: "loose"}),
            json="rp_filter",
            help="Whether packets must come from where answers go (NETCONFA_RP_FILTER).",
            priority=5,
        ),
        _setting("mc_forwarding", MC_FORWARDING, "mc_forwarding", "mc_forwarding"),
        _setting("proxy", PROXY_NEIGH, "proxy_neigh", "proxy_arp and proxy_ndp"),
        _setting("ignore_down", IGNORE_LINKDOWN, "ignore_routes_with_linkdown", "ignore_routes_with_linkdown"),
    ),
    line=("interface", "family", "forwarding:forwarding"),
    protocol=NETLINK_ROUTE,
    groups=(RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF),
    header=4,
    sets=frozenset({RTM_NEWNETCONF}),
    removes=frozenset({RTM_DELNETCONF}),
    key=Key((FAMILY, attr(IFINDEX, format=S32))),
    accepts=(Where(FAMILY, among=frozenset({AF_INET, AF_INET6})),),
    family=FAMILY,
    dumps=tuple(
        Dump(
            RTM_GETNETCONF, bytes((family, 0, 0, 0)), covers=(Where(FAMILY, among=frozenset({family})),), family=family
        )
        for family in (AF_INET, AF_INET6)
    ),
    merge=merged,
    anonymous=True,
    capacity=1 << 16,
    aliases=("nc",),
)
