"""`encap …` of routes and nexthops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nltui.model.recreate.words import Unrepeatable, Words, option, options


def encap(row: Mapping[str, Any]) -> Words:
    """Of a lightweight tunnel; empty where there is none. Keys that the route has too carry `encap_`."""
    kind = row.get("encap")
    if kind is None:
        return []
    own = {key.removeprefix("encap_"): value for key, value in row.items() if key.startswith("encap_")}
    inner = {**{key: row[key] for key in row if f"encap_{key}" not in row}, **own}
    if kind == "mpls":
        return ["encap", "mpls", str(inner["dst"])]
    if kind in ("ip", "ip6"):
        ends = [*options(inner, ("id", "src")), *option(own, "dst")]
        if kind == "ip":
            return ["encap", kind, *ends, *option(inner, "ttl"), *option(own, "tos")]
        return ["encap", kind, *ends, *options(inner, ("hoplimit", "tc"))]
    if kind == "seg6":
        segments = list(inner["segs"])
        if inner["mode"] == "inline" and segments and segments[-1] == "::":
            # The kernel puts the destination there.
            segments.pop()
        return ["encap", "seg6", "mode", inner["mode"], "segs", ",".join(segments)]
    if kind == "seg6local":
        places = options({**row, **own}, ("vrftable", "nh4", "nh6", "iif", "oif"))
        return ["encap", "seg6local", *option(inner, "action"), *places, *option(own, "table")]
    raise Unrepeatable(f"`encap {kind}` cannot be told in full here")
