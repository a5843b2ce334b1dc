"""Counters of a link, struct rtnl_link_stats64 of linux/if_link.h, and how they are brought up to date.

Same as `ip -s -s link show`.
"""

from __future__ import annotations

import struct

from nltui.model.table import Column, Dump, Refresh
from nltui.model.types import Context, Json, Number
from nltui.netlink.constants import if_link as ifla
from nltui.netlink.fields import U32, U64, Head, Slice, attr


class Nonzero(Number):
    """A number that is left out where 0."""

    def text(self, value: int, context: Context) -> str | None:
        """Decimal."""
        return str(value) if value else None

    def json(self, value: int, context: Context) -> Json:
        """The number."""
        return value or None


_PRINTED = {
    "multicast": "rx.multicast",
    "collisions": "tx.collisions",
    "rx_otherhost_dropped": "rx.otherhost",
}
_ONLY_NONZERO = frozenset({"rx_compressed", "tx_compressed", "rx_nohandler", "rx_otherhost_dropped"})


def _counter(place: int, name: str) -> Column:
    printed = _PRINTED.get(name, name.replace("_", ".", 1))
    unit = "Bytes" if name.endswith("bytes") else "Packets"
    return Column(
        name=name,
        fields=(Slice((ifla.IFLA_STATS64,), 8 * place, U64),),
        type=Nonzero() if name in _ONLY_NONZERO else Number(),
        json=f"stats64.{printed}",
        help=f"{unit} counted as {name} since the link was made (struct rtnl_link_stats64).",
        volatile=True,
        shown=False,
        priority=8,
    )


COUNTERS = (
    *(_counter(place, name) for place, name in enumerate(ifla.STATS64)),
    *(
        Column(
            name=name,
            fields=(attr(attribute, format=U32),),
            type=Number(),
            json=json,
            help=f"How often its carrier {what}.",
            volatile=True,
            shown=False,
            priority=8,
        )
        for name, attribute, json, what in (
            ("carrier_changes", ifla.IFLA_CARRIER_CHANGES, "stats64.tx.carrier_changes", "came or went"),
            ("carrier_up_count", ifla.IFLA_CARRIER_UP_COUNT, "carrier_up_count", "came"),
            ("carrier_down_count", ifla.IFLA_CARRIER_DOWN_COUNT, "carrier_down_count", "went"),
        )
    ),
)

REFRESH = Refresh(
    dump=Dump(ifla.RTM_GETSTATS, struct.pack("=BBHII", 0, 0, 0, 0, 1 << (ifla.IFLA_STATS_LINK_64 - 1))),
    replies=frozenset({ifla.RTM_NEWSTATS}),
    header=12,  # struct if_stats_msg
    key=Head(20, U32),
    values=tuple((name, Slice((ifla.IFLA_STATS_LINK_64,), 8 * place, U64)) for place, name in enumerate(ifla.STATS64)),
    interval=2.0,
)
