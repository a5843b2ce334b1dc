"""`ip neighbour add/replace/change/delete`, probing and proxies (struct ndmsg, linux/neighbour.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes.again import again, attributes, away
from nltui.changes.base import Change, Problems, Step, Subject, Tier, Undo, asked
from nltui.changes.inputs import Address, Choice, Dev, Flag, Mac, Spelled
from nltui.changes.places import absent, key_of
from nltui.changes.world import Device, World
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import rtnetlink as rt
from nltui.record import replace
from nltui.system import names

_STATES = {"permanent": nd.NUD_PERMANENT, "noarp": nd.NUD_NOARP, "reachable": nd.NUD_REACHABLE, "stale": nd.NUD_STALE,
           "delay": nd.NUD_DELAY, "probe": nd.NUD_PROBE, "none": 0, "incomplete": nd.NUD_INCOMPLETE,
           "failed": nd.NUD_FAILED}  # fmt: skip
_UNRESOLVED = (0, nd.NUD_INCOMPLETE, nd.NUD_FAILED)


@dataclass(frozen=True, kw_only=True)
class NeighbourAdd(Change):
    """`ip neighbour add`."""

    table: ClassVar[str] = "neighbours"
    title: ClassVar[str] = "add a neighbour"
    help: ClassVar[str] = "Say by hand who has an address on a link."
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("neighbour", "add")
    needs_row: ClassVar[bool] = False
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_EXCL

    dst: str = asked(Address(), "", "the IP address", required=True, also=("to",))
    dev: Device = asked(Dev(), "dev", "on this link", required=True)
    lladdr: str | None = asked(Mac(), "lladdr", "its link-layer address")
    state: int | None = asked(Choice(_STATES), "nud", "permanent unless told")
    router: bool | None = asked(Flag(), "router", "it is a router")
    managed: bool | None = asked(Flag(), "managed", "the kernel keeps it resolved")
    extern_learn: bool | None = asked(Flag(), "extern_learn", "learned by a program")
    proto: int | None = asked(Spelled(names.protocol, 255, "who set it"), "protocol", "who set it", also=("proto",))
    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The link of the row under the cursor."""
        return {"dev": world.said("neighbours", row).get("dev", "")}

    def check(self, world: World) -> None:
        """Most states need an address."""
        if self.lladdr is None and not self.managed and self.state not in _UNRESOLVED:
            raise Problems({"lladdr": "must be given: 02:00:00:00:00:01"})

    def sentence(self, world: World) -> str:
        """In words."""
        return (
            f"{self.dst} on {self.dev} is {self.lladdr or ('resolved and kept so' if self.managed else 'not resolved')}"
        )

    def body(self) -> bytes:
        """struct ndmsg and attributes."""
        state = self.state if self.state is not None else 0 if self.managed else nd.NUD_PERMANENT
        flags = (nd.NTF_ROUTER if self.router else 0) | (nd.NTF_EXT_LEARNED if self.extern_learn else 0)
        body = b.ndmsg(b.family_of(self.dst), self.dev.index, state, flags) + b.ip(nd.NDA_DST, self.dst)
        body += b.mac(nd.NDA_LLADDR, self.lladdr) if self.lladdr is not None else b""
        body += b.u8(nd.NDA_PROTOCOL, self.proto) if self.proto is not None else b""
        body += b.u32(nd.NDA_FLAGS_EXT, nd.NTF_EXT_MANAGED) if self.managed else b""
        return body

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWNEIGH."""
        return [Step(rt.RTM_NEWNEIGH, self.flags, self.body(), self.line)]

    def existing(self, world: World) -> bytes | None:
        """The row that is there."""
        rows = world.where("neighbours", address=self.dst, dev=self.dev.name)
        return next((row for row in rows if not row[26] & nd.NTF_PROXY), None)

    def undo(self, world: World) -> Undo:
        """As it was, or away."""
        before = self.existing(world)
        if before is None:
            return Undo((Step(rt.RTM_DELNEIGH, 0, self.body(), self.line.replace(self.command[1], "del", 1)),))
        back = restored(world, before)
        if self.proto and nd.NDA_PROTOCOL not in attributes(before, 28):
            return Undo(back.steps, (*back.lost, "that nobody had said who set it"))
        return back


def restored(world: World, row: bytes) -> Undo:
    """A neighbour as it was, or with the state that resolution brings."""
    if not row[24] & (nd.NUD_INCOMPLETE | nd.NUD_FAILED):
        return Undo((again(world, "neighbours", row),))
    return Undo((), ("a neighbour that was being resolved: the kernel resolves it again when it is needed",))


def lasting(row: bytes, world: World) -> dict[str, str]:
    """What of a neighbour only persons and programs change: not that its state goes on."""
    found = NeighbourReplace.filled(row, world)
    return found | {"state": found["state"] if row[24] & (nd.NUD_PERMANENT | nd.NUD_NOARP) else "resolved"}


_LASTING = ("lladdr", "state", "router", "managed", "extern_learn", "proto")


@dataclass(frozen=True, kw_only=True)
class NeighbourReplace(NeighbourAdd):
    """`ip neighbour replace`."""

    title: ClassVar[str] = "edit this neighbour"
    help: ClassVar[str] = "Another link-layer address or state; what is not there is added."
    key: ClassVar[str] = "e"
    command: ClassVar[tuple[str, ...]] = ("neighbour", "replace")
    tier: ClassVar[Tier] = Tier.AFFECTING
    needs_row: ClassVar[bool] = True
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_REPLACE

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As it is."""
        said = world.said("neighbours", row)
        found: dict[str, str] = {name: str(said[name]) for name in ("dst", "dev", "lladdr") if name in said}
        state = next((word for word, number in _STATES.items() if row[24] & number), "permanent")
        found |= {name: "yes" for name in ("router", "managed", "extern_learn") if name in said}
        if said.get("protocol") not in (None, "unspec"):
            found["proto"] = str(said["protocol"])
        return found | {"state": state}

    def subjects(self, world: World) -> list[Subject]:
        """The neighbour as it was, too."""
        there = self.row or self.existing(world)
        if there is None:
            return [*super().subjects(world), absent("neighbours", self.steps(world))]
        return [*super().subjects(world), Subject("neighbours", there, told=lasting, names=_LASTING)]

    def check(self, world: World) -> None:
        """Of the dialog, this one."""
        super().check(world)
        if self.row is not None and key_of("neighbours", self.row) != key_of("neighbours", bytes(16) + self.body()):
            raise Problems({"dst": "would be another neighbour beside this one: add it, then delete this one"})


