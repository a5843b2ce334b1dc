"""The links table: what its columns make of a message, and what it takes for a change."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from nltui.model import single
from nltui.model.types import Tone
from nltui.netlink import wire
from nltui.netlink.constants import if_link as ifla
from nltui.netlink.constants.if_ import IFF_LOWER_UP, IFF_POINTOPOINT, IFF_RUNNING, IFF_UP
from nltui.netlink.wire import nlattr
from nltui.tables.kinds.link_types import scaled
from nltui.tables.links import LINKS


class Names:
    """The names of two links."""

    def lookup(self, table: str, key: int) -> str | None:
        return {7: "eth7", 8: "br0"}.get(key) if table == "links" else None


def link(*attributes: bytes, flags: int = 0, hardware: int = 1, family: int = 0, type_: int = 16) -> bytes:
    body = struct.pack("=BxHiII", family, hardware, 3, flags, 0)
    return wire.nlmsg(type_, 0, 0, body + nlattr(ifla.IFLA_IFNAME, b"t0\0") + b"".join(attributes))


def u32(number: int) -> bytes:
    return struct.pack("=I", number)


def shown(column: str, message: bytes) -> str:
    return single.text(LINKS, LINKS.column(column), message, Names())


def record(message: bytes) -> dict[str, Any]:
    return single.record(LINKS, message, Names())


def tone(column: str, message: bytes) -> Tone:
    found = LINKS.column(column)
    return found.type.tone(single.values(LINKS, found, message), Names())


@pytest.mark.parametrize(
    ("flags", "operational", "text", "colour"),
    [
        (0, 2, "▼ DOWN", Tone.BAD),
        (IFF_UP, 2, "◇ NO-CARRIER", Tone.CHANGED),
        (IFF_UP | IFF_RUNNING, 6, "▲ UP", Tone.OK),
        (IFF_UP | IFF_RUNNING, 0, "▲ UP", Tone.OK),
        (IFF_UP | IFF_RUNNING, 5, "◇ DORMANT", Tone.CHANGED),
        (IFF_UP, 3, "▽ LOWER-DOWN", Tone.BAD),
        (IFF_UP | IFF_RUNNING, 99, "▲ UP", Tone.OK),
    ],
)
def test_state_is_a_glyph_a_word_and_a_colour(flags: int, operational: int, text: str, colour: Tone) -> None:
    message = link(nlattr(ifla.IFLA_OPERSTATE, bytes([operational])), flags=flags)
    assert (shown("state", message), tone("state", message)) == (text, colour)


def test_flags_are_as_ip_prints_them() -> None:
    assert record(link(flags=IFF_UP | 1 << 19))["flags"] == ["NO-CARRIER", "UP", "80000"]
    assert shown("flags", link(flags=IFF_UP | IFF_RUNNING | IFF_LOWER_UP)) == "UP,LOWER_UP"


def test_a_link_without_kind_is_dim() -> None:
    assert (shown("kind", link()), tone("kind", link())) == ("phys", Tone.DIM)
    assert shown("kind", link(hardware=772)) == "loopback"
    assert "linkinfo" not in record(link())


def test_kind_and_details() -> None:
    info = nlattr(1, b"vlan\0") + nlattr(2, nlattr(1, struct.pack("=H", 7)))
    message = link(nlattr(ifla.IFLA_LINKINFO, info))
    assert shown("kind", message) == "vlan"
    assert shown("details", message) == "id 7"
    assert record(message)["linkinfo"] == {"info_kind": "vlan", "info_data": {"id": 7}}


def test_a_member_tells_of_itself_and_of_its_master() -> None:
    info = nlattr(1, b"veth\0") + nlattr(4, b"bridge\0") + nlattr(5, nlattr(1, b"\3") + nlattr(3, u32(2)))
    message = link(nlattr(ifla.IFLA_LINKINFO, info), nlattr(ifla.IFLA_MASTER, u32(8)))
    assert shown("master", message) == "br0"
    assert shown("member", message) == "state forwarding cost 2"
    assert record(message)["linkinfo"] == {
        "info_kind": "veth",
        "info_slave_kind": "bridge",
        "info_slave_data": {"state": "forwarding", "cost": 2},
    }


def test_the_link_below() -> None:
    lower = nlattr(ifla.IFLA_LINK, u32(7))
    assert record(link(lower))["link"] == "eth7"
    assert shown("link", link(lower)) == "eth7"
    elsewhere = link(lower, nlattr(ifla.IFLA_LINK_NETNSID, u32(0)))
    assert (record(elsewhere)["link_index"], record(elsewhere)["link_netnsid"]) == (7, 0)
    assert "link" not in record(elsewhere)
    assert shown("link", elsewhere) == "if7"
    none = record(link(nlattr(ifla.IFLA_LINK, u32(0))))
    assert none["link"] is None


def test_a_tunnels_addresses_are_ip_addresses() -> None:
    message = link(nlattr(1, b"\x0a\0\0\1"), nlattr(2, b"\x0a\0\0\2"), hardware=778, flags=IFF_POINTOPOINT)
    got = record(message)
    assert (got["address"], got["broadcast"], got["link_pointtopoint"]) == ("10.0.0.1", "10.0.0.2", True)


def test_the_permanent_address_shows_where_another_one_is_in_use() -> None:
    own, other = b"\2\0\0\0\0\1", b"\2\0\0\0\0\2"
    assert "permaddr" not in record(link(nlattr(1, own), nlattr(ifla.IFLA_PERM_ADDRESS, own)))
    assert record(link(nlattr(1, other), nlattr(ifla.IFLA_PERM_ADDRESS, own)))["permaddr"] == "02:00:00:00:00:01"


def test_names_from_outside_are_harmless_on_screen_and_whole_in_json() -> None:
    names = nlattr(ifla.IFLA_PROP_LIST, nlattr(ifla.IFLA_ALT_IFNAME, b"\x1b[2Jx\0") + nlattr(53, b"y\0"))
    message = link(nlattr(ifla.IFLA_IFALIAS, "a\u202eb".encode()), names)
    assert shown("alias", message) == "a\\u202eb"
    assert shown("altnames", message) == "\\x1b[2Jx y"
    assert record(message)["altnames"] == ["\x1b[2Jx", "y"]


def test_counters_are_where_ip_prints_them() -> None:
    stats = struct.pack("=25Q", *range(1, 26))
    got = record(link(nlattr(ifla.IFLA_STATS64, stats)))["stats64"]
    assert (got["rx"]["bytes"], got["tx"]["bytes"], got["rx"]["packets"]) == (3, 4, 1)
    assert (got["rx"]["multicast"], got["tx"]["collisions"], got["rx"]["otherhost"]) == (9, 10, 25)


def test_counters_of_an_older_kernel_are_shorter() -> None:
    got = record(link(nlattr(ifla.IFLA_STATS64, struct.pack("=23Q", *range(1, 24)))))["stats64"]
    assert "nohandler" not in got["rx"]


def test_a_refresh_brings_every_counter() -> None:
    assert LINKS.refresh is not None
    for name, _ in LINKS.refresh.values:
        assert LINKS.column(name).volatile


def test_rates_show_counters() -> None:
    for column in LINKS.columns:
        if column.rate_of:
            assert LINKS.column(column.rate_of).fields == column.fields


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (999.6, "1.0k"), (1200, "1.2k"), (9960, "10k"), (88_000_000, "88M"), (10**19, "10E")],
)
def test_rates_are_short(value: float, text: str) -> None:
    assert scaled(value) == text


def test_what_a_bridge_says_of_its_ports_is_no_link() -> None:
    assert single.matches(LINKS, LINKS.accepts, link())
    assert not single.matches(LINKS, LINKS.accepts, link(family=7))


def test_columns_and_json_paths_are_distinct() -> None:
    names = [column.name for column in LINKS.columns]
    paths = [column.json for column in LINKS.columns if column.json not in (None, "**")]
    assert len(set(names)) == len(names)
    assert len(set(paths)) == len(paths)


def test_a_column_of_another_length_is_absent() -> None:
    assert "mtu" not in record(link(nlattr(ifla.IFLA_MTU, b"\1\2")))


def test_what_counts_in_one_kind_only_says_which() -> None:
    assert set(LINKS.volatile_given) < set(LINKS.volatile_paths)
    assert {content for _, content in LINKS.volatile_given.values()} == {b"bridge\0"}
