"""Numbers of linux/netlink_diag.h and linux/sock_diag.h: a list of Netlink sockets."""

from __future__ import annotations

from typing import Final

SOCK_DIAG_BY_FAMILY: Final = 20
"""Message type of requests and answers, linux/sock_diag.h."""
AF_NETLINK: Final = 16

NDIAG_SHOW_MEMINFO: Final = 0x01
NDIAG_SHOW_GROUPS: Final = 0x02
NDIAG_SHOW_FLAGS: Final = 0x08
"""ndiag_show bits; inode and port id come without any."""
NDIAG_PROTO_ALL: Final = 0xFF
