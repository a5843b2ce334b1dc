"""`ip route add/replace/change/append/prepend` (struct rtmsg, linux/rtnetlink.h)."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes import hits, standing
from nltui.changes.again import ADD, REPLACE, ROW_GONE, again, away
from nltui.changes.base import Change, Problems, Step, Subject, Tier, Undo, asked, fields_of, line_of
from nltui.changes.encap import Encap, packed
from nltui.changes.hops import Hops, multipath
from nltui.changes.inputs import Address, Choice, Dev, Flag, Number, Prefix, Realms, Spelled, Tos
from nltui.changes.order import again_in_order, is_far
from nltui.changes.places import absent
from nltui.changes.route_metrics import Metrics, encoded
from nltui.changes.route_rows import REFUSING, filled_from, place_of
from nltui.changes.world import Device, World
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.wire import nlattr
from nltui.record import replace
from nltui.system import names

_TYPES = {name: number for number, name in rt.ROUTE_TYPES.items() if number not in (0, 10, 11)}
_REFUSES = frozenset(_TYPES[name] for name in REFUSING)
_NOWHERE, _LINK, _HOST = 255, 253, 254
_PREFERENCES = {"low": 3, "medium": 0, "high": 1}
_FAMILIES = {"inet": b.AF_INET, "inet6": b.AF_INET6}


@dataclass(frozen=True, kw_only=True)
class RouteAdd(Change):
    """`ip route add`."""

    table: ClassVar[str] = "routes"
    title: ClassVar[str] = "add a route"
    help: ClassVar[str] = "A route that is not there yet: destination, metric and table tell routes apart."
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("route", "add")
    needs_row: ClassVar[bool] = False
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_EXCL

    dst: str = asked(Prefix(named=True), "", "where packets are headed", required=True)
    via: str | None = asked(Address(), "via", "the gateway, of either family")
    dev: Device | None = asked(Dev(), "dev", "the link they leave by", also=("oif",))
    type: int | None = asked(Choice(_TYPES), "type", "unicast unless told")
    metric: int | None = asked(
        Number(0, 0xFFFFFFFF), "metric", "the lowest counts first", also=("priority", "preference")
    )
    table_id: int | None = asked(
        Spelled(names.table, 0xFFFFFFFF, "main unless told", (254, 255, 253)), "table", "routing table"
    )
    proto: int | None = asked(
        Spelled(names.protocol, 255, "boot unless told", (3, 4, 16, 186)), "proto", "who set it", also=("protocol",)
    )
    scope: int | None = asked(Spelled(names.scope, 255, "global, link, host …", (0, 253, 254)), "scope", "how far away")
    src: str | None = asked(Address(), "src", "source address that is preferred")
    source: str | None = asked(Prefix(), "from", "IPv6: only packets from here")
    tos: int | None = asked(Tos(), "tos", "IPv4: only packets with this TOS, in hexadecimal", also=("dsfield",))
    encap: str | None = asked(Encap(), "encap", "a header that packets get")
    nhid: int | None = asked(Number(1, 0xFFFFFFFF), "nhid", "a nexthop object instead of gateway and link")
    hops: str | None = asked(Hops(), "nexthops", "several: via A dev X weight N / via B dev Y", also=("nexthop",))
    mtu: int | None = asked(Number(1, 0xFFFF), "mtu", "largest packet on the path")
    advmss: int | None = asked(Number(1, 0xFFFF), "advmss", "segment size told to the other end")
    metrics: str | None = asked(Metrics(), "metrics", "more metrics, each with its value")
    realms: str | None = asked(Realms(), "realms", "IPv4: for `tc` and counters")
    onlink: bool | None = asked(Flag(), "onlink", "the gateway is on the link whatever its address")
    expires: int | None = asked(Number(0, 0xFFFFFFFE, "s"), "expires", "IPv6: until it goes; never unless told")
    pref: int | None = asked(Choice(_PREFERENCES), "pref", "IPv6: preference among routers")
    family: int | None = asked(Choice(_FAMILIES), "family", "of `default` without gateway")
    row: bytes | None = None

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """Only the table of the row under the cursor."""
        said = world.said("routes", row)
        return {"table_id": str(said["table"])} if str(said.get("table", "main")) != "main" else {}

    # -- what it is

    @property
    def af(self) -> int:
        """AF_* of the destination."""
        if self.family is not None:
            return self.family
        if self.dst != "default":
            return b.family_of(self.dst)
        if self.via:
            return b.family_of(self.via)
        told = f"{self.src or ''} {self.hops or ''}"
        return b.AF_INET6 if ":" in told or self.expires is not None or self.pref is not None else b.AF_INET

    @property
    def kind(self) -> int:
        """rtm_type."""
        return rt.RTN_UNICAST if self.type is None else self.type

    def check(self, world: World) -> None:
        """What excludes what."""
        wrong: dict[str, str] = {}
        six = self.af == b.AF_INET6
        if self.src and (":" in self.src) != six:
            wrong["src"] = "is of another family than the destination"
        if six and self.via and ":" not in self.via:
            wrong["via"] = "an IPv6 route cannot go by an IPv4 gateway"
        if not six:
            only = ("expires", "pref", "source")
            wrong |= {name: "is for IPv6 only" for name in only if getattr(self, name) is not None}
        else:
            wrong |= {name: "is for IPv4 only" for name in ("tos", "realms") if getattr(self, name)}
        if six and self.source and ":" not in self.source:
            wrong["source"] = "is of another family than the destination"
        several = [name for name in ("hops", "nhid") if getattr(self, name)]
        if several and (self.via or self.dev or len(several) > 1):
            wrong[several[0]] = "stands instead of via and dev"
        leads = bool(self.via or self.dev or several)
        if self.kind in _REFUSES and leads and not (six and self.dev):
            wrong["type"] = "leads nowhere: without via, dev and nexthops"
        elif self.kind == rt.RTN_UNICAST and not leads:
            wrong["via"] = "a gateway, a link or nexthops are needed"
        if self.encap is not None and not (self.via or self.dev):
            wrong["encap"] = "needs via or dev; of several nexthops each has its own"
        if self.onlink and not (self.via and self.dev):
            wrong["onlink"] = "needs via and dev"
        twice = [name for name in ("mtu", "advmss") if getattr(self, name) and name in (self.metrics or "").split()]
        if twice:
            wrong[twice[0]] = f"`{twice[0]}` stands among the metrics too"
        if wrong:
            raise Problems(wrong)

    def _metrics(self) -> bytes:
        """What RTA_METRICS holds."""
        said = self.spoken("mtu", "advmss")
        return encoded(" ".join([*said, self.metrics or ""]))

    # -- saying

    def _leads(self) -> str:
        if self.kind in _REFUSES:
            return f"are refused ({rt.ROUTE_TYPES[self.kind]})"
        by = f"by the nexthops {self.hops}" if self.hops else f"by nexthop {self.nhid}" if self.nhid else ""
        by = by or " ".join(filter(None, (f"by {self.via}" if self.via else "", f"on {self.dev}" if self.dev else "")))
        return f"go {by}{f', with a header of {self.encap}' if self.encap else ''}"

    def sentence(self, world: World) -> str:
        """In words."""
        table = names.table(self.table_id) or str(self.table_id) if self.table_id else "main"
        return f"packets to {self.dst} {self._leads()}, in table {table}"

    def families(self) -> tuple[str, ...]:
        """Where the destination does not tell."""
        return ("-6",) if self.af == b.AF_INET6 else ("-4",)

    def spoken(self, *wanted: str) -> list[str]:
        """The type before the destination, the nexthops last, metrics as they are; the family is said before."""
        shown = [rt.ROUTE_TYPES[self.type]] if self.type not in (None, rt.RTN_UNICAST) else []
        if wanted:
            return super().spoken(*wanted)
        special = ("type", "hops", "metrics", "family", "via", "dst", "tos", "source", "encap")
        # `ip` takes nothing of the whole route behind its nexthops.
        rest = [field.name for field in fields_of(type(self)) if field.name not in special]
        via = (
            []
            if self.via is None
            else ["via", *(["inet6"] if ":" in self.via and self.af == b.AF_INET else []), self.via]
        )
        tos = [*super().spoken("source"), *(super().spoken("tos") if self.tos else [])]
        metrics = (self.metrics or "").split()
        return [
            *shown,
            self.dst,
            *tos,
            *super().spoken("encap"),
            *via,
            *super().spoken(*rest),
            *metrics,
            *Hops.spoken(self.hops, self.af == b.AF_INET6),
        ]

    # -- doing

    def _scope(self, deleting: bool = False) -> int:
        if self.scope is not None:
            return self.scope
        if self.af == b.AF_INET6:
            return 0
        if self.kind in (_TYPES["local"], rt.RTN_NAT):
            return _HOST
        if self.kind in (_TYPES["broadcast"], _TYPES["multicast"], _TYPES["anycast"]):
            return _LINK
        if self.kind == rt.RTN_UNICAST and not (self.via or self.hops or self.nhid):
            return _NOWHERE if deleting else _LINK
        return _NOWHERE if deleting and self.kind == rt.RTN_UNICAST else 0

    def body(self, world: World, deleting: bool = False) -> bytes:
        """struct rtmsg and attributes."""
        six = self.af == b.AF_INET6
        net = ipaddress.ip_network(self.dst) if self.dst != "default" else None
        source = ipaddress.ip_network(self.source) if self.source else None
        table = self.table_id
        if table is None:
            local = ("local", "broadcast", "nat", "anycast")
            table = 255 if rt.ROUTE_TYPES[self.kind] in local else rt.RT_TABLE_MAIN
        proto = self.proto if self.proto is not None else rt.RTPROT_UNSPEC if deleting else rt.RTPROT_BOOT
        kind = rt.RTN_UNSPEC if deleting and self.type is None else self.kind
        flags = rt.RTNH_F_ONLINK if self.onlink else 0
        body = struct.pack(
            "=BBBBBBBBI", self.af, net.prefixlen if net else 0, source.prefixlen if source else 0, self.tos or 0,
            table if table < 256 else 0, proto, self._scope(deleting), kind, flags,
        )  # fmt: skip
        body += nlattr(rt.RTA_DST, net.network_address.packed) if net is not None and net.prefixlen else b""
        body += nlattr(rt.RTA_SRC, source.network_address.packed) if source is not None else b""
        body += b.u32(rt.RTA_TABLE, table) if table >= 256 else b""
        if self.via is not None:
            if (":" in self.via) == six:
                body += b.ip(rt.RTA_GATEWAY, self.via)
            else:
                body += nlattr(rt.RTA_VIA, struct.pack("=H", b.family_of(self.via)) + b.packed(self.via))
        body += packed(self.encap, world, rt.RTA_ENCAP, rt.RTA_ENCAP_TYPE)
        body += b.u32(rt.RTA_OIF, self.dev.index) if self.dev is not None else b""
        body += b.u32(rt.RTA_PRIORITY, self.metric) if self.metric is not None else b""
        body += b.ip(rt.RTA_PREFSRC, self.src) if self.src is not None else b""
        body += b.u32(rt.RTA_NH_ID, self.nhid) if self.nhid is not None else b""
        body += multipath(self.hops, world, six) if self.hops is not None else b""
        metrics = self._metrics()
        body += b.nest(rt.RTA_METRICS, metrics) if metrics else b""
        body += b.u32(rt.RTA_FLOW, Realms.number(self.realms)) if self.realms is not None else b""
        body += b.u8(rt.RTA_PREF, self.pref) if self.pref is not None else b""
        body += b.u32(rt.RTA_EXPIRES, self.expires) if self.expires is not None else b""
        return body

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWROUTE."""
        return [Step(rt.RTM_NEWROUTE, self.flags, self.body(world), self.line)]

    def undo(self, world: World) -> Undo:
        """Delete it, where the kernel cannot take another one for it."""
        says = line_of([*self.families(), "route", "del", *self.spoken()])
        body = self.body(world)
        if self.af == b.AF_INET6 and self.metric is None:
            # Of none said, the kernel adds this one, and deletes any.
            body += b.u32(rt.RTA_PRIORITY, 1024)
        other = hits.route(world, body)
        if other is not None:
            took = away(world, "routes", other).says
            return Undo((), (f"the kernel would take one that was there before instead: {took}",))
        return Undo((Step(rt.RTM_DELROUTE, 0, body, says, ROW_GONE),))


