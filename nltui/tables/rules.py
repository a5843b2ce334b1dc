"""Policy routing rules (struct fib_rule_hdr, linux/fib_rules.h). Same as `ip rule show`, both families."""

from __future__ import annotations

import struct
import sys
from typing import Any

from nltui import text as door
from nltui.model.relation import Relation
from nltui.model.routing import AF_INET, AF_INET6, FAMILIES, PROTOCOL, dsfield, realms, table_name
from nltui.model.table import Column, Dump, Feed, Grouping, Key, Table, Where
from nltui.model.types import Align, Computed, Context, Enumerated, Json, Meaning, Order, Tone, ip_text
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants.netlink import NETLINK_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE
from nltui.netlink.constants.rtnetlink import ROUTE_TYPES, RTM_DELRULE, RTM_GETRULE, RTM_NEWRULE, RTN_NAT
from nltui.netlink.fields import ADDR, BE32, BE64, BLOB, S32, U8, U32, Attr, Field, First, Head, attr
from nltui.system import names

FAMILY = Head(16, U8)
DST_LEN = Head(17, U8)
SRC_LEN = Head(18, U8)
TOS = Head(19, U8)
ACTION = Head(23, U8)
FLAGS = Head(24, U32)
TABLE = First((attr(fr.FRA_TABLE, format=U32), Head(20, U8)))
PRIORITY = attr(fr.FRA_PRIORITY, format=U32)
PROTOCOLS = {
    1: "icmp",
    2: "igmp",
    4: "ipencap",
    6: "tcp",
    17: "udp",
    33: "dccp",
    41: "ipv6",
    47: "gre",
    50: "esp",
    51: "ah",
    58: "ipv6-icmp",
    88: "eigrp",
    89: "ospf",
    94: "ipip",
    103: "pim",
    108: "ipcomp",
    112: "vrrp",
    115: "l2tp",
    132: "sctp",
    136: "udplite",
}
"""IP protocols that rules select, named as in /etc/protocols."""

PARTS: dict[str, Field] = {
    "family": FAMILY,
    "flags": FLAGS,
    "src": attr(fr.FRA_SRC, format=ADDR),
    "src_len": SRC_LEN,
    "dst": attr(fr.FRA_DST, format=ADDR),
    "dst_len": DST_LEN,
    "tos": TOS,
    "fwmark": attr(fr.FRA_FWMARK, format=U32),
    "fwmask": attr(fr.FRA_FWMASK, format=U32),
    "iif": attr(fr.FRA_IIFNAME),
    "oif": attr(fr.FRA_OIFNAME),
    "l3mdev": attr(fr.FRA_L3MDEV, format=U8),
    "uid_range": attr(fr.FRA_UID_RANGE),
    "ipproto": attr(fr.FRA_IP_PROTO, format=U8),
    "sport": attr(fr.FRA_SPORT_RANGE),
    "sport_mask": attr(fr.FRA_SPORT_MASK),
    "dport": attr(fr.FRA_DPORT_RANGE),
    "dport_mask": attr(fr.FRA_DPORT_MASK),
    "tun_id": attr(fr.FRA_TUN_ID, format=BE64),
    "dscp": attr(fr.FRA_DSCP, format=U8),
    "dscp_mask": attr(fr.FRA_DSCP_MASK, format=U8),
    "flowlabel": attr(fr.FRA_FLOWLABEL, format=BE32),
    "flowlabel_mask": attr(fr.FRA_FLOWLABEL_MASK, format=BE32),
}
"""What a rule selects by, read together."""

ENDS: dict[str, Field] = {
    "action": ACTION,
    "table": TABLE,
    "flags": FLAGS,
    "l3mdev": attr(fr.FRA_L3MDEV, format=U8),
    "goto": attr(fr.FRA_GOTO, format=U32),
    "suppress_prefixlen": attr(fr.FRA_SUPPRESS_PREFIXLEN, format=S32),
    "suppress_ifgroup": attr(fr.FRA_SUPPRESS_IFGROUP, format=S32),
    "flow": attr(fr.FRA_FLOW, format=U32),
}
"""What a rule does, read together."""


def _prefix(out: dict[str, Json], name: str, found: dict[str, Any]) -> None:
    address, length = found[name], found[f"{name}_len"]
    if address is not None:
        out[name] = ip_text(address)
        if length != 8 * len(address):
            out[f"{name}len"] = length
    elif length:
        out[name], out[f"{name}len"] = "0", length
    elif name == "src":
        out[name] = "all"


