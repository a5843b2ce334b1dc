"""HSR and PRP rings: IFLA_HSR_* of linux/if_link.h, as iproute2's ip/iplink_hsr.c prints them."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads
from nltui.tables.kinds.read import device, mac, u8, u16


def _slaves(payloads: Payloads, context: Context) -> dict[str, Json]:
    """The two ring ports; null where one has gone."""
    return {
        key: device(payloads[attribute], context) if attribute in payloads else None
        for attribute, key in ((1, "slave1"), (2, "slave2"))
    }


HSR = Nest(
    "hsr",
    (
        Part((1, 2), _slaves),
        Item(8, "interlink", device),
        Item(5, "seq_nr", u16),
        Item(4, "supervision_addr", mac),
        Item(7, "proto", u8),
        Item(6, "version", u8),
        Item(3, "multicast_spec", u8),
    ),
)
