"""`ip route add`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nltui.model.recreate.encap import encap
from nltui.model.recreate.words import Words, flags, option, options

_FEATURES = ("ecn", "tcp_usec_ts")
_TAKEN = ("dst", "table", "tos")
"""Keys of a route that words of an encapsulation have too."""
_TIMES = ("rtt", "rttvar", "rto_min")
REFUSING = ("blackhole", "unreachable", "prohibit", "throw")


def route(row: Mapping[str, Any]) -> Words:
    """Every type, table and kind of nexthop, appended: another route to the same prefix stays before it."""
    six = row["family"] == "inet6"
    words = ["-6" if six else "-4", "route", "append"]
    if row["type"] != "unicast":
        words.append(row["type"])
    words.append(row["dst"])
    words += options(row, ("from", "tos", "table", ("protocol", "proto")))
    if not six and "scope" in row and row["type"] not in REFUSING:
        words += option(row, "scope")
    words += options(row, ("metric", ("prefsrc", "src")))
    if row.get("metrics"):
        words += _metrics(row["metrics"])
    words += _realms(row.get("flow"))
    if "nhid" in row:
        return [*words, *option(row, "nhid"), *_rest(row, six)]
    if "nexthops" in row:
        words += _rest(row, six)
        for leg in row["nexthops"]:
            words += ["nexthop", *_hop(leg), *option(leg, "weight"), *_realms(leg.get("flow"))]
        return words
    return [*words, *_hop(row, _TAKEN), *_rest(row, six)]


def _hop(row: Mapping[str, Any], taken: Collection[str] = ()) -> Words:
    words = encap(row, taken)
    words += option(row, "gateway", "via")
    if "via" in row:
        words += ["via", row["via"]["family"], row["via"]["host"]]
    if row.get("type") not in REFUSING:
        words += option(row, "dev")
    return words + (["onlink"] if "onlink" in row.get("flags", ()) else [])


def _rest(row: Mapping[str, Any], six: bool) -> Words:
    words = option(row, "pref") if six and row.get("pref") != "medium" else []
    words += option(row, "expires") if six else []
    return words + flags(row, ("ttl-propagate",))


def _metrics(text: str) -> Words:
    """From the words that `ip route show` says them with."""
    # `ip` always locks rto_min, and has no word for it.
    words = text.replace("rto_min lock ", "rto_min ").split()
    found = ["congctl" if word == "congestion" else word for word in words if word not in _FEATURES]
    for place, word in enumerate(found):
        # Without a unit `ip` takes them as the kernel keeps them.
        if place and word.isdecimal() and set(found[max(0, place - 2) : place]) & set(_TIMES):
            found[place] = f"{word}ms"
    return found + [word for feature in words if feature in _FEATURES for word in ("features", feature)]


def _realms(flow: Mapping[str, Any] | None) -> Words:
    if not flow:
        return []
    return ["realms", f"{flow['from']}/{flow['to']}" if "from" in flow else str(flow["to"])]
