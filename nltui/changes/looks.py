"""What a guardian looks at before a step back, see witness.py: where that would overwrite or delete what others made.

Only what persons and programs set is compared. What the kernel changes by itself, such as states, carriers or timers,
is no reason to leave anything out; nor is what went, of members and nexthops too, since much goes with a link.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nltui.changes import build as b
from nltui.changes.again import attributes
from nltui.changes.base import Step
from nltui.changes.witness import LONGEST
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.wire import nlattr, nlmsg

Look = dict[str, Any]
Kept = tuple[list[list[int]], str, str]
"""Paths, what it is called, how it is shown."""
Settings = Mapping[tuple[int, ...], tuple[str, str]]
"""What is set at a path of attributes: what it is called, how it is shown."""

_BY_KERNEL = {"state", "cost", "forward_delay", "hello_time", "max_age", "ageing_time", "active_slave"}
"""Options of bridges and bonds that the spanning tree or a carrier changes."""
_ADDRESSES = {"group", "local", "group6", "local6"}


def _options(nest: int, numbers: Mapping[str, int]) -> Settings:
    return {
        (il.IFLA_LINKINFO, nest, number): (name, "ip" if name in _ADDRESSES else "number")
        for name, number in numbers.items()
        if name not in _BY_KERNEL
    }


_OF_KIND = {
    kind: _options(il.IFLA_INFO_DATA, numbers)
    for kind, numbers in (
        ("bridge", il.IFLA_BR), ("bond", il.IFLA_BOND), ("macvlan", il.IFLA_MACVLAN), ("vxlan", il.IFLA_VXLAN)
    )
}  # fmt: skip
_SETTINGS: Settings = {
    (il.IFLA_MTU,): ("mtu", "number"),
    (il.IFLA_TXQLEN,): ("txqueuelen", "number"),
    (il.IFLA_GROUP,): ("group", "number"),
    (il.IFLA_ADDRESS,): ("address", "mac"),
    (il.IFLA_IFNAME,): ("name", "text"),
    (il.IFLA_IFALIAS,): ("alias", "text"),
    (il.IFLA_MASTER,): ("master", ""),
    (il.IFLA_GSO_MAX_SIZE,): ("gso_max_size", "number"),
    (il.IFLA_GSO_MAX_SEGS,): ("gso_max_segs", "number"),
    (il.IFLA_GRO_MAX_SIZE,): ("gro_max_size", "number"),
    (il.IFLA_PROTO_DOWN,): ("protodown", "number"),
    (il.IFLA_AF_SPEC, b.AF_INET6, il.IFLA_INET6_ADDR_GEN_MODE): ("addrgenmode", "number"),
    **_options(il.IFLA_INFO_SLAVE_DATA, il.IFLA_BRPORT),
}
"""Of links, by path. Flags are not among them: who changed one has taken it back."""


def look_of(step: Step) -> Look | None:
    """None where it can overwrite nothing, or the kernel sees to that itself."""
    make = _LOOKS.get(step.type)
    return make(step) if make is not None else None


def room(look: Look | None) -> int:
    """Bytes that the answer may take in a journal."""
    return 100 + 2 * (LONGEST + 4) * len(look["kept"]) if look else 0


def _look(ask: tuple[int, int, bytes], body: int, head: Mapping[int, bytes], key: Mapping[int, bytes],
          kept: list[Kept], **more: Any) -> Look:  # fmt: skip
    type_, flags, raw = ask
    return {
        "ask": nlmsg(type_, nl.NLM_F_REQUEST | flags, 0, raw).hex(),
        "body": body,
        "head": [[at, value.hex()] for at, value in head.items()],
        "key": [[[[type_]], value.hex()] for type_, value in key.items()],
        "kept": kept,
        **more,
    }


def _kept(body: bytes, settings: Settings, path: tuple[int, ...] = ()) -> Iterator[Kept]:
    """Of the settings in a request."""
    for type_, payload in attributes(body, 0).items():
        mine = (*path, type_)
        if mine in settings:
            yield ([[*mine]], *settings[mine])
        elif any(one[: len(mine)] == mine for one in settings):
            yield from _kept(payload, settings, mine)


def _link(step: Step) -> Look | None:
    """Settings of one that is there."""
    kind = attributes(attributes(step.body, 16).get(il.IFLA_LINKINFO, b""), 0).get(il.IFLA_INFO_KIND, b"")
    mine = _OF_KIND.get(kind.rstrip(b"\0").decode("ascii", "replace"), {})
    kept = list(_kept(step.body[16:], {**_SETTINGS, **mine}))
    if step.flags & nl.NLM_F_CREATE or not kept:
        return None
    ask = step.body[:8] + bytes(8) + b.u32(il.IFLA_EXT_MASK, il.RTEXT_FILTER_SKIP_STATS)
    return _look((il.RTM_GETLINK, 0, ask), 32, {20: step.body[4:8]}, {}, kept, apart=True)


def _new_link(step: Step) -> Look | None:
    """One that is called by its name: its number is another's never."""
    name = attributes(step.body, 16).get(il.IFLA_IFNAME)
    if name is None or any(step.body[4:8]):
        return None
    ask = b.ifinfomsg(0) + b.text(il.IFLA_IFNAME, name.rstrip(b"\0").decode("utf-8", "surrogateescape"))
    return _look((il.RTM_GETLINK, 0, ask), 32, {}, {}, [], number=[20, 0])


