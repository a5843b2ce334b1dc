"""Nexthop objects and groups (struct nhmsg, linux/nexthop.h). Same as `ip nexthop show`."""

from __future__ import annotations

import struct
from typing import Any

from nltui.model import lwtunnel
from nltui.model.relation import Relation
from nltui.model.routing import FAMILIES, NEXTHOP_FLAGS, PROTOCOL, SCOPE
from nltui.model.table import Column, Doubt, Dump, Feed, Key, Table
from nltui.model.types import Align, Computed, Context, Device, Enumerated, Json, Meaning, Number, Order, Tone, ip_text
from nltui.netlink import wire
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants.neighbour import USER_HZ
from nltui.netlink.constants.netlink import NETLINK_ROUTE, RTNLGRP_NEXTHOP
from nltui.netlink.constants.rtnetlink import RTM_DELNEXTHOP, RTM_GETNEXTHOP, RTM_NEWNEXTHOP
from nltui.netlink.fields import ADDR, U8, U16, U32, U64, Head, attr

FAMILY = Head(16, U8)
ID = attr(nh.NHA_ID, format=U32)
GATEWAY = attr(nh.NHA_GATEWAY, format=ADDR)
OIF = attr(nh.NHA_OIF, format=U32)
GROUP = attr(nh.NHA_GROUP)
GROUP_TYPE = attr(nh.NHA_GROUP_TYPE, format=U16)
BLACKHOLE = attr(nh.NHA_BLACKHOLE)
FDB = attr(nh.NHA_FDB)
ENCAP_TYPE = attr(nh.NHA_ENCAP_TYPE, format=U16)
ENCAP = attr(nh.NHA_ENCAP)

GROUP_TYPES = {nh.NEXTHOP_GRP_TYPE_MPATH: "mpath", nh.NEXTHOP_GRP_TYPE_RES: "resilient"}
TAKEN = frozenset({"id", "dev", "scope", "protocol", "flags", "group", "type", "gateway"})
"""Keys of a nexthop that an encapsulation may want too."""

_MEMBER = struct.Struct("=IBBH")


