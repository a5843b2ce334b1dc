"""`ip link add`: one class a kind."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes.base import Change, Problems, Step, Undo, asked, fields_of, quoted
from nltui.changes.inputs import Address, Choice, Dev, Flag, Mac, Name, Number, Spelled
from nltui.changes.links.bridges import CENTISECONDS
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import netlink as nl
from nltui.netlink.wire import nlattr
from nltui.system import names

_COMMON = ("link", "name", "address", "mtu", "txqueuelen", "up")
_MACVLAN_MODES = {"private": 1, "vepa": 2, "bridge": 4, "passthru": 8, "source": 16}
_VLAN_PROTOCOLS = {"802.1q": 0x8100, "802.1ad": 0x88A8}
_BOND_MODES = {"balance-rr": 0, "active-backup": 1, "balance-xor": 2, "broadcast": 3, "802.3ad": 4, "balance-tlb": 5,
               "balance-alb": 6}  # fmt: skip
_HASHES = {"layer2": 0, "layer3+4": 1, "layer2+3": 2, "encap2+3": 3, "encap3+4": 4, "vlan+srcmac": 5}


@dataclass(frozen=True, kw_only=True)
class LinkAdd(Change):
    """What all kinds have."""

    table: ClassVar[str] = "links"
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("link", "add")
    needs_row: ClassVar[bool] = False
    kind: ClassVar[str]

    name: str = asked(Name(), "name", "its name", required=True)
    address: str | None = asked(Mac(), "address", "link-layer address; a random one unless told")
    mtu: int | None = asked(Number(0, 0x7FFFFFFF, "bytes"), "mtu", "largest packet")
    txqueuelen: int | None = asked(
        Number(0, 0x7FFFFFFF, "packets"), "txqueuelen", "length of its queue", also=("txqlen",)
    )
    up: bool | None = asked(Flag(), "up", "at once")

    def check(self, world: World) -> None:
        """The name must be free."""
        if any(device.name == self.name for device in world.devices):
            raise Problems({"name": f"there is a link {self.name} already"})

    def sentence(self, world: World) -> str:
        """In words."""
        return f"a {self.kind} {self.name} is made"

    def words(self) -> list[str]:
        """The kind stands between what all have and its own."""
        own = [field.name for field in fields_of(type(self)) if field.name not in _COMMON]
        common = [name for name in _COMMON if hasattr(self, name)]
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
        body += b.u32(il.IFLA_MTU, self.mtu) if self.mtu is not None else b""
        return body + (b.u32(il.IFLA_TXQLEN, self.txqueuelen) if self.txqueuelen is not None else b"")

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWLINK."""
        flags, data = fl.IFF_UP if self.up else 0, self.data()
        nest = [b.text(il.IFLA_INFO_KIND, self.kind), *([b.nest(il.IFLA_INFO_DATA, data)] if data else [])]
        body = b.ifinfomsg(0, flags, flags) + self._attributes() + b.nest(il.IFLA_LINKINFO, *nest)
        return [Step(il.RTM_NEWLINK, nl.NLM_F_CREATE | nl.NLM_F_EXCL, body, self.line)]

    def undo(self, world: World) -> Undo:
        """Delete it, by its name."""
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

    def words(self) -> list[str]:
        """What is about the other end stands behind `peer`."""
        words = super().words()
        at = words.index("veth") + 1
        return [*words[:at], "peer", *words[at:]]

    def check(self, world: World) -> None:
        """Two free names."""
        super().check(world)
        if self.peer == self.name or any(device.name == self.peer for device in world.devices):
            raise Problems({"peer": f"there is a link {self.peer} already"})

    def sentence(self, world: World) -> str:
        """In words."""
        return f"two links {self.name} and {self.peer} are made, each the other's end"

    def data(self) -> bytes:
        """The other end."""
        inside = b.text(il.IFLA_IFNAME, self.peer)
        inside += b.mac(il.IFLA_ADDRESS, self.peer_address) if self.peer_address is not None else b""
        return nlattr(il.VETH_INFO_PEER, b.ifinfomsg(0) + inside)


@dataclass(frozen=True, kw_only=True)
class AddBridge(LinkAdd):
    """`ip link add … type bridge`."""

    title: ClassVar[str] = "add a bridge"
    help: ClassVar[str] = "A switch: links become its ports by their master."
    kind: ClassVar[str] = "bridge"

    stp_state: int | None = asked(Number(0, 1), "stp_state", "spanning tree: 1 on")
    vlan_filtering: int | None = asked(Number(0, 1), "vlan_filtering", "1: VLANs are told apart")
    forward_delay: int | None = asked(CENTISECONDS, "forward_delay", "before a port forwards")
    ageing_time: int | None = asked(CENTISECONDS, "ageing_time", "until a forwarding entry goes")
    priority: int | None = asked(Number(0, 65535), "priority", "for the election of the root")
    mcast_snooping: int | None = asked(Number(0, 1), "mcast_snooping", "1: multicast only where somebody listens")

    def data(self) -> bytes:
        """Its options."""
        wide = {"stp_state": b.u32, "vlan_filtering": b.u8, "forward_delay": b.u32, "ageing_time": b.u32,
                "priority": b.u16, "mcast_snooping": b.u8}  # fmt: skip
        told = ((name, getattr(self, name)) for name in wide)
        return b"".join(wide[name](il.IFLA_BR[name], value) for name, value in told if value is not None)


