"""`ip rule add/delete`, and moving one to another priority (struct fib_rule_hdr, linux/fib_rules.h)."""

from __future__ import annotations

import ipaddress
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes import hits, standing
from nltui.changes.again import ROW_GONE, again, attributes, away, body_of, joined
from nltui.changes.base import Change, Problems, Step, Tier, Undo, asked, fields_of
from nltui.changes.inputs import Choice, Flag, Number, Prefix, Realms, Spelled, Text, Tos
from nltui.changes.of_row import OfRow
from nltui.changes.places import key_of
from nltui.changes.world import World
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.wire import nlattr
from nltui.record import replace
from nltui.system import names

_ACTIONS = {"blackhole": fr.FR_ACT_BLACKHOLE, "unreachable": fr.FR_ACT_UNREACHABLE, "prohibit": fr.FR_ACT_PROHIBIT,
            "nop": fr.FR_ACT_NOP}  # fmt: skip
_IP_PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "ipv6-icmp": 58, "sctp": 132}
_PORTS = r"^[0-9]+(-[0-9]+|/(0x[0-9a-fA-F]+|[0-9]+))?$"
_MARK = r"^(0x[0-9a-fA-F]+|[0-9]+)(/(0x[0-9a-fA-F]+|[0-9]+))?$"
_MASKED = {"fwmark": 0xFFFFFFFF, "dscp": 0x3F, "flowlabel": 0xFFFFF, "sport": 0xFFFF, "dport": 0xFFFF}
"""Fields that a mask may stand behind, and the most of both."""


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("/")[0].partition("-")
    return int(low), int(high or low)


def _masked(text: str) -> tuple[int, int | None]:
    """A value and its mask, where one is said."""
    value, _, mask = text.partition("/")
    return int(value, 0), int(mask, 0) if mask else None


