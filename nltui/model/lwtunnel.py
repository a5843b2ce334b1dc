"""Light-weight tunnel encapsulations of routes, multipath legs and nexthop objects, as `ip -j` writes them.

Source: RTA_ENCAP_TYPE and RTA_ENCAP, linux/lwtunnel.h. Encapsulations without a decoder here show their attributes in
hexadecimal under `encap_data`.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from typing import Any

from nltui import text as door
from nltui.errors import MalformedMessage
from nltui.model.routing import device, table_name
from nltui.model.types import Context, Json, Order, Type, ip_text
from nltui.netlink import wire
from nltui.netlink.constants import lwtunnel as lwt

Found = dict[int, bytes]
"""Payloads by attribute type."""


def name(kind: int) -> str:
    """An encapsulation's word: `mpls`, `ip`, `seg6` …"""
    return lwt.ENCAPSULATIONS.get(kind, "unknown")


def encap(kind: int, payload: bytes, context: Context, taken: frozenset[str] = frozenset()) -> dict[str, Json]:
    """`encap` and its values, flat as in `ip -j`.

    ip repeats a key where the row has one of that name (`dst`, `id`, `table`); such a key in `taken` gets the prefix
    `encap_` here, since a JSON object has a key only once.
    """
    out: dict[str, Json] = {"encap": name(kind)}
    try:
        decode = DECODERS.get(kind)
        values = decode(attributes(payload), context) if decode else {"encap_data": payload.hex()}
    except (MalformedMessage, struct.error, IndexError):
        values = {"encap_data": payload.hex()}
    return out | {f"encap_{key}" if key in taken else key: value for key, value in values.items()}


def sentence(kind: int, payload: bytes, context: Context) -> str:
    """For a person: `ip id 5 dst 10.0.0.33 ttl 4`."""
    shown = encap(kind, payload, context)
    words = [str(shown.pop("encap"))]
    for key, value in shown.items():
        words += [key] if value is True else [key, ",".join(value) if isinstance(value, list) else str(value)]
    return door.visible(" ".join(words))


class Encapsulation(Type):
    """A column's type: the encapsulation's number and payload. JSON: an object to be merged into the row's."""

    order = Order.TEXT

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = taken

    def text(self, value: Any, context: Context) -> str | None:
        """One line; None where there is no encapsulation."""
        kind, payload = value
        return sentence(kind, payload, context) if kind is not None and payload is not None else None

    def json(self, value: Any, context: Context) -> Json:
        """See encap()."""
        kind, payload = value
        return encap(kind, payload, context, self._taken) if kind is not None and payload is not None else None


def attributes(payload: bytes) -> Found:
    """Top-level attributes of a nested payload. Raises MalformedMessage."""
    return {found.type: payload[found.payload] for found in wire.attributes(payload, 0)}


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, sys.byteorder)


def _mpls(found: Found, context: Context) -> dict[str, Json]:
    labels = found[lwt.MPLS_IPTUNNEL_DST]
    stack = [int.from_bytes(labels[at : at + 4], "big") >> 12 for at in range(0, len(labels), 4)]
    out: dict[str, Json] = {"dst": "/".join(map(str, stack))}
    if lwt.MPLS_IPTUNNEL_TTL in found:
        out["ttl"] = _number(found[lwt.MPLS_IPTUNNEL_TTL])
    return out


