"""Up, down, another namespace, alternative names, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes.along import Along
from nltui.changes.base import Change, Problems, Step, Subject, Tier, Undo, asked, quoted
from nltui.changes.inputs import Dev, Text
from nltui.changes.links.common import flags_of, set_step
from nltui.changes.links.remake import remade
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import netlink as nl
from nltui.system import namespaces


@dataclass(frozen=True, kw_only=True)
class OfLink(Change):
    """About the link under the cursor."""

    table: ClassVar[str] = "links"
    command: ClassVar[tuple[str, ...]] = ("link", "set")

    dev: Device = asked(Dev(), "dev", "the link", required=True)

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """Its name."""
        return {"dev": world.said("links", row)["ifname"]}


def _state(row: bytes, world: World) -> dict[str, str]:
    return {"state": "up" if flags_of(row) & fl.IFF_UP else "down"}


@dataclass(frozen=True, kw_only=True)
class UpDown(OfLink):
    """About its state."""

    def subjects(self, world: World) -> list[Subject]:
        """The same link, in the same state."""
        return [Subject("links", world.link(self.dev), True, _state, ("state",))]


@dataclass(frozen=True, kw_only=True)
class LinkUp(UpDown):
    """`ip link set dev X up`."""

    title: ClassVar[str] = "up"
    help: ClassVar[str] = "The link sends and receives."
    key: ClassVar[str] = "U"

    def check(self, world: World) -> None:
        """Not up yet."""
        if flags_of(world.link(self.dev)) & fl.IFF_UP:
            raise Problems({"dev": f"{self.dev} is up already"})

    def words(self) -> list[str]:
        """With the state."""
        return [*super().words(), "up"]

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} goes up"

    def steps(self, world: World) -> Sequence[Step]:
        """IFF_UP."""
        return [set_step(self.dev, self.line, flags=fl.IFF_UP, change=fl.IFF_UP)]

    def undo(self, world: World) -> Undo:
        """Down."""
        down = set_step(self.dev, f"ip link set dev {quoted(self.dev)} down", change=fl.IFF_UP)
        rows = world.where("addresses", dev=self.dev.name)
        has = any(row[16] == b.AF_INET6 for row in rows)
        return Undo((down,), ("IPv6 addresses that it had while it was down",) if has else ())


@dataclass(frozen=True, kw_only=True)
class LinkDown(UpDown):
    """`ip link set dev X down`."""

    title: ClassVar[str] = "down"
    help: ClassVar[str] = "The link stops; the kernel drops its routes, IPv6 addresses and neighbours without a word."
    key: ClassVar[str] = "D"
    tier: ClassVar[Tier] = Tier.AFFECTING

    def check(self, world: World) -> None:
        """Not down yet."""
        if not flags_of(world.link(self.dev)) & fl.IFF_UP:
            raise Problems({"dev": f"{self.dev} is down already"})

    def words(self) -> list[str]:
        """With the state."""
        return [*super().words(), "down"]

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} goes down"

    def steps(self, world: World) -> Sequence[Step]:
        """IFF_UP taken away."""
        return [set_step(self.dev, self.line, change=fl.IFF_UP)]

    def undo(self, world: World) -> Undo:
        """Up, with all that the kernel took along."""
        up = set_step(self.dev, f"ip link set dev {quoted(self.dev)} up", flags=fl.IFF_UP, change=fl.IFF_UP)
        held = Along(world).device(self.dev, every=False)
        return Undo((up, *held.steps), ("neighbours that had been resolved", *held.lost))


@dataclass(frozen=True, kw_only=True)
class LinkMove(OfLink):
    """`ip link set dev X netns N`."""

    title: ClassVar[str] = "move to another network namespace"
    help: ClassVar[str] = "It leaves with its name; addresses and routes stay behind and are lost."
    key: ClassVar[str] = ""
    tier: ClassVar[Tier] = Tier.CUTTING

    netns: str = asked(Text(255, "a name, a path or a process"), "netns", "where it goes", required=True)

    def check(self, world: World) -> None:
        """There must be such a namespace."""
        with namespaces.resolve(self.netns):
            return

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} leaves for the network namespace {self.netns}"

    def steps(self, world: World) -> Sequence[Step]:
        """IFLA_NET_NS_FD."""
        there = namespaces.resolve(self.netns)
        step = set_step(self.dev, self.line, b.u32(il.IFLA_NET_NS_FD, there.fd))
        return [Step(step.type, step.flags, step.body, step.says, holds=there)]

    def undo(self, world: World) -> Undo:
        """Nothing from here."""
        return Undo((), (f"{self.dev} is in another network namespace then: it must be sent back from there",))


@dataclass(frozen=True, kw_only=True)
class AltnameAdd(OfLink):
    """`ip link property add dev X altname N`."""

    title: ClassVar[str] = "add an alternative name"
    help: ClassVar[str] = "A further name that `ip` finds it by, of up to 127 bytes."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("link", "property", "add")

    altname: str = asked(
        Text(127, "a name", r"^[^\s/]+$", "no spaces and no `/`"), "altname", "the name", required=True
    )

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} is also called {self.altname}"

    def _step(self, type_: int, flags: int, says: str) -> Step:
        named = b.nest(il.IFLA_PROP_LIST, b.text(il.IFLA_ALT_IFNAME, self.altname))
        return Step(type_, flags, b.ifinfomsg(self.dev.index) + named, says)

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWLINKPROP."""
        flags = nl.NLM_F_CREATE | nl.NLM_F_EXCL | nl.NLM_F_APPEND
        return [self._step(il.RTM_NEWLINKPROP, flags, self.line)]

    def undo(self, world: World) -> Undo:
        """RTM_DELLINKPROP."""
        return Undo((self._step(il.RTM_DELLINKPROP, 0, self.line.replace(" add ", " del ", 1)),))


