"""How links stand on each other: peers, lower links, masters, and who loses the carrier with whom."""

from __future__ import annotations

import struct

from nltui.changes.links.common import data_of, flags_of, inside, kind_of
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il

ON_LOWER = ("macvlan", "macvtap", "vlan", "ipvlan", "ipvtap", "macsec")
"""Kinds that go with the link that IFLA_LINK tells of."""


def lower(row: bytes) -> int:
    """ifindex of what it stands on, or of a veth's peer; 0 where that is elsewhere or nothing."""
    raw = inside(row)
    return 0 if il.IFLA_LINK_NETNSID in raw else struct.unpack("=i", raw.get(il.IFLA_LINK, bytes(4)))[0]


def master(row: bytes) -> int:
    """ifindex of what it is a port of; 0 none."""
    return int(struct.unpack("=I", inside(row).get(il.IFLA_MASTER, bytes(4)))[0])


def peer(world: World, device: Device) -> Device | None:
    """A veth's other end, where it is in this namespace."""
    row = world.links[device.index]
    index = lower(row) if kind_of(row) == "veth" else 0
    return world.named(index) if index in world.links else None


def on(world: World, device: Device) -> list[Device]:
    """Links that go when this one goes: what is stacked on it, and tunnels that are bound to it."""
    return [one for one in world.devices if _stands(world.links[one.index], device.index)]


def _stands(row: bytes, index: int) -> bool:
    kind = kind_of(row)
    if kind == "vxlan":
        return data_of(row).get(il.IFLA_VXLAN["link"]) == struct.pack("=I", index)
    return kind in ON_LOWER and lower(row) == index


def with_it(world: World, device: Device) -> list[Device]:
    """The link, its peer, and what stands on them: each after what it stands on."""
    found = [device]
    for one in found:
        other = peer(world, one)
        found += [new for new in ([other] if other else []) + on(world, one) if new not in found]
    return found


def carried(world: World, device: Device) -> list[Device]:
    """Others that lose their carrier when this one goes down."""
    found = [device]
    for one in found:
        other, above = peer(world, one), world.links.get(master(world.links[one.index]))
        more = [other] if other else []
        more += [up for up in on(world, one) if kind_of(world.links[up.index]) in ON_LOWER]
        if above is not None and not _has_other_port(world, above, one):
            more.append(world.named(struct.unpack_from("=i", above, 20)[0]))
        found += [new for new in more if new not in found]
    return found[1:]


def _has_other_port(world: World, above: bytes, port: Device) -> bool:
    """Whether another port gives it a carrier."""
    index = struct.unpack_from("=i", above, 20)[0]
    rows = (world.links[one.index] for one in world.devices if one != port)
    return any(master(row) == index and flags_of(row) & fl.IFF_LOWER_UP for row in rows)
