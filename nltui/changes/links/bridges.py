"""`ip link set … type bridge` and `… type bridge_slave`: options of a bridge, and of a port of one."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from nltui.changes import build as b
from nltui.changes.again import joined
from nltui.changes.base import Change, NothingChanged, Problems, Step, Subject, Tier, Undo, asked, fields_of, quoted
from nltui.changes.inputs import Dev, Number, Switch
from nltui.changes.links.common import data_of, info, inside, kind_of, set_kind
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_link as il
from nltui.netlink.fields import NLMSG_HDRLEN

Encode = Callable[[int, Any], bytes]
_WIDTHS: Mapping[int, Encode] = {1: b.u8, 2: b.u16, 4: b.u32}
CENTISECONDS = Number(0, 0x7FFFFFFF, "hundredths of a second")
_STATES = {"disabled": 0, "listening": 1, "learning": 2, "forwarding": 3, "blocking": 4}


@dataclass(frozen=True, kw_only=True)
class Options(Change):
    """Options that the kernel tells in a nest of the link's row, each with its number and width there."""

    table: ClassVar[str] = "links"
    tier: ClassVar[Tier] = Tier.AFFECTING
    command: ClassVar[tuple[str, ...]] = ("link", "set")
    numbers: ClassVar[Mapping[str, int]]
    nest: ClassVar[int]
    kind: ClassVar[str]

    dev: Device = asked(Dev(), "dev", "the link", required=True)
    row: bytes | None = None

    @classmethod
    def said_by(cls, step: Step, world: World) -> Self:
        """What a message sets."""
        message = bytes(NLMSG_HDRLEN) + step.body
        raw, dev = data_of(message, cls.nest), world.named(int.from_bytes(step.body[4:8], sys.byteorder))
        names = {number: name for name, number in cls.numbers.items() if hasattr(cls, name)}
        told: dict[str, Any] = {names[n]: int.from_bytes(one, sys.byteorder) for n, one in raw.items() if n in names}
        return cls(dev=dev, **told)

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As the kernel tells them. Raises Problems for a link that has none."""
        cls.belongs(row, world)
        raw = data_of(row, cls.nest)
        found = {"dev": world.said("links", row)["ifname"]}
        for field in fields_of(cls):
            value = raw.get(cls.numbers.get(field.name, -1))
            if value is not None:
                found[field.name] = field.input.words(int.from_bytes(value, sys.byteorder))[0]
        return found

    @classmethod
    @abstractmethod
    def belongs(cls, row: bytes, world: World) -> None:
        """See that the link can have these options. Raises Problems."""

    @classmethod
    def parsed(cls, texts: Mapping[str, str], world: World, row: bytes | None = None) -> Self:
        """Only what differs from what is there."""
        if row is None and texts.get("dev"):
            row = world.link(world.device(texts["dev"].strip()))
        before = cls.filled(row, world) if row is not None else {}
        changed = {name: text for name, text in texts.items() if text.strip() != before.get(name, "")}
        made = super().parsed(changed | {"dev": texts.get("dev", before.get("dev", ""))}, world, row)
        if not made._told():
            raise NothingChanged
        return made

    def subjects(self, world: World) -> list[Subject]:
        """That it is the same link, and that nobody set the same meanwhile."""
        return [Subject("links", world.link(self.dev), True, self.filled, tuple(self._told()))]

    def _told(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.numbers if hasattr(self, name)}
        return {name: value for name, value in values.items() if value is not None}

    def words(self) -> list[str]:
        """The kind stands between the link and its options."""
        return [*self.command, *self.spoken("dev"), "type", self.kind, *self.spoken(*self._told())]

    def sentence(self, world: World) -> str:
        """In words."""
        before = self.filled(world.link(self.dev), world)
        told = (f"{name} {before.get(name, 'unset')} → {self.spoken(name)[1]}" for name in self._told())
        return f"{self.dev}: {', '.join(told)}"

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWLINK with IFLA_LINKINFO; each as wide as the kernel tells it."""
        raw = data_of(world.link(self.dev), self.nest)
        data = b""
        for name, value in self._told().items():
            number = self.numbers[name]
            if number not in raw:
                raise Problems({name: "this kernel does not know it"})
            data += _WIDTHS[len(raw[number])](number, value)
        return [set_kind(self.dev, self.line, self.kind.removesuffix("_slave"), data, self.kind != "bridge")]

    def undo(self, world: World) -> Undo:
        """The values that were there."""
        row = world.link(self.dev)
        raw, before = data_of(row, self.nest), self.filled(row, world)
        told = [name for name in self._told() if self.numbers[name] in raw]
        data = joined({self.numbers[name]: raw[self.numbers[name]] for name in told})
        words = " ".join(f"{name} {before[name]}" for name in told)
        says = f"ip link set dev {quoted(self.dev)} type {self.kind} {words}"
        return Undo((set_kind(self.dev, says, self.kind.removesuffix("_slave"), data, self.kind != "bridge"),))


