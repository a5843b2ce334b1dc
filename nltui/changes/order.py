"""Routes made again where they stood: the kernel takes the first of a prefix, metric and TOS, so their order counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nltui.changes.again import APPEND, PREPEND, REPLACE, again, attributes
from nltui.changes.base import Step
from nltui.changes.build import AF_INET6
from nltui.changes.route_rows import place_of
from nltui.changes.world import World
from nltui.netlink.constants import rtnetlink as rt

FAR = frozenset({rt.RTA_GATEWAY, rt.RTA_VIA, rt.RTA_MULTIPATH, rt.RTA_NH_ID})
"""Attributes of routes that need another one to be there."""


def again_in_order(world: World, rows: Iterable[bytes], *, in_part: bool = False) -> tuple[list[Step], list[str]]:
    """Steps that make all of these routes again, and sentences about an order that does not come back.

    `in_part`: of an IPv6 route with several legs some may stay.
    """
    places: dict[tuple[object, ...], list[bytes]] = {}
    for row in rows:
        places.setdefault(place_of(row[16:]), []).append(row)
    # Those on a link before those through gateways, which must be reachable.
    ordered = sorted(places.items(), key=lambda one: any(map(is_far, one[1])))
    groups = {place_of(group[0][16:]): group for group in world.groups("routes")}
    steps: list[Step] = []
    lost: list[str] = []
    for place, mine in ordered:
        before, behind = _staying(world, groups.get(place, ()), mine)
        steps += _made(world, mine, is_first=behind and not before, in_part=in_part)
        if behind and (before or mine[0][16] == AF_INET6):
            said = " ".join(world.text("routes", name, mine[0]) for name in ("destination", "via", "dev"))
            lost.append(f"the place of {said.strip()} before others that stay: it comes last")
    return steps, lost


def is_far(row: bytes) -> bool:
    """Whether it leads through a gateway, several, or a nexthop object."""
    return not FAR.isdisjoint(attributes(row, 28))


def _staying(world: World, group: Sequence[bytes], mine: Sequence[bytes]) -> tuple[bool, bool]:
    """Whether any that stays stands before one of these, and behind one."""
    if len(group) <= len(mine):
        return False, False
    known = [world.lasting("routes", row) for row in mine]
    alike = [world.lasting("routes", row) in known for row in group]
    if all(alike) or not any(alike):
        return False, False
    first, last = alike.index(True), len(alike) - 1 - alike[::-1].index(True)
    return not all(alike[:last]), not all(alike[first:])


def _made(world: World, mine: Sequence[bytes], *, is_first: bool, in_part: bool) -> list[Step]:
    if mine[0][16] == AF_INET6:
        return [again(world, "routes", row, REPLACE if in_part and _has_legs(row) else APPEND) for row in mine]
    if is_first:
        return [again(world, "routes", row, PREPEND) for row in reversed(mine)]
    return [again(world, "routes", row, APPEND) for row in mine]


def _has_legs(row: bytes) -> bool:
    return rt.RTA_MULTIPATH in attributes(row, 28)
