"""Virtual functions of an SR-IOV device: IFLA_VF_* of linux/if_link.h, as iproute2's ip/ipaddress.c prints them.

Rates are in Mbit/s, 0 is unlimited. Each structure begins with the function's number, u32.
"""

from __future__ import annotations

from nltui.errors import MalformedMessage
from nltui.model.types import Context, Json
from nltui.netlink.constants.if_ether import ETHERTYPES
from nltui.netlink.fields import BE16, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads, decode, repeated, split
from nltui.tables.kinds.read import mac, number

ETHERNET = 6
"""Bytes of an address; the structures have room for 32."""

UNSUPPORTED = 0xFFFFFFFF
"""A setting the driver does not have."""

ETH_P_8021Q = 0x8100

LINK_STATES = ("auto", "enable", "disable")
"""IFLA_VF_LINK_STATE_*."""


def _word(payload: bytes, place: int) -> int:
    """The u32 at this place of a structure."""
    return number(payload[4 * place : 4 * place + 4], U32)


def _identity(payloads: Payloads, context: Context) -> dict[str, Json]:
    """struct ifla_vf_mac: u32 vf, u8 mac[32]; struct ifla_vf_broadcast: u8 broadcast[32]."""
    if 1 not in payloads:
        return {}
    out: dict[str, Json] = {"vf": _word(payloads[1], 0), "link_type": "ether"}
    out["address"] = mac(payloads[1][4 : 4 + ETHERNET], context)
    if 13 in payloads:
        out["broadcast"] = mac(payloads[13][:ETHERNET], context)
    return out


def _vlans(payloads: Payloads, context: Context) -> dict[str, Json]:
    """struct ifla_vf_vlan_info, repeated: u32 vf, u32 vlan, u32 qos, be16 protocol; or one struct ifla_vf_vlan."""
    if 12 in payloads:
        return {"vlan_list": [_vlan(one) for one in repeated(payloads[12])]}
    return _vlan(payloads[2]) if 2 in payloads else {}


def _vlan(payload: bytes) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for place, key in ((1, "vlan"), (2, "qos")):
        if _word(payload, place):
            out[key] = _word(payload, place)
    protocol = number(payload[12:14], BE16) if len(payload) >= 14 else 0
    if protocol not in (0, ETH_P_8021Q):
        out["protocol"] = ETHERTYPES.get(protocol, f"[{protocol}]")
    return out


def _setting(payload: bytes, context: Context) -> Json:
    value = _word(payload, 1)
    return None if value == UNSUPPORTED else value != 0


def _counters(payload: bytes, context: Context) -> Json:
    """IFLA_VF_STATS_*: each a u64."""
    names = {2: "rx_bytes", 0: "rx_packets", 5: "multicast", 4: "broadcast", 7: "rx_dropped"}
    names |= {3: "tx_bytes", 1: "tx_packets", 8: "tx_dropped"}
    inner, _ = split(payload)
    return {key: int.from_bytes(inner[at], "little") for at, key in names.items() if at in inner}


def _guid(payload: bytes, context: Context) -> Json:
    """struct ifla_vf_guid: u32 vf, padding, u64 guid."""
    if len(payload) != 16:
        raise MalformedMessage(f"guid has {len(payload)} bytes, expected 16")
    return payload[:7:-1].hex(":")


def _rate(payload: bytes, context: Context) -> Json:
    """struct ifla_vf_rate: u32 vf, u32 min, u32 max."""
    return {"max_tx": _word(payload, 2), "min_tx": _word(payload, 1)}


FUNCTION = Nest(
    "virtual function",
    (
        Part((1, 13), _identity),
        Part((2, 12), _vlans),
        Item(3, "tx_rate", lambda payload, context: _word(payload, 1) or None),
        Item(6, "rate", _rate),
        Item(4, "spoofchk", _setting),
        Item(5, "link_state", lambda payload, context: LINK_STATES[min(_word(payload, 1), 2)]),
        Item(9, "trust", _setting),
        Item(7, "query_rss_en", _setting),
        Item(8, "stats", _counters),
        Item(10, "node_guid", _guid),
        Item(11, "port_guid", _guid),
    ),
)


def functions(payload: bytes, context: Context) -> Json:
    """IFLA_VFINFO_LIST: one object a function."""
    try:
        return [decode(FUNCTION, one, context) for one in repeated(payload)]
    except MalformedMessage:
        return {"rest": payload.hex()}