@dataclass(frozen=True, kw_only=True)
class NeighbourChange(NeighbourReplace):
    """`ip neighbour change`."""

    title: ClassVar[str] = "change this neighbour"
    help: ClassVar[str] = "Another link-layer address or state; nothing is added."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("neighbour", "change")
    flags: ClassVar[int] = nl.NLM_F_REPLACE

    def check(self, world: World) -> None:
        """There must be one."""
        super().check(world)
        if self.existing(world) is None:
            raise Problems({"dst": f"{self.dev} has no such neighbour to change"})


@dataclass(frozen=True, kw_only=True)
class NeighbourProbe(Change):
    """`ip neighbour replace … nud probe`: ask whether it is still there."""

    table: ClassVar[str] = "neighbours"
    title: ClassVar[str] = "probe: ask this neighbour whether it is there"
    help: ClassVar[str] = "The kernel asks it anew; it becomes REACHABLE or FAILED."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("neighbour", "change")

    dst: str = asked(Address(), "", "the IP address", required=True, also=("to",))
    dev: Device = asked(Dev(), "dev", "on this link", required=True)

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The row."""
        said = world.said("neighbours", row)
        return {name: str(said[name]) for name in ("dst", "dev") if name in said}

    def words(self) -> list[str]:
        """With the state."""
        return [*super().words(), "nud", "probe"]

    def sentence(self, world: World) -> str:
        """In words."""
        return f"the kernel asks {self.dst} on {self.dev} whether it is still there"

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWNEIGH with NUD_PROBE."""
        body = b.ndmsg(b.family_of(self.dst), self.dev.index, nd.NUD_PROBE, 0) + b.ip(nd.NDA_DST, self.dst)
        return [Step(rt.RTM_NEWNEIGH, nl.NLM_F_REPLACE, body, self.line)]

    def undo(self, world: World) -> Undo:
        """Its state goes on by itself; a lasting one is set again."""
        row = NeighbourAdd(dst=self.dst, dev=self.dev).existing(world)
        if row is not None and row[24] & (nd.NUD_PERMANENT | nd.NUD_NOARP):
            return restored(world, row)
        return Undo((), ("the state it had: the answer decides it",))


