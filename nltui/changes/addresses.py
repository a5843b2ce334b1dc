"""`ip address add/replace/change/delete` (struct ifaddrmsg, linux/if_addr.h)."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from nltui.changes import build as b
from nltui.changes.again import REPLACE, ROW_GONE, again, attributes, away
from nltui.changes.along import Along
from nltui.changes.base import Change, Problems, Step, Subject, Tier, Undo, asked, fields_of
from nltui.changes.inputs import FOREVER, Address, Dev, Flag, Lifetime, Number, Prefix, Spelled, Text
from nltui.changes.places import absent, address_key
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.wire import nlattr
from nltui.record import replace
from nltui.system import names

IP6_RT_PRIO_ADDRCONF = 256
"""Metric of the route to an IPv6 address's network where none was said (net/ip6_route.h)."""
_FLAGS = {
    "noprefixroute": ia.IFA_F_NOPREFIXROUTE,
    "nodad": ia.IFA_F_NODAD,
    "home": ia.IFA_F_HOMEADDRESS,
    "mngtmpaddr": ia.IFA_F_MANAGETEMPADDR,
    "optimistic": ia.IFA_F_OPTIMISTIC,
    "autojoin": ia.IFA_F_MCAUTOJOIN,
}


@dataclass(frozen=True, kw_only=True)
class AddressAdd(Change):
    """`ip address add`."""

    table: ClassVar[str] = "addresses"
    title: ClassVar[str] = "add an address"
    help: ClassVar[str] = "Give a link another address; it must not have it yet."
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("address", "add")
    needs_row: ClassVar[bool] = False
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_EXCL

    local: str = asked(
        Prefix(host=True), "", "the address, with the length of its network", required=True, also=("local",)
    )
    dev: Device = asked(Dev(), "dev", "the link that gets it", required=True)
    peer: str | None = asked(Prefix(host=True), "peer", "the other end of a point-to-point link", also=("remote",))
    broadcast: str | None = asked(Address(4), "broadcast", "IPv4 broadcast address", also=("brd",))
    label: str | None = asked(Text(15, "link name, or link name:text"), "label", "IPv4: a name of its own")
    scope: int | None = asked(Spelled(names.scope, 255, "global, link, host …", (0, 253, 254)), "scope", "where valid")
    valid: int | None = asked(Lifetime(), "valid_lft", "how long it stays")
    preferred: int | None = asked(Lifetime(), "preferred_lft", "how long new connections use it")
    metric: int | None = asked(
        Number(0, FOREVER), "metric", "of the route to its network", also=("priority", "preference")
    )
    proto: int | None = asked(Spelled(names.address_protocol, 255, "who set it"), "proto", "who set it")
    noprefixroute: bool | None = asked(Flag(), "noprefixroute", "no route to its network")
    nodad: bool | None = asked(Flag(), "nodad", "IPv6: use it at once, without looking for another holder")
    home: bool | None = asked(Flag(), "home", "IPv6: home address (mobility)")
    mngtmpaddr: bool | None = asked(Flag(), "mngtmpaddr", "IPv6: the kernel makes temporary ones from it")
    optimistic: bool | None = asked(Flag(), "optimistic", "IPv6: use it while looking for another holder")
    autojoin: bool | None = asked(Flag(), "autojoin", "join the multicast group of this address")

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The link under the cursor."""
        return {"dev": world.said("addresses", row).get("ifname", "")}

    def check(self, world: World) -> None:
        """Family by family."""
        wrong: dict[str, str] = {}
        six = ":" in self.local
        if self.peer is not None and (":" in self.peer) != six:
            wrong["peer"] = "is of another family than the address"
        if self.broadcast is not None and six:
            wrong["broadcast"] = "IPv6 has none"
        if self.label is not None and six:
            wrong["label"] = "IPv6 has none"
        if self.label is not None and not self.label.startswith(self.dev.name):
            wrong["label"] = f"must begin with {self.dev.name}"
        if self.peer is not None and "/" in self.local and not self.local.endswith(("/32", "/128")):
            wrong["local"] = "with a peer, the length stands behind the peer"
        valid = FOREVER if self.valid is None else self.valid
        preferred = FOREVER if self.preferred is None else self.preferred
        if self.valid == 0:
            wrong["valid"] = "0 is no lifetime; delete the address instead"
        elif self.preferred is not None and preferred > valid:
            wrong["preferred"] = f"cannot be longer than valid_lft ({self.valid})"
        elif self.preferred is None and self.valid is not None and valid != FOREVER:
            wrong["preferred"] = "must be given too, at most valid_lft"
        if not six:
            wrong.update({name: "is for IPv6 only" for name in ("nodad", "home", "mngtmpaddr", "optimistic")
                          if getattr(self, name)})  # fmt: skip
        if wrong:
            raise Problems(wrong)

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} gets the address {self.local}"

    def words(self) -> list[str]:
        """`ip` wants the link last, and the address of a pair without a length."""
        local = self.local.partition("/")[0] if self.peer else self.local
        rest = [field.name for field in fields_of(type(self)) if field.name not in ("local", "dev")]
        return [*self.command, local, *self.spoken(*rest), *self.spoken("dev")]

    def _body(self) -> bytes:
        local = ipaddress.ip_interface(self.local)
        far = ipaddress.ip_interface(self.peer) if self.peer else local
        flags = sum(bit for name, bit in _FLAGS.items() if getattr(self, name))
        scope = self.scope
        if scope is None:
            scope = 254 if local.version == 4 and local.ip.is_loopback else 0
        family = b.family_of(self.local)
        body = b.ifaddrmsg(family, far.network.prefixlen, flags & 0xFF, scope, self.dev.index)
        body += nlattr(ia.IFA_LOCAL, local.ip.packed) + nlattr(ia.IFA_ADDRESS, far.ip.packed)
        if self.broadcast is not None:
            body += b.ip(ia.IFA_BROADCAST, self.broadcast)
        if self.label is not None:
            body += b.text(ia.IFA_LABEL, self.label)
        if self.metric is not None:
            body += b.u32(ia.IFA_RT_PRIORITY, self.metric)
        if self.proto is not None:
            body += b.u8(ia.IFA_PROTO, self.proto)
        if flags > 0xFF:
            body += b.u32(ia.IFA_FLAGS, flags)
        if self.valid is not None or self.preferred is not None:
            valid = FOREVER if self.valid is None else self.valid
            preferred = FOREVER if self.preferred is None else self.preferred
            body += nlattr(ia.IFA_CACHEINFO, struct.pack("=IIII", preferred, valid, 0, 0))
        return body

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWADDR."""
        return [Step(rt.RTM_NEWADDR, self.flags, self._body(), self.line)]

    def undo(self, world: World) -> Undo:
        """Delete it."""
        says = self.line.replace(f" {self.command[1]} ", " del ", 1)
        return Undo((Step(rt.RTM_DELADDR, 0, self._body(), says, ROW_GONE),))


