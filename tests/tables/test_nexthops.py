"""The nexthops table: objects, groups and their weights."""

from __future__ import annotations

import socket
import struct

from nltui.model.types import Tone
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.wire import nlattr, nlmsg
from nltui.tables.nexthops import NEXTHOPS
from tests.tables.look import Look


def u32(number: int) -> bytes:
    return struct.pack("=I", number)


def nexthop(number: int, *attributes: bytes, scope: int = 0, protocol: int = 0) -> Look:
    body = struct.pack("=BBBBI", socket.AF_INET, scope, protocol, 0, 0)
    return Look(NEXTHOPS, nlmsg(104, 0, 0, body + nlattr(nh.NHA_ID, u32(number)) + b"".join(attributes)))


def group(*members: tuple[int, int]) -> bytes:
    return nlattr(
        nh.NHA_GROUP,
        b"".join(struct.pack("=IBBH", number, weight - 1 & 0xFF, weight - 1 >> 8, 0) for number, weight in members),
    )


def test_a_gateway() -> None:
    gateway = nlattr(nh.NHA_GATEWAY, socket.inet_aton("10.0.0.9"))
    look = nexthop(1, nlattr(nh.NHA_OIF, u32(3)), gateway, scope=253, protocol=186)
    assert look.line() == "1 via 10.0.0.9 dev eth0 proto bgp"
    assert look.json() == {
        "id": 1,
        "gateway": "10.0.0.9",
        "dev": "eth0",
        "scope": "link",
        "protocol": "bgp",
        "flags": [],
    }


def test_a_blackhole_is_bad_and_null_in_json() -> None:
    look = nexthop(3, nlattr(nh.NHA_BLACKHOLE))
    assert (look.text("via"), look.tone("via")) == ("blackhole", Tone.BAD)
    assert look.json()["blackhole"] is None
    assert "gateway" not in look.json()


def test_a_group_shows_weights_above_one() -> None:
    look = nexthop(10, group((1, 1), (2, 5)), nlattr(nh.NHA_GROUP_TYPE, b"\x00\x00"))
    assert look.text("group") == "1/2,5"
    assert look.json()["group"] == [{"id": 1}, {"id": 2, "weight": 5}]
    assert (look.text("type"), "type" in look.json()) == ("mpath", False)


def test_weights_of_sixteen_bits() -> None:
    assert nexthop(10, group((1, 65536))).text("group") == "1,65536"


def test_a_resilient_group() -> None:
    inside = nlattr(1, b"\x20\x00") + nlattr(2, u32(6050)) + nlattr(3, u32(30000)) + nlattr(4, struct.pack("=Q", 0))
    look = nexthop(11, group((1, 1)), nlattr(nh.NHA_GROUP_TYPE, b"\x01\x00"), nlattr(nh.NHA_RES_GROUP, inside))
    assert look.json()["type"] == "resilient"
    assert look.json()["resilient_args"] == {
        "buckets": 32,
        "idle_timer": 60.5,
        "unbalanced_timer": 300,
        "unbalanced_time": 0,
    }


def test_an_encapsulation_that_has_an_id_too() -> None:
    encap = nlattr(nh.NHA_ENCAP_TYPE, b"\x02\x00") + nlattr(nh.NHA_ENCAP, nlattr(1, struct.pack(">Q", 7)))
    look = nexthop(13, encap, nlattr(nh.NHA_OIF, u32(3)))
    assert (look.json()["id"], look.json()["encap_id"]) == (13, 7)
    assert look.text("via") == "encap ip"
