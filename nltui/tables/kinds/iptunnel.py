"""ipip, sit and ip6tnl: IFLA_IPTUN_* of linux/if_tunnel.h.

As iproute2's ip/link_iptnl.c and ip/link_ip6tnl.c print them.
"""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U8, U16, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads
from nltui.tables.kinds.read import address, boolean, device, marked, named, number, present
from nltui.tables.kinds.tunnel import (
    IP6_TNL_F_ALLOW_LOCAL_REMOTE,
    IP6_TNL_F_MIP6_DEV,
    IP6_TNL_F_RCV_DSCP_COPY,
    always_ttl,
    any_address,
    encapsulation,
    flow,
    specified,
)

SIT_ISATAP = 1


def _isatap(payload: bytes, context: Context) -> Json:
    return bool(number(payload, U16) & SIT_ISATAP) or None


def _rapid_deployment(payloads: Payloads, context: Context) -> dict[str, Json]:
    """6rd (RFC 5969): the delegated prefix and the relay's, lengths in bits."""
    length = number(payloads[13], U16) if 13 in payloads else 0
    if not length or 11 not in payloads:
        return {}
    out: dict[str, Json] = {"prefix": address(payloads[11], context), "prefixlen": length}
    if 14 in payloads and any(payloads.get(12, b"")):
        out |= {"relay_prefix": specified(payloads[12], context), "relay_prefixlen": number(payloads[14], U16)}
    return out


def _path_mtu(payloads: Payloads, context: Context) -> dict[str, Json]:
    return {"pmtudisc": 10 in payloads and boolean(payloads[10], context)}


IPIP = Nest(
    "ipip",
    (
        Item(19, "external", present),
        Item(9, "proto", named(U8, {4: "ipip", 41: "ip6ip", 137: "mplsip", 0: "any"})),
        any_address(3, "remote"),
        any_address(2, "local"),
        Item(1, "link", device),
        always_ttl(4),
        Item(5, "tos", marked(U8)),
        Part((10,), _path_mtu),
        Item(8, "isatap", _isatap),
        Part((11, 12, 13, 14), _rapid_deployment),
        Item(20, "fwmark", marked(U32)),
        encapsulation(15, 16, 17, 18),
    ),
)

IP6TNL = Nest(
    "ip6tnl",
    (
        Item(19, "external", present),
        Item(9, "proto", named(U8, {4: "ipip6", 41: "ip6ip6", 0: "any"})),
        any_address(3, "remote"),
        any_address(2, "local"),
        Item(1, "link", device),
        always_ttl(4),
        flow(
            8,
            6,
            7,
            20,
            (
                (IP6_TNL_F_RCV_DSCP_COPY, "ip6_tnl_f_rcv_dscp_copy"),
                (IP6_TNL_F_MIP6_DEV, "ip6_tnl_f_mip6_dev"),
                (IP6_TNL_F_ALLOW_LOCAL_REMOTE, "ip6_tnl_f_allow_local_remote"),
            ),
        ),
        encapsulation(15, 16, 17, 18),
    ),
)
