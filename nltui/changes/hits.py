"""Which row the kernel would take: a request to delete says some of a row, and the first that has all of that goes."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping

from nltui.changes import standing
from nltui.changes.again import attributes
from nltui.changes.build import AF_INET6
from nltui.changes.encap import plain
from nltui.changes.hops import legs_of
from nltui.changes.route_rows import place_of
from nltui.changes.world import World
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import rtnetlink as rt

_FOUR = (rt.RTA_OIF, rt.RTA_GATEWAY, rt.RTA_VIA, rt.RTA_PREFSRC, rt.RTA_NH_ID, rt.RTA_ENCAP)
_SIX = (rt.RTA_OIF, rt.RTA_GATEWAY, rt.RTA_NH_ID)
"""Attributes that the kernel compares, where they are said, of IPv4 and IPv6 routes of one prefix."""
_PROTOCOL, _SCOPE, _TYPE, _NOWHERE = 5, 6, 7, 255
"""Of struct rtmsg."""
_NEVER_TOLD = {fr.FRA_PRIORITY: bytes(4), fr.FRA_FWMARK: bytes(4)}
"""What a rule has where the kernel says nothing of it."""


def route(world: World, body: bytes, but: bytes = b"", *, is_there: bool = False) -> bytes | None:
    """The first route, another than `but` and before it, that RTM_DELROUTE with this body takes away, or a leg of it.

    Where no metric is said, the kernel takes any; a route that is about to be added without one (not `is_there`) will
    stand before all others.
    """
    wanted = place_of(body)
    size = len(wanted) - (is_there and rt.RTA_PRIORITY not in attributes(body, 12))
    for row in standing.routes(world, body):
        if place_of(row[16:])[:size] != wanted[:size]:
            continue
        if but and world.is_same("routes", row, but):
            return None
        if takes(row, body):
            return row
    return None


def takes(row: bytes, body: bytes) -> bool:
    """Whether RTM_DELROUTE with this body takes a route of the same destination away, or a leg of it."""
    six, there, mine = body[0] == AF_INET6, _said(attributes(row, 28)), _said(attributes(body, 12))
    if body[_PROTOCOL] not in (0, row[16 + _PROTOCOL]):
        return False
    if six and rt.RTA_NH_ID in there:
        # Of a nexthop object nothing but its number is compared.
        return _tells(there, mine, (rt.RTA_NH_ID,))
    if six and rt.RTA_MULTIPATH in {**there, **mine}:
        # Of IPv6 each leg is a route of its own.
        return any(_tells(leg, said, _SIX) for said in _legs(mine) for leg in _legs(there))
    alike = six or (body[_SCOPE] in (_NOWHERE, row[16 + _SCOPE]) and body[_TYPE] in (0, row[16 + _TYPE]))
    alike &= six or _leads(there.get(rt.RTA_MULTIPATH, b""), mine.get(rt.RTA_MULTIPATH, b""))
    if not six:
        leads = mine.keys() & {rt.RTA_OIF, rt.RTA_GATEWAY, rt.RTA_VIA}
        flow = (rt.RTA_FLOW,) if leads and any(mine.get(rt.RTA_FLOW, b"")) else ()
        return alike and _tells(there, mine, (*_FOUR, *flow)) and _measures(there, mine)
    return _tells(there, mine, _SIX)


def _measures(there: Mapping[int, bytes], mine: Mapping[int, bytes]) -> bool:
    """Whether a route has each metric that is said; one that it has not is zero."""
    mine, there = (attributes(one.get(rt.RTA_METRICS, b""), 0) for one in (mine, there))
    return all(there.get(type_, b"").rstrip(b"\0") == raw.rstrip(b"\0") for type_, raw in mine.items())


def _said(found: Mapping[int, bytes]) -> Mapping[int, bytes]:
    """Attributes of a route as they are said."""
    return {**found, rt.RTA_ENCAP: plain(found[rt.RTA_ENCAP])} if rt.RTA_ENCAP in found else found


def legs(row: bytes, body: bytes) -> list[bool]:
    """Of an IPv6 route, which of its legs RTM_DELROUTE with this body takes away: one a gateway, all without one."""
    if rt.RTA_NH_ID in attributes(row, 28):
        return [True]
    there, said = _legs(attributes(row, 28)), _legs(attributes(body, 12))
    goes = [any(rt.RTA_GATEWAY not in one for one in said)] * len(there)
    for one in said:
        at = next((at for at, leg in enumerate(there) if not goes[at] and _tells(leg, one, _SIX)), None)
        if at is not None:
            goes[at] = True
    return goes


def _legs(found: Mapping[int, bytes]) -> list[Mapping[int, bytes]]:
    if rt.RTA_MULTIPATH not in found:
        return [found]
    legs = legs_of(found[rt.RTA_MULTIPATH])
    return [
        {**leg.attributes, rt.RTA_OIF: struct.pack("=i", leg.index)} if leg.index else leg.attributes for leg in legs
    ]


def rule(world: World, body: bytes, but: bytes = b"") -> bytes | None:
    """The first rule, another than `but` and before it, that RTM_DELRULE with this body takes away."""
    for row in standing.rules(world):
        if but and row[16] == body[0] and world.is_same("rules", row, but):
            return None
        if takes_rule(row, body):
            return row
    return None


def takes_rule(row: bytes, body: bytes) -> bool:
    """Whether RTM_DELRULE with this body takes a rule away, where it is the first."""
    mine = attributes(body, 12)
    if fr.FRA_FWMARK in mine:
        mine.setdefault(fr.FRA_FWMASK, b"\xff" * 4)
    alike = row[16] == body[0] and all(asked in (0, there) for asked, there in zip(body[1:5], row[17:21], strict=True))
    # Neither `not` nor where it goes to is compared.
    alike &= body[7] in (0, row[23])
    return alike and _tells(_NEVER_TOLD | attributes(row, 28), mine, mine.keys() - {fr.FRA_GOTO})


def _tells(there: Mapping[int, bytes], mine: Mapping[int, bytes], types: Collection[int]) -> bool:
    """Whether a row has all that is said of these attributes."""
    return all(type_ not in mine or there.get(type_) == mine[type_] for type_ in types)


def _leads(there: bytes, mine: bytes) -> bool:
    """Whether the legs of a route are those that are said: a link only where one is, and never the weight."""
    if not mine:
        return True
    legs, told = list(legs_of(there)), list(legs_of(mine))
    return len(legs) == len(told) and all(
        said.index in (0, leg.index) and _tells(_said(leg.attributes), _said(said.attributes), said.attributes)
        for leg, said in zip(legs, told, strict=True)
    )