def _tunnel(ttl: str, tos: str) -> Callable[[Found, Context], dict[str, Json]]:
    def decode(found: Found, context: Context) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if lwt.LWTUNNEL_IP_ID in found:
            out["id"] = int.from_bytes(found[lwt.LWTUNNEL_IP_ID], "big")
        for type_, key in ((lwt.LWTUNNEL_IP_SRC, "src"), (lwt.LWTUNNEL_IP_DST, "dst")):
            if type_ in found:
                out[key] = ip_text(found[type_])
        for type_, key in ((lwt.LWTUNNEL_IP_TTL, ttl), (lwt.LWTUNNEL_IP_TOS, tos)):
            if type_ in found:
                out[key] = _number(found[type_])
        flags = int.from_bytes(found.get(lwt.LWTUNNEL_IP_FLAGS, b""), "big")
        for bit, key in ((lwt.TUNNEL_KEY, "key"), (lwt.TUNNEL_CSUM, "csum"), (lwt.TUNNEL_SEQ, "seq")):
            if flags & bit:
                out[key] = True
        return out

    return decode


def _segments(header: bytes) -> list[str]:
    """Segments of a struct ipv6_sr_hdr, in which the last one stands first."""
    return [ip_text(header[at : at + 16]) for at in range(8 + 16 * header[4], 7, -16)]


def _seg6(found: Found, context: Context) -> dict[str, Json]:
    raw = found[lwt.SEG6_IPTUNNEL_SRH]
    mode = _number(raw[:4])
    return {"mode": lwt.SEG6_MODES.get(mode, "unknown"), "segs": _segments(raw[4:])}


def _seg6local(found: Found, context: Context) -> dict[str, Json]:
    action = _number(found[lwt.SEG6_LOCAL_ACTION])
    out: dict[str, Json] = {"action": lwt.SEG6_LOCAL_ACTIONS.get(action, "unknown")}
    if lwt.SEG6_LOCAL_SRH in found:
        out["srh"] = {"segs": _segments(found[lwt.SEG6_LOCAL_SRH])}
    for type_, key in ((lwt.SEG6_LOCAL_TABLE, "table"), (lwt.SEG6_LOCAL_VRFTABLE, "vrftable")):
        if type_ in found:
            out[key] = table_name(_number(found[type_]))
    for type_, key in ((lwt.SEG6_LOCAL_NH4, "nh4"), (lwt.SEG6_LOCAL_NH6, "nh6")):
        if type_ in found:
            out[key] = ip_text(found[type_])
    for type_, key in ((lwt.SEG6_LOCAL_IIF, "iif"), (lwt.SEG6_LOCAL_OIF, "oif")):
        if type_ in found:
            out[key] = device(_number(found[type_]), context)
    return out


def _bpf(found: Found, context: Context) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for type_, key in ((lwt.LWT_BPF_IN, "in"), (lwt.LWT_BPF_OUT, "out"), (lwt.LWT_BPF_XMIT, "xmit")):
        if type_ in found:
            program = attributes(found[type_]).get(lwt.LWT_BPF_PROG_NAME, b"")
            out[key] = door.plain(program.split(b"\0", 1)[0])
    if lwt.LWT_BPF_XMIT_HEADROOM in found:
        out["headroom"] = _number(found[lwt.LWT_BPF_XMIT_HEADROOM])
    return out


def _xfrm(found: Found, context: Context) -> dict[str, Json]:
    out: dict[str, Json] = {"if_id": f"{_number(found[lwt.LWT_XFRM_IF_ID]):#x}"}
    if lwt.LWT_XFRM_LINK in found:
        out["link_dev"] = device(_number(found[lwt.LWT_XFRM_LINK]), context)
    return out


DECODERS: dict[int, Callable[[Found, Context], dict[str, Json]]] = {
    lwt.LWTUNNEL_ENCAP_MPLS: _mpls,
    lwt.LWTUNNEL_ENCAP_IP: _tunnel("ttl", "tos"),
    lwt.LWTUNNEL_ENCAP_IP6: _tunnel("hoplimit", "tc"),
    lwt.LWTUNNEL_ENCAP_SEG6: _seg6,
    lwt.LWTUNNEL_ENCAP_SEG6_LOCAL: _seg6local,
    lwt.LWTUNNEL_ENCAP_BPF: _bpf,
    lwt.LWTUNNEL_ENCAP_XFRM: _xfrm,
}
