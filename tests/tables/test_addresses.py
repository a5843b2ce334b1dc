"""The addresses table: what its columns make of a message, and which addresses are one row."""

from __future__ import annotations

import socket
import struct

from nltui.model.types import Tone
from nltui.netlink.constants import if_addr as ifa
from nltui.netlink.wire import nlattr, nlmsg
from nltui.tables.addresses import ADDRESSES
from tests.tables.look import Look


def address(
    local: str, length: int, *, peer: str = "", flags: int = ifa.IFA_F_PERMANENT, valid: int = 0xFFFFFFFF
) -> Look:
    family = socket.AF_INET6 if ":" in local else socket.AF_INET
    attributes = nlattr(ifa.IFA_ADDRESS, socket.inet_pton(family, peer or local))
    if peer or family == socket.AF_INET:
        attributes += nlattr(ifa.IFA_LOCAL, socket.inet_pton(family, local))
    attributes += nlattr(ifa.IFA_FLAGS, struct.pack("=I", flags))
    attributes += nlattr(ifa.IFA_CACHEINFO, struct.pack("=IIII", valid, valid, 1, 1))
    body = struct.pack("=BBBBI", family, length, flags & 0xFF, 0, 3)
    return Look(ADDRESSES, nlmsg(20, 0, 0, body + attributes))


def test_an_address_reads_as_ip_writes_it() -> None:
    look = address("10.0.0.5", 24)
    assert look.text("address") == "10.0.0.5/24"
    assert look.line() == "10.0.0.5/24 dev eth0 scope global"
    assert look.table.column("address").type.dim_from("10.0.0.5/24") == 8


def test_the_row_carries_its_link_and_the_keys_of_ip() -> None:
    assert address("10.0.0.5", 24).json() == {
        "ifname": "eth0",
        "ifindex": 3,
        "family": "inet",
        "local": "10.0.0.5",
        "prefixlen": 24,
        "scope": "global",
        "valid_life_time": 4294967295,
        "preferred_life_time": 4294967295,
    }


def test_a_peer_is_told() -> None:
    look = address("10.1.0.1", 32, peer="10.1.0.2")
    assert look.text("address") == "10.1.0.1 peer 10.1.0.2/32"
    assert look.json()["address"] == "10.1.0.2"


def test_one_bit_is_secondary_on_ipv4_and_temporary_on_ipv6() -> None:
    flags = ifa.IFA_F_SECONDARY | ifa.IFA_F_PERMANENT
    assert address("10.0.0.5", 24, flags=flags).text("flags") == "secondary"
    assert address("fd00::5", 64, flags=flags).text("flags") == "temporary"


def test_what_expires_is_dynamic_and_stands_out() -> None:
    look = address("10.0.0.5", 24, flags=0, valid=3500)
    assert look.json()["dynamic"] is True
    assert (look.text("valid"), look.tone("valid")) == ("58m", Tone.CHANGED)
    assert (address("10.0.0.5", 24).text("valid"), address("10.0.0.5", 24).tone("valid")) == ("forever", Tone.PLAIN)


def test_a_duplicate_address_is_bad() -> None:
    look = address("fd00::5", 64, flags=ifa.IFA_F_DADFAILED | ifa.IFA_F_TENTATIVE | ifa.IFA_F_PERMANENT)
    assert (look.text("flags"), look.tone("flags")) == ("dadfailed,tentative", Tone.BAD)


def test_flags_without_a_name_are_kept() -> None:
    assert address("fd00::5", 64, flags=0x80000 | ifa.IFA_F_PERMANENT).json()["ifa_flags"] == "80000"


def test_one_ipv4_address_with_two_peers_is_two_rows() -> None:
    assert address("10.1.0.1", 32, peer="10.1.0.2").key() != address("10.1.0.1", 32, peer="10.1.0.3").key()


def test_an_ipv6_address_stays_itself_when_its_peer_changes() -> None:
    assert address("fd00::5", 128, peer="fd00::6").key() == address("fd00::5", 128, peer="fd00::7").key()
    assert address("fd00::5", 128, peer="fd00::6").key() == address("fd00::5", 128).key()
