"""IPv4 and IPv6 routes of every table (struct rtmsg, linux/rtnetlink.h). Same as `ip route show table all`."""

from __future__ import annotations

from typing import Any

from nltui.model import destination, lwtunnel, multipath, route_dumps
from nltui.model.metrics import metrics_json, metrics_text
from nltui.model.relation import Relation
from nltui.model.routing import (
    AF_INET,
    AF_INET6,
    FAMILIES,
    NEXTHOP_FLAGS,
    PROTOCOL,
    SCOPE,
    TABLE,
    dsfield,
    realms,
    via,
)
from nltui.model.table import Column, Feed, Grouping, Key, Table, Usual, Where
from nltui.model.types import (
    Align,
    Computed,
    Context,
    Device,
    Enumerated,
    IpAddress,
    Json,
    Meaning,
    Number,
    Order,
    Prefix,
    Tone,
    ip_text,
)
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.neighbour import USER_HZ
from nltui.netlink.constants.netlink import NETLINK_ROUTE, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE
from nltui.netlink.fields import ADDR, S32, U8, U16, U32, Head, Slice, attr

FAMILY = route_dumps.FAMILY
DST_LEN = Head(17, U8)
SRC_LEN = Head(18, U8)
TOS = Head(19, U8)
PROTOCOL_FIELD = route_dumps.PROTOCOL
SCOPE_FIELD = Head(22, U8)
TYPE = Head(23, U8)
FLAGS = Head(24, U32)
TABLE_FIELD = route_dumps.TABLE
DST = attr(rt.RTA_DST, format=ADDR)
SRC = attr(rt.RTA_SRC, format=ADDR)
GATEWAY = attr(rt.RTA_GATEWAY, format=ADDR)
VIA = attr(rt.RTA_VIA)
MULTIPATH = route_dumps.LEGS
METRIC = attr(rt.RTA_PRIORITY, format=U32)
NEXTHOP_ID = attr(rt.RTA_NH_ID, format=U32)
ENCAP_TYPE = attr(rt.RTA_ENCAP_TYPE, format=U16)
ENCAP = attr(rt.RTA_ENCAP)

TAKEN = frozenset({"type", "dst", "from", "tos", "dev", "table", "protocol", "scope", "metric", "flags", "via"})
"""Keys of a route that an encapsulation may want too."""

PREFERENCES = {0: "medium", 1: "high", 3: "low"}


def _via(value: Any, context: Context) -> str | None:
    gateway, other, legs, nexthop, encap, type_ = value
    if gateway is not None:
        return ip_text(gateway)
    if other is not None and len(other) > 2:
        return "{family} {host}".format(**via(other))
    if legs is not None:
        return multipath.summary(legs, context)
    if encap is not None:
        return f"encap {lwtunnel.name(encap)}"
    if type_ != destination.RTN_UNICAST:
        return None
    return f"nhid {nexthop}" if nexthop is not None else "on-link"


def _via_tone(value: Any, context: Context) -> Tone:
    return Tone.PLAIN if any(part is not None for part in value[:5]) else Tone.DIM


def _via_json(value: Any, context: Context) -> Json:
    return via(value) if len(value) > 2 else None


def _via_text(value: Any, context: Context) -> str:
    return "{family} {host}".format(**via(value)) if len(value) > 2 else ""


def _metric(value: Any, context: Context) -> str:
    return str(value or 0)


def _metric_json(value: Any, context: Context) -> Json:
    return value


def _metric_tone(value: Any, context: Context) -> Tone:
    return Tone.PLAIN if value else Tone.DIM


def _flow(value: Any, context: Context) -> str:
    return "/".join(realms(value).values())


def _flow_json(value: Any, context: Context) -> Json:
    return realms(value)


def _expires(value: Any, context: Context) -> str | None:
    return f"{_expires_json(value, context)}s" if value else None


def _expires_json(value: Any, context: Context) -> Json:
    # Towards zero, as C divides.
    return int(value / USER_HZ) if value else None


def _error_json(value: Any, context: Context) -> Json:
    return value or None


def _tos(value: Any, context: Context) -> str | None:
    return dsfield(value) if value else None


def _legs(value: Any, context: Context) -> str:
    return multipath.legs_text(value, context)


