"""`ip link set`: name, MTU, addresses, master, flags of a link that is there."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from nltui.changes import build as b
from nltui.changes.again import attributes
from nltui.changes.along import Along
from nltui.changes.base import Change, NothingChanged, Problems, Step, Subject, Tier, Undo, asked, fields_of, quoted
from nltui.changes.inputs import Choice, Dev, Mac, Name, Number, Spelled, Switch, Text
from nltui.changes.links.bridges import port_again
from nltui.changes.links.common import (
    IFINFOMSG,
    flags_of,
    generation,
    generation_mode,
    generation_set,
    inside,
    kind_of,
    set_step,
)
from nltui.changes.links.standing import ON_LOWER, on
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.fields import NLMSG_HDRLEN
from nltui.netlink.wire import nlattr
from nltui.system import names
from nltui.text import visible

LEAST_IPV6 = 1280
"""Bytes: a link whose MTU is smaller has no IPv6 (RFC 8200)."""
_SWITCHES = {
    "promisc": (fl.IFF_PROMISC, False),
    "allmulticast": (fl.IFF_ALLMULTI, False),
    "multicast": (fl.IFF_MULTICAST, False),
    "arp": (fl.IFF_NOARP, True),
    "state": (fl.IFF_UP, False),
}
"""Field → (flag, whether the flag says the opposite)."""
_STATES = {"up": 1, "down": 0}
_MODES = {name: number for number, name in il.ADDR_GEN_MODES.items()}
_NUMBERS: Mapping[str, tuple[int, Callable[[int, Any], bytes]]] = {
    "mtu": (il.IFLA_MTU, b.u32),
    "txqueuelen": (il.IFLA_TXQLEN, b.u32),
    "group": (il.IFLA_GROUP, b.u32),
    "address": (il.IFLA_ADDRESS, b.mac),
    "name": (il.IFLA_IFNAME, b.text),
    "gso_max_size": (il.IFLA_GSO_MAX_SIZE, b.u32),
    "gso_max_segs": (il.IFLA_GSO_MAX_SEGS, b.u32),
    "gro_max_size": (il.IFLA_GRO_MAX_SIZE, b.u32),
    "carrier": (il.IFLA_CARRIER, b.u8),
    "protodown": (il.IFLA_PROTO_DOWN, b.u8),
}
_PLAIN = ("gso_max_size", "gso_max_segs", "gro_max_size", "carrier", "protodown")
"""Of these, numbers that a row has as they are typed, or as on and off."""


@dataclass(frozen=True, kw_only=True)
class LinkSet(Change):
    """`ip link set dev X …`: only what differs from what is there."""

    table: ClassVar[str] = "links"
    title: ClassVar[str] = "edit: name, MTU, MAC, alias, master, group, state, flags"
    help: ClassVar[str] = "Only what you change is sent. An empty alias or master takes it away."
    key: ClassVar[str] = "e"
    command: ClassVar[tuple[str, ...]] = ("link", "set")
    tier: ClassVar[Tier] = Tier.AFFECTING

    dev: Device = asked(Dev(), "dev", "the link", required=True)
    name: str | None = asked(Name(), "name", "another name")
    mtu: int | None = asked(Number(0, 0x7FFFFFFF, "bytes"), "mtu", "largest packet")
    address: str | None = asked(Mac(), "address", "link-layer address", also=("addr",))
    alias: str | None = asked(Text(255, "a description"), "alias", "what it is, in your words")
    master: Device | None = asked(Dev(), "master", "bridge, bond or VRF that it is a port of")
    nomaster: bool | None = None
    txqueuelen: int | None = asked(
        Number(0, 0x7FFFFFFF, "packets"), "txqueuelen", "length of its queue", also=("txqlen", "qlen")
    )
    group: int | None = asked(
        Spelled(names.group, 0xFFFFFFFF, "a group's name or number", (0,)), "group", "a number to find it by"
    )
    promisc: int | None = asked(Switch(), "promisc", "takes every frame")
    allmulticast: int | None = asked(Switch(), "allmulticast", "takes every multicast frame")
    multicast: int | None = asked(Switch(), "multicast", "can send multicast")
    arp: int | None = asked(Switch(), "arp", "asks for addresses by ARP")
    addrgenmode: int | None = asked(Choice(_MODES), "addrgenmode", "how it makes its own IPv6 addresses")
    carrier: int | None = asked(Switch(), "carrier", "whether a signal is there, where a program decides that")
    protodown: int | None = asked(Switch(), "protodown", "held down by a program")
    gso_max_size: int | None = asked(Number(0, 0x7FFFFFFF, "bytes"), "gso_max_size", "largest packet that is cut later")
    gso_max_segs: int | None = asked(Number(0, 0xFFFF), "gso_max_segs", "most segments of such a packet")
    gro_max_size: int | None = asked(Number(0, 0x7FFFFFFF, "bytes"), "gro_max_size", "largest packet put together")
    state: int | None = asked(Choice(_STATES), "", "whether it sends and receives: up or down")
    row: bytes | None = None

    @classmethod
    def said_by(cls, step: Step, world: World) -> LinkSet:
        """What a message sets, as far as undo() asks: which settings, and the values that take something along."""
        raw = attributes(step.body, IFINFOMSG)
        flags, change = struct.unpack_from("=II", step.body, 8)
        told: dict[str, Any] = {name: _read(name, raw[type_]) for name, (type_, _) in _NUMBERS.items() if type_ in raw}
        told |= {n: int(bool(flags & bit) != inverse) for n, (bit, inverse) in _SWITCHES.items() if change & bit}
        if il.IFLA_IFALIAS in raw:
            told["alias"] = _read("name", raw[il.IFLA_IFALIAS])
        if il.IFLA_MASTER in raw:
            index = int.from_bytes(raw[il.IFLA_MASTER], sys.byteorder)
            told |= {"master": world.named(index)} if index else {"nomaster": True}
        if il.IFLA_AF_SPEC in raw:
            told["addrgenmode"] = generation_mode(bytes(NLMSG_HDRLEN) + step.body)
        return cls(dev=world.named(struct.unpack_from("=i", step.body, 4)[0]), **told)

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As it is."""
        said = world.said("links", row)
        found = {"dev": said["ifname"], "name": said["ifname"], "mtu": str(said["mtu"])}
        for key, name in (("address", "address"), ("ifalias", "alias"), ("master", "master"), ("txqlen", "txqueuelen"),
                          ("group", "group")):  # fmt: skip
            if key in said:
                found[name] = str(said[key])
        raw, flags = inside(row), flags_of(row)
        values = {n: int.from_bytes(raw[_NUMBERS[n][0]], sys.byteorder) for n in _PLAIN if _NUMBERS[n][0] in raw}
        values |= {n: int(bool(flags & bit) != inverse) for n, (bit, inverse) in _SWITCHES.items()}
        mode = generation_mode(row)
        values |= {"addrgenmode": mode} if mode is not None else {}
        inputs = {field.name: field.input for field in fields_of(cls)}
        return found | {name: inputs[name].words(value)[0] for name, value in values.items()}

    @classmethod
    def parsed(cls, texts: Mapping[str, str], world: World, row: bytes | None = None) -> Self:
        """What is as it was is not said; what was emptied is taken away."""
        if row is None and texts.get("dev"):
            row = world.link(world.device(texts["dev"].strip()))
        before = cls.filled(row, world) if row is not None else {}
        changed = {name: text for name, text in texts.items() if text.strip() != before.get(name, "")}
        emptied = {name for name, text in changed.items() if not text.strip()}
        wrong = dict.fromkeys(emptied - {"alias", "master", "dev"}, "cannot be empty")
        if wrong:
            raise Problems(wrong)
        made = super().parsed(changed | {"dev": texts.get("dev", before.get("dev", ""))}, world, row)
        if "alias" in emptied:
            object.__setattr__(made, "alias", "")
        if "master" in emptied:
            object.__setattr__(made, "nomaster", True)
        made._something()
        made.check(world)
        return made

    def check(self, world: World) -> None:
        """What the link itself tells of its limits."""
        said = world.said("links", world.link(self.dev))
        low, high = int(said.get("min_mtu", 0)), int(said.get("max_mtu", 0))
        if self.mtu is not None and (self.mtu < low or (high and self.mtu > high)):
            raise Problems({"mtu": f"{self.dev} takes {low} to {high or 'any'}"})

    def subjects(self, world: World) -> list[Subject]:
        """That it is the same link, and that nobody set the same meanwhile."""
        said = [name for name in (*_NUMBERS, "alias", *_SWITCHES, "addrgenmode") if getattr(self, name) is not None]
        said += ["master"] if self.master is not None or self.nomaster else []
        mine = Subject("links", world.link(self.dev), True, self.filled, tuple(said))
        return [mine, *(one for one in super().subjects(world) if one.message != mine.message)]

    def _something(self) -> None:
        if len(self.words()) == len(("link", "set", "dev", "")):
            raise NothingChanged

    def words(self) -> list[str]:
        """`nomaster` is a word of its own."""
        return [*super().words(), *(["nomaster"] if self.nomaster else [])]

    def sentence(self, world: World) -> str:
        """In words."""
        before = self.filled(world.link(self.dev), world)
        told = [f"name {before['name']} → {self.name}"] if self.name is not None else []
        for field in fields_of(type(self)):
            value = getattr(self, field.name)
            if value is not None and field.name not in ("dev", "name"):
                words = " ".join(field.input.words(value)) or "none"
                told.append(f"{field.name} {before.get(field.name, 'none')} → {words}")
        return f"{self.dev}: " + ", ".join(told + (["no master any more"] if self.nomaster else []))

    def steps(self, world: World) -> Sequence[Step]:
        """One RTM_NEWLINK."""
        parts = [make(type_, getattr(self, name)) for name, (type_, make) in _NUMBERS.items()
                 if getattr(self, name) is not None]  # fmt: skip
        if self.alias is not None:
            # The kernel takes an alias away when it is told an empty one.
            parts.append(b.text(il.IFLA_IFALIAS, self.alias) if self.alias else nlattr(il.IFLA_IFALIAS, b"\0"))
        if self.master is not None or self.nomaster:
            parts.append(b.u32(il.IFLA_MASTER, self.master.index if self.master is not None else 0))
        if self.addrgenmode is not None:
            parts.append(generation_set(self.addrgenmode))
        flags = change = 0
        for name, (bit, inverse) in _SWITCHES.items():
            value = getattr(self, name)
            if value is not None:
                change |= bit
                flags |= bit if bool(value) != inverse else 0
        return [set_step(self.dev, self.line, *parts, flags=flags, change=change)]

    def undo(self, world: World) -> Undo:
        """The same with what was there before."""
        row = world.link(self.dev)
        before = self.filled(row, world)
        texts = {"dev": self.name or self.dev.name}
        raw, parts = inside(row), []
        for name, (type_, _) in _NUMBERS.items():
            if getattr(self, name) is not None and type_ in raw:
                parts.append(nlattr(type_, raw[type_]))
        if self.alias is not None:
            parts.append(nlattr(il.IFLA_IFALIAS, raw.get(il.IFLA_IFALIAS, b"\0")))
        if self.master is not None or self.nomaster:
            parts.append(nlattr(il.IFLA_MASTER, raw.get(il.IFLA_MASTER, bytes(4))))
        change = sum(bit for name, (bit, _) in _SWITCHES.items() if getattr(self, name) is not None)
        said = [name for name in (*_NUMBERS, "alias", "master", *_SWITCHES) if getattr(self, name) is not None]
        words = [_word(name, before.get(name, "")) for name in said]
        words += [_word("master", before.get("master", ""))] if self.nomaster else []
        says = f"ip link set dev {quoted(texts['dev'])} {' '.join(words)}"
        more, lost = self._along(world, row, int(before["mtu"]))
        # How addresses are made has a step of its own, in what goes along.
        back = [set_step(self.dev, says, *parts, flags=flags_of(row), change=change)] if words else []
        return Undo((*back, *more), lost)

    def _along(self, world: World, row: bytes, mtu: int) -> tuple[Sequence[Step], tuple[str, ...]]:
        """What the kernel takes along though the link stays, made again; and what of it cannot be."""
        steps: list[Step] = []
        lost: list[str] = []
        if self.addrgenmode is not None:
            steps += generation(self.dev, row)
            lost.append("link-local addresses that come or go with another way of making them")
        if self.state == _STATES["down"]:
            held = Along(world).device(self.dev, every=False)
            steps += held.steps
            lost += [*held.lost, "neighbours that had been resolved"]
        elif self.state is not None and any(one[16] == b.AF_INET6 for one in self._addresses(world)):
            lost.append("IPv6 addresses that it had while it was down")
        if self.mtu is not None and self.mtu < mtu:
            steps += self._smaller(world)
        if self.mtu is not None and self.mtu < LEAST_IPV6 <= mtu:
            held = Along(world).device(self.dev, every=False)
            steps += [*generation(self.dev, row), *held.steps]
            lost += held.lost
            lost.append("IPv6 settings of the link (sysctls), which are the usual ones then")
        if self.address is not None or self.arp is not None:
            steps += Along(world).neighbours(self.dev)
            lost.append("neighbours that had been resolved")
        if self.master is not None or self.nomaster:
            made, left = port_again(world, self.dev)
            steps += made
            lost += left
        if self.name is not None and sum(one[16] == b.AF_INET for one in self._addresses(world)) > 1:
            lost.append("labels of its further IPv4 addresses, which the kernel makes of the name")
        return steps, tuple(dict.fromkeys(lost))

    def _smaller(self, world: World) -> list[Step]:
        """MTUs of links that stand on it: none stays larger than that of the link below."""
        found, steps = [self.dev], []
        for one in found:
            above = [new for new in on(world, one) if kind_of(world.links[new.index]) in ON_LOWER]
            found += [new for new in above if new not in found]
        for one in found[1:]:
            raw = inside(world.links[one.index])[il.IFLA_MTU]
            mtu = int.from_bytes(raw, sys.byteorder)
            if self.mtu is not None and mtu > self.mtu:
                steps.append(set_step(one, f"ip link set dev {quoted(one)} mtu {mtu}", nlattr(il.IFLA_MTU, raw)))
        return steps

    def _addresses(self, world: World) -> list[bytes]:
        return world.where("addresses", dev=self.dev.name)


def _read(name: str, raw: bytes) -> int | str:
    """One of _NUMBERS in a message."""
    if name == "name":
        return visible(raw.rstrip(b"\0"), limit=1000)
    return raw.hex(":") if name == "address" else int.from_bytes(raw, sys.byteorder)


def _word(name: str, before: str) -> str:
    """What takes a setting back, on an `ip` line."""
    if name == "state":
        return before
    return "nomaster" if name == "master" and not before else f"{name} {quoted(before)}"
