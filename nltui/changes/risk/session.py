"""Whether the person's own session may be cut: judged by the messages that are sent and those that would undo them."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator, Sequence

from nltui.changes.again import attributes
from nltui.changes.base import Step, Undo
from nltui.changes.build import AF_INET, AF_INET6
from nltui.changes.inputs import FOREVER
from nltui.changes.risk.finding import Finding
from nltui.changes.risk.links import may_cut, touched
from nltui.changes.risk.way import Way, covers, way
from nltui.changes.world import Device, World
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt
from nltui.system import names

LOCAL = 255
"""The table of addresses that are this machine's."""
_REFUSE = (fr.FR_ACT_BLACKHOLE, fr.FR_ACT_UNREACHABLE, fr.FR_ACT_PROHIBIT)


def cuts(steps: Sequence[Step], world: World, undo: Undo) -> Iterator[Finding]:
    """What the session goes by and is changed, each thing once."""
    found = way(world)
    if found is None:
        return
    told = f"your SSH session from {found.client}"
    for step, device in touched(steps, world):
        if device.name in found.links:
            yield Finding(f"{told} {found.links[device.name]}", cuts=may_cut(step))
    if any(_takes_address(step, found, world) for step in (*steps, *undo.steps)):
        yield Finding(f"{told} is to an address that goes", cuts=True)
    if any(step.type & ~3 == rt.RTM_NEWROUTE and _takes(step, found) for step in (*steps, *undo.steps)):
        yield Finding(f"answers to {told} may take a route that is changed", cuts=True)
    if any(_is_local(step, found) for step in (*steps, *undo.steps)) or any(_refuses(step, found) for step in steps):
        yield Finding(f"packets of {told} may not come in any more", cuts=True)
    rules = [step for step in steps if step.type & ~3 == rt.RTM_NEWRULE and _decides(step, found)]
    if rules:
        is_sure = any(not _is_marked(step) for step in rules)
        yield Finding(f"answers to {told} may go by this rule", cuts=is_sure)
    if any(_draws(step, found, world) for step in steps):
        yield Finding(f"answers to {told} may go by the network of this address", cuts=True)
    if any(_is_nexthop(step, found) for step in steps):
        yield Finding(f"answers to {told} may go by this nexthop", cuts=True)
    gone = [step for step in undo.steps if step.type == rt.RTM_NEWNEIGH and step.body[8] & nd.NUD_PERMANENT]
    if any(_is_neighbour(step, found) for step in (*steps, *gone)):
        yield Finding(f"{told} goes by this neighbour", cuts=True)
    if any(_raises(step, device, found, world) for step, device in touched(steps, world)):
        yield Finding(f"answers to {told} may go by a network of this link", cuts=True)


def _takes_address(step: Step, found: Way, world: World) -> bool:
    """Whether the server's address is deleted, or is among what would have to be made again; or given an end."""
    if step.type not in (rt.RTM_NEWADDR, rt.RTM_DELADDR):
        return False
    told = attributes(step.body, 8)
    mine = ipaddress.ip_address(found.server).packed in (told.get(ia.IFA_LOCAL), told.get(ia.IFA_ADDRESS))
    if step.flags & nl.NLM_F_REPLACE:
        return mine and struct.unpack_from("=4xI", told.get(ia.IFA_CACHEINFO, b"\xff" * 8))[0] != FOREVER
    return mine and (step.type == rt.RTM_DELADDR or bool(world.where("addresses", address=found.server)))


def _draws(step: Step, found: Way, world: World) -> bool:
    """Of RTM_NEWADDR: whether answers would go to the network that comes with the address, or to this machine."""
    if step.type != rt.RTM_NEWADDR or _version(step.body[0]) != ipaddress.ip_address(found.client).version:
        return False
    told, index = attributes(step.body, 8), struct.unpack_from("=i", step.body, 4)[0]
    here = told.get(ia.IFA_LOCAL, b"")
    if here == ipaddress.ip_address(found.client).packed:
        return True
    net = _prefix(step.body[0], told.get(ia.IFA_ADDRESS, here), step.body[1])
    if step.flags & nl.NLM_F_REPLACE:
        # Another metric for the network by which answers go.
        return ia.IFA_RT_PRIORITY in told and covers(net, found.client)
    return world.named(index).name != found.link and found.may_take(net, "main", None)


