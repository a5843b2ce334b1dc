"""Numbers of linux/taskstats.h and linux/genetlink.h that are needed to hear how processes ended."""

from __future__ import annotations

from typing import Final

GENL_ID_CTRL: Final = 0x10
CTRL_CMD_GETFAMILY: Final = 3
CTRL_ATTR_FAMILY_ID: Final = 1
CTRL_ATTR_FAMILY_NAME: Final = 2

TASKSTATS_GENL_NAME: Final = "TASKSTATS"
TASKSTATS_GENL_VERSION: Final = 1
TASKSTATS_CMD_GET: Final = 1
TASKSTATS_CMD_NEW: Final = 2
TASKSTATS_CMD_ATTR_REGISTER_CPUMASK: Final = 3
TASKSTATS_TYPE_STATS: Final = 3
TASKSTATS_TYPE_AGGR_PID: Final = 4

# offsets in struct taskstats, the same in all versions
AC_COMM: Final = 80
TS_COMM_LEN: Final = 32
AC_UID: Final = 120
"""Then, each __u32: ac_gid, ac_pid, ac_ppid, ac_btime (seconds since the epoch, when it began)."""
