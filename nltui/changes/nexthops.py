"""`ip nexthop add/replace/delete`, groups included (struct nhmsg, linux/nexthop.h)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes.again import REPLACE, ROW_GONE, again, attributes, away
from nltui.changes.along import Along
from nltui.changes.base import Change, Problems, Step, Subject, Tier, Undo, asked, fields_of
from nltui.changes.encap import Encap, packed, told
from nltui.changes.inputs import Address, Choice, Dev, Flag, Number, Spelled, Text
from nltui.changes.places import absent
from nltui.changes.world import Device, World
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.neighbour import USER_HZ
from nltui.netlink.wire import nlattr
from nltui.record import replace
from nltui.system import names

_GROUP = r"^[0-9]+(,[0-9]+)?(/[0-9]+(,[0-9]+)?)*$"
_TYPES = {"mpath": nh.NEXTHOP_GRP_TYPE_MPATH, "resilient": nh.NEXTHOP_GRP_TYPE_RES}


@dataclass(frozen=True, kw_only=True)
class NexthopAdd(Change):
    """`ip nexthop add`."""

    table: ClassVar[str] = "nexthops"
    title: ClassVar[str] = "add a nexthop, or a group of them"
    help: ClassVar[str] = "An object with a number that many routes can share: a gateway, a link, a group, or nowhere."
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("nexthop", "add")
    needs_row: ClassVar[bool] = False
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_EXCL

    id: int = asked(Number(1, 0xFFFFFFFF), "id", "its number", required=True)
    encap: str | None = asked(Encap(), "encap", "a header that packets get")
    via: str | None = asked(Address(), "via", "the gateway")
    dev: Device | None = asked(Dev(), "dev", "the link")
    onlink: bool | None = asked(Flag(), "onlink", "the gateway is on the link whatever its address")
    blackhole: bool | None = asked(Flag(), "blackhole", "packets are dropped")
    group: str | None = asked(Text(2000, "1,WEIGHT/2/3", _GROUP), "group", "of these nexthops: id,weight/id …")
    type: int | None = asked(Choice(_TYPES), "type", "how a group chooses")
    buckets: int | None = asked(Number(1, 0xFFFF), "buckets", "resilient: how many")
    idle_timer: int | None = asked(Number(0, 0xFFFFFF, "s"), "idle_timer", "resilient: seconds until a bucket is free")
    unbalanced_timer: int | None = asked(
        Number(0, 0xFFFFFF, "s"), "unbalanced_timer", "resilient: seconds until one is forced to move"
    )
    fdb: bool | None = asked(Flag(), "fdb", "for bridge and vxlan entries, not for routes")
    proto: int | None = asked(
        Spelled(names.protocol, 255, "who set it", (3, 4)), "protocol", "who set it", also=("proto",)
    )
    family: int | None = asked(Choice({"inet": b.AF_INET, "inet6": b.AF_INET6}), "family", "where no gateway tells")

    def check(self, world: World) -> None:
        """What excludes what."""
        wrong: dict[str, str] = {}
        leads = bool(self.via or self.dev)
        if sum((leads, bool(self.blackhole), self.group is not None)) != 1:
            wrong["via"] = "either a gateway or link, or blackhole, or a group"
        if self.via and not self.dev and not self.fdb:
            wrong["dev"] = "must be given with a gateway"
        if self.encap is not None and not leads:
            wrong["encap"] = "needs a gateway or link"
        if self.group is None:
            only = ("type", "buckets", "idle_timer", "unbalanced_timer")
            wrong |= {name: "is for groups" for name in only if getattr(self, name) is not None}
        elif self.type != nh.NEXTHOP_GRP_TYPE_RES:
            timers = ("buckets", "idle_timer", "unbalanced_timer")
            wrong |= {name: "is for resilient groups" for name in timers if getattr(self, name) is not None}
        for member in (self.group or "").split("/") if self.group else ():
            number, _, weight = member.partition(",")
            if not 1 <= int(weight or 1) <= 256:
                wrong["group"] = "weights are 1 to 256"
            if not 1 <= int(number) <= 0xFFFFFFFF:
                wrong["group"] = f"{number} is no number of a nexthop"
        if wrong:
            raise Problems(wrong)

    def sentence(self, world: World) -> str:
        """In words."""
        what = " ".join(self.spoken("encap", "via", "dev", "blackhole", "group", "type"))
        return f"nexthop {self.id} leads {what}" if not self.blackhole else f"nexthop {self.id} drops packets"

    def families(self) -> tuple[str, ...]:
        """Groups have none."""
        return () if self.group is not None else ("-6",) if self.af == b.AF_INET6 else ("-4",)

    @property
    def af(self) -> int:
        """AF_*."""
        if self.group is not None:
            return b.AF_UNSPEC
        return b.family_of(self.via) if self.via else self.family or b.AF_INET

    def spoken(self, *wanted: str) -> list[str]:
        """The family stands before."""
        return super().spoken(*(wanted or [one.name for one in fields_of(type(self)) if one.name != "family"]))

    def _body(self, world: World) -> bytes:
        flags = rt.RTNH_F_ONLINK if self.onlink else 0
        body = b.nhmsg(self.af, self.proto or 0, flags) + b.u32(nh.NHA_ID, self.id)
        body += b.u32(nh.NHA_OIF, self.dev.index) if self.dev is not None else b""
        body += b.ip(nh.NHA_GATEWAY, self.via) if self.via is not None else b""
        body += packed(self.encap, world, nh.NHA_ENCAP, nh.NHA_ENCAP_TYPE)
        body += nlattr(nh.NHA_BLACKHOLE) if self.blackhole else b""
        if self.group is not None:
            members = [member.partition(",") for member in self.group.split("/")]
            made = (struct.pack("=IBBH", int(one), int(weight or 1) - 1, 0, 0) for one, _, weight in members)
            body += nlattr(nh.NHA_GROUP, b"".join(made))
            body += b.u16(nh.NHA_GROUP_TYPE, self.type) if self.type is not None else b""
            body += self._resilient()
        return body + (nlattr(nh.NHA_FDB) if self.fdb else b"")

    def _resilient(self) -> bytes:
        inside = b.u16(nh.NHA_RES_GROUP_BUCKETS, self.buckets) if self.buckets is not None else b""
        timers = (
            (nh.NHA_RES_GROUP_IDLE_TIMER, self.idle_timer),
            (nh.NHA_RES_GROUP_UNBALANCED_TIMER, self.unbalanced_timer),
        )
        for type_, seconds in timers:
            inside += b.u32(type_, seconds * USER_HZ) if seconds is not None else b""
        return b.nest(nh.NHA_RES_GROUP, inside) if inside else b""

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWNEXTHOP."""
        return [Step(rt.RTM_NEWNEXTHOP, self.flags, self._body(world), self.line)]

    def undo(self, world: World) -> Undo:
        """Delete it."""
        return Undo((self._gone(),))

    def _gone(self) -> Step:
        body = b.nhmsg(0, 0, 0) + b.u32(nh.NHA_ID, self.id)
        return Step(rt.RTM_DELNEXTHOP, 0, body, f"ip nexthop del id {self.id}", ROW_GONE)


