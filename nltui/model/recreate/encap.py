"""`encap …` of routes and nexthops."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from nltui.model.recreate.words import Unrepeatable, Words, flags, option, options


def encap(row: Mapping[str, Any], taken: Collection[str] = ()) -> Words:
    """Of a lightweight tunnel; empty where there is none. Keys `taken` by the row itself carry `encap_`."""
    kind = row.get("encap")
    if kind is None:
        return []
    own = {key.removeprefix("encap_"): value for key, value in row.items() if key.startswith("encap_")}
    inner = {**{key: row[key] for key in row if key not in taken}, **own}
    if kind == "mpls":
        return ["encap", "mpls", str(inner["dst"]), *option(inner, "ttl")]
    if kind in ("ip", "ip6"):
        hops = ("hoplimit", "tc") if kind == "ip6" else ("ttl",)
        words = ["encap", kind, *options(inner, ("id", "src", "dst", *hops))]
        words += ["tos", f"{inner['tos']:#x}"] if kind == "ip" and "tos" in inner else []
        return words + flags(inner, ("key", "csum", "seq"))
    if kind == "seg6":
        return ["encap", "seg6", "mode", inner["mode"], *_segments(inner["segs"], inner["mode"] == "inline")]
    if kind == "seg6local":
        words = ["encap", "seg6local", *options(inner, ("action", "table", "vrftable", "nh4", "nh6", "iif", "oif"))]
        is_inline = inner.get("action") == "End.B6"
        return words + (["srh", *_segments(inner["srh"]["segs"], is_inline)] if "srh" in inner else [])
    raise Unrepeatable(f"`encap {kind}` cannot be told in full here")


def _segments(listed: Sequence[str], is_inline: bool) -> Words:
    """The kernel puts the destination behind segments that are not in a header of their own."""
    return ["segs", ",".join(listed[:-1] if is_inline and listed and listed[-1] == "::" else listed)]