@dataclass(frozen=True, kw_only=True)
class RuleAdd(Change):
    """`ip rule add`."""

    table: ClassVar[str] = "rules"
    title: ClassVar[str] = "add a rule"
    help: ClassVar[str] = "Packets that fulfil every condition look into a routing table, or are dropped."
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("rule", "add")
    tier: ClassVar[Tier] = Tier.AFFECTING
    needs_row: ClassVar[bool] = False

    priority: int | None = asked(
        Number(0, 0xFFFFFFFF), "priority", "the lowest is tried first", also=("pref", "preference", "order")
    )
    source: str | None = asked(Prefix(), "from", "packets from here")
    to: str | None = asked(Prefix(), "to", "packets to there")
    negated: bool | None = asked(Flag(), "not", "packets that do not fulfil the conditions")
    iif: str | None = asked(Text(15, "a link's name"), "iif", "received on this link", also=("dev",))
    oif: str | None = asked(Text(15, "a link's name"), "oif", "from sockets bound to this link")
    fwmark: str | None = asked(Text(21, "mark, or mark/mask", _MARK), "fwmark", "with this mark")
    tos: int | None = asked(Tos(), "tos", "with this TOS, in hexadecimal", also=("dsfield",))
    dscp: str | None = asked(
        Text(9, "0 to 63, or value/mask", _MARK), "dscp", "with this DSCP, whatever the rest of TOS"
    )
    flowlabel: str | None = asked(Text(15, "label, or label/mask", _MARK), "flowlabel", "IPv6: with this flow label")
    ipproto: int | None = asked(
        Number(1, 255, named=_IP_PROTOCOLS), "ipproto", "of this protocol: tcp, udp or a number"
    )
    sport: str | None = asked(Text(12, "port, low-high or port/mask", _PORTS), "sport", "from this port")
    dport: str | None = asked(Text(12, "port, low-high or port/mask", _PORTS), "dport", "to this port")
    tun_id: int | None = asked(Number(1, 0xFFFFFFFFFFFFFFFF), "tun_id", "with this tunnel identifier")
    uidrange: str | None = asked(Text(21, "low-high", r"^[0-9]+-[0-9]+$"), "uidrange", "of sockets of these users")
    table_id: int | None = asked(
        Spelled(names.table, 0xFFFFFFFF, "a routing table", (254, 255, 253)), "lookup", "look here", also=("table",)
    )
    goto: int | None = asked(Number(0, 0xFFFFFFFF), "goto", "go on with the rule of this priority")
    action: int | None = asked(Choice(_ACTIONS), "action", "instead of looking anywhere", also=("type",))
    l3mdev: bool | None = asked(Flag(), "l3mdev", "look into the table of the packet's VRF")
    suppress: int | None = asked(
        Number(0, 128), "suppress_prefixlength", "not routes with a prefix of at most this length", also=("sup_pl",)
    )
    suppress_group: int | None = asked(
        Spelled(names.group, 0xFFFFFFFF, "a link group"), "suppress_ifgroup", "not routes by links of this group"
    )
    realms: str | None = asked(Realms(), "realms", "IPv4: for `tc` and counters")
    proto: int | None = asked(
        Spelled(names.protocol, 255, "who set it", (3, 4)), "protocol", "who set it", also=("proto",)
    )
    family: int | None = asked(Choice({"inet": b.AF_INET, "inet6": b.AF_INET6}), "family", "where no address tells")

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The family of the row under the cursor."""
        return {"family": "inet6"} if row[16] == b.AF_INET6 else {}

    @property
    def af(self) -> int:
        """AF_*."""
        told = next((text for text in (self.source, self.to) if text is not None), None)
        return b.family_of(told) if told is not None else self.family or b.AF_INET

    def check(self, world: World) -> None:
        """One action, and ranges that are some."""
        wrong: dict[str, str] = {}
        ends = ("table_id", "goto", "action", "l3mdev")
        told = [name for name in ends if getattr(self, name) is not None and getattr(self, name) is not False]
        if not told:
            wrong["table_id"] = "a table, goto or an action is needed"
        elif len(told) > 1:
            wrong[told[-1]] = f"excludes {told[0].removesuffix('_id')}"
        if self.source and self.to and b.family_of(self.source) != b.family_of(self.to):
            wrong["to"] = "is of another family than from"
        for name in ("sport", "dport", "uidrange"):
            text = getattr(self, name)
            if text and not _range(text)[0] <= _range(text)[1] <= (0xFFFF if "port" in name else 0xFFFFFFFF):
                wrong[name] = "is no range"
        for name, most in _MASKED.items():
            text = getattr(self, name)
            if text is None or "-" in text:
                continue
            try:
                if max(int(part, 0) for part in text.split("/")) > most:
                    wrong[name] = f"is larger than {most.bit_length()} bits"
            except ValueError:
                wrong[name] = "has a number that begins with 0; octal is written 0o17"
        other, family = ("flowlabel", 6) if self.af == b.AF_INET else ("realms", 4)
        if getattr(self, other) is not None:
            wrong[other] = f"is for IPv{family} only"
        if self.dscp is not None and self.tos is not None:
            wrong["dscp"] = "is a part of tos: one of both"
        if self.goto is not None and self.priority is not None and self.goto <= self.priority:
            wrong["goto"] = "must be behind this rule: a larger number than its priority"
        if wrong:
            raise Problems(wrong)

    def _does(self) -> str:
        if self.goto is not None:
            return f"go on with rule {self.goto}"
        if self.action is not None:
            return f"meet {next(word for word, number in _ACTIONS.items() if number == self.action)}"
        if self.l3mdev:
            return "look into the table of their VRF"
        return f"look into table {names.table(self.table_id or 0) or self.table_id}"

    def sentence(self, world: World) -> str:
        """In words."""
        what = " ".join(
            self.spoken(
                "source",
                "to",
                "iif",
                "oif",
                "fwmark",
                "tos",
                "dscp",
                "flowlabel",
                "ipproto",
                "sport",
                "dport",
                "uidrange",
                "tun_id",
            )
        )
        return f"packets {'not ' if self.negated else ''}{what or 'of all kinds'} {self._does()}"

    def families(self) -> tuple[str, ...]:
        """Always told."""
        return ("-6",) if self.af == b.AF_INET6 else ("-4",)

    def spoken(self, *wanted: str) -> list[str]:
        """The action is a word of its own."""
        if wanted:
            return super().spoken(*wanted)
        skip = ("action", "family", "negated")
        rest = [field.name for field in fields_of(type(self)) if field.name not in skip]
        action = [word for word, number in _ACTIONS.items() if number == self.action]
        return [*(["not"] if self.negated else []), *super().spoken(*rest), *action]

    def body(self, deleting: bool = False) -> bytes:
        """struct fib_rule_hdr and attributes; `deleting`: of an action that is not said, any will do."""
        action = fr.FR_ACT_GOTO if self.goto is not None else self.action or (0 if deleting else fr.FR_ACT_TO_TBL)
        table = self.table_id or 0
        nets = [ipaddress.ip_network(text) if text else None for text in (self.to, self.source)]
        lengths = [net.prefixlen if net is not None else 0 for net in nets]
        flags = fr.FIB_RULE_INVERT if self.negated else 0
        body = struct.pack(
            "=BBBBBBBBI", self.af, *lengths, self.tos or 0, table if table < 256 else 0, 0, 0, action, flags
        )  # fmt: skip
        for type_, net in zip((fr.FRA_DST, fr.FRA_SRC), nets, strict=True):
            body += nlattr(type_, net.network_address.packed) if net is not None else b""
        body += b.u8(fr.FRA_PROTOCOL, self.proto) if self.proto is not None else b""
        body += b.u32(fr.FRA_PRIORITY, self.priority) if self.priority is not None else b""
        body += b.text(fr.FRA_IIFNAME, self.iif) if self.iif else b""
        body += b.text(fr.FRA_OIFNAME, self.oif) if self.oif else b""
        if self.fwmark is not None:
            mark, mask = _masked(self.fwmark)
            body += b.u32(fr.FRA_FWMARK, mark)
            body += b.u32(fr.FRA_FWMASK, mask) if mask is not None else b""
        if self.dscp is not None:
            dscp, mask = _masked(self.dscp)
            body += b.u8(fr.FRA_DSCP, dscp)
            body += b.u8(fr.FRA_DSCP_MASK, mask) if mask is not None else b""
        if self.flowlabel is not None:
            label, mask = _masked(self.flowlabel)
            body += b.be32(fr.FRA_FLOWLABEL, label)
            body += b.be32(fr.FRA_FLOWLABEL_MASK, _MASKED["flowlabel"] if mask is None else mask)
        body += b.be64(fr.FRA_TUN_ID, self.tun_id) if self.tun_id is not None else b""
        body += b.u8(fr.FRA_L3MDEV, 1) if self.l3mdev else b""
        body += b.u8(fr.FRA_IP_PROTO, self.ipproto) if self.ipproto is not None else b""
        ports = (
            (fr.FRA_SPORT_RANGE, fr.FRA_SPORT_MASK, self.sport),
            (fr.FRA_DPORT_RANGE, fr.FRA_DPORT_MASK, self.dport),
        )
        for type_, masked, text in ports:
            body += nlattr(type_, struct.pack("=HH", *_range(text))) if text else b""
            body += b.u16(masked, _masked(text)[1] or 0) if text and "/" in text else b""
        if self.uidrange:
            body += nlattr(fr.FRA_UID_RANGE, struct.pack("=II", *_range(self.uidrange)))
        body += b.u32(fr.FRA_TABLE, table) if table >= 256 else b""
        body += b.u32(fr.FRA_FLOW, Realms.number(self.realms)) if self.realms is not None else b""
        body += b.u32(fr.FRA_GOTO, self.goto) if self.goto is not None else b""
        body += b.u32(fr.FRA_SUPPRESS_PREFIXLEN, self.suppress) if self.suppress is not None else b""
        return body + (b.u32(fr.FRA_SUPPRESS_IFGROUP, self.suppress_group) if self.suppress_group is not None else b"")

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWRULE."""
        return [Step(rt.RTM_NEWRULE, nl.NLM_F_CREATE | nl.NLM_F_EXCL, self.body(), self.line)]

    def undo(self, world: World) -> Undo:
        """Delete it; the kernel takes the first that looks so, and one without a priority comes before all others."""
        other = hits.rule(world, self.body()) if self.priority is not None else None
        if other is not None:
            took = away(world, "rules", other).says
            return Undo((), (f"the kernel would take one that was there before instead: {took}",))
        says = self.line.replace(" rule add ", " rule del ", 1)
        return Undo((Step(rt.RTM_DELRULE, 0, self.body(), says, ROW_GONE),))