@dataclass(frozen=True, kw_only=True)
class BridgeSet(Options):
    """`ip link set dev X type bridge …`."""

    title: ClassVar[str] = "options of this bridge"
    help: ClassVar[str] = "Only what you change is sent."
    key: ClassVar[str] = ""
    numbers: ClassVar[Mapping[str, int]] = il.IFLA_BR
    nest: ClassVar[int] = il.IFLA_INFO_DATA
    kind: ClassVar[str] = "bridge"

    stp_state: int | None = asked(Number(0, 1), "stp_state", "spanning tree: 1 on, 0 off")
    vlan_filtering: int | None = asked(Number(0, 1), "vlan_filtering", "1: VLANs are told apart")
    vlan_default_pvid: int | None = asked(Number(0, 4094), "vlan_default_pvid", "VLAN of untagged frames on new ports")
    priority: int | None = asked(Number(0, 65535), "priority", "for the election of the root")
    forward_delay: int | None = asked(CENTISECONDS, "forward_delay", "before a port forwards")
    hello_time: int | None = asked(CENTISECONDS, "hello_time", "between hellos")
    max_age: int | None = asked(CENTISECONDS, "max_age", "until a silent root is given up")
    ageing_time: int | None = asked(CENTISECONDS, "ageing_time", "until a forwarding entry goes")
    mcast_snooping: int | None = asked(Number(0, 1), "mcast_snooping", "1: multicast only where somebody listens")
    mcast_router: int | None = asked(Number(0, 2), "mcast_router", "0 never, 1 if learned, 2 always")
    mcast_querier: int | None = asked(Number(0, 1), "mcast_querier", "1: it asks who listens")
    vlan_stats_enabled: int | None = asked(Number(0, 1), "vlan_stats_enabled", "1: counters of each VLAN")
    mcast_igmp_version: int | None = asked(Number(2, 3), "mcast_igmp_version", "of its IPv4 questions")
    mcast_mld_version: int | None = asked(Number(1, 2), "mcast_mld_version", "of its IPv6 questions")

    @classmethod
    def belongs(cls, row: bytes, world: World) -> None:
        """A bridge."""
        if kind_of(row) != "bridge":
            raise Problems({"dev": f"{world.said('links', row)['ifname']} is no bridge"})


@dataclass(frozen=True, kw_only=True)
class BridgePortSet(Options):
    """`ip link set dev X type bridge_slave …`."""

    title: ClassVar[str] = "options of this bridge port"
    help: ClassVar[str] = "Only what you change is sent."
    key: ClassVar[str] = ""
    numbers: ClassVar[Mapping[str, int]] = il.IFLA_BRPORT
    nest: ClassVar[int] = il.IFLA_INFO_SLAVE_DATA
    kind: ClassVar[str] = "bridge_slave"

    state: int | None = asked(Number(0, 4, named=_STATES), "state", "of the spanning tree: 3 forwards, 0 is disabled")
    cost: int | None = asked(Number(1, 65535), "cost", "of the path over it")
    priority: int | None = asked(Number(0, 63), "priority", "among the bridge's ports")
    hairpin: int | None = asked(Switch(), "hairpin", "frames may go back where they came from")
    guard: int | None = asked(Switch(), "guard", "spanning tree messages are dropped")
    root_block: int | None = asked(Switch(), "root_block", "it never leads to the root")
    fastleave: int | None = asked(
        Switch(), "fastleave", "no waiting when a listener leaves", also=("mcast_fast_leave",)
    )
    learning: int | None = asked(Switch(), "learning", "source addresses are learned")
    flood: int | None = asked(Switch(), "flood", "unknown destinations go out here")
    mcast_flood: int | None = asked(Switch(), "mcast_flood", "unknown multicast goes out here")
    bcast_flood: int | None = asked(Switch(), "bcast_flood", "broadcast goes out here")
    proxy_arp: int | None = asked(Switch(), "proxy_arp", "ARP is answered for others")
    neigh_suppress: int | None = asked(Switch(), "neigh_suppress", "ARP and ND are answered, not passed on")
    isolated: int | None = asked(Switch(), "isolated", "isolated ports do not reach each other")
    locked: int | None = asked(Switch(), "locked", "only known addresses may send")
    mcast_router: int | None = asked(Number(0, 3), "mcast_router", "0 never, 1 if learned, 2 always")
    mcast_to_unicast: int | None = asked(Switch(), "mcast_to_unicast", "a copy to each listener")
    vlan_tunnel: int | None = asked(Switch(), "vlan_tunnel", "VLANs become tunnel ids")

    @classmethod
    def belongs(cls, row: bytes, world: World) -> None:
        """A port of a bridge."""
        if il.IFLA_MASTER not in inside(row) or not data_of(row, il.IFLA_INFO_SLAVE_DATA):
            raise Problems({"dev": f"{world.said('links', row)['ifname']} is no port of a bridge"})


def port_again(world: World, device: Device) -> tuple[list[Step], list[str]]:
    """What a link is set to as a port, once it is one again, and what of that does not come back."""
    row = world.link(device)
    raw, kind = data_of(row, il.IFLA_INFO_SLAVE_DATA), info(row).get(il.IFLA_INFO_SLAVE_KIND, b"").rstrip(b"\0")
    if not raw:
        return [], []
    if kind != b"bridge":
        return [], [f"settings of {device} as a port"]
    texts = BridgePortSet.filled(row, world)
    # The state is the kernel's, where it runs the spanning tree.
    kept = [name for name in BridgePortSet.numbers if name in texts and name != "state"]
    line = f"ip link set dev {quoted(device)} type bridge_slave {' '.join(f'{name} {texts[name]}' for name in kept)}"
    data = joined({BridgePortSet.numbers[name]: raw[BridgePortSet.numbers[name]] for name in kept})
    return [set_kind(device, line, "bridge", data, slave=True)], [f"VLANs of {device} as a port"]