@dataclass(frozen=True, kw_only=True)
class AddressReplace(AddressAdd):
    """`ip address replace`: lifetimes, metric and flags of an address that is there."""

    title: ClassVar[str] = "edit this address"
    help: ClassVar[str] = "Change lifetimes, metric and flags; another address, length or peer would be another row."
    key: ClassVar[str] = "e"
    command: ClassVar[tuple[str, ...]] = ("address", "replace")
    needs_row: ClassVar[bool] = True
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_REPLACE

    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As it is."""
        said = world.said("addresses", row)
        length = said["prefixlen"]
        found = {"dev": said.get("ifname", ""), "local": f"{said['local']}/{length}"}
        if "address" in said:
            found |= {"local": said["local"], "peer": f"{said['address']}/{length}"}
        for key, name in (("broadcast", "broadcast"), ("label", "label"), ("metric", "metric"), ("protocol", "proto")):
            if key in said and not (key == "label" and said[key] == said.get("ifname")):
                found[name] = str(said[key])
        if said["family"] == "inet":
            found["scope"] = str(said.get("scope", "global"))
        for key, name in (("valid_life_time", "valid"), ("preferred_life_time", "preferred")):
            if said.get(key, FOREVER) != FOREVER:
                found[name] = str(said[key])
        return found | {name: "yes" for name in _FLAGS if said.get(name)}

    def check(self, world: World) -> None:
        """Of an address that is there the kernel keeps most, and acknowledges all the same."""
        super().check(world)
        there = self.existing(world)
        if self.row is not None and _replaced_by(self.row[16:]) != _replaced_by(self._body()):
            raise Problems({"local": "would be another address beside this one: add it, then delete this one"})
        if there is not None and (kept := self._kept(there, world)):
            raise Problems(dict.fromkeys(kept, "stays as it is where the address is there: delete it, and add it anew"))

    def _kept(self, row: bytes, world: World) -> list[str]:
        """Fields that differ from a row's in what replacing does not change."""
        if row[16] == b.AF_INET6:
            other = ["peer" if self.peer else "local"] if row[17] != self._body()[1] else []
            return other + (["scope"] if self.scope not in (None, row[19]) else [])
        now, asked_for = self.filled(row, world), self._texts()
        names_ = ("broadcast", "label", "peer", "scope", "noprefixroute", "autojoin")
        told = [name for name in names_ if name in asked_for or name in ("noprefixroute", "autojoin")]
        return [name for name in told if asked_for.get(name, "") != now.get(name, "")]

    def _texts(self) -> dict[str, str]:
        """What is said, as the dialog would show it."""
        told = ((field.name, field.input, getattr(self, field.name)) for field in fields_of(type(self)))
        return {
            name: "yes" if kind.is_flag else kind.words(value)[0]
            for name, kind, value in told
            if value is not None and value is not False
        }

    def sentence(self, world: World) -> str:
        """In words."""
        return f"the address {self.local} of {self.dev} is set as told, or added where it is not there"

    def existing(self, world: World) -> bytes | None:
        """The row it replaces: of IPv6 by the address alone, of IPv4 by its network and length, too."""
        mine = _replaced_by(self._body())
        rows = world.where("addresses", dev=self.dev.name)
        return next((row for row in rows if _replaced_by(row[16:]) == mine), None)

    def subjects(self, world: World) -> list[Subject]:
        """The address as it was, too."""
        there = self.row or self.existing(world)
        mine = Subject("addresses", there) if there is not None else absent("addresses", self.steps(world))
        return [*super().subjects(world), mine]

    def undo(self, world: World) -> Undo:
        """As it was, or away."""
        before = self.existing(world)
        if before is None:
            return super().undo(world)
        step, lost = again(world, "addresses", before, REPLACE), []
        found = attributes(before, 24)
        if self.proto is not None and ia.IFA_PROTO not in found:
            lost.append("that nobody had said who set it")
        if before[16] == b.AF_INET6 and self.metric is not None and not any(found.get(ia.IFA_RT_PRIORITY, b"")):
            # Of none said the kernel keeps the one there is; this one it uses where none was ever said.
            step = replace(
                step,
                body=step.body + b.u32(ia.IFA_RT_PRIORITY, IP6_RT_PRIO_ADDRCONF),
                line=step.says.replace(" dev ", f" metric {IP6_RT_PRIO_ADDRCONF} dev ", 1),
            )
            lost.append(f"that no metric was said: it is {IP6_RT_PRIO_ADDRCONF} then, as it was in effect")
        if self.valid in (None, FOREVER):
            return Undo((step,), tuple(lost))
        # When its time is over the kernel deletes it, with all that needs it.
        held = Along(world).address(before)
        more = (one for one in held.steps if not one.deletes and one.body != step.body)
        return Undo((step, *more), (*lost, *held.lost))