@dataclass(frozen=True, kw_only=True)
class ProxyAdd(Change):
    """`ip neighbour add proxy`."""

    table: ClassVar[str] = "neighbours"
    title: ClassVar[str] = "answer for an address (proxy)"
    help: ClassVar[str] = "The kernel answers on this link when somebody asks who has the address."
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("neighbour", "add", "proxy")
    needs_row: ClassVar[bool] = False

    dst: str = asked(Address(), "", "the IP address", required=True, also=("to",))
    dev: Device = asked(Dev(), "dev", "on this link", required=True)
    proto: int | None = asked(Spelled(names.protocol, 255, "who set it"), "protocol", "who set it", also=("proto",))

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The link of the row under the cursor."""
        return {"dev": world.said("neighbours", row).get("dev", "")}

    def sentence(self, world: World) -> str:
        """In words."""
        return f"the kernel answers for {self.dst} on {self.dev}"

    def _body(self) -> bytes:
        head = b.ndmsg(b.family_of(self.dst), self.dev.index, nd.NUD_PERMANENT, nd.NTF_PROXY)
        proto = b.u8(nd.NDA_PROTOCOL, self.proto) if self.proto is not None else b""
        return head + b.ip(nd.NDA_DST, self.dst) + proto

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWNEIGH with NTF_PROXY."""
        return [Step(rt.RTM_NEWNEIGH, nl.NLM_F_CREATE | nl.NLM_F_EXCL, self._body(), self.line)]

    def undo(self, world: World) -> Undo:
        """Do not answer any more."""
        return Undo((Step(rt.RTM_DELNEIGH, 0, self._body(), self.line.replace(" add ", " del ", 1)),))


@dataclass(frozen=True, kw_only=True)
class NeighbourDelete(Change):
    """`ip neighbour delete`, also of a proxy."""

    table: ClassVar[str] = "neighbours"
    title: ClassVar[str] = "delete this neighbour"
    help: ClassVar[str] = "The entry goes; the kernel resolves the address again when it is needed."
    key: ClassVar[str] = "d"
    command: ClassVar[tuple[str, ...]] = ("neighbour", "del")
    tier: ClassVar[Tier] = Tier.AFFECTING

    dst: str = asked(Address(), "", "the IP address", required=True, also=("to",))
    dev: Device = asked(Dev(), "dev", "on this link", required=True)
    proxy: bool | None = asked(Flag(), "proxy", "the answering for it, not the neighbour")
    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The row."""
        said = world.said("neighbours", row)
        found = {name: str(said[name]) for name in ("dst", "dev") if name in said}
        return found | ({"proxy": "yes"} if row[26] & nd.NTF_PROXY else {})

    def words(self) -> list[str]:
        """`proxy` stands before the address."""
        return [*self.command, *self.spoken("proxy"), *self.spoken("dst", "dev")]

    def sentence(self, world: World) -> str:
        """In words."""
        if self.proxy:
            return f"the kernel does not answer for {self.dst} on {self.dev} any more"
        return f"the neighbour {self.dst} on {self.dev} goes"

    def _row(self, world: World) -> bytes:
        for row in world.where("neighbours", address=self.dst, dev=self.dev.name):
            if bool(row[26] & nd.NTF_PROXY) == bool(self.proxy):
                return row
        raise Problems({"dst": f"{self.dev} has no such neighbour"})

    def check(self, world: World) -> None:
        """It must be there; it is remembered as it was seen."""
        if self.row is None:
            object.__setattr__(self, "row", self._row(world))

    def subjects(self, world: World) -> list[Subject]:
        """The neighbour as it was."""
        mine = Subject("neighbours", self.row or self._row(world), told=lasting, names=_LASTING)
        return [*super().subjects(world), mine]

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELNEIGH."""
        return [replace(away(world, "neighbours", self._row(world)), line=self.line)]

    def undo(self, world: World) -> Undo:
        """Again."""
        return restored(world, self._row(world))