def _raises(step: Step, device: Device, found: Way, world: World) -> bool:
    """Of a link that goes up: whether one of its networks would be the way to the client."""
    flags, change = struct.unpack_from("=II", step.body, 8)
    if step.type != il.RTM_NEWLINK or not flags & change & fl.IFF_UP or device.name == found.link:
        return False
    rows = world.where("addresses", dev=device.name)
    said = (world.said("addresses", row) for row in rows)
    nets = (f"{one.get('address', one['local'])}/{one['prefixlen']}" for one in said)
    return any(found.may_take(str(ipaddress.ip_network(net, strict=False)), "main", None) for net in nets)


def _is_nexthop(step: Step, found: Way) -> bool:
    """Whether it takes away or replaces one that answers go by."""
    if step.type != rt.RTM_DELNEXTHOP and not (step.type == rt.RTM_NEWNEXTHOP and step.flags & nl.NLM_F_REPLACE):
        return False
    return struct.unpack("=I", attributes(step.body, 8).get(nh.NHA_ID, bytes(4)))[0] in found.nexthops


def _is_neighbour(step: Step, found: Way) -> bool:
    """Whether it says who has an address on the way, other than that he is asked again."""
    if step.type != rt.RTM_NEWNEIGH or step.body[10] & nd.NTF_PROXY:
        return False
    told = attributes(step.body, 12)
    dst = told.get(nd.NDA_DST, b"")
    is_said = nd.NDA_LLADDR in told or step.body[8] & (nd.NUD_FAILED | nd.NUD_NOARP)
    return bool(is_said) and any(ipaddress.ip_address(one).packed == dst for one in found.neighbours)


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


def _is_local(step: Step, found: Way) -> bool:
    """Of routes: whether it is the one by which the server's address is this machine's."""
    if step.type & ~3 != rt.RTM_NEWROUTE or _version(step.body[0]) != ipaddress.ip_address(found.server).version:
        return False
    dst = _prefix(step.body[0], attributes(step.body, 12).get(rt.RTA_DST), step.body[1])
    return dst != "default" and covers(dst, found.server) and (step.body[7] == rt.RTN_LOCAL or step.body[4] == LOCAL)


def _refuses(step: Step, found: Way) -> bool:
    """Of rules: whether packets of the session that come in may be refused by it."""
    if step.type != rt.RTM_NEWRULE or step.body[7] not in _REFUSE:
        return False
    if _version(step.body[0]) != ipaddress.ip_address(found.client).version:
        return False
    told = attributes(step.body, 12)
    iif = told.get(fr.FRA_IIFNAME, b"").rstrip(b"\0").decode("utf-8", "replace")
    if struct.unpack_from("=I", step.body, 8)[0] & fr.FIB_RULE_INVERT:
        return True
    ends = ((fr.FRA_SRC, step.body[2], found.client), (fr.FRA_DST, step.body[1], found.server))
    return iif in ("", *found.links) and all(
        covers(_prefix(step.body[0], told.get(type_), bits), end) for type_, bits, end in ends
    )


def _is_marked(step: Step) -> bool:
    """Whether the rule is for packets with a mark, which answers seldom have."""
    return attributes(step.body, 12).get(fr.FRA_FWMARK, bytes(4)) != bytes(4)


def _version(family: int) -> int:
    return {AF_INET: 4, AF_INET6: 6}.get(family, 0)


def _prefix(family: int, address: bytes | None, bits: int) -> str:
    if not bits or address is None:
        return "default"
    size = 16 if family == AF_INET6 else 4
    return str(ipaddress.ip_network((address.ljust(size, bytes(1)), bits), strict=False))
