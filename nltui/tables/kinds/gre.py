"""gre, gretap, erspan, ip6gre, ip6gretap, ip6erspan: IFLA_GRE_* of linux/if_tunnel.h.

As iproute2's ip/link_gre.c and ip/link_gre6.c print them.
"""

from __future__ import annotations

from nltui.netlink.fields import U8, U16, U32
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import boolean, device, hexadecimal, marked, named, on_only, present, u8, u32
from nltui.tables.kinds.tunnel import (
    IP6_TNL_F_ALLOW_LOCAL_REMOTE,
    IP6_TNL_F_RCV_DSCP_COPY,
    always_ttl,
    any_address,
    encapsulation,
    flow,
    gre_flags,
)

_ENDPOINTS = (
    Item(18, "external", present),
    any_address(7, "remote"),
    any_address(6, "local"),
    Item(1, "link", device),
    always_ttl(8),
)

_ERSPAN = (
    Item(21, "erspan_index", u32),
    Item(22, "erspan_ver", u8),
    Item(23, "erspan_dir", named(U8, {0: "ingress"}, "egress")),
    Item(24, "erspan_hwid", hexadecimal(U16)),
    encapsulation(14, 15, 16, 17),
)

GRE = Nest(
    "gre",
    (
        *_ENDPOINTS,
        Item(9, "tos", marked(U8)),
        Item(10, "pmtudisc", boolean),
        Item(19, "ignore_df", on_only),
        gre_flags(2, 3, 4, 5),
        Item(20, "fwmark", marked(U32)),
        *_ERSPAN,
    ),
    silent=frozenset({11, 12, 13}),
)

IP6GRE = Nest(
    "ip6gre",
    (
        *_ENDPOINTS,
        flow(
            13,
            11,
            12,
            20,
            (
                (IP6_TNL_F_RCV_DSCP_COPY, "ip6_tnl_f_rcv_dscp_copy"),
                (IP6_TNL_F_ALLOW_LOCAL_REMOTE, "ip6_tnl_f_allow_local_remote"),
            ),
        ),
        gre_flags(2, 3, 4, 5),
        *_ERSPAN,
    ),
    silent=frozenset({9, 10, 19}),
)
