"""`ip link add`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nltui.model.recreate.words import Unrepeatable, Words, option

_BRIDGE = (
    "forward_delay", "hello_time", "max_age", "ageing_time", "stp_state", "priority", "vlan_filtering",
    "vlan_default_pvid", "group_fwd_mask", "mcast_snooping", "mcast_querier",
)  # fmt: skip
_PLAIN = ("ifb", "dummy", "nlmon", "vcan")
_HEAD = (("mtu", "mtu"), ("txqlen", "txqueuelen"))


def link(row: Mapping[str, Any]) -> Words:
    """With the kind's usual settings. Addresses, state, master and ports' settings come by commands of their own."""
    kind = row.get("linkinfo", {}).get("info_kind")
    data = row.get("linkinfo", {}).get("info_data", {})
    if kind is None:
        raise Unrepeatable("this link is a device; no command makes it")
    words = ["link", "add", *(["link", row["link"]] if kind in ("macvlan", "macvtap", "vlan") else []), row["ifname"]]
    words += option(row, "address") if kind != "tun" else []
    words += [word for key, name in _HEAD for word in option(row, key, name)]
    if kind in ("tun", "tap"):
        raise Unrepeatable("`ip tuntap add` makes it, for a program that opens it")
    return [*words, "type", kind, *_details(kind, row, data)]


def _details(kind: str, row: Mapping[str, Any], data: Mapping[str, Any]) -> Words:
    if kind == "veth":
        if "link" not in row:
            raise Unrepeatable("its peer is in another network namespace")
        return ["peer", "name", row["link"]]
    if kind == "bridge":
        return [word for key in _BRIDGE if key in data for word in (key, _number(data[key]))]
    if kind in ("macvlan", "macvtap"):
        return option(data, "mode")
    if kind == "vlan":
        return ["protocol", data["protocol"], "id", str(data["id"])]
    if kind == "vxlan":
        return _vxlan(data)
    if kind in _PLAIN:
        return []
    raise Unrepeatable(f"the settings of kind {kind} are not all known here")


def _vxlan(data: Mapping[str, Any]) -> Words:
    words = ["external"] if data.get("external") else option(data, "id")
    remote = data.get("group") or data.get("group6") or data.get("remote") or data.get("remote6")
    words += ["remote", remote] if remote else []
    words += [word for key in ("local", "local6") if key in data for word in ("local", data[key])]
    words += option(data, "link", "dev")
    words += ["dstport", str(data["port"])] if "port" in data else []
    return words + ([] if data.get("learning", True) else ["nolearning"])


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
