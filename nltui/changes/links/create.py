"""`ip link add`: one class a kind; tunnels have a file of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from nltui.changes import build as b
from nltui.changes.base import Change, Problems, Step, Undo, asked, fields_of, quoted
from nltui.changes.inputs import Choice, Dev, Flag, Mac, Name, Number, Spelled, Text
from nltui.changes.links.bonds import OfBond
from nltui.changes.links.bridges import OfBridge
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import netlink as nl
from nltui.netlink.wire import nlattr
from nltui.system import names, namespaces

COMMON = ("link", "name", "address", "mtu", "txqueuelen", "index", "group", "master", "numtxqueues", "numrxqueues",
          "netns", "up")  # fmt: skip
"""Fields that are said before the kind."""
_NUMBERS = {"mtu": il.IFLA_MTU, "txqueuelen": il.IFLA_TXQLEN, "group": il.IFLA_GROUP,
            "numtxqueues": il.IFLA_NUM_TX_QUEUES, "numrxqueues": il.IFLA_NUM_RX_QUEUES}  # fmt: skip
MACVLAN_MODES = {"private": 1, "vepa": 2, "bridge": 4, "passthru": 8, "source": 16}
_BRIDGE: Mapping[str, Callable[[int, Any], bytes]] = {
    **dict.fromkeys(("stp_state", "forward_delay", "hello_time", "max_age", "ageing_time", "mcast_hash_max",
                     "mcast_last_member_count", "mcast_startup_query_count"), b.u32),
    **dict.fromkeys(("priority", "vlan_protocol", "vlan_default_pvid", "group_fwd_mask"), b.u16),
    **{name: b.u64 for name in il.IFLA_BR if name.endswith("_interval")},
    "group_address": b.mac,
}  # fmt: skip
"""How wide its options are; the others have a byte."""
_VLAN_PROTOCOLS = {"802.1q": 0x8100, "802.1ad": 0x88A8}


@dataclass(frozen=True, kw_only=True)
class LinkAdd(Change):
    """What all kinds have."""

    table: ClassVar[str] = "links"
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("link", "add")
    needs_row: ClassVar[bool] = False
    kind: ClassVar[str]

    name: str = asked(Name(), "name", "its name", required=True)
    address: str | None = asked(Mac(), "address", "link-layer address; a random one unless told", also=("addr",))
    mtu: int | None = asked(Number(0, 0x7FFFFFFF, "bytes"), "mtu", "largest packet")
    txqueuelen: int | None = asked(
        Number(0, 0x7FFFFFFF, "packets"), "txqueuelen", "length of its queue", also=("txqlen", "qlen")
    )
    master: Device | None = asked(Dev(), "master", "bridge, bond or VRF that it is a port of", also=("vrf",))
    group: int | None = asked(
        Spelled(names.group, 0xFFFFFFFF, "a group's name or number", (0,)), "group", "a number to find it by"
    )
    index: int | None = asked(Number(1, 0x7FFFFFFF), "index", "its own number")
    numtxqueues: int | None = asked(Number(1, 4096), "numtxqueues", "queues to send by")
    numrxqueues: int | None = asked(Number(1, 4096), "numrxqueues", "queues to receive by")
    netns: str | None = asked(
        Text(255, "a name, a path or a process"), "netns", "another network namespace that it is made in"
    )
    up: bool | None = asked(Flag(), "up", "at once")

    def check(self, world: World) -> None:
        """The name must be free, or the namespace there."""
        if self.netns is not None:
            if self.master is not None:
                raise Problems({"master": "is in this network namespace, where the new link will not be"})
            with namespaces.resolve(self.netns):
                return
        if any(device.name == self.name for device in world.devices):
            raise Problems({"name": f"there is a link {self.name} already"})

    def sentence(self, world: World) -> str:
        """In words."""
        return f"a {self.kind} {self.name} is made{self._where}"

    @property
    def _where(self) -> str:
        return f" in the network namespace {self.netns}" if self.netns is not None else ""

    def words(self) -> list[str]:
        """The kind stands between what all have and its own."""
        own = [field.name for field in fields_of(type(self)) if field.name not in COMMON]
        common = [name for name in COMMON if hasattr(self, name)]
        told = [word for name in common for word in self.spoken(name)]
        return [*self.command, *told, "type", self.kind, *(self.spoken(*own) if own else [])]

    def data(self) -> bytes:
        """IFLA_INFO_DATA."""
        return b""

    def _attributes(self) -> bytes:
        body = b.text(il.IFLA_IFNAME, self.name)
        lower: Device | None = getattr(self, "link", None)
        body += b.u32(il.IFLA_LINK, lower.index) if lower is not None else b""
        body += b.mac(il.IFLA_ADDRESS, self.address) if self.address is not None else b""
        body += b.u32(il.IFLA_MASTER, self.master.index) if self.master is not None else b""
        return body + b"".join(b.u32(type_, getattr(self, name)) for name, type_ in _NUMBERS.items()
                               if getattr(self, name) is not None)  # fmt: skip

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWLINK."""
        return [self._step(self.data())]

    def _step(self, data: bytes, holds: object = None) -> Step:
        """The namespace that it is made in stays open until it is sent."""
        there = namespaces.resolve(self.netns) if self.netns is not None else None
        flags = fl.IFF_UP if self.up else 0
        nest = [b.text(il.IFLA_INFO_KIND, self.kind), *([b.nest(il.IFLA_INFO_DATA, data)] if data else [])]
        body = b.ifinfomsg(self.index or 0, flags, flags) + self._attributes() + b.nest(il.IFLA_LINKINFO, *nest)
        body += b.u32(il.IFLA_NET_NS_FD, there.fd) if there is not None else b""
        return Step(il.RTM_NEWLINK, nl.NLM_F_CREATE | nl.NLM_F_EXCL, body, self.line, holds=(there, holds))

    def undo(self, world: World) -> Undo:
        """Delete it, by its name."""
        if self.netns is not None:
            return Undo((), (f"{self.name} is in another network namespace then: it must be deleted there",))
        body = b.ifinfomsg(0) + b.text(il.IFLA_IFNAME, self.name)
        return Undo((Step(il.RTM_DELLINK, 0, body, f"ip link del dev {quoted(self.name)}"),))