@dataclass(frozen=True, kw_only=True)
class NexthopReplace(NexthopAdd):
    """`ip nexthop replace`."""

    title: ClassVar[str] = "edit this nexthop"
    help: ClassVar[str] = "All routes that use it go the new way at once; what is not there is added."
    key: ClassVar[str] = "e"
    command: ClassVar[tuple[str, ...]] = ("nexthop", "replace")
    tier: ClassVar[Tier] = Tier.AFFECTING
    needs_row: ClassVar[bool] = True
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_REPLACE
    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As it is. Raises Unrepeatable where a part of it has no field."""
        said = world.said("nexthops", row)
        found = {"id": str(said["id"])}
        if header := told(attributes(row, 24), world, nh.NHA_ENCAP, nh.NHA_ENCAP_TYPE):
            found["encap"] = header
        for key, name in (("gateway", "via"), ("dev", "dev"), ("protocol", "proto")):
            if said.get(key) not in (None, "unspec"):
                found[name] = str(said[key])
        found |= {name: "yes" for name in ("blackhole", "fdb") if name in said}
        if "onlink" in said.get("flags", ()):
            found["onlink"] = "yes"
        if "group" in said:
            one = (f"{m['id']},{m['weight']}" if m.get("weight", 1) != 1 else str(m["id"]) for m in said["group"])
            found["group"] = "/".join(one)
        elif row[16] == b.AF_INET6:
            found["family"] = "inet6"
        if said.get("type") == "resilient":
            found["type"] = "resilient"
            for name in ("buckets", "idle_timer", "unbalanced_timer"):
                if name in said["resilient_args"]:
                    found[name] = str(int(said["resilient_args"][name]))
        return found

    def check(self, world: World) -> None:
        """Of the dialog, this one."""
        super().check(world)
        if self.row is not None and self.id != world.said("nexthops", self.row)["id"]:
            raise Problems({"id": "would be another nexthop beside this one: add it, then delete this one"})

    def subjects(self, world: World) -> list[Subject]:
        """The nexthop as it was."""
        there = [self.row] if self.row is not None else world.where("nexthops", id=str(self.id))
        mine = [Subject("nexthops", row) for row in there] or [absent("nexthops", self.steps(world))]
        return super().subjects(world) + mine

    def undo(self, world: World) -> Undo:
        """As it was, or away."""
        before = world.where("nexthops", id=str(self.id))
        if not before:
            return super().undo(world)
        return Undo((again(world, "nexthops", before[0], REPLACE),))


@dataclass(frozen=True, kw_only=True)
class NexthopDelete(Change):
    """`ip nexthop delete`."""

    table: ClassVar[str] = "nexthops"
    title: ClassVar[str] = "delete this nexthop"
    help: ClassVar[str] = "Routes that use it go with it, and groups lose a member."
    key: ClassVar[str] = "d"
    command: ClassVar[tuple[str, ...]] = ("nexthop", "del")
    tier: ClassVar[Tier] = Tier.AFFECTING

    id: int = asked(Number(1, 0xFFFFFFFF), "id", "its number", required=True)
    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """Its number."""
        return {"id": str(world.said("nexthops", row)["id"])}

    def _row(self, world: World) -> bytes:
        found = world.where("nexthops", id=str(self.id))
        if not found:
            raise Problems({"id": f"there is no nexthop {self.id}"})
        return found[0]

    def sentence(self, world: World) -> str:
        """In words."""
        return f"nexthop {self.id} goes"

    def subjects(self, world: World) -> list[Subject]:
        """The nexthop."""
        return [Subject("nexthops", self.row or self._row(world))]

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELNEXTHOP."""
        return [replace(away(world, "nexthops", self._row(world)), line=self.line, fine=frozenset())]

    def undo(self, world: World) -> Undo:
        """Again, with its groups and routes."""
        return Along(world).nexthop(self._row(world))
