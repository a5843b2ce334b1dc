"""Numbers of linux/if.h."""

from __future__ import annotations

from typing import Final

IFF_UP: Final = 1 << 0
IFF_BROADCAST: Final = 1 << 1
IFF_DEBUG: Final = 1 << 2
IFF_LOOPBACK: Final = 1 << 3
IFF_POINTOPOINT: Final = 1 << 4
IFF_NOTRAILERS: Final = 1 << 5
IFF_RUNNING: Final = 1 << 6
IFF_NOARP: Final = 1 << 7
IFF_PROMISC: Final = 1 << 8
IFF_ALLMULTI: Final = 1 << 9
IFF_MASTER: Final = 1 << 10
IFF_SLAVE: Final = 1 << 11
IFF_MULTICAST: Final = 1 << 12
IFF_PORTSEL: Final = 1 << 13
IFF_AUTOMEDIA: Final = 1 << 14
IFF_DYNAMIC: Final = 1 << 15
IFF_LOWER_UP: Final = 1 << 16
IFF_DORMANT: Final = 1 << 17
IFF_ECHO: Final = 1 << 18

INTERFACE_FLAGS: Final = {
    IFF_LOOPBACK: "LOOPBACK",
    IFF_BROADCAST: "BROADCAST",
    IFF_POINTOPOINT: "POINTOPOINT",
    IFF_MULTICAST: "MULTICAST",
    IFF_NOARP: "NOARP",
    IFF_ALLMULTI: "ALLMULTI",
    IFF_PROMISC: "PROMISC",
    IFF_MASTER: "MASTER",
    IFF_SLAVE: "SLAVE",
    IFF_DEBUG: "DEBUG",
    IFF_DYNAMIC: "DYNAMIC",
    IFF_AUTOMEDIA: "AUTOMEDIA",
    IFF_PORTSEL: "PORTSEL",
    IFF_NOTRAILERS: "NOTRAILERS",
    IFF_UP: "UP",
    IFF_LOWER_UP: "LOWER_UP",
    IFF_DORMANT: "DORMANT",
    IFF_ECHO: "ECHO",
}
"""In the order in which `ip` prints them; it never prints RUNNING, but NO-CARRIER for UP without it."""