@dataclass(frozen=True, kw_only=True)
class AddressChange(AddressReplace):
    """`ip address change`."""

    title: ClassVar[str] = "change this address"
    help: ClassVar[str] = "Change lifetimes, metric and flags of an address; nothing is added."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("address", "change")
    flags: ClassVar[int] = nl.NLM_F_REPLACE

    def check(self, world: World) -> None:
        """There must be one: the kernel adds what is not there, whatever it is told."""
        super().check(world)
        if self.existing(world) is None:
            raise Problems({"local": f"{self.dev} has no address {self.local} to change"})


def _replaced_by(body: bytes) -> tuple[object, ...]:
    """What the kernel looks for an address of one link by when it is told to replace it."""
    found = attributes(body, 8)
    local, far = found.get(ia.IFA_LOCAL) or found.get(ia.IFA_ADDRESS, b""), found.get(ia.IFA_ADDRESS, b"")
    if body[0] == b.AF_INET6:
        return (body[0], local)
    return (body[0], body[1], local, int.from_bytes(far, "big") >> 32 - body[1])


@dataclass(frozen=True, kw_only=True)
class AddressDelete(Change):
    """`ip address delete`."""

    table: ClassVar[str] = "addresses"
    title: ClassVar[str] = "delete this address"
    help: ClassVar[str] = "Take an address from its link; routes that use it as their source go along."
    key: ClassVar[str] = "d"
    command: ClassVar[tuple[str, ...]] = ("address", "del")
    tier: ClassVar[Tier] = Tier.AFFECTING

    local: str = asked(Prefix(host=True), "", "the address", required=True)
    dev: Device = asked(Dev(), "dev", "its link", required=True)
    peer: str | None = asked(Prefix(host=True), "peer", "the other end")
    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As it is."""
        found = AddressReplace.filled(row, world)
        return {name: found[name] for name in ("local", "dev", "peer") if name in found}

    @classmethod
    def of(cls, row: bytes, world: World) -> Self:
        """Of this row."""
        return cls.parsed(cls.filled(row, world), world, row)

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{self.dev} loses the address {self.local}"

    def words(self) -> list[str]:
        """The address of a pair without a length."""
        local = self.local.partition("/")[0] if self.peer else self.local
        return [*self.command, local, *self.spoken("peer", "dev")]

    def found(self, world: World) -> bytes:
        """The row as it is now. Raises Problems where it is not there."""
        like = AddressAdd(local=self.local, dev=self.dev, peer=self.peer)
        mine = address_key(like._body())
        for row in world.where("addresses", dev=self.dev.name):
            if address_key(row[16:]) == mine:
                return row
        raise Problems({"local": f"{self.dev} has no address {self.local}"})

    def check(self, world: World) -> None:
        """It must be there; it is remembered as it was seen."""
        if self.row is None:
            object.__setattr__(self, "row", self.found(world))

    def subjects(self, world: World) -> list[Subject]:
        """The address."""
        return [*super().subjects(world), Subject("addresses", self.row or self.found(world))]

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELADDR."""
        return [replace(away(world, "addresses", self.found(world)), line=self.line)]

    def undo(self, world: World) -> Undo:
        """Add it again, with what the kernel takes along."""
        return Along(world).address(self.found(world))