@dataclass(frozen=True, kw_only=True)
class RouteAppend(RouteAdd):
    """`ip route append`."""

    title: ClassVar[str] = "append a route behind those of its prefix"
    help: ClassVar[str] = "IPv4: a further route of the same prefix and metric; IPv6: a further leg of it."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("route", "append")
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_APPEND


@dataclass(frozen=True, kw_only=True)
class RoutePrepend(RouteAdd):
    """`ip route prepend`."""

    title: ClassVar[str] = "prepend a route before those of its prefix"
    help: ClassVar[str] = "IPv4: a further route of the same prefix and metric, which counts before the others."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("route", "prepend")
    flags: ClassVar[int] = nl.NLM_F_CREATE


@dataclass(frozen=True, kw_only=True)
class RouteReplace(RouteAdd):
    """`ip route replace`."""

    title: ClassVar[str] = "edit this route"
    help: ClassVar[str] = "Another way for the same destination, metric and table; what is not there is added."
    key: ClassVar[str] = "e"
    command: ClassVar[tuple[str, ...]] = ("route", "replace")
    tier: ClassVar[Tier] = Tier.AFFECTING
    needs_row: ClassVar[bool] = True
    flags: ClassVar[int] = nl.NLM_F_CREATE | nl.NLM_F_REPLACE

    gone: str = ""
    """The `ip` line that takes the old one away, where it gets another destination, metric, TOS or table."""

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As it is. Raises UsageError where a part of it has no field."""
        return filled_from(row, world)

    def subjects(self, world: World) -> list[Subject]:
        """The route as it was, too."""
        there = [self.row] if self.row is not None else self.existing(world)[:1]
        mine = [Subject("routes", row) for row in there] or [absent("routes", self.steps(world))]
        return super().subjects(world) + mine

    def check(self, world: World) -> None:
        """It is seen to again right before it is sent."""
        super().check(world)
        self.stands(world)

    def stands(self, world: World) -> None:
        """The kernel replaces, and deletes, the first of a prefix, whichever is meant."""
        if self.row is None:
            return
        if place_of(self.body(world)) != place_of(self.row[16:]):
            object.__setattr__(self, "gone", away(world, "routes", self.row).says)
            other = hits.route(world, away(world, "routes", self.row).body, self.row)
            if other is not None:
                said = away(world, "routes", other).says
                raise Problems({"": f"the kernel would take another of the routes, which stands before: {said}"})
            return
        there = self.existing(world)
        if self.af == b.AF_INET6 and is_far(self.row) != is_far(bytes(16) + self.body(world)):
            mine = place_of(self.row[16:])
            if sum(place_of(row[16:]) == mine for row in standing.routes(world, self.row[16:])) > 1:
                raise Problems({"via": "IPv6 keeps routes through gateways and on links apart: delete it, and add it"})
        if there and not world.is_same("routes", self.row, there[0]):
            first = away(world, "routes", there[0]).says.replace(" del ", " ", 1)
            raise Problems({"dst": f"the kernel would replace the first of this prefix instead: {first}"})

    def existing(self, world: World) -> list[bytes]:
        """Routes of the same prefix, metric, TOS and table, the first of which is replaced."""
        mine = place_of(self.body(world))
        rows = [row for row in standing.routes(world, self.body(world)) if place_of(row[16:]) == mine]
        if self.af != b.AF_INET6:
            return rows
        # IPv6 replaces the first that leads through a gateway as this does, or on a link as this does, else any.
        alike = [row for row in rows if is_far(row) == is_far(bytes(16) + self.body(world))]
        return alike or rows

    def words(self) -> list[str]:
        """At another place it is a new one."""
        words = super().words()
        return [*self.families(), "route", "add", *self.spoken()] if self.gone else words

    @property
    def line(self) -> str:
        """Two lines where it moves."""
        return super().line + (f"\n{self.gone}" if self.gone else "")

    def sentence(self, world: World) -> str:
        """In words."""
        return super().sentence(world) + (", instead of the route that was there" if self.gone else "")

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWROUTE; where it moves, then RTM_DELROUTE of the old one, so that there is no moment without."""
        if not self.gone or self.row is None:
            return super().steps(world)
        return [
            Step(rt.RTM_NEWROUTE, ADD, self.body(world), self.line.split("\n")[0]),
            replace(away(world, "routes", self.row), fine=frozenset()),
        ]

    def undo(self, world: World) -> Undo:
        """The one that was there, or away."""
        if self.gone and self.row is not None:
            steps, lost = again_in_order(world, [self.row])
            back = super().undo(world)
            return Undo((*steps, *back.steps), (*lost, *back.lost))
        before = self.existing(world)
        if not before:
            return super().undo(world)
        return Undo((again(world, "routes", before[0], REPLACE),))


@dataclass(frozen=True, kw_only=True)
class RouteChange(RouteReplace):
    """`ip route change`."""

    title: ClassVar[str] = "change this route"
    help: ClassVar[str] = "Another way for the same destination, metric and table; nothing is added."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("route", "change")
    flags: ClassVar[int] = nl.NLM_F_REPLACE

    def check(self, world: World) -> None:
        """There must be one."""
        super().check(world)
        if not self.existing(world):
            raise Problems({"dst": "there is no such route to change"})
