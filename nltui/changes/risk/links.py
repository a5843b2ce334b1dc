"""What a message of links does to one: deleted, down, away, or set otherwise."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from nltui.changes.again import attributes
from nltui.changes.base import Step
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants.netlink import NLM_F_CREATE

_CUTTING = frozenset(
    {il.IFLA_MASTER, il.IFLA_ADDRESS, il.IFLA_MTU, il.IFLA_LINKINFO, il.IFLA_CARRIER, il.IFLA_PROTO_DOWN}
)
"""Settings that can end a connection through the link."""


def touched(steps: Iterable[Step], world: World) -> Iterator[tuple[Step, Device]]:
    """Messages about links that are there, each with its link."""
    for step in steps:
        is_one = step.type == il.RTM_DELLINK or (step.type == il.RTM_NEWLINK and not step.flags & NLM_F_CREATE)
        if is_one and (index := struct.unpack_from("=i", step.body, 4)[0]) in world.links:
            yield step, world.named(index)


def goes_down(step: Step) -> bool:
    """Whether it takes IFF_UP from the link."""
    if step.type != il.RTM_NEWLINK or step.flags & NLM_F_CREATE:
        return False
    flags, change = struct.unpack_from("=II", step.body, 8)
    return bool(change & fl.IFF_UP) and not flags & fl.IFF_UP


def leaves(step: Step) -> bool:
    """Whether it has the link no more after it: deleted, down, or in another namespace."""
    return step.type == il.RTM_DELLINK or goes_down(step) or il.IFLA_NET_NS_FD in attributes(step.body, 16)


def may_cut(step: Step) -> bool:
    """Whether what goes through the link may end."""
    no_arp = struct.unpack_from("=I", step.body, 12)[0] & fl.IFF_NOARP
    return leaves(step) or bool(no_arp) or not _CUTTING.isdisjoint(attributes(step.body, 16))
