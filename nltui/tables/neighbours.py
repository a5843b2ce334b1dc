"""ARP and IPv6 neighbour entries, proxy entries too (struct ndmsg, linux/neighbour.h). Same as `ip neighbour show`."""

from __future__ import annotations

import struct
from typing import Any

from nltui.model.relation import Relation
from nltui.model.routing import AF_INET, AF_INET6, FAMILIES, PROTOCOL
from nltui.model.table import Column, Dump, Feed, Key, Part, Table, Where
from nltui.model.types import Computed, Context, Device, Enumerated, IpAddress, Json, LinkAddress, Meaning, Number, Tone
from nltui.netlink import wire
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants.netlink import NETLINK_ROUTE, RTNLGRP_NEIGH
from nltui.netlink.constants.rtnetlink import RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH
from nltui.netlink.fields import ADDR, BE16, U8, U16, U32, Head, Slice, attr
from nltui.record import replace

FAMILY = Head(16, U8)
INDEX = Head(20, U32)
STATE = Head(24, U16)
FLAGS = Head(26, U8)
PROXY = Head(26, U8, mask=nd.NTF_PROXY)
FLAGS_EXT = attr(nd.NDA_FLAGS_EXT, format=U32)
DESTINATION = attr(nd.NDA_DST, format=ADDR)

GLYPHS = {
    "INCOMPLETE": ("◇", Tone.CHANGED),
    "REACHABLE": ("●", Tone.OK),
    "STALE": ("○", Tone.DIM),
    "DELAY": ("◐", Tone.CHANGED),
    "PROBE": ("◐", Tone.CHANGED),
    "FAILED": ("✗", Tone.BAD),
    "NOARP": ("·", Tone.DIM),
    "PERMANENT": ("◆", Tone.ACCENT),
}

FLAG_WORDS = {
    nd.NTF_ROUTER: "router",
    nd.NTF_PROXY: "proxy",
    nd.NTF_EXT_LEARNED: "extern_learn",
    nd.NTF_OFFLOADED: "offload",
}
EXT_FLAG_WORDS = {nd.NTF_EXT_MANAGED: "managed", nd.NTF_EXT_EXT_VALIDATED: "extern_valid"}


def _states(value: int) -> list[str]:
    known = 0
    for bit in nd.STATES:
        known |= bit
    rest = value & ~known
    return [word for bit, word in nd.STATES.items() if value & bit] + ([f"{rest:x}"] if rest else [])


def _state(value: Any, context: Context) -> str:
    words = _states(value)
    return " ".join([GLYPHS.get(words[0], ("·", Tone.PLAIN))[0], *words]) if words else ""


def _state_json(value: Any, context: Context) -> Json:
    return _states(value) or None


def _state_tone(value: Any, context: Context) -> Tone:
    words = _states(value)
    return GLYPHS.get(words[0], ("", Tone.PLAIN))[1] if words else Tone.PLAIN


def _flag_words(value: Any) -> list[str]:
    flags, more = value
    found = [word for bit, word in FLAG_WORDS.items() if flags & bit]
    return found + [word for bit, word in EXT_FLAG_WORDS.items() if (more or 0) & bit]


def _flags(value: Any, context: Context) -> str:
    return ",".join(_flag_words(value))


def _flags_json(value: Any, context: Context) -> dict[str, Json]:
    return dict.fromkeys(_flag_words(value))


def _seconds(value: Any, context: Context) -> str:
    return f"{value // nd.USER_HZ}s"


def _seconds_json(value: Any, context: Context) -> Json:
    return value // nd.USER_HZ


def _age(name: str, offset: int, what: str) -> Column:
    return Column(
        name=name,
        fields=(Slice((nd.NDA_CACHEINFO,), offset, U32),),
        type=Computed(_seconds, _seconds_json, meaning=Meaning.DURATION),
        json=name,
        help=f"Seconds since the entry was last {what}, when told by the kernel (NDA_CACHEINFO).",
        volatile=True,
        shown=False,
    )