@dataclass(frozen=True, kw_only=True)
class AddVeth(LinkAdd):
    """`ip link add … type veth peer name …`."""

    title: ClassVar[str] = "add a veth pair"
    help: ClassVar[str] = "Two links: what one sends, the other receives."
    kind: ClassVar[str] = "veth"

    peer: str = asked(Name(), "name", "the name of the other end", required=True)
    peer_address: str | None = asked(Mac(), "address", "link-layer address of the other end")
    peer_mtu: int | None = asked(Number(0, 0x7FFFFFFF, "bytes"), "mtu", "largest packet of the other end")
    peer_netns: str | None = asked(
        Text(255, "a name, a path or a process"), "netns", "network namespace of the other end"
    )

    def words(self) -> list[str]:
        """What is about the other end stands behind `peer`."""
        words = super().words()
        at = words.index("veth") + 1
        return [*words[:at], "peer", *words[at:]]

    def check(self, world: World) -> None:
        """Two free names."""
        super().check(world)
        if self.peer_netns is not None:
            with namespaces.resolve(self.peer_netns):
                return
        if self.peer == self.name or any(device.name == self.peer for device in world.devices):
            raise Problems({"peer": f"there is a link {self.peer} already"})

    def sentence(self, world: World) -> str:
        """In words."""
        return f"two links {self.name}{self._where} and {self.peer} are made, each the other's end"

    def data(self, elsewhere: bytes = b"") -> bytes:
        """The other end; `elsewhere`: the attribute that sends it to another namespace."""
        inside = b.text(il.IFLA_IFNAME, self.peer)
        inside += b.mac(il.IFLA_ADDRESS, self.peer_address) if self.peer_address is not None else b""
        inside += b.u32(il.IFLA_MTU, self.peer_mtu) if self.peer_mtu is not None else b""
        return nlattr(il.VETH_INFO_PEER, b.ifinfomsg(0) + inside + elsewhere)

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWLINK; the other end's namespace stays open until it is sent."""
        if self.peer_netns is None:
            return super().steps(world)
        there = namespaces.resolve(self.peer_netns)
        return [self._step(self.data(b.u32(il.IFLA_NET_NS_FD, there.fd)), there)]

    def undo(self, world: World) -> Undo:
        """With one end the other goes."""
        if self.netns is None or self.peer_netns is not None:
            return super().undo(world)
        body = b.ifinfomsg(0) + b.text(il.IFLA_IFNAME, self.peer)
        return Undo((Step(il.RTM_DELLINK, 0, body, f"ip link del dev {quoted(self.peer)}"),))


