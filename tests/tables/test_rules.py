"""The rules table: a rule as a sentence, its JSON, and what tells rules apart."""

from __future__ import annotations

import socket
import struct

import pytest

from nltui.model.activity import differences
from nltui.model.history import Change, Kind, Source
from nltui.model.types import Tone
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.wire import nlattr, nlmsg
from nltui.tables.rules import RULES
from tests.tables.look import Look, Names


def u32(number: int) -> bytes:
    return struct.pack("=I", number & 0xFFFFFFFF)


def rule(
    *attributes: bytes, src: int = 0, dst: int = 0, tos: int = 0, table: int = 254, action: int = 1, flags: int = 0
) -> Look:
    body = struct.pack("=BBBBBxxBI", socket.AF_INET, dst, src, tos, table, action, flags)
    return Look(RULES, nlmsg(32, 0, 0, body + b"".join(attributes)))


PRIORITY = nlattr(fr.FRA_PRIORITY, u32(100))


def test_a_rule_reads_as_ip_writes_it() -> None:
    look = rule(PRIORITY, nlattr(fr.FRA_SRC, socket.inet_aton("10.0.0.0")), nlattr(fr.FRA_PROTOCOL, b"\x04"), src=8)
    assert look.line() == "100 from 10.0.0.0/8 lookup main proto static"
    assert look.json() == {"priority": 100, "src": "10.0.0.0", "srclen": 8, "table": "main", "protocol": "static"}


def test_a_rule_without_priority_is_the_first() -> None:
    look = rule(table=255)
    assert (look.text("priority"), look.json()["priority"]) == ("0", 0)
    assert look.text("selector") == "from all"


@pytest.mark.parametrize(
    ("attributes", "text", "found"),
    [
        (
            nlattr(fr.FRA_FWMARK, u32(5)) + nlattr(fr.FRA_FWMASK, u32(0xFF)),
            "fwmark 0x5/0xff",
            {"fwmark": "0x5", "fwmask": "0xff"},
        ),
        (nlattr(fr.FRA_FWMARK, u32(5)) + nlattr(fr.FRA_FWMASK, u32(-1)), "fwmark 0x5", {"fwmark": "0x5"}),
        (nlattr(fr.FRA_IIFNAME, b"eth0\0"), "iif eth0", {"iif": "eth0"}),
        (nlattr(fr.FRA_UID_RANGE, u32(5) + u32(10)), "uidrange 5-10", {"uid_start": 5, "uid_end": 10}),
        (
            nlattr(fr.FRA_SPORT_RANGE, struct.pack("=HH", 10, 20)),
            "sport 10-20",
            {"sport_start": 10, "sport_end": 20},
        ),
        (nlattr(fr.FRA_DPORT_RANGE, struct.pack("=HH", 80, 80)), "dport 80", {"dport": 80}),
        (nlattr(fr.FRA_IP_PROTO, b"\x06"), "ipproto tcp", {"ipproto": "tcp"}),
        (nlattr(fr.FRA_IP_PROTO, b"\xfa"), "ipproto ipproto-250", {"ipproto": "ipproto-250"}),
        (nlattr(fr.FRA_TUN_ID, struct.pack(">Q", 55)), "tun_id 55", {"tun_id": 55}),
    ],
)
def test_selectors(attributes: bytes, text: str, found: dict[str, object]) -> None:
    look = rule(attributes)
    assert look.text("selector") == f"from all {text}"
    assert found.items() <= look.json().items()


def test_flags_that_select_and_flags_that_tell() -> None:
    flags = fr.FIB_RULE_INVERT | fr.FIB_RULE_OIF_DETACHED
    look = rule(nlattr(fr.FRA_OIFNAME, b"gone\0"), flags=flags)
    assert look.text("selector") == "not from all oif gone [detached]"
    assert look.json()["oif_detached"] is None


def test_a_goto_without_its_target() -> None:
    look = rule(nlattr(fr.FRA_GOTO, u32(5000)), table=0, action=fr.FR_ACT_GOTO, flags=fr.FIB_RULE_UNRESOLVED)
    assert (look.text("action"), look.tone("action")) == ("goto 5000 [unresolved]", Tone.CHANGED)
    assert (look.json()["goto"], look.json()["unresolved"]) == (5000, None)


def test_a_rule_that_drops_is_bad() -> None:
    look = rule(table=0, action=fr.FR_ACT_BLACKHOLE)
    assert (look.text("action"), look.tone("action"), look.json()["action"]) == ("blackhole", Tone.BAD, "blackhole")


def test_suppression() -> None:
    look = rule(nlattr(fr.FRA_SUPPRESS_PREFIXLEN, u32(0)), nlattr(fr.FRA_SUPPRESS_IFGROUP, u32(-1)))
    assert look.text("action") == "lookup main suppress_prefixlength 0"
    assert (look.json()["suppress_prefixlen"], "suppress_ifgroup" in look.json()) == (0, False)


def test_a_hostile_device_name_becomes_harmless() -> None:
    assert rule(nlattr(fr.FRA_IIFNAME, b"\x1b[31m\0")).text("selector") == "from all iif \\x1b[31m"


def test_what_follows_links_and_other_rules_makes_no_other_rule() -> None:
    assert rule(PRIORITY).key() == rule(PRIORITY, flags=fr.FIB_RULE_IIF_DETACHED | fr.FIB_RULE_UNRESOLVED).key()


@pytest.mark.parametrize(
    "other",
    [
        rule(PRIORITY, flags=fr.FIB_RULE_INVERT),
        rule(PRIORITY, nlattr(fr.FRA_SUPPRESS_PREFIXLEN, u32(0))),
        rule(PRIORITY, nlattr(fr.FRA_MAX, b"\x01")),
        rule(PRIORITY, tos=16),
    ],
)
def test_everything_else_does(other: Look) -> None:
    assert rule(PRIORITY).key() != other.key()


def test_a_rule_that_lost_its_link_says_so_in_a_word() -> None:
    name = nlattr(fr.FRA_OIFNAME, b"eth0\0")
    old, new = (rule(PRIORITY, name, flags=flags).message for flags in (0, fr.FIB_RULE_OIF_DETACHED))
    change = Change(1, 0, 0, Kind.CHANGED, Source.DUMP, 0, 0, old, new)
    assert differences(RULES, change, Names()) == [("oif_detached", "off", "on")]
