"""What the kernel takes along: counted from what would have to be made again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nltui.changes.address_flush import AddressFlush
from nltui.changes.addresses import AddressDelete
from nltui.changes.base import Change, Undo
from nltui.changes.build import AF_INET6
from nltui.changes.links.settings import LinkSet
from nltui.changes.links.state import LinkDelete, LinkDown
from nltui.changes.nexthops import NexthopDelete
from nltui.changes.risk.finding import Finding
from nltui.changes.world import World
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import rtnetlink as rt

_NAMES = {
    il.RTM_NEWLINK: ("other link", "other links"),
    rt.RTM_NEWADDR: ("address", "addresses"),
    rt.RTM_NEWROUTE: ("route", "routes"),
    rt.RTM_NEWNEIGH: ("lasting neighbour", "lasting neighbours"),
    rt.RTM_NEWNEXTHOP: ("nexthop", "nexthops"),
}


def takes(change: Change, world: World, undo: Undo) -> Iterator[Finding]:
    """Rows of other tables that go with what is changed, or may go."""
    taken = Counter(step.type for step in undo.steps)
    certain = isinstance(change, LinkDelete) or goes_down(change)
    if isinstance(change, LinkDown):
        # Of a link that goes down the first step is the way up.
        taken[il.RTM_NEWLINK] = 0
    elif isinstance(change, LinkDelete):
        made = sum(step.type == il.RTM_NEWLINK and bool(step.flags) for step in undo.steps)
        taken[il.RTM_NEWLINK] = len(undo.steps) and max(0, made - 1)
    elif isinstance(change, AddressDelete):
        taken[rt.RTM_NEWADDR] -= 1
    elif isinstance(change, AddressFlush):
        taken[rt.RTM_NEWADDR] = 0
    elif isinstance(change, LinkSet):
        taken[il.RTM_NEWLINK] = 0
    elif isinstance(change, NexthopDelete):
        taken[rt.RTM_NEWNEXTHOP] = 0
    else:
        return
    for type_, (one, many) in _NAMES.items():
        count = taken[type_]
        if count > 0:
            goes = ("goes" if count == 1 else "go") if certain else "may go"
            yield Finding(f"{count:,} {one if count == 1 else many} {goes} along{_silent(change, type_, undo)}")


def goes_down(change: Change) -> bool:
    """Whether a link does."""
    return isinstance(change, LinkDown) or (isinstance(change, LinkSet) and change.state == 0)


def _silent(change: Change, type_: int, undo: Undo) -> str:
    if type_ != rt.RTM_NEWROUTE or not goes_down(change):
        return ""
    four = sum(step.type == type_ and step.body[0] != AF_INET6 for step in undo.steps)
    return f", {four:,} of them IPv4, of which the kernel will not tell" if four else ""