@dataclass(frozen=True, kw_only=True)
class OfRule(OfRow):
    """About one rule, which must be the one that the kernel takes away."""

    def before(self, world: World) -> bytes | None:
        """One of the same priority of which less is said."""
        return hits.rule(world, away(world, "rules", self.seen).body, self.seen)

    def lost(self, world: World) -> tuple[str, ...]:
        """Of several of one priority, added again it comes last."""
        mine = key_of("rules", self.seen)
        alike = [row for row in standing.rules(world) if key_of("rules", row) == mine]
        is_last = not alike or world.is_same("rules", alike[-1], self.seen)
        return () if is_last else ("its place before others of the same priority: it comes last",)


@dataclass(frozen=True, kw_only=True)
class RuleDelete(OfRule):
    """`ip rule delete`."""

    table: ClassVar[str] = "rules"
    title: ClassVar[str] = "delete this rule"
    help: ClassVar[str] = "Exactly this rule goes."
    key: ClassVar[str] = "d"
    command: ClassVar[tuple[str, ...]] = ("rule", "del")

    def sentence(self, world: World) -> str:
        """In words."""
        cells = (world.text("rules", name, self.seen) for name in ("priority", "selector", "action"))
        return f"the rule {' '.join(cells)} goes"

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELRULE, with all that tells this one apart."""
        return [replace(away(world, "rules", self.seen), fine=frozenset())]

    def undo(self, world: World) -> Undo:
        """Add it again."""
        return Undo((again(world, "rules", self.seen),), self.lost(world))


@dataclass(frozen=True, kw_only=True)
class RuleMove(OfRule):
    """The same rule at another priority: added there, then deleted here."""

    table: ClassVar[str] = "rules"
    title: ClassVar[str] = "move this rule to another priority"
    help: ClassVar[str] = "It is added at its new place first, so there is no moment without it."
    key: ClassVar[str] = "e"
    command: ClassVar[tuple[str, ...]] = ("rule", "add")

    priority: int = asked(Number(0, 0xFFFFFFFF), "priority", "the lowest is tried first", required=True)

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """Where it is."""
        return {"priority": world.text("rules", "priority", row)}

    def _moved(self) -> bytes:
        head, found = body_of("rules", self.seen)[:12], attributes(self.seen, 28)
        return head + joined(found | {fr.FRA_PRIORITY: struct.pack("=I", self.priority)})

    def _line(self, world: World) -> str:
        gone, added = away(world, "rules", self.seen).says, again(world, "rules", self.seen).says
        old = world.text("rules", "priority", self.seen)
        if not gone.startswith("ip "):
            return f"({self.sentence(world)})\n{gone}"
        return added.replace(f"priority {old}", f"priority {self.priority}", 1) + "\n" + gone

    def check(self, world: World) -> None:
        """Elsewhere than it is."""
        if str(self.priority) == world.text("rules", "priority", self.seen):
            raise Problems({"priority": "the rule has this priority already"})
        goes_on = int.from_bytes(attributes(self.seen, 28).get(fr.FRA_GOTO, b""), sys.byteorder)
        if goes_on and goes_on <= self.priority:
            raise Problems({"priority": f"must be before {goes_on}, where this rule goes on"})
        super().check(world)

    def sentence(self, world: World) -> str:
        """In words."""
        return f"rule {world.text('rules', 'priority', self.seen)} is tried at {self.priority} instead"

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWRULE, then RTM_DELRULE."""
        add, gone = self.line.split("\n")
        return [
            Step(rt.RTM_NEWRULE, nl.NLM_F_CREATE | nl.NLM_F_EXCL, self._moved(), add),
            replace(away(world, "rules", self.seen), line=gone, fine=frozenset()),
        ]

    def undo(self, world: World) -> Undo:
        """Back to where it was."""
        there = Step(rt.RTM_DELRULE, 0, self._moved(), self.line.split("\n")[0].replace(" add ", " del ", 1), ROW_GONE)
        other = hits.rule(world, self._moved())
        if other is None:
            return Undo((again(world, "rules", self.seen), there), self.lost(world))
        took = away(world, "rules", other).says
        lost = f"its new place: the kernel would take one that was there before instead: {took}"
        return Undo((again(world, "rules", self.seen),), (*self.lost(world), lost))


class _Described(RuleAdd):
    """A rule of which as little is said as one likes."""

    def check(self, world: World) -> None:
        """Nothing is needed."""


def described(texts: Mapping[str, str], world: World) -> bytes | None:
    """The rule that `ip rule delete` takes away when it is told this of it. Raises Problems."""
    return hits.rule(world, _Described.parsed(texts, world).body(deleting=True))