def _range(out: dict[str, Json], name: str, raw: bytes | None, mask: bytes | None) -> None:
    if raw is None or len(raw) != 4:
        return
    first, last = struct.unpack("=HH", raw)
    if first == last:
        out[name] = first
        if mask is not None and mask != b"\xff\xff":
            out[f"{name}_mask"] = f"{int.from_bytes(mask, sys.byteorder):#x}"
    else:
        out[f"{name}_start"], out[f"{name}_end"] = first, last


def selection(found: dict[str, Any]) -> dict[str, Json]:
    """The selectors with `ip -j rule`'s keys and spellings; null for those that are mere words."""
    out: dict[str, Json] = {}
    flags = found["flags"]
    if flags & fr.FIB_RULE_INVERT:
        out["not"] = None
    _prefix(out, "src", found)
    _prefix(out, "dst", found)
    if found["tos"]:
        out["tos"] = dsfield(found["tos"])
    mark, mask = found["fwmark"], found["fwmask"]
    if mark is not None or mask is not None:
        out["fwmark"] = f"{mark or 0:#x}"
        if mask not in (None, 0xFFFFFFFF):
            out["fwmask"] = f"{mask:#x}"
    for name, detached in (("iif", fr.FIB_RULE_IIF_DETACHED), ("oif", fr.FIB_RULE_OIF_DETACHED)):
        if found[name] is not None:
            out[name] = door.plain(found[name].split(b"\0", 1)[0])
            if flags & detached:
                out[f"{name}_detached"] = None
    if found["l3mdev"]:
        out["l3mdev"] = None
    if found["uid_range"] is not None and len(found["uid_range"]) == 8:
        out["uid_start"], out["uid_end"] = struct.unpack("=II", found["uid_range"])
    if found["ipproto"] is not None:
        out["ipproto"] = PROTOCOLS.get(found["ipproto"], f"ipproto-{found['ipproto']}")
    _range(out, "sport", found["sport"], found["sport_mask"])
    _range(out, "dport", found["dport"], found["dport_mask"])
    if found["tun_id"] is not None:
        out["tun_id"] = found["tun_id"]
    _classes(out, found)
    return out


def _classes(out: dict[str, Json], found: dict[str, Any]) -> None:
    if found["dscp"] is not None:
        out["dscp"] = names.dsfield(found["dscp"] << 2) or str(found["dscp"])
        if found["dscp_mask"] not in (None, 0x3F):
            out["dscp"], out["dscp_mask"] = f"{found['dscp']:#x}", f"{found['dscp_mask']:#x}"
    if found["flowlabel"] is not None:
        out["flowlabel"] = f"{found['flowlabel']:#x}"
        if found["flowlabel_mask"] not in (None, 0xFFFFF):
            out["flowlabel_mask"] = f"{found['flowlabel_mask']:#x}"


def outcome(found: dict[str, Any]) -> dict[str, Json]:
    """What the rule does, with `ip -j rule`'s keys and spellings."""
    out: dict[str, Json] = {}
    action = found["action"]
    if found["table"]:
        out["table"] = table_name(found["table"])
        if found["suppress_prefixlen"] not in (None, -1):
            out["suppress_prefixlen"] = found["suppress_prefixlen"]
        group = found["suppress_ifgroup"]
        if group not in (None, -1):
            out["suppress_ifgroup"] = names.group(group) or str(group)
    if found["flow"] is not None:
        out |= {f"flow_{key}": name for key, name in realms(found["flow"]).items()}
    if action == RTN_NAT:
        out["masquerade"] = None
    elif action == fr.FR_ACT_GOTO:
        out["goto"] = found["goto"] if found["goto"] is not None else "none"
        if found["flags"] & fr.FIB_RULE_UNRESOLVED:
            out["unresolved"] = None
    elif action == fr.FR_ACT_NOP:
        out["nop"] = None
    elif action != fr.FR_ACT_TO_TBL:
        out["action"] = ROUTE_TYPES.get(action, str(action))
    return out


def _selector(value: Any, context: Context) -> str:
    """As `ip rule` writes it: `not from 10.0.0.0/8 to 10.1.0.0/16 fwmark 0x5/0xff iif eth0`."""
    found = selection(dict(zip(PARTS, value, strict=True)))
    words: list[str] = []
    for key, shown in found.items():
        if key in ("srclen", "dstlen", "fwmask", "sport_mask", "dport_mask", "dscp_mask", "flowlabel_mask"):
            words[-1] += f"/{shown}"
        elif key in ("uid_end", "sport_end", "dport_end"):
            words[-1] += f"-{shown}"
        elif key in ("iif_detached", "oif_detached"):
            words.append("[detached]")
        elif shown is None:
            words.append(key)
        else:
            name = {"src": "from", "dst": "to", "uid_start": "uidrange"}.get(key, key.removesuffix("_start"))
            words.append(f"{name} {door.visible(str(shown))}")
    return " ".join(words)