COLUMNS = (
    Column(
        name="address",
        fields=(DESTINATION,),
        type=IpAddress(),
        json="dst",
        help="The neighbour's network address (NDA_DST).",
        priority=1,
    ),
    Column(
        name="dev",
        fields=(INDEX,),
        type=Device(),
        json="dev",
        help="Link on which the neighbour is (ndm_ifindex).",
        priority=2,
    ),
    Column(
        name="lladdr",
        fields=(attr(nd.NDA_LLADDR),),
        type=LinkAddress(),
        json="lladdr",
        help="The neighbour's link-layer address, where known (NDA_LLADDR).",
        priority=3,
    ),
    Column(
        name="state",
        fields=(STATE,),
        type=Computed(_state, _state_json, _state_tone),
        json="state",
        help="How sure the kernel is that the neighbour can be reached (ndm_state).",
        priority=2,
    ),
    Column(
        name="flags",
        fields=(FLAGS, FLAGS_EXT),
        type=Computed(_flags, _flags_json, meaning=Meaning.WORDS),
        json="**",
        help="Router, proxy, learned or managed from outside (ndm_flags, NDA_FLAGS_EXT).",
        priority=6,
    ),
    Column(
        name="proto",
        fields=(attr(nd.NDA_PROTOCOL, format=U8),),
        type=PROTOCOL,
        json="protocol",
        help="Who installed the entry (NDA_PROTOCOL).",
        shown=False,
    ),
    Column(
        name="family",
        fields=(FAMILY,),
        type=Enumerated(FAMILIES),
        help="Protocol family: inet or inet6 (ndm_family).",
        shown=False,
    ),
    Column(
        name="port",
        fields=(attr(nd.NDA_PORT, format=BE16),),
        type=Number(),
        json="port",
        help="UDP port of a tunnel's remote end (NDA_PORT).",
        shown=False,
    ),
    Column(
        name="vni",
        fields=(attr(nd.NDA_VNI, format=U32),),
        type=Number(),
        json="vni",
        help="Network identifier of a tunnel's remote end (NDA_VNI).",
        shown=False,
    ),
    _age("used", 4, "used"),
    _age("confirmed", 0, "confirmed"),
    _age("updated", 8, "updated"),
    Column(
        name="probes",
        fields=(attr(nd.NDA_PROBES, format=U32),),
        type=Number(),
        json="probes",
        help="Unanswered probes so far (NDA_PROBES).",
        volatile=True,
        shown=False,
    ),
)


ENTRIES = Dump(RTM_GETNEIGH, bytes(12), covers=(Where(FLAGS, clear=nd.NTF_PROXY),))
PROXIES = Dump(RTM_GETNEIGH, bytes((0,) * 10 + (nd.NTF_PROXY, 0)), covers=(Where(FLAGS, set=nd.NTF_PROXY),))


def _of_device(ifindex: int) -> tuple[Dump, ...]:
    """Entries and proxies of one link. Same as `ip neighbour show dev DEVICE`."""
    on, mine = wire.nlattr(nd.NDA_IFINDEX, struct.pack("=I", ifindex)), Where(INDEX, among=frozenset({ifindex}))
    return tuple(replace(dump, body=dump.body + on, covers=(*dump.covers, mine)) for dump in (ENTRIES, PROXIES))


def _one(message: bytes) -> Dump:
    """Same as `ip neighbour get ADDRESS dev DEVICE`."""
    family, flags = message[16:17], bytes((message[26] & nd.NTF_PROXY,))
    found = wire.extract(message, DESTINATION, NEIGHBOURS.body)
    wanted = wire.nlattr(nd.NDA_DST, found) if isinstance(found, bytes) else b""
    return Dump(RTM_GETNEIGH, family + bytes(3) + message[20:24] + bytes(2) + flags + bytes(1) + wanted)


NEIGHBOURS = Table(
    name="neighbours",
    title="Neighbours",
    singular="neighbour",
    help="Who answers on the links: ARP (IPv4) and neighbour discovery (IPv6) entries, and the proxied addresses.",
    command="ip neighbour show nud all; ip neighbour show proxy",
    feed=Feed.FOLLOWED,
    columns=COLUMNS,
    line=("address", "dev:dev", "lladdr:lladdr", "state", "flags"),
    protocol=NETLINK_ROUTE,
    groups=(RTNLGRP_NEIGH,),
    header=12,
    sets=frozenset({RTM_NEWNEIGH}),
    removes=frozenset({RTM_DELNEIGH}),
    key=Key((FAMILY, INDEX, DESTINATION, PROXY)),
    accepts=(Where(FAMILY, among=frozenset({AF_INET, AF_INET6})),),
    family=FAMILY,
    dumps=(ENTRIES, PROXIES),
    parts={"dev": Part(_of_device)},
    ask=_one,
    silent_misses=True,
    # Silent: entries made as INCOMPLETE or NOARP, and every proxy.
    audit=1.5,
    volatile=frozenset({nd.NDA_CACHEINFO, nd.NDA_PROBES}),
    resync=6,
    related=(
        Relation("o", "this neighbour", "neighbours", "address == {dst} dev == {dev}"),
        # A proxy need not have a device.
        Relation("o", "this neighbour", "neighbours", "address == {dst}"),
        Relation("l", "link", "links", "name == {dev}"),
        Relation("r", "routes by it", "routes", 'gateway == {dst} or nexthops ~ "via {dst:re} "'),
        Relation("x", "nexthops", "nexthops", "via == {dst}"),
        Relation("a", "addresses of the link", "addresses", "dev == {dev}"),
        Relation("u", "uevents of the link", "uevents", 'device ~ "^net/{dev:re}(/|$)"'),
    ),
    aliases=("neigh", "neighbour", "neighbors", "arp", "n"),
)
