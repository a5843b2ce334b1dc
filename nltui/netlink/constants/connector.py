"""Numbers of linux/connector.h and linux/cn_proc.h: process events over NETLINK_CONNECTOR."""

from __future__ import annotations

from typing import Final

CN_IDX_PROC: Final = 1
"""Index of the process events, and the multicast group they are sent to."""
CN_VAL_PROC: Final = 1

PROC_CN_MCAST_LISTEN: Final = 1
PROC_CN_MCAST_IGNORE: Final = 2

# enum proc_cn_event
PROC_EVENT_NONE: Final = 0x00000000
"""The answer to PROC_CN_MCAST_*, with an errno."""
PROC_EVENT_FORK: Final = 0x00000001
PROC_EVENT_EXEC: Final = 0x00000002
PROC_EVENT_EXIT: Final = 0x80000000