SHOWN = (
    Column(
        name="destination",
        fields=(DST, DST_LEN, TYPE),
        type=Prefix(destination.text, destination.as_json, destination.tone, plain=True),
        json="dst",
        help="Where packets must be headed for this route to count; other types than unicast stand in front (RTA_DST).",
        priority=1,
    ),
    Column(
        name="via",
        fields=(GATEWAY, VIA, MULTIPATH, NEXTHOP_ID, ENCAP_TYPE, TYPE),
        type=Computed(_via, None, _via_tone),
        help="Gateway; on-link where there is none; the first leg of a multipath route (RTA_GATEWAY, RTA_MULTIPATH).",
        priority=2,
    ),
    Column(
        name="dev",
        fields=(route_dumps.DEVICE,),
        type=Device(),
        json="dev",
        help="Link that packets leave by (RTA_OIF).",
        priority=2,
    ),
    Column(
        name="proto",
        fields=(PROTOCOL_FIELD,),
        type=PROTOCOL,
        json="protocol",
        help="Who installed the route (rtm_protocol).",
        priority=3,
    ),
    Column(
        name="scope",
        fields=(SCOPE_FIELD,),
        type=SCOPE,
        json="scope",
        help="Distance to the destination: global through a gateway, link on this link, host here (rtm_scope).",
        priority=6,
    ),
    Column(
        name="metric",
        fields=(METRIC,),
        type=Computed(
            _metric, _metric_json, _metric_tone, align=Align.RIGHT, order=Order.RAW, absent=True, meaning=Meaning.NUMBER
        ),
        json="metric",
        help="Of several routes to a prefix the one with the lowest metric is used (RTA_PRIORITY).",
        priority=4,
    ),
    Column(
        name="table",
        fields=(TABLE_FIELD,),
        type=TABLE,
        json="table",
        help="Routing table; rules say which one is asked (RTA_TABLE).",
        priority=5,
    ),
)

HIDDEN = (
    Column(
        name="type",
        fields=(TYPE,),
        type=Enumerated(rt.ROUTE_TYPES, dict.fromkeys(destination.REFUSING, Tone.BAD)),
        json="type",
        help="What happens to packets: unicast, local, broadcast, blackhole and so on (rtm_type).",
        shown=False,
    ),
    Column(
        name="family",
        fields=(FAMILY,),
        type=Enumerated(FAMILIES),
        help="Protocol family: inet or inet6 (rtm_family).",
        shown=False,
    ),
    Column(
        name="from",
        fields=(SRC, SRC_LEN),
        type=Prefix(destination.source),
        json="from",
        help="Only packets from this prefix; IPv6 (RTA_SRC).",
        shown=False,
    ),
    Column(
        name="tos",
        fields=(TOS,),
        type=Computed(_tos),
        json="tos",
        help="Only packets with this type of service; IPv4 (rtm_tos).",
        shown=False,
    ),
    Column(
        name="gateway",
        fields=(GATEWAY,),
        type=IpAddress(),
        json="gateway",
        help="Next router on the way (RTA_GATEWAY).",
        shown=False,
    ),
    Column(
        name="other-via",
        fields=(VIA,),
        type=Computed(_via_text, _via_json),
        json="via",
        help="Next router, of another family than the route (RTA_VIA).",
        shown=False,
    ),
    Column(
        name="nhid",
        fields=(NEXTHOP_ID,),
        type=Number(),
        json="nhid",
        help="Nexthop object that the route uses (RTA_NH_ID).",
        shown=False,
    ),
    Column(
        name="nexthops",
        fields=(MULTIPATH,),
        type=Computed(_legs, multipath.legs_json),
        json="nexthops",
        help="Legs of a multipath route, each with gateway, device, weight and flags (RTA_MULTIPATH).",
        shown=False,
    ),
    Column(
        name="prefsrc",
        fields=(attr(rt.RTA_PREFSRC, format=ADDR),),
        type=IpAddress(),
        json="prefsrc",
        help="Source address that new connections get (RTA_PREFSRC).",
        shown=False,
    ),
    Column(
        name="flags",
        fields=(FLAGS,),
        type=NEXTHOP_FLAGS,
        json="flags",
        help="State of the way out: dead, linkdown, onlink, offloaded (rtm_flags).",
        shown=False,
    ),
    Column(
        name="encap",
        fields=(ENCAP_TYPE, ENCAP),
        type=lwtunnel.Encapsulation(TAKEN),
        json="**",
        help="Tunnel header that packets get on this route (RTA_ENCAP_TYPE, RTA_ENCAP).",
        shown=False,
    ),
    Column(
        name="metrics",
        fields=(attr(rt.RTA_METRICS),),
        type=Computed(metrics_text, metrics_json),
        json="metrics",
        help="MTU, window and other properties of the way; times in milliseconds (RTA_METRICS).",
        shown=False,
    ),
    Column(
        name="realms",
        fields=(attr(rt.RTA_FLOW, format=U32),),
        type=Computed(_flow, _flow_json),
        json="flow",
        help="Source and destination realm for accounting and rules (RTA_FLOW).",
        shown=False,
    ),
    Column(
        name="pref",
        fields=(attr(rt.RTA_PREF, format=U8),),
        type=Enumerated(PREFERENCES),
        json="pref",
        help="Preference among default routers; IPv6 (RTA_PREF).",
        shown=False,
    ),
    Column(
        name="expires",
        fields=(Slice((rt.RTA_CACHEINFO,), 8, S32),),
        type=Computed(_expires, _expires_json, align=Align.RIGHT, order=Order.RAW, meaning=Meaning.DURATION),
        json="expires",
        help="Seconds until the route is removed, when last told by the kernel; IPv6 (RTA_CACHEINFO rta_expires).",
        volatile=True,
        shown=False,
    ),
    Column(
        name="error",
        fields=(Slice((rt.RTA_CACHEINFO,), 12, U32),),
        type=Computed(lambda value, context: str(value) if value else None, _error_json),
        json="error",
        help="Error that senders get, as the kernel tells it (RTA_CACHEINFO rta_error).",
        volatile=True,
        shown=False,
    ),
)