@dataclass(frozen=True, kw_only=True)
class AddMacvlan(LinkAdd):
    """`ip link add link … type macvlan`."""

    title: ClassVar[str] = "add a macvlan"
    help: ClassVar[str] = "A link with its own link-layer address on another one."
    kind: ClassVar[str] = "macvlan"

    link: Device = asked(Dev(), "link", "the link below", required=True)
    mode: int | None = asked(Choice(_MACVLAN_MODES), "mode", "whom it reaches; vepa unless told")

    def data(self) -> bytes:
        """Its mode."""
        return b.u32(il.IFLA_MACVLAN_MODE, self.mode) if self.mode is not None else b""


@dataclass(frozen=True, kw_only=True)
class AddMacvtap(AddMacvlan):
    """`ip link add link … type macvtap`."""

    title: ClassVar[str] = "add a macvtap"
    help: ClassVar[str] = "A macvlan whose frames a program reads and writes (/dev/tapN)."
    kind: ClassVar[str] = "macvtap"


@dataclass(frozen=True, kw_only=True)
class AddVxlan(LinkAdd):
    """`ip link add … type vxlan`."""

    title: ClassVar[str] = "add a vxlan tunnel"
    help: ClassVar[str] = "Ethernet over UDP, to one remote address or a multicast group."
    kind: ClassVar[str] = "vxlan"

    id: int = asked(Number(0, 0xFFFFFF), "id", "network identifier (VNI)", required=True, also=("vni",))
    remote: str | None = asked(Address(), "remote", "the other end, or a multicast group", also=("group",))
    local: str | None = asked(Address(), "local", "source address")
    dev: Device | None = asked(Dev(), "dev", "the link it goes by")
    dstport: int | None = asked(Number(1, 65535), "dstport", "UDP port; 4789 is the assigned one")
    ttl: int | None = asked(Number(1, 255), "ttl", "of the outer packets")
    ageing: int | None = asked(Number(0, 0x7FFFFFFF, "s"), "ageing", "until a forwarding entry goes")
    nolearning: bool | None = asked(Flag(), "nolearning", "no addresses are learned")

    def spoken(self, *wanted: str) -> list[str]:
        """`ip` calls a multicast address a group."""
        words = super().spoken(*wanted)
        if self.remote and ipaddress.ip_address(self.remote).is_multicast and "remote" in words:
            words[words.index("remote")] = "group"
        return words

    def check(self, world: World) -> None:
        """Ends of one family; a group needs a link."""
        super().check(world)
        if self.remote and self.local and b.family_of(self.remote) != b.family_of(self.local):
            raise Problems({"local": "is of another family than remote"})
        if self.remote and not self.dev and ipaddress.ip_address(self.remote).is_multicast:
            raise Problems({"dev": "must be given with a multicast group"})

    def data(self) -> bytes:
        """Its ends and options."""
        number = il.IFLA_VXLAN
        body = b.u32(number["id"], self.id)
        for name, value in (("group", self.remote), ("local", self.local)):
            if value is not None:
                body += b.ip(number[name + ("6" if ":" in value else "")], value)
        body += b.u32(number["link"], self.dev.index) if self.dev is not None else b""
        body += b.u8(number["ttl"], self.ttl) if self.ttl is not None else b""
        body += b.u8(number["learning"], 0) if self.nolearning else b""
        body += b.u32(number["ageing"], self.ageing) if self.ageing is not None else b""
        return body + (b.be16(number["port"], self.dstport) if self.dstport is not None else b"")


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
class AddBond(LinkAdd):
    """`ip link add … type bond`."""

    title: ClassVar[str] = "add a bond"
    help: ClassVar[str] = "Several links as one."
    kind: ClassVar[str] = "bond"

    mode: int | None = asked(Choice(_BOND_MODES), "mode", "balance-rr unless told")
    miimon: int | None = asked(Number(0, 0x7FFFFFFF, "ms"), "miimon", "between looks at the carrier")
    updelay: int | None = asked(Number(0, 0x7FFFFFFF, "ms"), "updelay", "before a port counts as up")
    downdelay: int | None = asked(Number(0, 0x7FFFFFFF, "ms"), "downdelay", "before a port counts as down")
    xmit_hash_policy: int | None = asked(Choice(_HASHES), "xmit_hash_policy", "which frames stay together")
    min_links: int | None = asked(Number(0, 0x7FFFFFFF), "min_links", "ports needed for the carrier")
    lacp_rate: int | None = asked(Choice({"slow": 0, "fast": 1}), "lacp_rate", "802.3ad: how often ports talk")

    def data(self) -> bytes:
        """Its options."""
        narrow = ("mode", "xmit_hash_policy", "lacp_rate")
        told = ((name, getattr(self, name)) for name in il.IFLA_BOND)
        return b"".join(
            (b.u8 if name in narrow else b.u32)(il.IFLA_BOND[name], value) for name, value in told if value is not None
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


KINDS: tuple[type[LinkAdd], ...] = (
    AddVeth, AddBridge, AddVlan, AddMacvlan, AddMacvtap, AddVxlan, AddBond, AddVrf, AddDummy, AddIfb,
)  # fmt: skip