@dataclass(frozen=True, kw_only=True)
class AddBridge(OfBridge, LinkAdd):
    """`ip link add … type bridge`."""

    title: ClassVar[str] = "add a bridge"
    help: ClassVar[str] = "A switch: links become its ports by their master."
    kind: ClassVar[str] = "bridge"

    def data(self) -> bytes:
        """Its options."""
        told = ((name, getattr(self, name)) for name in il.IFLA_BR)
        return b"".join(_BRIDGE.get(name, b.u8)(il.IFLA_BR[name], value) for name, value in told if value is not None)


@dataclass(frozen=True, kw_only=True)
class AddMacvlan(LinkAdd):
    """`ip link add link … type macvlan`."""

    title: ClassVar[str] = "add a macvlan"
    help: ClassVar[str] = "A link with its own link-layer address on another one."
    kind: ClassVar[str] = "macvlan"

    link: Device = asked(Dev(), "link", "the link below", required=True)
    mode: int | None = asked(Choice(MACVLAN_MODES), "mode", "whom it reaches; vepa unless told")
    nopromisc: bool | None = asked(Flag(), "nopromisc", "passthru: the link below need not take every frame")

    def data(self) -> bytes:
        """Its mode."""
        body = b.u32(il.IFLA_MACVLAN["mode"], self.mode) if self.mode is not None else b""
        return body + (b.u16(il.IFLA_MACVLAN_FLAGS, il.MACVLAN_FLAG_NOPROMISC) if self.nopromisc else b"")


@dataclass(frozen=True, kw_only=True)
class AddMacvtap(AddMacvlan):
    """`ip link add link … type macvtap`."""

    title: ClassVar[str] = "add a macvtap"
    help: ClassVar[str] = "A macvlan whose frames a program reads and writes (/dev/tapN)."
    kind: ClassVar[str] = "macvtap"


@dataclass(frozen=True, kw_only=True)
class AddVlan(LinkAdd):
    """`ip link add link … type vlan id …`."""

    title: ClassVar[str] = "add a VLAN"
    help: ClassVar[str] = "The frames of one VLAN of another link."
    kind: ClassVar[str] = "vlan"

    link: Device = asked(Dev(), "link", "the link below", required=True)
    protocol: int | None = asked(Choice(_VLAN_PROTOCOLS), "protocol", "802.1q unless told")
    id: int = asked(Number(0, 4095), "id", "VLAN identifier", required=True)

    def data(self) -> bytes:
        """Protocol and identifier."""
        body = b.be16(il.IFLA_VLAN_PROTOCOL, self.protocol) if self.protocol is not None else b""
        return body + b.u16(il.IFLA_VLAN_ID, self.id)


@dataclass(frozen=True, kw_only=True)
class AddDummy(LinkAdd):
    """`ip link add … type dummy`."""

    title: ClassVar[str] = "add a dummy"
    help: ClassVar[str] = "A link that drops all it is given: a place for addresses."
    kind: ClassVar[str] = "dummy"


@dataclass(frozen=True, kw_only=True)
class AddIfb(LinkAdd):
    """`ip link add … type ifb`."""

    title: ClassVar[str] = "add an ifb"
    help: ClassVar[str] = "A link that other links' frames are sent through, to be shaped."
    kind: ClassVar[str] = "ifb"


@dataclass(frozen=True, kw_only=True)
class AddBond(OfBond, LinkAdd):
    """`ip link add … type bond`."""

    title: ClassVar[str] = "add a bond"
    help: ClassVar[str] = "Several links as one."
    kind: ClassVar[str] = "bond"

    def data(self) -> bytes:
        """Its options."""
        wide = ("miimon", "updelay", "downdelay", "arp_interval", "resend_igmp", "min_links")
        told = ((name, getattr(self, name, None)) for name in il.IFLA_BOND)
        return b"".join(
            (b.u32 if name in wide else b.u8)(il.IFLA_BOND[name], value) for name, value in told if value is not None
        )


@dataclass(frozen=True, kw_only=True)
class AddVrf(LinkAdd):
    """`ip link add … type vrf table …`."""

    title: ClassVar[str] = "add a VRF"
    help: ClassVar[str] = "Links that have it as their master use a routing table of their own."
    kind: ClassVar[str] = "vrf"

    table_id: int = asked(
        Spelled(names.table, 0xFFFFFFFF, "a routing table"), "table", "its routing table", required=True
    )

    def data(self) -> bytes:
        """Its table."""
        return b.u32(il.IFLA_VRF_TABLE, self.table_id)