def _action(value: Any, context: Context) -> str:
    """As `ip rule` writes it: `lookup main suppress_prefixlength 0`, `goto 5000 [unresolved]`, `blackhole`."""
    found = dict(zip(ENDS, value, strict=True))
    shown = outcome(found)
    words: list[str] = []
    if found["l3mdev"]:
        words.append("lookup [l3mdev-table]")
    for key, what in shown.items():
        if key == "action":
            words.append(str(what))
        elif key == "unresolved":
            words.append("[unresolved]")
        elif what is None:
            words.append(key)
        else:
            name = {"table": "lookup", "suppress_prefixlen": "suppress_prefixlength"}.get(key, key)
            words.append(f"{name} {what}")
    return " ".join(words)


def _action_tone(value: Any, context: Context) -> Tone:
    action = value[0]
    if action in (fr.FR_ACT_BLACKHOLE, fr.FR_ACT_UNREACHABLE, fr.FR_ACT_PROHIBIT):
        return Tone.BAD
    return Tone.CHANGED if value[2] & fr.FIB_RULE_UNRESOLVED else Tone.PLAIN


def _selector_json(value: Any, context: Context) -> Json:
    return selection(dict(zip(PARTS, value, strict=True)))


def _action_json(value: Any, context: Context) -> Json:
    return outcome(dict(zip(ENDS, value, strict=True)))


def _priority(value: Any, context: Context) -> str:
    return str(value or 0)


def _priority_json(value: Any, context: Context) -> Json:
    return value or 0


COLUMNS = (
    Column(
        name="priority",
        fields=(PRIORITY,),
        type=Computed(
            _priority, _priority_json, align=Align.RIGHT, order=Order.RAW, absent=True, meaning=Meaning.NUMBER
        ),
        json="priority",
        help="Rules are tried from the lowest number on (FRA_PRIORITY).",
        priority=1,
    ),
    Column(
        name="selector",
        fields=tuple(PARTS.values()),
        type=Computed(_selector, _selector_json),
        json="**",
        help="Which packets the rule is for: every condition must hold (FRA_*).",
        priority=1,
    ),
    Column(
        name="action",
        fields=tuple(ENDS.values()),
        type=Computed(_action, _action_json, _action_tone),
        json="**",
        help="What happens to them: a table is looked up, another rule is next, or they are dropped (action).",
        priority=1,
    ),
    Column(
        name="family",
        fields=(FAMILY,),
        type=Enumerated(FAMILIES, {"inet6": Tone.DIM}),
        help="Protocol family: inet or inet6 (family).",
        priority=4,
    ),
    Column(
        name="proto",
        fields=(attr(fr.FRA_PROTOCOL, format=U8),),
        type=PROTOCOL,
        json="protocol",
        help="Who installed the rule (FRA_PROTOCOL).",
        priority=5,
    ),
    Column(
        name="table",
        fields=(TABLE,),
        type=Computed(lambda value, context: table_name(value) if value else None),
        help="Routing table that is looked up (FRA_TABLE).",
        shown=False,
    ),
)

_ATTRIBUTES = tuple(Attr((number,), BLOB) for number in range(1, fr.FRA_MAX + 1))

RULES = Table(
    name="rules",
    title="Rules",
    singular="rule",
    help="Policy routing: which routing table is asked for which packets, in which order.",
    command="ip rule show",
    feed=Feed.FOLLOWED,
    columns=COLUMNS,
    line=("priority", "selector", "action", "proto:proto"),
    protocol=NETLINK_ROUTE,
    groups=(RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE),
    header=12,
    sets=frozenset({RTM_NEWRULE}),
    removes=frozenset({RTM_DELRULE}),
    # Every attribute tells rules apart. Of the flags only `not` does: detached and unresolved follow what links and
    # other rules there are.
    key=Key(
        (FAMILY, DST_LEN, SRC_LEN, TOS, TABLE, ACTION, Head(24, U32, mask=fr.FIB_RULE_INVERT), *_ATTRIBUTES),
        grouping=Grouping.MULTISET,
    ),
    accepts=(Where(FAMILY, among=frozenset({AF_INET, AF_INET6})),),
    family=FAMILY,
    dumps=(Dump(RTM_GETRULE, bytes(12)),),
    silent_misses=True,
    # Silent: a rule is attached or detached by its link's coming and going, resolved by its target's.
    audit=1.5,
    sort="priority",
    capacity=1 << 18,
    resync=5,
    related=(
        Relation("o", "this rule", "rules", "priority == {priority}"),
        Relation("r", "routes of its table", "routes", "table == {table}"),
        Relation("l", "links it names", "links", "name in {iif/oif}"),
    ),
    aliases=("rule", "ru"),
)
