"""What several kinds of tunnels share: encapsulation, endpoints, time to live, IPv6 tunnel flags.

Source: linux/if_tunnel.h, linux/ip6_tunnel.h; iproute2's ip/tunnel.c.
"""

from __future__ import annotations

from nltui.errors import MalformedMessage
from nltui.model.types import Context, Json
from nltui.netlink.fields import BE16, BE32, U8, U16, U32
from nltui.tables.kinds.detail import Part, Payloads, Reader
from nltui.tables.kinds.read import address, be16, named, number, u8

ENCAPSULATIONS = {1: "fou", 2: "gue"}
"""enum tunnel_encap_types; 0 is none."""

TUNNEL_ENCAP_FLAGS = {1: "csum", 2: "csum6", 4: "remcsum"}

IP6_TNL_F_IGN_ENCAP_LIMIT = 0x1
IP6_TNL_F_USE_ORIG_TCLASS = 0x2
IP6_TNL_F_USE_ORIG_FLOWLABEL = 0x4
IP6_TNL_F_MIP6_DEV = 0x8
IP6_TNL_F_RCV_DSCP_COPY = 0x10
IP6_TNL_F_USE_ORIG_FWMARK = 0x20
IP6_TNL_F_ALLOW_LOCAL_REMOTE = 0x40

GRE_CSUM = 0x8000
GRE_KEY = 0x2000
GRE_SEQ = 0x1000

DF: Reader = named(U8, ("unset", "set", "inherit"))
"""enum ifla_vxlan_df, enum ifla_geneve_df."""


def encapsulation(type_: int, flags: int, sport: int, dport: int) -> Part:
    """`encap`: the UDP header around the tunnel's packets; left out where there is none. Ports 0: chosen by flow."""

    def show(payloads: Payloads, context: Context) -> dict[str, Json]:
        kind = number(payloads[type_], U16) if type_ in payloads else 0
        if not kind:
            return {}
        out: dict[str, Json] = {"type": ENCAPSULATIONS.get(kind, "unknown")}
        set_ = number(payloads[flags], U16) if flags in payloads else 0
        out |= {name: bool(set_ & bit) for bit, name in TUNNEL_ENCAP_FLAGS.items()}
        for attribute, key in ((sport, "sport"), (dport, "dport")):
            if attribute in payloads:
                out[key] = be16(payloads[attribute], context)
        return {"encap": out}

    return Part((type_, flags, sport, dport), show)


def any_address(attribute: int, key: str) -> Part:
    """A tunnel's endpoint: `any` where absent or all zero."""

    def show(payloads: Payloads, context: Context) -> dict[str, Json]:
        payload = payloads.get(attribute, b"")
        return {key: address(payload, context) if any(payload) else "any"}

    return Part((attribute,), show)


def specified(payload: bytes, context: Context) -> Json:
    """An address, left out where all zero."""
    return address(payload, context) if any(payload) else None


def port_range(payload: bytes, context: Context) -> Json:
    """struct ifla_vxlan_port_range: two be16."""
    if len(payload) != 4:
        raise MalformedMessage(f"port range has {len(payload)} bytes, expected 4")
    return {"low": number(payload[:2], BE16), "high": number(payload[2:], BE16)}


def inherited_ttl(inherit: int, ttl: int) -> Part:
    """`ttl`, left out where it is taken from the inner packet."""

    def show(payloads: Payloads, context: Context) -> dict[str, Json]:
        if ttl not in payloads or (inherit in payloads and number(payloads[inherit], U8)):
            return {}
        return {"ttl": u8(payloads[ttl], context)}

    return Part((inherit, ttl), show)


def always_ttl(attribute: int) -> Part:
    """`ttl`, 0 where absent: taken from the inner packet."""
    return Part((attribute,), lambda payloads, context: {"ttl": u8(payloads.get(attribute, b"\0"), context)})


def flow(flags: int, limit: int, flowinfo: int, fwmark: int, more: tuple[tuple[int, str], ...]) -> Part:
    """Options of tunnels over IPv6: an IP6_TNL_F_* flag as true, or the value that it would override."""

    def show(payloads: Payloads, context: Context) -> dict[str, Json]:
        got = number(payloads[flags], U32) if flags in payloads else 0
        info = number(payloads[flowinfo], BE32) if flowinfo in payloads else None
        out: dict[str, Json] = {}
        if got & IP6_TNL_F_IGN_ENCAP_LIMIT:
            out["ip6_tnl_f_ign_encap_limit"] = True
        elif limit in payloads:
            out["encap_limit"] = u8(payloads[limit], context)
        if got & IP6_TNL_F_USE_ORIG_TCLASS:
            out["ip6_tnl_f_use_orig_tclass"] = True
        elif info is not None:
            out["tclass"] = f"0x{info >> 20 & 0xFF:02x}"
        if got & IP6_TNL_F_USE_ORIG_FLOWLABEL:
            out["ip6_tnl_f_use_orig_flowlabel"] = True
        elif info is not None:
            out["flowlabel"] = f"0x{info & 0xFFFFF:05x}"
        out |= {name: True for bit, name in more if got & bit}
        if got & IP6_TNL_F_USE_ORIG_FWMARK:
            out["ip6_tnl_f_use_orig_fwmark"] = True
        elif fwmark in payloads and any(payloads[fwmark]):
            out["fwmark"] = hex(number(payloads[fwmark], U32))
        return out

    return Part((flags, limit, flowinfo, fwmark), show)


def gre_flags(iflags: int, oflags: int, ikey: int, okey: int) -> Part:
    """Keys (as dotted numbers), sequence numbers and checksums of a GRE tunnel, each way."""

    def show(payloads: Payloads, context: Context) -> dict[str, Json]:
        out: dict[str, Json] = {}
        for flags, key, way in ((iflags, ikey, "i"), (oflags, okey, "o")):
            got = number(payloads[flags], BE16) if flags in payloads else 0
            if got & GRE_KEY and key in payloads:
                out[f"{way}key"] = address(payloads[key], context)
            if got & GRE_SEQ:
                out[f"{way}seq"] = True
            if got & GRE_CSUM:
                out[f"{way}csum"] = True
        return out

    return Part((iflags, oflags, ikey, okey), show)
