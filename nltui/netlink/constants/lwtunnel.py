"""Numbers of linux/lwtunnel.h and of the headers of its encapsulations (mpls, seg6, seg6_local, rpl)."""

from __future__ import annotations

from typing import Final

LWTUNNEL_ENCAP_MPLS: Final = 1
LWTUNNEL_ENCAP_IP: Final = 2
LWTUNNEL_ENCAP_IP6: Final = 4
LWTUNNEL_ENCAP_SEG6: Final = 5
LWTUNNEL_ENCAP_BPF: Final = 6
LWTUNNEL_ENCAP_SEG6_LOCAL: Final = 7
LWTUNNEL_ENCAP_RPL: Final = 8
LWTUNNEL_ENCAP_XFRM: Final = 10

ENCAPSULATIONS: Final = {
    1: "mpls",
    2: "ip",
    3: "ila",
    4: "ip6",
    5: "seg6",
    6: "bpf",
    7: "seg6local",
    8: "rpl",
    9: "ioam6",
    10: "xfrm",
}
"""LWTUNNEL_ENCAP_*, as ip writes them."""

# linux/mpls_iptunnel.h
MPLS_IPTUNNEL_DST: Final = 1
MPLS_IPTUNNEL_TTL: Final = 2

# The same numbers serve LWTUNNEL_IP_* and LWTUNNEL_IP6_*; TTL is HOPLIMIT and TOS is TC there.
LWTUNNEL_IP_ID: Final = 1
LWTUNNEL_IP_DST: Final = 2
LWTUNNEL_IP_SRC: Final = 3
LWTUNNEL_IP_TTL: Final = 4
LWTUNNEL_IP_TOS: Final = 5
LWTUNNEL_IP_FLAGS: Final = 6

# LWTUNNEL_IP_FLAGS, big-endian (uapi linux/if_tunnel.h)
TUNNEL_CSUM: Final = 0x01
TUNNEL_KEY: Final = 0x04
TUNNEL_SEQ: Final = 0x08

# linux/seg6_iptunnel.h, linux/rpl_iptunnel.h
SEG6_IPTUNNEL_SRH: Final = 1
RPL_IPTUNNEL_SRH: Final = 1
SEG6_MODES: Final = {0: "inline", 1: "encap", 2: "l2encap", 3: "encap.red", 4: "l2encap.red"}

# linux/seg6_local.h
SEG6_LOCAL_ACTION: Final = 1
SEG6_LOCAL_SRH: Final = 2
SEG6_LOCAL_TABLE: Final = 3
SEG6_LOCAL_NH4: Final = 4
SEG6_LOCAL_NH6: Final = 5
SEG6_LOCAL_IIF: Final = 6
SEG6_LOCAL_OIF: Final = 7
SEG6_LOCAL_VRFTABLE: Final = 9
SEG6_LOCAL_ACTIONS: Final = {
    1: "End",
    2: "End.X",
    3: "End.T",
    4: "End.DX2",
    5: "End.DX6",
    6: "End.DX4",
    7: "End.DT6",
    8: "End.DT4",
    9: "End.B6",
    10: "End.B6.Encaps",
    11: "End.BM",
    12: "End.S",
    13: "End.AS",
    14: "End.AM",
    15: "End.BPF",
    16: "End.DT46",
}

LWT_BPF_IN: Final = 1
LWT_BPF_OUT: Final = 2
LWT_BPF_XMIT: Final = 3
LWT_BPF_XMIT_HEADROOM: Final = 4
LWT_BPF_PROG_NAME: Final = 2

LWT_XFRM_IF_ID: Final = 1
LWT_XFRM_LINK: Final = 2
