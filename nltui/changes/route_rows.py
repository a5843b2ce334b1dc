"""A route's row, read for its dialog, and what the kernel tells routes apart by."""

from __future__ import annotations

import sys

from nltui.changes import build as b
from nltui.changes.again import attributes
from nltui.changes.encap import told
from nltui.changes.hops import hops_told
from nltui.changes.route_metrics import fields_from
from nltui.changes.world import World
from nltui.netlink.constants import rtnetlink as rt

REFUSING = ("blackhole", "unreachable", "prohibit", "throw")


def place_of(body: bytes) -> tuple[object, ...]:
    """What the kernel tells routes apart by when it replaces one; IPv6 takes 1024 for no metric."""
    found = attributes(body, 12)
    table = int.from_bytes(found[rt.RTA_TABLE], sys.byteorder) if rt.RTA_TABLE in found else body[4]
    ends = (found.get(type_, b"").rstrip(b"\0") for type_ in (rt.RTA_DST, rt.RTA_SRC))
    return (*body[:4], table, *ends, metric_of(body))


def metric_of(body: bytes) -> int:
    """The lowest counts first."""
    said = int.from_bytes(attributes(body, 12).get(rt.RTA_PRIORITY, b""), sys.byteorder)
    return said or (1024 if body[0] == b.AF_INET6 else 0)


def filled_from(row: bytes, world: World) -> dict[str, str]:
    """The fields of a route that is there. Raises Unrepeatable where a part of it has none."""
    said = world.said("routes", row)
    six = said["family"] == "inet6"
    found = {"dst": said["dst"], "family": said["family"]}
    for key, name in (("gateway", "via"), ("dev", "dev"), ("metric", "metric"), ("protocol", "proto"),
                      ("prefsrc", "src"), ("tos", "tos"), ("nhid", "nhid"), ("from", "source")):  # fmt: skip
        if key in said:
            found[name] = str(said[key])
    if rt.RTA_FLOW in attributes(row, 28):
        # By number: names are only known where they were given.
        flow = int.from_bytes(attributes(row, 28)[rt.RTA_FLOW], sys.byteorder)
        found["realms"] = f"{flow >> 16}/{flow & 0xFFFF}" if flow >> 16 else str(flow)
    if "via" in said:
        found["via"] = said["via"]["host"]
    if said["type"] != "unicast":
        found["type"] = said["type"]
    if said["type"] in REFUSING:
        found.pop("dev", None)
    if str(said.get("table", "main")) != "main":
        found["table_id"] = str(said["table"])
    if not six and "scope" in said:
        found["scope"] = str(said["scope"])
    if six and said.get("pref", "medium") != "medium":
        found["pref"] = said["pref"]
    if six and "expires" in said:
        found["expires"] = str(said["expires"])
    raw = attributes(row, 28)
    if header := told(raw, world, rt.RTA_ENCAP, rt.RTA_ENCAP_TYPE) if "nhid" not in said else "":
        found["encap"] = header
    if "nexthops" in said and "nhid" not in said:
        found["hops"] = hops_told(said["nexthops"], raw[rt.RTA_MULTIPATH], world)
    if "nhid" in found:
        found = {name: text for name, text in found.items() if name not in ("via", "dev", "hops")}
    if "onlink" in said.get("flags", ()) and "nhid" not in found:
        found["onlink"] = "yes"
    found |= fields_from(attributes(row, 28).get(rt.RTA_METRICS, b""))
    return found
