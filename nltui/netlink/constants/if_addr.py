"""Numbers of linux/if_addr.h: attributes and flags of struct ifaddrmsg messages."""

from __future__ import annotations

from typing import Final

IFA_ADDRESS: Final = 1
IFA_LOCAL: Final = 2
IFA_LABEL: Final = 3
IFA_BROADCAST: Final = 4
IFA_ANYCAST: Final = 5
IFA_CACHEINFO: Final = 6
IFA_FLAGS: Final = 8
IFA_RT_PRIORITY: Final = 9
IFA_TARGET_NETNSID: Final = 10
IFA_PROTO: Final = 11

IFA_F_SECONDARY: Final = 0x01
"""IPv4; on IPv6 the same bit is IFA_F_TEMPORARY."""
IFA_F_NODAD: Final = 0x02
IFA_F_OPTIMISTIC: Final = 0x04
IFA_F_DADFAILED: Final = 0x08
IFA_F_HOMEADDRESS: Final = 0x10
IFA_F_DEPRECATED: Final = 0x20
IFA_F_TENTATIVE: Final = 0x40
IFA_F_PERMANENT: Final = 0x80
IFA_F_MANAGETEMPADDR: Final = 0x100
IFA_F_NOPREFIXROUTE: Final = 0x200
IFA_F_MCAUTOJOIN: Final = 0x400
IFA_F_STABLE_PRIVACY: Final = 0x800

ADDRESS_FLAGS: Final = {
    IFA_F_NODAD: "nodad",
    IFA_F_OPTIMISTIC: "optimistic",
    IFA_F_DADFAILED: "dadfailed",
    IFA_F_HOMEADDRESS: "home",
    IFA_F_DEPRECATED: "deprecated",
    IFA_F_TENTATIVE: "tentative",
    IFA_F_MANAGETEMPADDR: "mngtmpaddr",
    IFA_F_NOPREFIXROUTE: "noprefixroute",
    IFA_F_MCAUTOJOIN: "autojoin",
    IFA_F_STABLE_PRIVACY: "stable-privacy",
}
"""As ip writes them; IFA_F_SECONDARY (by family) and IFA_F_PERMANENT (its absence is `dynamic`) are not among them."""

INFINITY: Final = 0xFFFFFFFF
"""A lifetime that never ends, INFINITY_LIFE_TIME."""
