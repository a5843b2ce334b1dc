"""Nexthop objects. Source: linux/nexthop.h. Same as `ip nexthop` and `ip nexthop bucket`."""

from __future__ import annotations

from nltui.netlink.schema.route import by_encapsulation
from nltui.netlink.schema.shape import Message, nest, numbered, structure

NHA_ENCAP_TYPE = 7

_MEMBERS = structure(("id", "I"), ("weight", "B"), ("weight_high", "B"), ("resvd2", "H"), repeat=True)
# Both weights are stored less one: the weight is (weight_high << 8 | weight) + 1. Since Linux 6.13 there are 16 bits.

_RESILIENT = nest(
    numbered("NHA_RES_GROUP_", "PAD, BUCKETS u16, IDLE_TIMER u32, UNBALANCED_TIMER u32, UNBALANCED_TIME u64")
)
_BUCKET = nest(numbered("NHA_RES_BUCKET_", "PAD, INDEX u16, IDLE_TIME u64, NH_ID u32"))
_STATS = nest(
    numbered(
        "NHA_GROUP_STATS_",
        "UNSPEC, ENTRY entry",
        entry=nest(numbered("NHA_GROUP_STATS_ENTRY_", "UNSPEC, ID u32, PACKETS uint, PACKETS_HW uint")),
    )
)

NEXTHOP = Message(
    "nhmsg",
    "nh_",
    (("family", "B"), ("scope", "B"), ("protocol", "B"), ("resvd", "B"), ("flags", "I")),
    numbered(
        "NHA_",
        "UNSPEC, ID u32, GROUP members, GROUP_TYPE u16, BLACKHOLE flag, OIF u32, GATEWAY ip, ENCAP_TYPE u16,"
        "ENCAP encap, GROUPS flag, MASTER u32, FDB flag, RES_GROUP resilient, RES_BUCKET bucket, OP_FLAGS u32,"
        "GROUP_STATS stats, HW_STATS_ENABLE u32, HW_STATS_USED u32",
        members=_MEMBERS,
        encap=by_encapsulation(NHA_ENCAP_TYPE),
        resilient=_RESILIENT,
        bucket=_BUCKET,
        stats=_STATS,
    ),
)
"""struct nhmsg and NHA_* attributes."""
