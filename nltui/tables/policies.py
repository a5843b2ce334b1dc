"""IPsec policies (struct xfrm_userpolicy_info, linux/xfrm.h). Same as `ip xfrm policy`.

The kernel tells of them only those with CAP_NET_ADMIN. They hold no keys.
"""

from __future__ import annotations

import struct
from typing import Any

from nltui.model.relation import Relation
from nltui.model.table import Column, Dump, Feed, Key, Table
from nltui.model.types import Computed, Context, Device, Enumerated, FlagSet, Json, Number, Prefix, Tone, ip_text
from nltui.netlink.constants import xfrm as xf
from nltui.netlink.constants.netlink import NETLINK_XFRM
from nltui.netlink.fields import BE16, BE32, BLOB, S32, U8, U16, U32, Head, Slice, attr

AF_INET6 = 10
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 58: "ipv6-icmp", 89: "ospf", 132: "sctp"}
FAMILY, INDEX = Head(56, U16), Head(172, U32)
TEMPLATE = struct.Struct("=16s4sB3xHxx16sIBBB")
"""Of struct xfrm_user_tmpl: id (daddr, spi, proto), family, saddr, reqid, mode, share, optional; algorithms follow."""
TEMPLATE_SIZE = 64


def _words(offset: int) -> tuple[Head, ...]:
    """An xfrm_address_t."""
    return tuple(Head(offset + 4 * word, BE32) for word in range(4))


def _address(family: int, words: Any) -> str:
    raw = struct.pack("!4I", *(word or 0 for word in words))
    return ip_text(raw if family == AF_INET6 else raw[:4])


def _network(value: Any, context: Context) -> str:
    family, length, *words = value
    return f"{_address(family, words)}/{length or 0}"


def _port(value: Any, context: Context) -> str | None:
    port, mask = value
    if not mask:
        return None
    return str(port) if mask == 0xFFFF else f"{port}/{mask:#06x}"


def _protocol(value: Any, context: Context) -> str | None:
    return PROTOCOLS.get(value, str(value)) if value else None


def templates(raw: bytes) -> list[dict[str, Json]]:
    """XFRMA_TMPL: what packets must be transformed by, in order."""
    found: list[dict[str, Json]] = []
    for at in range(0, len(raw) - TEMPLATE_SIZE + 1, TEMPLATE_SIZE):
        dst, spi, proto, family, src, reqid, mode, _, optional = TEMPLATE.unpack_from(raw, at)
        size = 16 if family == AF_INET6 else 4
        one: dict[str, Json] = {
            "src": ip_text(src[:size]), "dst": ip_text(dst[:size]), "proto": xf.TRANSFORMS.get(proto, str(proto)),
            "mode": xf.MODES.get(mode, str(mode)), "reqid": reqid,
        }  # fmt: skip
        if spi != bytes(4):
            one["spi"] = f"0x{spi.hex()}"
        found.append(one | ({"level": "use"} if optional else {}))
    return found


def _templates(value: Any, context: Context) -> str:
    out = []
    for one in templates(value):
        ends = f" {one['src']} → {one['dst']}" if one["mode"] in ("tunnel", "beet", "iptfs") else ""
        more = "".join(f" {word} {one[word]}" for word in ("reqid", "spi", "level") if one.get(word))
        out.append(f"{one['proto']} {one['mode']}{ends}{more}")
    return ", ".join(out)


def _templates_json(value: Any, context: Context) -> Json:
    return list(templates(value))


def _hexadecimal(value: Any, context: Context) -> str:
    return f"{value:#x}"


def _mark(value: Any, context: Context) -> str | None:
    if len(value) != 8:
        return None
    mark, mask = struct.unpack("=II", value)
    return f"{mark:#x}/{mask:#x}"


