"""A link that is about to be deleted, as the requests that make it again: itself, what stands on it, what it holds."""

from __future__ import annotations

import struct
import sys

from nltui.changes import build as b
from nltui.changes.again import THERE, joined, says
from nltui.changes.along import Along
from nltui.changes.base import Step, Undo, quoted
from nltui.changes.links import tuntap
from nltui.changes.links.bridges import port_again
from nltui.changes.links.common import data_of, flags_of, generation, inside, kind_of, set_step
from nltui.changes.links.standing import ON_LOWER, master, peer, with_it
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import netlink as nl
from nltui.netlink.wire import NLA_F_NESTED, nlattr

_COPIED = (
    il.IFLA_IFNAME, il.IFLA_ADDRESS, il.IFLA_MTU, il.IFLA_TXQLEN, il.IFLA_GROUP, il.IFLA_LINK, il.IFLA_GSO_MAX_SIZE,
    il.IFLA_GSO_MAX_SEGS, il.IFLA_GRO_MAX_SIZE,
)  # fmt: skip
_TOLD_ONLY = {
    "bridge": frozenset({10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 26, 40, 46, 47, 48}),
    "macvlan": frozenset({4, 5, 6, 8}),
    "macvtap": frozenset({4, 5, 6, 8}),
    "bond": frozenset({2, 11, 23}),
}
"""By kind: settings that the kernel tells and does not take back at creation."""
_VXLAN_TTL_INHERIT = 28
_USUAL = {
    "bridge": {7: bytes(1), 8: b"\x81\x00", 39: struct.pack("=H", 1), 41: bytes(1), 45: bytes(1)},
    "vxlan": {33: bytes.fromhex("f7ffffff000000ff")},
}
"""By kind: settings that some kernels tell and refuse, even with the usual value, which then is not asked for."""
_UNKNOWN_STATE = {
    "bridge": "forwarding entries, multicast groups and VLANs of the bridge",
    "vxlan": "forwarding entries of the tunnel",
    "macsec": "keys and channels of the link",
}
_FLAGS = fl.IFF_UP | fl.IFF_PROMISC | fl.IFF_ALLMULTI | fl.IFF_MULTICAST | fl.IFF_NOARP


def remade(world: World, device: Device) -> Undo:
    """With the links that go along: a veth's peer, and what stands on it."""
    gone = with_it(world, device)
    steps: list[Step] = []
    lost: list[str] = ["counters, queueing disciplines and sysctls of the link"]
    for at, one in enumerate(gone):
        made, left = _made(world, one, gone[:at])
        steps += made
        lost += left
    for one in gone:
        steps += _set(world, one)
    ports = [one for one in world.devices if one not in gone and master(world.links[one.index]) == device.index]
    for port in ports:
        line = f"ip link set dev {quoted(port)} master {quoted(device)}"
        steps.append(set_step(port, line, b.u32(il.IFLA_MASTER, device.index)))
    for port in (*ports, *gone):
        made, left = port_again(world, port)
        steps += made
        lost += left
    held = Along(world).device(*gone)
    return Undo((*steps, *held.steps), tuple(dict.fromkeys([*lost, *held.lost])))


