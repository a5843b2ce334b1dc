"""Properties of the way that a route sets (RTA_METRICS, linux/rtnetlink.h), as `ip` writes them."""

from __future__ import annotations

import struct
import sys
from typing import Any

from nltui import text as door
from nltui.errors import MalformedMessage
from nltui.model.lwtunnel import attributes
from nltui.model.types import Context, Json
from nltui.netlink.constants import rtnetlink as rt

FEATURES = {1: "ecn", 16: "tcp_usec_ts"}
"""RTAX_FEATURE_*, as ip writes them."""


def metrics(payload: bytes) -> dict[str, Json]:
    """RTA_METRICS with `ip -j`'s keys and units (rtt, rttvar and rto_min in milliseconds). Raises MalformedMessage."""
    out: dict[str, Json] = {}
    for type_, raw in sorted(attributes(payload).items()):
        name = rt.METRICS.get(type_)
        if type_ == rt.RTAX_LOCK:
            continue
        if type_ == rt.RTAX_CC_ALGO:
            out["congestion"] = door.plain(raw.split(b"\0", 1)[0])
            continue
        (value,) = struct.unpack("=I", raw)
        if type_ == rt.RTAX_FEATURES:
            out |= {word: None for bit, word in FEATURES.items() if value & bit}
            continue
        if type_ in (rt.RTAX_RTT, rt.RTAX_RTTVAR):
            value //= 8 if type_ == rt.RTAX_RTT else 4
        out[name or f"metric{type_}"] = value
    return out


def metrics_json(value: Any, context: Context) -> Json:
    """As `ip -j`: a list of one object; None where malformed."""
    try:
        return [metrics(value)]
    except (MalformedMessage, struct.error):
        return None


def metrics_text(value: Any, context: Context) -> str:
    """For a person: `mtu lock 1400 advmss 1300`."""
    shown = metrics_json(value, context)
    locked = _locked(value)
    words = (
        key if what is None else f"{key} lock {what}" if key in locked else f"{key} {what}"
        for key, what in (shown[0] if shown else {}).items()
    )
    return door.visible(" ".join(words))


def _locked(payload: bytes) -> set[str]:
    """Names of metrics that path discovery must leave alone (RTAX_LOCK)."""
    try:
        raw = attributes(payload).get(rt.RTAX_LOCK, b"")
    except MalformedMessage:
        return set()
    mask = int.from_bytes(raw, sys.byteorder)
    names = {**rt.METRICS, rt.RTAX_CC_ALGO: "congestion"}
    return {name for type_, name in names.items() if mask >> type_ & 1}
