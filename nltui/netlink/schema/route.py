"""Routes beyond RTA_ENCAP, and light-weight tunnels.

Source: linux/rtnetlink.h, lwtunnel.h, seg6_iptunnel.h, seg6_local.h, ioam6_iptunnel.h. Same as `ip route`.
"""

from __future__ import annotations

import sys

from nltui.netlink.schema.shape import Form, Part, Shape, Siblings, nest, numbered, parts, structure

RTA_ENCAP_TYPE = 21

_SRH = (
    ("nexthdr", "B"),
    ("hdrlen", "B"),
    ("type", "B"),
    ("segments_left", "B"),
    ("first_segment", "B"),
    ("flags", "B"),
    ("tag", ">H"),
)


def _segment_routing(*before: tuple[str, str]) -> Shape:
    """struct ipv6_sr_hdr: eight bytes, then segments of 16 bytes, the last hop first, then TLVs."""
    fixed = parts((*before, *_SRH))
    start = fixed[-1].offset + fixed[-1].size
    return Shape("", Form.STRUCT, parts=(*fixed, Part("segments", Form.SEGMENTS, start, 0)))


_LOCAL = numbered(
    "SEG6_LOCAL_",
    "UNSPEC, ACTION u32, SRH srh, TABLE u32, NH4 ip, NH6 ip, IIF u32, OIF u32, BPF program, VRFTABLE u32,"
    "COUNTERS counters, FLAVORS flavors",
    srh=_segment_routing(),
    program=nest(numbered("SEG6_LOCAL_BPF_", "PROG_UNSPEC, PROG u32, PROG_NAME text")),
    counters=nest(numbered("SEG6_LOCAL_CNT_", "UNSPEC, PAD, PACKETS u64, BYTES u64, ERRORS u64")),
    flavors=nest(numbered("SEG6_LOCAL_FLV_", "UNSPEC, OPERATION u32, LCBLOCK_BITS u8, LCNODE_FN_BITS u8")),
)
_PROGRAM = nest(numbered("LWT_BPF_PROG_", "UNSPEC, FD u32, NAME text"))

ENCAPSULATIONS: dict[int, Shape] = {
    1: nest(numbered("MPLS_IPTUNNEL_", "UNSPEC, DST mpls, TTL u8")),
    2: nest(
        numbered("LWTUNNEL_IP_", "UNSPEC, ID be64, DST ip, SRC ip, TTL u8, TOS u8, FLAGS be16, PAD, OPTS"),
    ),
    4: nest(
        numbered("LWTUNNEL_IP6_", "UNSPEC, ID be64, DST ip, SRC ip, HOPLIMIT u8, TC u8, FLAGS be16, PAD, OPTS"),
    ),
    5: nest(numbered("SEG6_IPTUNNEL_", "UNSPEC, SRH srh", srh=_segment_routing(("mode", "i")))),
    6: nest(numbered("LWT_BPF_", "UNSPEC, IN program, OUT program, XMIT program, XMIT_HEADROOM u32", program=_PROGRAM)),
    7: nest(_LOCAL),
    8: nest(numbered("RPL_IPTUNNEL_", "UNSPEC, SRH")),
    9: nest(numbered("IOAM6_IPTUNNEL_", "UNSPEC, MODE u8, DST ip, TRACE, FREQ_K u32, FREQ_N u32, SRC ip")),
    10: nest(numbered("LWT_XFRM_", "UNSPEC, IF_ID u32, LINK u32")),
}
"""enum lwtunnel_encap_types → contents of RTA_ENCAP and NHA_ENCAP."""


def by_encapsulation(number: int) -> Shape:
    """An encapsulation whose kind the u16 attribute `number` beside it tells."""

    def choose(sibling: Siblings, family: int) -> Shape:
        kind = sibling(number) or b""
        return ENCAPSULATIONS.get(int.from_bytes(kind, sys.byteorder), Shape("", Form.BYTES))

    return Shape("", Form.NEST, choose=choose)


ROUTE = numbered(
    "RTA_",
    "ENCAP encap, EXPIRES u32, PAD, UID u32, TTL_PROPAGATE u8, IP_PROTO u8, SPORT be16, DPORT be16, NH_ID u32,"
    "FLOWLABEL be32",
    22,
    encap=by_encapsulation(RTA_ENCAP_TYPE),
) | numbered("RTA_", "MFC_STATS stats", 17, stats=structure(("packets", "Q"), ("bytes", "Q"), ("wrong_if", "Q")))
"""RTA_*, of routes and of the next hops in RTA_MULTIPATH."""

METRICS = numbered("RTAX_", "FASTOPEN_NO_COOKIE u32", 17)
