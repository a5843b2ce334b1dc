"""The routes table: what its columns make of a message, and which messages are one route to the kernel."""

from __future__ import annotations

import socket
import struct

import pytest

from nltui.model import single
from nltui.model.types import Tone
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.wire import nlattr, nlmsg
from nltui.tables.routes import ROUTES
from tests.tables.look import Look


def u32(number: int) -> bytes:
    return struct.pack("=I", number)


def ip(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def route(
    dst: str = "", *attributes: bytes, kind: int = 1, protocol: int = 4, scope: int = 0, flags: int = 0, tos: int = 0
) -> Look:
    """A route of table main; `dst` as 10.0.0.0/8, empty for the IPv4 default route."""
    prefix, _, length = (dst or "0.0.0.0/0").partition("/")
    family = socket.AF_INET6 if ":" in prefix else socket.AF_INET
    body = struct.pack("=BBBBBBBBI", family, int(length), 0, tos, 254, protocol, scope, kind, flags)
    own = nlattr(rt.RTA_DST, ip(prefix)) if dst else b""
    return Look(ROUTES, nlmsg(24, 0, 0, body + own + b"".join(attributes)))


def gateway(text: str) -> bytes:
    return nlattr(rt.RTA_GATEWAY, ip(text))


def leg(text: str, weight: int, *, flags: int = 0, oif: int = 3) -> bytes:
    inside = gateway(text)
    return struct.pack("=HBBi", 8 + len(inside), flags, weight - 1, oif) + inside


OIF = nlattr(rt.RTA_OIF, u32(3))


def test_a_route_reads_as_a_sentence() -> None:
    look = route("10.20.0.0/16", gateway("10.0.0.9"), OIF, nlattr(rt.RTA_PRIORITY, u32(20)), protocol=186)
    assert look.line() == "10.20.0.0/16 via 10.0.0.9 dev eth0 proto bgp metric 20"
    assert look.tone("proto") is Tone.VIOLET


def test_the_default_route_is_accented() -> None:
    look = route("", gateway("10.0.0.1"), OIF)
    assert (look.text("destination"), look.tone("destination")) == ("default", Tone.ACCENT)
    assert look.json()["dst"] == "default"


@pytest.mark.parametrize(("kind", "word"), [(6, "blackhole"), (7, "unreachable"), (8, "prohibit")])
def test_a_route_that_refuses_says_so_in_front(kind: int, word: str) -> None:
    look = route("10.0.0.0/8", kind=kind)
    assert (look.text("destination"), look.tone("destination")) == (f"{word} 10.0.0.0/8", Tone.BAD)
    assert look.text("via") == ""
    assert look.json()["dst"] == "10.0.0.0/8"


def test_a_host_route_has_no_prefix_length() -> None:
    assert route("10.0.0.5/32", kind=2).json()["dst"] == "10.0.0.5"


def test_without_a_gateway_a_destination_is_on_link() -> None:
    look = route("10.0.0.0/24", OIF, scope=253)
    assert (look.text("via"), look.tone("via")) == ("on-link", Tone.DIM)
    assert "gateway" not in look.json()


def test_a_gateway_of_the_other_family() -> None:
    look = route("10.0.0.0/24", nlattr(rt.RTA_VIA, struct.pack("=H", 10) + ip("fe80::1")), OIF)
    assert look.text("via") == "inet6 fe80::1"
    assert look.json()["via"] == {"family": "inet6", "host": "fe80::1"}


def test_legs_of_a_multipath_route() -> None:
    look = route("10.0.0.0/24", nlattr(rt.RTA_MULTIPATH, leg("10.0.0.9", 3) + leg("10.0.0.10", 1, flags=4, oif=4)))
    assert look.text("via") == "10.0.0.9 w3 + 1 more"
    assert look.text("nexthops") == "via 10.0.0.9 dev eth0 weight 3, via 10.0.0.10 dev br-lan weight 1 onlink"
    assert look.json()["nexthops"] == [
        {"gateway": "10.0.0.9", "dev": "eth0", "weight": 3, "flags": []},
        {"gateway": "10.0.0.10", "dev": "br-lan", "weight": 1, "flags": ["onlink"]},
    ]


def test_metrics_come_in_milliseconds() -> None:
    inside = nlattr(2, u32(1400)) + nlattr(rt.RTAX_RTT, u32(800)) + nlattr(rt.RTAX_CC_ALGO, b"cubic\0")
    look = route("10.0.0.0/24", nlattr(rt.RTA_METRICS, inside))
    assert look.json()["metrics"] == [{"mtu": 1400, "rtt": 100, "congestion": "cubic"}]
    assert look.text("metrics") == "mtu 1400 rtt 100 congestion cubic"


def test_a_key_that_encapsulation_repeats_gets_a_prefix() -> None:
    inside = nlattr(1, struct.pack(">Q", 7)) + nlattr(2, ip("192.0.2.1")) + nlattr(6, b"\x00\x04")
    look = route("10.0.0.0/24", nlattr(rt.RTA_ENCAP_TYPE, b"\x02\x00"), nlattr(rt.RTA_ENCAP, inside), OIF)
    found = look.json()
    assert (found["dst"], found["encap"], found["encap_dst"]) == ("10.0.0.0/24", "ip", "192.0.2.1")
    assert (found["id"], found["key"]) == (7, True)
    assert look.text("encap") == "ip id 7 dst 192.0.2.1 key"


def test_an_unknown_encapsulation_keeps_its_bytes() -> None:
    look = route("10.0.0.0/24", nlattr(rt.RTA_ENCAP_TYPE, b"\x63\x00"), nlattr(rt.RTA_ENCAP, b"\x01\x02"))
    assert (look.json()["encap"], look.json()["encap_data"]) == ("unknown", "0102")


def test_segments_are_told_in_the_order_of_the_way() -> None:
    header = bytes((0, 4, 4, 1, 1, 0, 0, 0)) + ip("fd00::b") + ip("fd00::a")
    inside = nlattr(1, struct.pack("=i", 1) + header)
    look = route("fd01::/64", nlattr(rt.RTA_ENCAP_TYPE, b"\x05\x00"), nlattr(rt.RTA_ENCAP, inside))
    assert look.json()["mode"] == "encap"
    assert look.json()["segs"] == ["fd00::a", "fd00::b"]


def test_labels_of_an_mpls_stack() -> None:
    inside = nlattr(1, struct.pack(">II", 100 << 12, 200 << 12 | 0x100))
    look = route("10.0.0.0/24", nlattr(rt.RTA_ENCAP_TYPE, b"\x01\x00"), nlattr(rt.RTA_ENCAP, inside), OIF)
    assert look.json()["encap_dst"] == "100/200"


def test_a_missing_metric_sorts_and_shows_as_zero_but_stays_out_of_json() -> None:
    look = route("10.0.0.0/24", OIF)
    assert (look.text("metric"), look.tone("metric")) == ("0", Tone.DIM)
    assert "metric" not in look.json()


def test_cached_routes_and_other_families_are_not_this_tables() -> None:
    assert not single.matches(ROUTES, ROUTES.accepts, route("10.0.0.0/24", flags=rt.RTM_F_CLONED).message)
    bridge = bytearray(route("10.0.0.0/24").message)
    bridge[16] = 7
    assert not single.matches(ROUTES, ROUTES.accepts, bytes(bridge))


def test_routes_that_differ_only_in_mtu_are_two() -> None:
    mtu = [route("10.0.0.0/24", nlattr(rt.RTA_METRICS, nlattr(2, u32(size)))) for size in (1400, 1500)]
    assert mtu[0].key()[:-1] == mtu[1].key()[:-1]
    assert mtu[0].key() != mtu[1].key()


@pytest.mark.parametrize("state", [rt.RTNH_F_DEAD, rt.RTNH_F_LINKDOWN, rt.RTNH_F_OFFLOAD, rt.RTNH_F_TRAP])
def test_the_state_of_link_and_hardware_makes_no_other_route(state: int) -> None:
    assert route("10.0.0.0/24", OIF).key() == route("10.0.0.0/24", OIF, flags=state).key()
    legs = [route("10.0.0.0/24", nlattr(rt.RTA_MULTIPATH, leg("10.0.0.9", 1, flags=bits))) for bits in (0, state)]
    assert legs[0].key() == legs[1].key()


def test_onlink_makes_another_route() -> None:
    assert route("10.0.0.0/24", OIF).key() != route("10.0.0.0/24", OIF, flags=rt.RTNH_F_ONLINK).key()


def test_with_a_nexthop_object_only_its_id_counts() -> None:
    number = nlattr(rt.RTA_NH_ID, u32(5))
    assert route("10.0.0.0/24", number, OIF).key() == route("10.0.0.0/24", number, gateway("10.0.0.9")).key()
    assert route("10.0.0.0/24", number).key() != route("10.0.0.0/24", nlattr(rt.RTA_NH_ID, u32(6))).key()


def test_ipv6_routes_of_a_group_differ_by_device_and_gateway_alone() -> None:
    one = route("fd01::/64", gateway("fe80::1"), OIF)
    assert one.key() == route("fd01::/64", gateway("fe80::1"), OIF, nlattr(rt.RTA_PREFSRC, ip("fd00::1"))).key()
    assert one.key() != route("fd01::/64", gateway("fe80::2"), OIF).key()


def test_the_ecmp_route_of_an_ipv6_group_is_one_row() -> None:
    two = route("fd01::/64", nlattr(rt.RTA_MULTIPATH, leg("fe80::1", 1) + leg("fe80::2", 1)))
    three = route("fd01::/64", nlattr(rt.RTA_MULTIPATH, leg("fe80::1", 1) + leg("fe80::2", 1) + leg("fe80::3", 1)))
    assert two.key() == three.key()


def test_a_cut_multipath_shows_something_and_tells_nothing_wrong() -> None:
    look = route("10.0.0.0/24", nlattr(rt.RTA_MULTIPATH, struct.pack("=HBBi", 200, 0, 0, 3)))
    assert look.text("via") == "multipath"
    assert look.json()["nexthops"] == []


def test_a_malformed_message_is_like_no_other_and_raises_nothing() -> None:
    whole = route("10.0.0.0/24", OIF).message
    assert whole[:-2] in Look(ROUTES, whole[:-2]).key()
    for length in range(16, len(whole)):
        Look(ROUTES, whole[:length]).key()
