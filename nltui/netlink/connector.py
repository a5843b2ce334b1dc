"""Process events as the kernel's connector sends them: who forked, executed a program, ended, and when.

Source: linux/cn_proc.h, linux/connector.h, drivers/connector/cn_proc.c. They exist in the first network namespace
alone and count processes as the first PID namespace does. Since Linux 6.6 no privilege is needed, and a listener says
which events it wants; before, CAP_NET_ADMIN is.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from nltui.netlink.constants.connector import (
    CN_IDX_PROC,
    CN_VAL_PROC,
    PROC_EVENT_EXEC,
    PROC_EVENT_EXIT,
    PROC_EVENT_FORK,
    PROC_EVENT_NONE,
)
from nltui.netlink.constants.netlink import NLMSG_DONE
from nltui.netlink.wire import nlmsg

GROUP = CN_IDX_PROC
WANTED = PROC_EVENT_FORK | PROC_EVENT_EXEC | PROC_EVENT_EXIT

_CN_MSG = struct.Struct("=IIIIHH")
"""struct cn_msg: idx, val, seq, ack, len, flags; before it a struct nlmsghdr."""
_EVENT = struct.Struct("=IIQIIII")
"""struct proc_event: what, cpu, timestamp_ns (CLOCK_MONOTONIC), and the first four words of its union."""
_PAYLOAD = 16 + _CN_MSG.size


class ProcessEvent(NamedTuple):
    """One event. `pid` and `tgid` of the thread it is about; of a fork, the child's, with its parent's `parent`."""

    what: int
    """PROC_EVENT_*."""
    time: int
    """Nanoseconds of CLOCK_MONOTONIC."""
    pid: int
    tgid: int
    parent: int = 0
    acknowledged: int = 0
    """Of PROC_EVENT_NONE: cn_msg's ack, which is the request's plus one."""

    @property
    def is_process(self) -> bool:
        """Whether it is about a process, not one more thread of it."""
        return self.pid == self.tgid


def request(operation: int, ack: int, is_choosy: bool) -> bytes:
    """PROC_CN_MCAST_LISTEN or _IGNORE. `is_choosy`: with the events wanted, which kernels before 6.6 do not take."""
    body = struct.pack("=II", operation, WANTED) if is_choosy else struct.pack("=I", operation)
    return nlmsg(NLMSG_DONE, 0, 0, _CN_MSG.pack(CN_IDX_PROC, CN_VAL_PROC, 0, ack, len(body), 0) + body)


def event(datagram: bytes) -> ProcessEvent | None:
    """The event that a datagram of the kernel's tells; None where it tells of something else or is cut."""
    if len(datagram) < _PAYLOAD + _EVENT.size:
        return None
    index, value, _, ack, _, _ = _CN_MSG.unpack_from(datagram, 16)
    if (index, value) != (CN_IDX_PROC, CN_VAL_PROC):
        return None
    what, _, time, first, second, third, fourth = _EVENT.unpack_from(datagram, _PAYLOAD)
    if what == PROC_EVENT_FORK:
        return ProcessEvent(what, time, third, fourth, second)
    if what in (PROC_EVENT_EXEC, PROC_EVENT_EXIT):
        return ProcessEvent(what, time, first, second)
    return ProcessEvent(what, time, 0, 0, 0, ack) if what == PROC_EVENT_NONE else None
