"""A row's own bytes as the request that makes it again, or takes it away: what only the kernel can say is left out.

What dumps tell and requests must not: states, timers, counters, flags that the kernel sets. Unknown attributes stay.
"""

from __future__ import annotations

import errno
import re
import struct
from collections.abc import Callable, Mapping
from functools import partial

from nltui.changes.base import Step
from nltui.changes.world import World
from nltui.model.recreate import Unrepeatable, command
from nltui.netlink import wire
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.wire import NLA_F_NESTED, nlattr

SET_BY_PERSONS = (
    ia.IFA_F_NODAD | ia.IFA_F_OPTIMISTIC | ia.IFA_F_HOMEADDRESS | ia.IFA_F_MANAGETEMPADDR
    | ia.IFA_F_NOPREFIXROUTE | ia.IFA_F_MCAUTOJOIN
)  # fmt: skip
ROW_GONE = frozenset({errno.ESRCH, errno.ENOENT, errno.EADDRNOTAVAIL, errno.ENODEV})
THERE = frozenset({errno.EEXIST})
ADD, REPLACE, APPEND, PREPEND = (
    nl.NLM_F_CREATE | more for more in (nl.NLM_F_EXCL, nl.NLM_F_REPLACE, nl.NLM_F_APPEND, 0)
)
"""What `ip` sends for each of these verbs."""
_VERB_OF = {ADD: "add", REPLACE: "replace", APPEND: "append", PREPEND: "prepend"}
_VERBS = re.compile(r"^(ip (?:-\d )?[a-z]+) (?:add|append|replace) ")


def attributes(message: bytes, start: int, without: tuple[int, ...] = ()) -> dict[int, bytes]:
    """Top-level payloads by type, but for some."""
    found = wire.attributes(message, start)
    return {one.type: message[one.payload] for one in found if one.type not in without}


def joined(found: Mapping[int, bytes]) -> bytes:
    """As attributes."""
    return b"".join(nlattr(type_, payload) for type_, payload in found.items())


def _address(message: bytes) -> bytes:
    family, length, flags, scope, index = struct.unpack_from("=BBBBI", message, 16)
    found = attributes(message, 24, (ia.IFA_TARGET_NETNSID,))
    if len(found.get(ia.IFA_FLAGS, b"")) == 4:
        flags = struct.unpack("=I", found[ia.IFA_FLAGS])[0]
    flags &= SET_BY_PERSONS
    if ia.IFA_CACHEINFO in found:
        preferred, valid = struct.unpack_from("=II", found[ia.IFA_CACHEINFO])
        found[ia.IFA_CACHEINFO] = struct.pack("=IIII", preferred, valid, 0, 0)
    found[ia.IFA_FLAGS] = struct.pack("=I", flags)
    return struct.pack("=BBBBI", family, length, flags & 0xFF, scope, index) + joined(found)


