"""`ip link add … type vxlan`."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from typing import Any, ClassVar

from nltui.changes import build as b
from nltui.changes.base import Problems, asked
from nltui.changes.inputs import Address, Choice, Dev, Flag, Input, Number, Tos
from nltui.changes.links.create import LinkAdd
from nltui.changes.world import Device, World
from nltui.errors import UsageError
from nltui.netlink.constants import if_link as il
from nltui.netlink.wire import nlattr

_SWITCHES = ("proxy", "rsc", "l2miss", "l3miss", "udp6zerocsumtx", "udp6zerocsumrx", "external")
_PORT = Number(1, 65535)


class Ports(Input):
    """Two numbers, the first and the last."""

    hint = "two ports: 10000 20000"

    def parse(self, text: str, world: World) -> tuple[int, int]:
        """In order."""
        words = text.split()
        if len(words) != 2:
            raise UsageError(f"must be {self.hint}")
        low, high = (_PORT.parse(word, world) for word in words)
        if low > high:
            raise UsageError("the first is larger than the last")
        return low, high

    def words(self, value: Any) -> list[str]:
        """Both."""
        return [str(port) for port in value]

    @property
    def takes(self) -> int:
        """Both."""
        return 2


def far_end(address: str) -> str:
    """What `ip` calls the other end."""
    return "group" if ipaddress.ip_address(address).is_multicast else "remote"


@dataclass(frozen=True, kw_only=True)
class AddVxlan(LinkAdd):
    """`ip link add … type vxlan`."""

    title: ClassVar[str] = "add a vxlan tunnel"
    help: ClassVar[str] = "Ethernet over UDP, to one remote address or a multicast group."
    kind: ClassVar[str] = "vxlan"

    id: int | None = asked(Number(0, 0xFFFFFF), "id", "network identifier (VNI)", also=("vni",))
    remote: str | None = asked(Address(), "remote", "the other end, or a multicast group", also=("group",))
    local: str | None = asked(Address(), "local", "source address")
    dev: Device | None = asked(Dev(), "dev", "the link it goes by")
    dstport: int | None = asked(Number(1, 65535), "dstport", "UDP port; 4789 is the assigned one")
    srcport: tuple[int, int] | None = asked(Ports(), "srcport", "UDP source ports, from the first to the last")
    ttl: int | None = asked(Number(0, 255, named={"auto": 0}), "ttl", "of the outer packets")
    tos: int | None = asked(Tos(), "tos", "of the outer packets, in hexadecimal", also=("dsfield",))
    df: int | None = asked(Choice({"unset": 0, "set": 1, "inherit": 2}), "df", "whether they may not be fragmented")
    ageing: int | None = asked(Number(0, 0x7FFFFFFF, "s"), "ageing", "until a forwarding entry goes")
    nolearning: bool | None = asked(Flag(), "nolearning", "no addresses are learned")
    proxy: bool | None = asked(Flag(), "proxy", "answers ARP itself")
    rsc: bool | None = asked(Flag(), "rsc", "routes for those it knows")
    l2miss: bool | None = asked(Flag(), "l2miss", "tells programs of unknown link-layer addresses")
    l3miss: bool | None = asked(Flag(), "l3miss", "tells programs of unknown addresses")
    noudpcsum: bool | None = asked(Flag(), "noudpcsum", "no checksum over IPv4")
    udp6zerocsumtx: bool | None = asked(Flag(), "udp6zerocsumtx", "no checksum over IPv6")
    udp6zerocsumrx: bool | None = asked(Flag(), "udp6zerocsumrx", "takes packets over IPv6 without one")
    gbp: bool | None = asked(Flag(), "gbp", "carries the mark as a group policy")
    external: bool | None = asked(Flag(), "external", "routes and filters say where packets go")

    def spoken(self, *wanted: str) -> list[str]:
        """`ip` calls a multicast address a group."""
        words = super().spoken(*wanted)
        if self.remote and "remote" in words:
            words[words.index("remote")] = far_end(self.remote)
        return words

    def check(self, world: World) -> None:
        """Ends of one family; a group needs a link."""
        super().check(world)
        if self.id is None and not self.external:
            raise Problems({"id": "must be given, or external"})
        if self.remote and self.local and b.family_of(self.remote) != b.family_of(self.local):
            raise Problems({"local": "is of another family than remote"})
        if self.remote and not self.dev and ipaddress.ip_address(self.remote).is_multicast:
            raise Problems({"dev": "must be given with a multicast group"})

    def data(self) -> bytes:
        """Its ends and options."""
        number = il.IFLA_VXLAN
        body = b.u32(number["id"], self.id) if self.id is not None else b""
        for name, value in (("group", self.remote), ("local", self.local)):
            if value is not None:
                body += b.ip(number[name + ("6" if ":" in value else "")], value)
        body += b.u32(number["link"], self.dev.index) if self.dev is not None else b""
        body += b.u8(number["ttl"], self.ttl) if self.ttl is not None else b""
        body += b.u8(number["tos"], self.tos) if self.tos is not None else b""
        # `ip` has an external one learn nothing.
        body += b.u8(number["learning"], 0) if self.nolearning or self.external else b""
        body += b.u8(number["df"], self.df) if self.df is not None else b""
        body += b"".join(b.u8(number[name], 1) for name in _SWITCHES if getattr(self, name))
        body += b.u8(number["udp_csum"], 0) if self.noudpcsum else b""
        body += nlattr(number["gbp"]) if self.gbp else b""
        body += nlattr(number["port_range"], struct.pack("!HH", *self.srcport)) if self.srcport is not None else b""
        body += b.u32(number["ageing"], self.ageing) if self.ageing is not None else b""
        return body + (b.be16(number["port"], self.dstport) if self.dstport is not None else b"")
