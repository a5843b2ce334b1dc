"""`ip link set`: name, MTU, addresses, master, flags of a link that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from nltui.changes import build as b
from nltui.changes.along import Along
from nltui.changes.base import Change, NothingChanged, Problems, Step, Subject, Tier, Undo, asked, quoted
from nltui.changes.inputs import Dev, Mac, Name, Number, Spelled, Switch, Text
from nltui.changes.links.common import data_of, flags_of, generation, inside, set_step
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.wire import nlattr
from nltui.system import names

LEAST_IPV6 = 1280
"""Bytes: a link whose MTU is smaller has no IPv6 (RFC 8200)."""
_SWITCHES = {
    "promisc": (fl.IFF_PROMISC, False),
    "allmulticast": (fl.IFF_ALLMULTI, False),
    "multicast": (fl.IFF_MULTICAST, False),
    "arp": (fl.IFF_NOARP, True),
}
"""Field → (flag, whether the flag says the opposite)."""
_NUMBERS: Mapping[str, tuple[int, Callable[[int, Any], bytes]]] = {
    "mtu": (il.IFLA_MTU, b.u32),
    "txqueuelen": (il.IFLA_TXQLEN, b.u32),
    "group": (il.IFLA_GROUP, b.u32),
    "address": (il.IFLA_ADDRESS, b.mac),
    "name": (il.IFLA_IFNAME, b.text),
}


@dataclass(frozen=True, kw_only=True)
class LinkSet(Change):
    """`ip link set dev X …`: only what differs from what is there."""

    table: ClassVar[str] = "links"
    title: ClassVar[str] = "edit: name, MTU, MAC, alias, master, group, flags"
    help: ClassVar[str] = "Only what you change is sent. An empty alias or master takes it away."
    key: ClassVar[str] = "e"
    command: ClassVar[tuple[str, ...]] = ("link", "set")
    tier: ClassVar[Tier] = Tier.AFFECTING

    dev: Device = asked(Dev(), "dev", "the link", required=True)
    name: str | None = asked(Name(), "name", "another name")
    mtu: int | None = asked(Number(0, 0x7FFFFFFF, "bytes"), "mtu", "largest packet")
    address: str | None = asked(Mac(), "address", "link-layer address")
    alias: str | None = asked(Text(255, "a description"), "alias", "what it is, in your words")
    master: Device | None = asked(Dev(), "master", "bridge, bond or VRF that it is a port of")
    nomaster: bool | None = None
    txqueuelen: int | None = asked(
        Number(0, 0x7FFFFFFF, "packets"), "txqueuelen", "length of its queue", also=("txqlen",)
    )
    group: int | None = asked(
        Spelled(names.group, 0xFFFFFFFF, "a group's name or number", (0,)), "group", "a number to find it by"
    )
    promisc: int | None = asked(Switch(), "promisc", "takes every frame")
    allmulticast: int | None = asked(Switch(), "allmulticast", "takes every multicast frame")
    multicast: int | None = asked(Switch(), "multicast", "can send multicast")
    arp: int | None = asked(Switch(), "arp", "asks for addresses by ARP")
    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As it is."""
        said = world.said("links", row)
        found = {"dev": said["ifname"], "name": said["ifname"], "mtu": str(said["mtu"])}
        for key, name in (("address", "address"), ("ifalias", "alias"), ("master", "master"), ("txqlen", "txqueuelen"),
                          ("group", "group")):  # fmt: skip
            if key in said:
                found[name] = str(said[key])
        flags = flags_of(row)
        return found | {n: "on" if bool(flags & bit) != inverse else "off" for n, (bit, inverse) in _SWITCHES.items()}

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
        return made

    def subjects(self, world: World) -> list[Subject]:
        """That it is the same link, and that nobody set the same meanwhile."""
        said = [name for name in (*_NUMBERS, "alias", *_SWITCHES) if getattr(self, name) is not None]
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
        for name in ("mtu", "address", "alias", "master", "txqueuelen", "group", *_SWITCHES):
            value = getattr(self, name)
            if value is not None:
                words = " ".join(self.spoken(name)[1:]) or "none"
                told.append(f"{name} {before.get(name, 'none')} → {words}")
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
        words = [
            f"{name} {quoted(before.get(name, ''))}" if name != "master" or before.get(name) else "nomaster"
            for name in said
        ]
        says = f"ip link set dev {quoted(texts['dev'])} {' '.join(words)}" + (
            f" master {quoted(before.get('master', ''))}" if self.nomaster else ""
        )
        more, lost = self._along(world, row, int(before["mtu"]))
        return Undo((set_step(self.dev, says, *parts, flags=flags_of(row), change=change), *more), lost)

    def _along(self, world: World, row: bytes, mtu: int) -> tuple[Sequence[Step], tuple[str, ...]]:
        """What the kernel takes along though the link stays, made again; and what of it cannot be."""
        steps: list[Step] = []
        lost: list[str] = []
        if self.mtu is not None and self.mtu < LEAST_IPV6 <= mtu:
            held = Along(world).device(self.dev, every=False)
            steps += [*generation(self.dev, row), *held.steps]
            lost += held.lost
            lost.append("IPv6 settings of the link (sysctls), which are the usual ones then")
        if self.address is not None or self.arp is not None:
            steps += Along(world).neighbours(self.dev)
            lost.append("neighbours that had been resolved")
        if (self.master is not None or self.nomaster) and data_of(row, il.IFLA_INFO_SLAVE_DATA):
            lost.append("its settings as a port (cost, hairpin …)")
        return steps, tuple(lost)
