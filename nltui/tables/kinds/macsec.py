"""MACsec: IFLA_MACSEC_* of linux/if_link.h, as iproute2's ip/ipmacsec.c prints them."""

from __future__ import annotations

from nltui.errors import MalformedMessage
from nltui.model.types import Context, Json
from nltui.netlink.fields import U8, U64
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import boolean, named, u8, u16, u32

CIPHER_SUITES = {
    0x0080020001000001: "GCM-AES-128",
    0x0080C20001000001: "GCM-AES-128",
    0x0080C20001000002: "GCM-AES-256",
    0x0080C20001000003: "GCM-AES-XPN-128",
    0x0080C20001000004: "GCM-AES-XPN-256",
}
"""MACSEC_CIPHER_ID_*, linux/if_macsec.h; the first is MACSEC_DEFAULT_CIPHER_ID."""


def _channel(payload: bytes, context: Context) -> Json:
    """Secure channel identifier: 16 hexadecimal digits, as on the wire."""
    if len(payload) != 8:
        raise MalformedMessage(f"sci has {len(payload)} bytes, expected 8")
    return payload.hex()


MACSEC = Nest(
    "macsec",
    (
        Item(1, "sci", _channel),
        Item(8, "protect", boolean),
        Item(4, "cipher_suite", named(U64, CIPHER_SUITES, "(unknown)")),
        Item(3, "icv_len", u8),
        Item(6, "encoding_sa", u8),
        Item(13, "validation", named(U8, ("disabled", "check", "strict"))),
        Item(7, "encrypt", boolean),
        Item(9, "inc_sci", boolean),
        Item(10, "es", boolean),
        Item(11, "scb", boolean),
        Item(15, "offload", named(U8, ("off", "phy", "mac"))),
        Item(12, "replay_protect", boolean),
        Item(5, "window", u32),
        Item(2, "port", u16),
    ),
    silent=frozenset({14}),
)