def _route(message: bytes) -> bytes:
    head = bytearray(message[16:28])
    flags = struct.unpack_from("=I", head, 8)[0] & rt.RTNH_F_ONLINK
    struct.pack_into("=I", head, 8, flags)
    found = attributes(message, 28)
    cache = found.pop(rt.RTA_CACHEINFO, b"")
    if len(cache) >= 12 and (ticks := struct.unpack_from("=i", cache, 8)[0]) > 0:
        found[rt.RTA_EXPIRES] = struct.pack("=I", max(1, ticks // nd.USER_HZ))
    if rt.RTA_NH_ID in found:
        # The kernel tells where the nexthop object leads too, and takes only one of both.
        told = (rt.RTA_OIF, rt.RTA_GATEWAY, rt.RTA_MULTIPATH, rt.RTA_VIA, rt.RTA_ENCAP, rt.RTA_ENCAP_TYPE)
        found = {type_: payload for type_, payload in found.items() if type_ not in told}
        struct.pack_into("=I", head, 8, 0)
    if rt.RTA_MULTIPATH in found:
        found[rt.RTA_MULTIPATH] = _legs(found[rt.RTA_MULTIPATH])
    return bytes(head) + joined(found)


def _legs(raw: bytes) -> bytes:
    out, offset = bytearray(raw), 0
    while len(raw) - offset >= 8:
        length, flags = struct.unpack_from("=HB", raw, offset)
        if not 8 <= length <= len(raw) - offset:
            break
        out[offset + 2] = flags & rt.RTNH_F_ONLINK
        offset += wire.align(length)
    return bytes(out)


def _neighbour(message: bytes) -> bytes:
    head, found = bytearray(message[16:28]), attributes(message, 28, (nd.NDA_CACHEINFO, nd.NDA_PROBES))
    if struct.unpack("=I", found.get(nd.NDA_FLAGS_EXT, bytes(4)))[0] & nd.NTF_EXT_MANAGED:
        # Which state it is in the kernel finds out, and takes no other for one that it keeps resolved.
        struct.pack_into("=H", head, 8, 0)
    return bytes(head) + joined(found)


def _rule(message: bytes) -> bytes:
    head = bytearray(message[16:28])
    flags = struct.unpack_from("=I", head, 8)[0] & (fr.FIB_RULE_INVERT | fr.FIB_RULE_PERMANENT)
    struct.pack_into("=I", head, 8, flags & fr.FIB_RULE_INVERT)
    found = attributes(message, 28)
    # None is told of 0; of a request without it the kernel chooses another, or takes away any.
    return bytes(head) + joined({fr.FRA_PRIORITY: bytes(4)} | found)


def _nexthop(message: bytes) -> bytes:
    family, _, protocol, _, flags = struct.unpack_from("=BBBBI", message, 16)
    known = (
        nh.NHA_ID, nh.NHA_GROUP, nh.NHA_GROUP_TYPE, nh.NHA_BLACKHOLE, nh.NHA_OIF, nh.NHA_GATEWAY, nh.NHA_ENCAP_TYPE,
        nh.NHA_ENCAP, nh.NHA_FDB, nh.NHA_RES_GROUP,
    )  # fmt: skip
    found = {type_: payload for type_, payload in attributes(message, 24).items() if type_ in known}
    if nh.NHA_GROUP in found:
        family = 0
    if nh.NHA_ENCAP in found:
        found[nh.NHA_ENCAP | NLA_F_NESTED] = found.pop(nh.NHA_ENCAP)
    if nh.NHA_RES_GROUP in found:
        inside = attributes(found[nh.NHA_RES_GROUP], 0, (nh.NHA_RES_GROUP_UNBALANCED_TIME,))
        found[nh.NHA_RES_GROUP | NLA_F_NESTED] = joined(inside)
        del found[nh.NHA_RES_GROUP]
    return struct.pack("=BBBBI", family, 0, protocol, 0, flags & rt.RTNH_F_ONLINK) + joined(found)


_MADE: Mapping[str, tuple[int, Callable[[bytes], bytes]]] = {
    "addresses": (rt.RTM_NEWADDR, _address),
    "routes": (rt.RTM_NEWROUTE, _route),
    "neighbours": (rt.RTM_NEWNEIGH, _neighbour),
    "rules": (rt.RTM_NEWRULE, _rule),
    "nexthops": (rt.RTM_NEWNEXTHOP, _nexthop),
}
"""By table: the type that sets a row, and how its request is made of the row. Deletion is the type after it."""


def body_of(table: str, message: bytes) -> bytes:
    """Family header and attributes that ask for this row."""
    return _MADE[table][1](message)


def says(world: World, table: str, message: bytes, verb: str = "") -> str:
    """The `ip` line that makes the row, or does `verb` with it; what the row is where there is none."""
    try:
        line = command(world.table(table), message, world.context)
    except Unrepeatable:
        named = f"{world.table(table).singular} {world.row_text(table, message)}"
        return f"({named}{' gone' if verb == 'del' else ' again'})"
    return _VERBS.sub(rf"\1 {verb} ", line, count=1) if verb else line


def _later(world: World, table: str, message: bytes, verb: str) -> Callable[[], str]:
    """The line, made when it is read, with the names that links have now."""
    return partial(says, world.settled(), table, message, verb)


def again(world: World, table: str, message: bytes, flags: int | None = None) -> Step:
    """Make the row again; that it is there already is fine."""
    type_, make = _MADE[table]
    if flags is None:
        flags = APPEND if table == "routes" else REPLACE if table == "neighbours" else ADD
    return Step(type_, flags, make(message), _later(world, table, message, _VERB_OF[flags]), THERE)


def away(world: World, table: str, message: bytes) -> Step:
    """Take the row away; that it is gone already is fine."""
    type_, make = _MADE[table]
    if table == "nexthops":
        # By its number alone: the kernel takes nothing else.
        number = attributes(message, 24).get(nh.NHA_ID, bytes(4))
        line = f"ip nexthop del id {struct.unpack('=I', number)[0]}"
        return Step(type_ + 1, 0, bytes(8) + nlattr(nh.NHA_ID, number), line, ROW_GONE)
    return Step(type_ + 1, 0, make(message), _later(world, table, message, "del"), ROW_GONE)