ROUTES = Table(
    name="routes",
    title="Routes",
    singular="route",
    help="Routes of every routing table, IPv4 and IPv6, without the cache of single destinations.",
    command="ip route show table all; ip -6 route show table all",
    feed=Feed.FOLLOWED,
    columns=SHOWN + HIDDEN,
    line=(
        "destination",
        "nhid:nhid",
        "encap:encap",
        "via:gateway",
        "via:other-via",
        "nexthops:nexthops",
        "dev:dev",
        "proto:proto",
        "metric:metric",
    ),
    protocol=NETLINK_ROUTE,
    groups=(RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE),
    header=12,
    sets=frozenset({rt.RTM_NEWROUTE}),
    removes=frozenset({rt.RTM_DELROUTE}),
    key=Key(
        (FAMILY, TABLE_FIELD, DST, DST_LEN, SRC, SRC_LEN, TOS, METRIC),
        grouping=Grouping.CHAIN,
        row=multipath.identity,
    ),
    accepts=(Where(FAMILY, among=frozenset({AF_INET, AF_INET6})), Where(FLAGS, clear=rt.RTM_F_CLONED)),
    usual=Usual("main", (Where(TABLE_FIELD, among=frozenset({rt.RT_TABLE_MAIN})),)),
    family=FAMILY,
    dumps=route_dumps.WHOLE,
    parts=route_dumps.PARTS,
    narrowings=route_dumps.NARROWINGS,
    inexact=("family", FAMILY),
    silent_misses=True,
    volatile=frozenset({rt.RTA_CACHEINFO, rt.RTA_EXPIRES}),
    # The routing table of the Internet alone is more than 2²⁰ rows.
    capacity=1 << 21,
    resync=4,
    related=(
        Relation("o", "this route", "routes", "dst == {dst} table == {table} family == {family}"),
        Relation("l", "link", "links", "name in {dev/nexthops.dev}"),
        Relation("n", "neighbour of the gateway", "neighbours", "address in {gateway/via.host/nexthops.gateway}"),
        Relation("x", "nexthop", "nexthops", "id == {nhid}"),
        Relation("t", "rules that look here", "rules", "table == {table}"),
        Relation("a", "source address", "addresses", "address == {prefsrc}"),
    ),
    aliases=("route", "ro", "r"),
)