def _made(world: World, device: Device, before: list[Device]) -> tuple[list[Step], list[str]]:
    """The creation itself; a veth's peer comes with it."""
    row = world.links[device.index]
    kind, other, lost = kind_of(row), peer(world, device), list[str]()
    if kind == "veth":
        if other is None:
            return [], [f"{device}: its peer is in another network namespace"]
        if other in before:
            return [], []
        inner = b.ifinfomsg(other.index) + _copied(world.links[other.index], without=(il.IFLA_LINK,))
        data = nlattr(il.VETH_INFO_PEER, inner)
    else:
        told_only, usual = _TOLD_ONLY.get(kind, frozenset()), _USUAL.get(kind, {})
        kept = {type_: raw for type_, raw in data_of(row).items() if type_ not in told_only}
        if kind == "vxlan" and kept.pop(_VXLAN_TTL_INHERIT, b"\0") != b"\0":
            # Told as a number, asked for as a flag.
            kept[_VXLAN_TTL_INHERIT] = b""
        data = joined({type_: raw for type_, raw in kept.items() if raw != usual.get(type_)})
    if kind == "tun":
        return _tun(device, row)
    if not kind:
        return [], [f"{device}: no request makes a link of this kind"]
    lost += [_UNKNOWN_STATE[kind]] if kind in _UNKNOWN_STATE else []
    nest = b.nest(
        il.IFLA_LINKINFO, b.text(il.IFLA_INFO_KIND, kind), *([b.nest(il.IFLA_INFO_DATA, data)] if data else [])
    )
    lower = () if kind in ON_LOWER else (il.IFLA_LINK,)
    body = b.ifinfomsg(device.index) + _copied(row, without=lower) + nest
    line = says(world, "links", row)
    if kind == "veth" and other is not None and line.startswith("ip "):
        said = world.said("links", world.links[other.index])
        line += f" address {said['address']} mtu {said['mtu']} txqueuelen {said['txqlen']}"
    return [Step(il.RTM_NEWLINK, nl.NLM_F_CREATE | nl.NLM_F_EXCL, body, line, THERE)], lost


def _tun(device: Device, row: bytes) -> tuple[list[Step], list[str]]:
    """By ioctls, and what else it has by a message; a tap takes its address, a tun has none."""
    step = tuntap.again(device, row)
    if step is None:
        return [], [f"{device}: the program that opened it makes it"]
    lost = [f"{device}: the program that has opened it"] if flags_of(row) & fl.IFF_LOWER_UP else []
    numbers = {"mtu": il.IFLA_MTU, "txqueuelen": il.IFLA_TXQLEN, "group": il.IFLA_GROUP}
    raw = inside(row)
    words = f"address {raw[il.IFLA_ADDRESS].hex(':')}" if raw.get(il.IFLA_ADDRESS) else ""
    for word, type_ in numbers.items():
        words += f" {word} {int.from_bytes(raw[type_], sys.byteorder)}" if type_ in raw else ""
    line = f"ip link set dev {quoted(device)} {words.strip()}"
    return [step, set_step(device, line, _copied(row, without=(il.IFLA_IFNAME, il.IFLA_LINK)))], lost


def _copied(row: bytes, without: tuple[int, ...]) -> bytes:
    raw = inside(row)
    return joined({type_: raw[type_] for type_ in _COPIED if type_ in raw and type_ not in without})


def _set(world: World, device: Device) -> list[Step]:
    """What is told after a link is there: alias, other names, master, flags."""
    row = world.links[device.index]
    raw, steps = inside(row), []
    name = device.name
    said = world.said("links", row)
    if il.IFLA_PROP_LIST in raw:
        body = b.ifinfomsg(device.index) + nlattr(il.IFLA_PROP_LIST | NLA_F_NESTED, raw[il.IFLA_PROP_LIST])
        flags = nl.NLM_F_CREATE | nl.NLM_F_EXCL | nl.NLM_F_APPEND
        others = "".join(f" altname {quoted(one)}" for one in said.get("altnames", ()))
        steps.append(Step(il.RTM_NEWLINKPROP, flags, body, f"ip link property add dev {quoted(name)}{others}", THERE))
    steps += generation(device, row)
    if il.IFLA_IFALIAS in raw:
        line = f"ip link set dev {quoted(name)} alias {quoted(said.get('ifalias', ''))}"
        steps.append(set_step(device, line, nlattr(il.IFLA_IFALIAS, raw[il.IFLA_IFALIAS])))
    if il.IFLA_MASTER in raw:
        line = f"ip link set dev {quoted(name)} master {quoted(world.named(master(row)))}"
        steps.append(set_step(device, line, nlattr(il.IFLA_MASTER, raw[il.IFLA_MASTER])))
    flags = flags_of(row) & _FLAGS
    state = "up" if flags & fl.IFF_UP else "down"
    steps.append(set_step(device, f"ip link set dev {quoted(name)} {state}", flags=flags, change=_FLAGS))
    return steps