@dataclass(frozen=True, kw_only=True)
class AltnameDelete(AltnameAdd):
    """`ip link property del dev X altname N`."""

    title: ClassVar[str] = "delete an alternative name"
    help: ClassVar[str] = "The link keeps its name."
    command: ClassVar[tuple[str, ...]] = ("link", "property", "del")

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The first it has."""
        said = world.said("links", row)
        return {"dev": said["ifname"]} | ({"altname": said["altnames"][0]} if said.get("altnames") else {})

    def check(self, world: World) -> None:
        """It must have it."""
        if self.altname not in world.said("links", world.link(self.dev)).get("altnames", ()):
            raise Problems({"altname": f"{self.dev} has no such name"})

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} is not called {self.altname} any more"

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELLINKPROP."""
        return [self._step(il.RTM_DELLINKPROP, 0, self.line)]

    def undo(self, world: World) -> Undo:
        """RTM_NEWLINKPROP."""
        flags = nl.NLM_F_CREATE | nl.NLM_F_EXCL | nl.NLM_F_APPEND
        return Undo((self._step(il.RTM_NEWLINKPROP, flags, self.line.replace(" del ", " add ", 1)),))


@dataclass(frozen=True, kw_only=True)
class LinkDelete(OfLink):
    """`ip link del dev X`."""

    title: ClassVar[str] = "delete this link"
    help: ClassVar[str] = "A virtual link goes, with its addresses, routes, and links that stand on it."
    key: ClassVar[str] = "d"
    command: ClassVar[tuple[str, ...]] = ("link", "del")
    tier: ClassVar[Tier] = Tier.CUTTING

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} goes, with all that it holds"

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELLINK."""
        return [Step(il.RTM_DELLINK, 0, b.ifinfomsg(self.dev.index), self.line)]

    def undo(self, world: World) -> Undo:
        """Made again with its index, settings, addresses and routes, as far as the kernel tells of them."""
        return remade(world, self.dev)