COLUMNS = (
    Column(name="dir", fields=(Head(176, U8),), type=Enumerated(xf.DIRECTIONS), json="dir", priority=1,
           help="Of packets that come in, go out, or are forwarded (dir)."),
    Column(name="source", fields=(FAMILY, Head(59, U8), *_words(32)), type=Prefix(_network), json="src", priority=1,
           help="Where packets come from (sel.saddr, sel.prefixlen_s)."),
    Column(name="destination", fields=(FAMILY, Head(58, U8), *_words(16)), type=Prefix(_network), json="dst",
           priority=1, help="Where they go (sel.daddr, sel.prefixlen_d)."),
    Column(name="proto", fields=(Head(60, U8),), type=Computed(_protocol), json="proto", priority=4,
           help="Only this protocol (sel.proto)."),
    Column(name="sport", fields=(Head(52, BE16), Head(54, BE16)), type=Computed(_port), json="sport", shown=False,
           help="Only from this port, with a mask where it is not one port (sel.sport)."),
    Column(name="dport", fields=(Head(48, BE16), Head(50, BE16)), type=Computed(_port), json="dport", priority=5,
           help="Only to this port (sel.dport)."),
    Column(name="action", fields=(Head(177, U8),), type=Enumerated(xf.ACTIONS, {"block": Tone.BAD}), json="action",
           priority=2, help="What becomes of them: allow, by the templates where there are some, or block (action)."),
    Column(name="by", fields=(attr(xf.XFRMA_TMPL, format=BLOB),), type=Computed(_templates, _templates_json),
           json="templates", priority=2, help="Transformations that they need, in order (XFRMA_TMPL)."),
    Column(name="priority", fields=(Head(168, U32),), type=Number(), json="priority", priority=3,
           help="The lowest counts first (priority)."),
    Column(name="dev", fields=(Head(64, S32),), type=Device(), json="dev", priority=5,
           help="Only on this link (sel.ifindex)."),
    Column(name="mark", fields=(attr(xf.XFRMA_MARK, format=BLOB),), type=Computed(_mark), json="mark", priority=5,
           help="Only packets with this mark, and its mask (XFRMA_MARK)."),
    Column(name="if_id", fields=(attr(xf.XFRMA_IF_ID, format=U32),), type=Computed(_hexadecimal),
           json="if_id", priority=5, help="Only of the xfrm interface with this number (XFRMA_IF_ID)."),
    Column(name="index", fields=(INDEX,), type=Number(), json="index", shown=False,
           help="Its number, which also tells direction and socket (index)."),
    Column(name="ptype", fields=(Slice((xf.XFRMA_POLICY_TYPE,), 0, U8),), type=Enumerated(xf.TYPES), json="ptype",
           shown=False, help="main, or sub (XFRMA_POLICY_TYPE)."),
    Column(name="flags", fields=(Head(178, U8),), type=FlagSet(xf.POLICY_FLAGS), json="flags", shown=False,
           help="localok: sockets may bring their own; icmp: also for errors about such packets (flags)."),
    Column(name="family", fields=(FAMILY,), type=Enumerated({2: "inet", AF_INET6: "inet6"}), json="family", shown=False,
           help="Protocol family (sel.family)."),
)  # fmt: skip

POLICIES = Table(
    name="policies",
    title="IPsec policies",
    singular="policy",
    help="Which packets must be transformed by IPsec, which are let through as they are, and which are dropped.",
    command="ip xfrm policy",
    feed=Feed.FOLLOWED,
    columns=COLUMNS,
    line=("dir", "source", "destination", "action", "by"),
    protocol=NETLINK_XFRM,
    groups=(xf.XFRMNLGRP_POLICY, xf.XFRMNLGRP_EXPIRE),
    header=xf.POLICY_SIZE,
    sets=frozenset({xf.XFRM_MSG_NEWPOLICY, xf.XFRM_MSG_UPDPOLICY}),
    # What a removal tells lies elsewhere, or is not told at all.
    unsettles=frozenset({xf.XFRM_MSG_DELPOLICY, xf.XFRM_MSG_POLEXPIRE, xf.XFRM_MSG_FLUSHPOLICY}),
    key=Key((INDEX,)),
    family=FAMILY,
    dumps=(Dump(xf.XFRM_MSG_GETPOLICY, bytes(xf.POLICY_ID_SIZE), strict=False),),
    anonymous=True,
    volatile=frozenset({xf.XFRMA_LASTUSED}),
    # struct xfrm_lifetime_cur: what went through it, when it was used last.
    volatile_heads=tuple(Head(offset, U32) for offset in range(136, 168, 4)),
    capacity=1 << 16,
    related=(Relation("l", "link", "links", "name == {dev}"),),
    aliases=("policy", "xfrm"),
)
