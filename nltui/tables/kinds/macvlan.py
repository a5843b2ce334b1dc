"""macvlan and macvtap: IFLA_MACVLAN_* of linux/if_link.h, as iproute2's ip/iplink_macvlan.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U16, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads, repeated
from nltui.tables.kinds.read import mac, named, nonzero, number, s32, u32

MODES = {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}
"""enum macvlan_mode."""

FLAGS = {1: "nopromisc", 2: "nodst"}
"""MACVLAN_FLAG_*."""


def _flags(payloads: Payloads, context: Context) -> dict[str, Json]:
    flags = number(payloads[2], U16) if 2 in payloads else 0
    return {name: True for bit, name in FLAGS.items() if flags & bit}


MACVLAN = Nest(
    "macvlan",
    (
        Item(1, "mode", named(U32, MODES, "unknown")),
        Part((2,), _flags),
        Item(7, "bcqueuelen", u32),
        Item(8, "usedbcqueuelen", u32),
        Item(9, "bccutoff", s32),
        Item(6, "macaddr_count", nonzero(u32)),
        Item(5, "macaddr_data", lambda payload, context: [mac(one, context) for one in repeated(payload)]),
    ),
    silent=frozenset({3, 4}),
)