def members(payload: bytes) -> list[tuple[int, int]]:
    """NHA_GROUP as (nexthop id, weight from 1 to 65536)."""
    whole = payload[: len(payload) // _MEMBER.size * _MEMBER.size]
    return [(number, (high << 8 | weight) + 1) for number, weight, high, _ in _MEMBER.iter_unpack(whole)]


def _via(value: Any, context: Context) -> str | None:
    gateway, blackhole, group, oif, encap = value
    if gateway is not None:
        return ip_text(gateway)
    if blackhole is not None:
        return "blackhole"
    if group is not None:
        return None
    if encap is not None:
        return f"encap {lwtunnel.name(encap)}"
    return "on-link" if oif is not None else None


def _via_tone(value: Any, context: Context) -> Tone:
    if value[0] is not None:
        return Tone.PLAIN
    return Tone.BAD if value[1] is not None else Tone.DIM


def _via_json(value: Any, context: Context) -> Json:
    return ip_text(value[0]) if value[0] is not None else None


def _group(value: Any, context: Context) -> str:
    """As ip writes it: `1,5/2/9`, id and weight."""
    return "/".join(f"{number},{weight}" if weight > 1 else str(number) for number, weight in members(value))


def _group_json(value: Any, context: Context) -> Json:
    return [{"id": number, "weight": weight} if weight > 1 else {"id": number} for number, weight in members(value)]


def _group_type_json(value: Any, context: Context) -> Json:
    return GROUP_TYPES.get(value, "unknown") if value != nh.NEXTHOP_GRP_TYPE_MPATH else None


def _present(word: str, key: str) -> Computed:
    """An attribute without payload: its presence is the value; JSON null."""
    return Computed(lambda value, context: word, lambda value, context: {key: None})


def _seconds(value: Any, context: Context) -> str:
    return f"{_seconds_json(value, context)}s"


def _seconds_json(value: Any, context: Context) -> Json:
    whole, rest = divmod(value, USER_HZ)
    return value / USER_HZ if rest else whole


def _timer(name: str, type_: int, wide: bool, what: str) -> Column:
    return Column(
        name=name,
        fields=(attr(nh.NHA_RES_GROUP, type_, format=U64 if wide else U32),),
        type=Computed(_seconds, _seconds_json, align=Align.RIGHT, order=Order.RAW, meaning=Meaning.DURATION),
        json=f"resilient_args.{name}",
        help=what,
        volatile=wide,
        shown=False,
    )


SHOWN = (
    Column(
        name="id",
        fields=(ID,),
        type=Number(),
        json="id",
        help="Number by which routes and groups refer to the nexthop (NHA_ID).",
        priority=1,
    ),
    Column(
        name="via",
        fields=(GATEWAY, BLACKHOLE, GROUP, OIF, ENCAP_TYPE),
        type=Computed(_via, _via_json, _via_tone),
        json="gateway",
        help="Gateway; on-link where there is none; or blackhole (NHA_GATEWAY, NHA_BLACKHOLE).",
        priority=2,
    ),
    Column(
        name="dev",
        fields=(OIF,),
        type=Device(),
        json="dev",
        help="Link that packets leave by (NHA_OIF).",
        priority=2,
    ),
    Column(
        name="group",
        fields=(GROUP,),
        type=Computed(_group, _group_json),
        json="group",
        help="Members of a group as id, or id and weight, with slashes between (NHA_GROUP).",
        priority=3,
    ),
    Column(
        name="scope",
        fields=(Head(17, U8),),
        type=SCOPE,
        json="scope",
        help="Distance to the nexthop: link on this link, host here (nh_scope).",
        priority=6,
    ),
    Column(
        name="proto",
        fields=(Head(18, U8),),
        type=PROTOCOL,
        json="protocol",
        help="Who installed the nexthop (nh_protocol).",
        priority=4,
    ),
    Column(
        name="flags",
        fields=(Head(20, U32),),
        type=NEXTHOP_FLAGS,
        json="flags",
        help="State of the way out: dead, linkdown, onlink, offloaded (nh_flags).",
        priority=5,
    ),
)

HIDDEN = (
    Column(
        name="family",
        fields=(FAMILY,),
        type=Enumerated(FAMILIES | {0: "unspec"}),
        help="Protocol family: inet or inet6; unspec for groups (nh_family).",
        shown=False,
    ),
    Column(
        name="type",
        fields=(GROUP_TYPE,),
        type=Computed(lambda value, context: GROUP_TYPES.get(value, "unknown"), _group_type_json),
        json="type",
        help="How a group spreads flows: mpath by hash, resilient by buckets that stay (NHA_GROUP_TYPE).",
        shown=False,
    ),
    Column(
        name="buckets",
        fields=(attr(nh.NHA_RES_GROUP, nh.NHA_RES_GROUP_BUCKETS, format=U16),),
        type=Number(),
        json="resilient_args.buckets",
        help="Buckets of a resilient group (NHA_RES_GROUP_BUCKETS).",
        shown=False,
    ),
    _timer(
        "idle_timer",
        nh.NHA_RES_GROUP_IDLE_TIMER,
        False,
        "Seconds without traffic after which a bucket may move (NHA_RES_GROUP_IDLE_TIMER).",
    ),
    _timer(
        "unbalanced_timer",
        nh.NHA_RES_GROUP_UNBALANCED_TIMER,
        False,
        "Seconds out of balance after which buckets are moved by force (NHA_RES_GROUP_UNBALANCED_TIMER).",
    ),
    _timer(
        "unbalanced_time",
        nh.NHA_RES_GROUP_UNBALANCED_TIME,
        True,
        "Seconds that the group has been out of balance (NHA_RES_GROUP_UNBALANCED_TIME).",
    ),
    Column(
        name="blackhole",
        fields=(BLACKHOLE,),
        type=_present("blackhole", "blackhole"),
        json="**",
        help="Packets are dropped (NHA_BLACKHOLE).",
        shown=False,
    ),
    Column(
        name="fdb",
        fields=(FDB,),
        type=_present("fdb", "fdb"),
        json="**",
        help="For forwarding entries of a vxlan, not for routes (NHA_FDB).",
        shown=False,
    ),
    Column(
        name="encap",
        fields=(ENCAP_TYPE, ENCAP),
        type=lwtunnel.Encapsulation(TAKEN),
        json="**",
        help="Tunnel header that packets get (NHA_ENCAP_TYPE, NHA_ENCAP).",
        shown=False,
    ),
)


def _one(message: bytes) -> Dump:
    """Same as `ip nexthop get id NUMBER`."""
    number = wire.extract(message, ID, NEXTHOPS.body)
    return Dump(RTM_GETNEXTHOP, bytes(8) + wire.nlattr(nh.NHA_ID, struct.pack("=I", number or 0)))


NEXTHOPS = Table(
    name="nexthops",
    title="Nexthops",
    singular="nexthop",
    help="Nexthop objects: gateways and groups of gateways that many routes share.",
    command="ip nexthop show",
    feed=Feed.FOLLOWED,
    columns=SHOWN + HIDDEN,
    line=("id", "via:via", "dev:dev", "group:group", "proto:proto"),
    protocol=NETLINK_ROUTE,
    groups=(RTNLGRP_NEXTHOP,),
    header=8,
    sets=frozenset({RTM_NEWNEXTHOP}),
    removes=frozenset({RTM_DELNEXTHOP}),
    key=Key((ID,)),
    family=FAMILY,
    dumps=(Dump(RTM_GETNEXTHOP, bytes(8)),),
    ask=_one,
    volatile_paths=frozenset({(nh.NHA_RES_GROUP, nh.NHA_RES_GROUP_UNBALANCED_TIME)}),
    # Groups shrink, and routes change or go, when a nexthop goes; routes show what a replaced one stands for.
    doubts=(Doubt(frozenset({RTM_NEWNEXTHOP, RTM_DELNEXTHOP}), ("nexthops", "routes")),),
    resync=3,
    related=(
        Relation("o", "this nexthop", "nexthops", "id == {id}"),
        Relation("r", "routes by it", "routes", "nhid == {id}"),
        Relation("l", "link", "links", "name == {dev}"),
        Relation("n", "neighbour of the gateway", "neighbours", "address == {gateway}"),
        Relation("x", "members of the group", "nexthops", "id in {group.id}"),
    ),
    aliases=("nexthop", "nh"),
)
