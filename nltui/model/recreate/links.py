"""`ip link add`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nltui.model.recreate.words import Unrepeatable, Words, option, options

_BRIDGE = {
    "forward_delay": 1500, "hello_time": 200, "max_age": 2000, "ageing_time": 30000, "stp_state": 0, "priority": 32768,
    "vlan_filtering": 0, "vlan_default_pvid": 1, "group_fwd_mask": "0", "mcast_snooping": 1, "mcast_router": 1,
    "mcast_query_use_ifaddr": 0, "mcast_querier": 0, "mcast_hash_max": 4096, "mcast_last_member_cnt": 2,
    "mcast_startup_query_cnt": 2, "mcast_last_member_intvl": 100, "mcast_membership_intvl": 26000,
    "mcast_querier_intvl": 25500, "mcast_query_intvl": 12500, "mcast_query_response_intvl": 1000,
    "mcast_stats_enabled": 0, "mcast_igmp_version": 2, "mcast_mld_version": 1, "mcast_startup_query_intvl": 3124,
    "no_linklocal_learn": 0, "nf_call_iptables": 0,
    "nf_call_ip6tables": 0, "nf_call_arptables": 0,
}  # fmt: skip
"""Settings of a bridge, and what they are where nobody set them: asking for those may be refused."""
_VXLAN = {
    "ttl": 0, "tos": None, "df": "unset", "ageing": 300, "limit": None, "label": "0",
}  # fmt: skip
_VXLAN_WORDS = {"limit": "maxaddress", "label": "flowlabel"}
_VXLAN_FLAGS = {
    "proxy": "proxy", "rsc": "rsc", "l2miss": "l2miss", "l3miss": "l3miss", "udp_zero_csum6_tx": "udp6zerocsumtx",
    "udp_zero_csum6_rx": "udp6zerocsumrx", "remcsum_tx": "remcsumtx", "remcsum_rx": "remcsumrx", "gbp": "gbp",
    "gpe": "gpe",
}  # fmt: skip
_PLAIN = ("ifb", "dummy", "nlmon", "vcan")


def link(row: Mapping[str, Any]) -> Words:
    """With the kind's usual settings. Addresses, state, master and ports' settings come by commands of their own."""
    kind = row.get("linkinfo", {}).get("info_kind")
    data = row.get("linkinfo", {}).get("info_data", {})
    if kind is None:
        raise Unrepeatable("this link is a device; no command makes it")
    if kind in ("tun", "tap"):
        raise Unrepeatable("`ip tuntap add` makes it, for a program that opens it")
    words = ["link", "add", *(["link", row["link"]] if kind in ("macvlan", "macvtap", "vlan") else []), row["ifname"]]
    words += options(row, ("address", "mtu", ("txqlen", "txqueuelen")))
    return [*words, "type", kind, *_details(kind, row, data)]


def _details(kind: str, row: Mapping[str, Any], data: Mapping[str, Any]) -> Words:
    if kind == "veth":
        if "link" not in row:
            raise Unrepeatable("its peer is in another network namespace")
        return ["peer", "name", row["link"]]
    if kind == "bridge":
        changed = [key for key, usual in _BRIDGE.items() if key in data and _number(data[key]) != str(usual)]
        return [word for key in changed for word in (_spelled(key), _number(data[key]))]
    if kind in ("macvlan", "macvtap"):
        return [*option(data, "mode"), *(["nopromisc"] if data.get("nopromisc") else []), *option(data, "bcqueuelen")]
    if kind == "vlan":
        return ["protocol", data["protocol"], "id", str(data["id"])]
    if kind == "vxlan":
        return _vxlan(data)
    if kind in _PLAIN:
        return []
    raise Unrepeatable(f"the settings of kind {kind} are not all known here")


def _vxlan(data: Mapping[str, Any]) -> Words:
    words = ["external"] if data.get("external") else option(data, "id")
    for key in ("group", "group6", "remote", "remote6"):
        words += [key.removesuffix("6"), data[key]] if key in data else []
    words += [word for key in ("local", "local6") if key in data for word in ("local", data[key])]
    words += option(data, "link", "dev")
    words += ["dstport", str(data["port"])] if "port" in data else []
    ports = data.get("port_range")
    if ports and (ports["low"] or ports["high"]):
        words += ["srcport", str(ports["low"]), str(ports["high"])]
    for key, usual in _VXLAN.items():
        if data.get(key, usual) != usual:
            words += [_VXLAN_WORDS.get(key, key), str(data[key])]
    words += ["ttl", "inherit"] if "ttl" not in data else []
    words += [word for key, word in _VXLAN_FLAGS.items() if data.get(key)]
    return words + ([] if data.get("learning", True) else ["nolearning"])


def _spelled(key: str) -> str:
    return key.replace("_cnt", "_count").replace("_intvl", "_interval")


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
