"""Numbers of linux/neighbour.h: attributes, flags and states of struct ndmsg messages."""

from __future__ import annotations

from typing import Final

NDA_DST: Final = 1
NDA_LLADDR: Final = 2
NDA_CACHEINFO: Final = 3
NDA_PROBES: Final = 4
NDA_VLAN: Final = 5
NDA_PORT: Final = 6
NDA_VNI: Final = 7
NDA_IFINDEX: Final = 8
NDA_MASTER: Final = 9
NDA_PROTOCOL: Final = 12
NDA_FLAGS_EXT: Final = 15

# ndm_flags
NTF_USE: Final = 0x01
NTF_SELF: Final = 0x02
NTF_MASTER: Final = 0x04
NTF_PROXY: Final = 0x08
NTF_EXT_LEARNED: Final = 0x10
NTF_OFFLOADED: Final = 0x20
NTF_STICKY: Final = 0x40
NTF_ROUTER: Final = 0x80

# NDA_FLAGS_EXT
NTF_EXT_MANAGED: Final = 0x01
NTF_EXT_LOCKED: Final = 0x02
NTF_EXT_EXT_VALIDATED: Final = 0x04

NUD_INCOMPLETE: Final = 0x01
NUD_REACHABLE: Final = 0x02
NUD_STALE: Final = 0x04
NUD_DELAY: Final = 0x08
NUD_PROBE: Final = 0x10
NUD_FAILED: Final = 0x20
NUD_NOARP: Final = 0x40
NUD_PERMANENT: Final = 0x80

STATES: Final = {
    NUD_INCOMPLETE: "INCOMPLETE",
    NUD_REACHABLE: "REACHABLE",
    NUD_STALE: "STALE",
    NUD_DELAY: "DELAY",
    NUD_PROBE: "PROBE",
    NUD_FAILED: "FAILED",
    NUD_NOARP: "NOARP",
    NUD_PERMANENT: "PERMANENT",
}
"""ndm_state, as ip writes it."""

USER_HZ: Final = 100
"""Ticks a second of clock_t values that the kernel tells: NDA_CACHEINFO, RTA_CACHEINFO, resilient groups' timers."""