def _address(step: Step) -> Look | None:
    if not (step.deletes or step.flags & nl.NLM_F_REPLACE):
        return None
    found, body = attributes(step.body, 8), step.body
    key = {type_: found[type_] for type_ in (ia.IFA_ADDRESS,) if type_ in found}
    kept: list[Kept] = [
        ([[ia.IFA_RT_PRIORITY]], "metric", "number"),
        ([[ia.IFA_BROADCAST]], "broadcast", "ip"),
        ([[ia.IFA_PROTO]], "proto", "number"),
    ]
    ask = b.ifaddrmsg(body[0], 0, 0, 0, struct.unpack_from("=I", body, 4)[0])
    look = _look((rt.RTM_GETADDR, nl.NLM_F_DUMP, ask), 24, {16: body[:2], 20: body[4:8]}, key, kept)
    local = found.get(ia.IFA_LOCAL) or found.get(ia.IFA_ADDRESS, b"")
    look["key"].append([[[ia.IFA_LOCAL], [ia.IFA_ADDRESS]], local.hex()])
    return look


def _route(step: Step) -> Look | None:
    found, body = attributes(step.body, 12), step.body
    four = body[0] == b.AF_INET
    if not step.flags & nl.NLM_F_REPLACE and not step.deletes:
        return None
    table = found.get(rt.RTA_TABLE) or struct.pack("=I", body[4])
    metric = found.get(rt.RTA_PRIORITY) or struct.pack("=I", 0 if four else 1024)
    key = {rt.RTA_DST: found.get(rt.RTA_DST, b""), rt.RTA_TABLE: table, rt.RTA_PRIORITY: metric}
    ask = struct.pack("=BBBBBBBBI", body[0], 0, 0, 0, 0, 0, 0, 0, 0) + b.u32(rt.RTA_TABLE, *struct.unpack("=I", table))
    kept: list[Kept]
    if step.deletes:
        told = (rt.RTA_OIF, rt.RTA_GATEWAY, rt.RTA_VIA, rt.RTA_NH_ID, rt.RTA_PREFSRC)
        key |= {type_: found[type_] for type_ in told if type_ in found}
        kept = [([[rt.RTA_METRICS]], "metrics", "")]
        # Of a metric that is said the kernel takes no other; of none, any.
        only = four and rt.RTA_PRIORITY not in found
        return _look((rt.RTM_GETROUTE, nl.NLM_F_DUMP, ask), 28, {16: body[:4]}, key, kept, only=only)
    kept = [([[]], "nexthop", "nexthops"), ([[rt.RTA_METRICS]], "metrics", "")]
    kept += [([[rt.RTA_PREFSRC]], "src", "ip")] if four else []
    return _look((rt.RTM_GETROUTE, nl.NLM_F_DUMP, ask), 28, {16: body[:4]}, key, kept)


def _neighbour(step: Step) -> Look | None:
    """Of one that lasts; of all others the kernel finds the address out."""
    body, dst = step.body, attributes(step.body, 12).get(nd.NDA_DST)
    replaces = step.deletes or step.flags & nl.NLM_F_REPLACE
    if not replaces or dst is None or body[0] == b.AF_BRIDGE or body[10] & nd.NTF_PROXY:
        return None
    kept: list[Kept] = [([[nd.NDA_LLADDR]], "lladdr", "mac")]
    ask = b.ndmsg(body[0], struct.unpack_from("=i", body, 4)[0], 0, 0) + nlattr(nd.NDA_DST, dst)
    return _look((rt.RTM_GETNEIGH, 0, ask), 28, {}, {}, kept, states=nd.NUD_PERMANENT | nd.NUD_NOARP)


def _nexthop(step: Step) -> Look | None:
    number = attributes(step.body, 8).get(nh.NHA_ID)
    if number is None or not (step.deletes or step.flags & nl.NLM_F_REPLACE):
        return None
    # One that leads nowhere now has neither.
    kept: list[Kept] = [
        ([[nh.NHA_GATEWAY], [nh.NHA_BLACKHOLE]], "gateway", "ip"),
        ([[nh.NHA_OIF], [nh.NHA_BLACKHOLE]], "link", ""),
        ([[nh.NHA_GROUP]], "group", "members"),
    ]
    ask = b.nhmsg(0, 0, 0) + nlattr(nh.NHA_ID, number)
    return _look((rt.RTM_GETNEXTHOP, 0, ask), 24, {}, {}, kept)


def _rule(step: Step) -> Look:
    """The first that the kernel would take must be the same; its priority is the kernel's choice where none is said."""
    found, body = attributes(step.body, 12), step.body
    head = {16: body[:1]} | {16 + at: body[at : at + 1] for at in (1, 2, 3, 4, 7) if body[at]}
    number = {} if fr.FRA_PRIORITY in found else {"number": [0, fr.FRA_PRIORITY]}
    ask = struct.pack("=B11x", body[0])
    return _look((rt.RTM_GETRULE, nl.NLM_F_DUMP, ask), 28, head, found, [([[]], "rule", "")], **number)


_LOOKS: Mapping[int, Callable[[Step], Look | None]] = {
    il.RTM_NEWLINK: _link,
    il.RTM_DELLINK: _new_link,
    rt.RTM_NEWADDR: _address,
    rt.RTM_DELADDR: _address,
    rt.RTM_NEWROUTE: _route,
    rt.RTM_DELROUTE: _route,
    rt.RTM_NEWNEIGH: _neighbour,
    rt.RTM_DELNEIGH: _neighbour,
    rt.RTM_NEWNEXTHOP: _nexthop,
    rt.RTM_DELNEXTHOP: _nexthop,
    rt.RTM_DELRULE: _rule,
}
"""By the type of the request."""
