"""Options of links of other kinds that the kernel changes while they are there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.base import Asked, Problems, Undo, asked
from nltui.changes.inputs import Address, Choice, Dev, Number, Tos
from nltui.changes.links.bonds import BondSet
from nltui.changes.links.bridges import BridgePortSet, BridgeSet
from nltui.changes.links.common import data_of
from nltui.changes.links.create import MACVLAN_MODES
from nltui.changes.links.options import Options
from nltui.changes.links.vxlan import far_end
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_link as il
from nltui.netlink.wire import nlattr
from nltui.record import replace


@dataclass(frozen=True, kw_only=True)
class MacvlanSet(Options):
    """`ip link set dev X type macvlan …`."""

    title: ClassVar[str] = "options of this macvlan"
    numbers: ClassVar[Mapping[str, int]] = il.IFLA_MACVLAN
    kind: ClassVar[str] = "macvlan"

    mode: int | None = asked(Choice(MACVLAN_MODES), "mode", "whom it reaches")
    bcqueuelen: int | None = asked(Number(0, 0xFFFFFFFF), "bcqueuelen", "broadcasts that may wait")


@dataclass(frozen=True, kw_only=True)
class VxlanSet(Options):
    """`ip link set dev X type vxlan …`."""

    title: ClassVar[str] = "options of this vxlan tunnel"
    numbers: ClassVar[Mapping[str, int]] = {
        name: il.IFLA_VXLAN[name] for name in ("local", "ttl", "tos", "df", "ageing", "learning")
    } | {"remote": il.IFLA_VXLAN["group"], "lower": il.IFLA_VXLAN["link"]}
    kind: ClassVar[str] = "vxlan"
    lasting: ClassVar[frozenset[str]] = frozenset({"lower"})

    remote: str | None = asked(Address(), "remote", "the other end, or a multicast group", also=("group",))
    local: str | None = asked(Address(), "local", "source address")
    lower: Device | None = asked(Dev(), "dev", "the link it goes by")
    ttl: int | None = asked(Number(0, 255, named={"auto": 0}), "ttl", "of the outer packets")
    tos: int | None = asked(Tos(), "tos", "of the outer packets, in hexadecimal", also=("dsfield",))
    df: int | None = asked(Choice({"unset": 0, "set": 1, "inherit": 2}), "df", "whether they may not be fragmented")
    ageing: int | None = asked(Number(0, 0x7FFFFFFF, "s"), "ageing", "until a forwarding entry goes")
    learning: int | None = asked(Choice({"learning": 1, "nolearning": 0}), "", "whether addresses are learned")

    def check(self, world: World) -> None:
        """A group goes by a link, which `ip` must be told again."""
        if self.remote and self.lower is None and far_end(self.remote) == "group":
            below = int.from_bytes(self.raw(world.link(self.dev))["lower"], sys.byteorder)
            if not below:
                raise Problems({"lower": "must be given with a multicast group"})
            object.__setattr__(self, "lower", world.named(below))

    def undo(self, world: World) -> Undo:
        """Another link below leaves something behind."""
        back = super().undo(world)
        if self.lower is None or self._payload("lower", self.lower, b"") == self.raw(world.link(self.dev))["lower"]:
            return back
        return replace(
            back,
            lost=(
                *back.lost,
                f"how large packets may be that {self.lower} cuts for it",
            ),
        )

    def spoken(self, *wanted: str) -> list[str]:
        """`ip` calls a multicast address a group."""
        words = super().spoken(*wanted)
        if self.remote and "remote" in words:
            words[words.index("remote")] = far_end(self.remote)
        return words

    @classmethod
    def word_of(cls, field: Asked, text: str) -> str:
        """The same of what was there."""
        return far_end(text) if field.name == "remote" else super().word_of(field, text)

    @classmethod
    def raw(cls, row: bytes) -> dict[str, bytes]:
        """Ends of either family; of ends and links that are not set the kernel tells nothing."""
        found, number = data_of(row), il.IFLA_VXLAN
        ends = {name: found.get(number[six], b"") for name, six in (("remote", "group6"), ("local", "local6"))}
        return {**ends, "lower": b"", **super().raw(row)}

    @classmethod
    def attribute(cls, name: str, payload: bytes) -> bytes:
        """Ends have a number by family."""
        six = {"remote": "group6", "local": "local6"}.get(name) if len(payload) == 16 else None
        return nlattr(il.IFLA_VXLAN[six], payload) if six is not None else super().attribute(name, payload)


OPTIONS: tuple[type[Options], ...] = (BridgeSet, BridgePortSet, BondSet, MacvlanSet, VxlanSet)
"""Of all kinds."""
