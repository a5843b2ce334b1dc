"""Whether the person's own session may be cut: judged by the messages that are sent and those that would undo them."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator

from nltui.changes.address_flush import AddressFlush
from nltui.changes.addresses import AddressAdd, AddressReplace
from nltui.changes.again import attributes
from nltui.changes.base import Change, Step, Undo
from nltui.changes.build import AF_INET, AF_INET6
from nltui.changes.links.bridges import Options
from nltui.changes.links.settings import LinkSet
from nltui.changes.links.state import LinkDelete, LinkDown, LinkMove
from nltui.changes.neighbours import NeighbourAdd
from nltui.changes.nexthops import NexthopDelete, NexthopReplace
from nltui.changes.risk.finding import Finding
from nltui.changes.risk.way import Way, covers, way
from nltui.changes.world import World
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import rtnetlink as rt
from nltui.system import names

_CUTTING = ("master", "nomaster", "address", "arp", "mtu", "state", "carrier", "protodown")
"""Settings of a link that can end a connection through it."""


def cuts(change: Change, world: World, undo: Undo) -> Iterator[Finding]:
    """What the session goes by and is changed, each thing once."""
    found = way(world)
    if found is None:
        return
    told = f"your SSH session from {found.client}"
    steps = tuple(change.steps(world)) if change.table in ("routes", "rules") else ()
    yield from _link(change, found, told)
    stays = isinstance(change, AddressReplace)
    if not stays and any(step.type == rt.RTM_NEWADDR and _is_to(step, found.server) for step in undo.steps):
        yield Finding(f"{told} is to an address that goes", cuts=True)
    if any(step.type == rt.RTM_NEWROUTE and _takes(step, found) for step in (*steps, *undo.steps)):
        yield Finding(f"answers to {told} may take a route that is changed", cuts=True)
    rules = [step for step in steps if step.type in (rt.RTM_NEWRULE, rt.RTM_DELRULE) and _decides(step, found)]
    if rules:
        is_sure = any(not _is_marked(step) for step in rules)
        yield Finding(f"answers to {told} may go by this rule", cuts=is_sure)
    if isinstance(change, AddressAdd) and not stays and change.dev.name != found.link:
        net = str(ipaddress.ip_network(change.peer or change.local, strict=False))
        if found.may_take(net, "main", None) or change.local.partition("/")[0] == found.client:
            yield Finding(f"answers to {told} may go by the network of this address", cuts=True)
    if isinstance(change, NexthopDelete | NexthopReplace) and change.id in found.nexthops:
        yield Finding(f"answers to {told} may go by this nexthop", cuts=True)
    if isinstance(change, NeighbourAdd) and change.dst in found.neighbours:
        yield Finding(f"{told} goes by this neighbour", cuts=True)


def _link(change: Change, found: Way, told: str) -> Iterator[Finding]:
    dev = getattr(change, "dev", None)
    if dev is None or dev.name not in found.links:
        return
    says = f"{told} {found.links[dev.name]}"
    if isinstance(change, LinkDown | LinkDelete | LinkMove | Options):
        yield Finding(says, cuts=True)
    elif isinstance(change, AddressFlush):
        yield Finding(says, cuts=dev.name == found.link)
    elif isinstance(change, LinkSet):
        yield Finding(says, cuts=any(getattr(change, name) is not None for name in _CUTTING))


def _is_to(step: Step, server: str) -> bool:
    found = attributes(step.body, 8)
    return ipaddress.ip_address(server).packed in (found.get(ia.IFA_LOCAL), found.get(ia.IFA_ADDRESS))


def _takes(step: Step, found: Way) -> bool:
    """Of RTM_NEWROUTE: whether answers would go by that route."""
    family, bits, table = step.body[0], step.body[1], step.body[4]
    if _version(family) != ipaddress.ip_address(found.client).version:
        return False
    told = attributes(step.body, 12)
    if rt.RTA_TABLE in told:
        table = struct.unpack("=I", told[rt.RTA_TABLE])[0]
    metric = struct.unpack("=I", told[rt.RTA_PRIORITY])[0] if rt.RTA_PRIORITY in told else None
    return found.may_take(_prefix(family, told.get(rt.RTA_DST), bits), names.table(table) or str(table), metric)


def _decides(step: Step, found: Way) -> bool:
    """Whether a rule's conditions may hold for answers: packets of this machine, from the server to the client."""
    family, to, source = step.body[:3]
    if _version(family) != ipaddress.ip_address(found.client).version:
        return False
    told = attributes(step.body, 12)
    if told.get(fr.FRA_IIFNAME, b"lo").rstrip(b"\0") != b"lo":
        return False
    if struct.unpack_from("=I", step.body, 8)[0] & fr.FIB_RULE_INVERT:
        return True
    ends = ((fr.FRA_SRC, source, found.server), (fr.FRA_DST, to, found.client))
    return all(covers(_prefix(family, told.get(type_), bits), end) for type_, bits, end in ends)


def _is_marked(step: Step) -> bool:
    """Whether the rule is for packets with a mark, which answers seldom have."""
    return attributes(step.body, 12).get(fr.FRA_FWMARK, bytes(4)) != bytes(4)


def _version(family: int) -> int:
    return {AF_INET: 4, AF_INET6: 6}.get(family, 0)


def _prefix(family: int, address: bytes | None, bits: int) -> str:
    if not bits or address is None:
        return "default"
    size = 16 if family == AF_INET6 else 4
    return f"{ipaddress.ip_address(address.ljust(size, bytes(1)))}/{bits}"
