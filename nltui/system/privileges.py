"""What this process may do, read from /proc/self/status: the kernel's word, not a flag's.

Source: proc_pid_status(5), linux/capability.h.
"""

from __future__ import annotations

import errno
import os
import socket
from enum import Enum
from pathlib import Path

from nltui.record import Record

STATUS = Path("/proc/self/status")

CAP_NET_ADMIN = 12
CAP_SYS_ADMIN = 21


class Badge(Enum):
    """The word in the header."""

    CAN_CHANGE = "CAN CHANGE"
    UNPRIVILEGED = "UNPRIVILEGED"
    READ_ONLY = "READ-ONLY"
    """No capability is left, none can come back, and what needs none is given up: the guarantee of read-only mode."""


class Privileges(Record):
    """Capability sets as bit masks, bit number = CAP_*, whether exec can add to them, and whether calls are denied."""

    effective: int
    permitted: int
    inheritable: int
    bounding: int
    ambient: int
    no_new_privs: bool
    filtered: bool
    """Whether system calls go through the filter of read-only mode."""

    def has(self, capability: int) -> bool:
        """Whether a capability counts now, in the user namespace that this process is in."""
        return bool(self.effective >> capability & 1)

    @property
    def badge(self) -> Badge:
        """CAN CHANGE with CAP_NET_ADMIN; READ-ONLY where the lock holds; else UNPRIVILEGED."""
        if self.has(CAP_NET_ADMIN):
            return Badge.CAN_CHANGE
        # A container may have taken all capabilities: uid 0 still writes sysctls there, and nothing else was locked.
        if not (self.no_new_privs and self.filtered):
            return Badge.UNPRIVILEGED
        # With no_new_privs exec adds nothing, so the bounding set counts only for uid 0, whose own it would be.
        left = self.effective | self.permitted | self.inheritable | self.ambient
        left |= self.bounding if os.getuid() == 0 else 0
        return Badge.UNPRIVILEGED if left else Badge.READ_ONLY


def current(status: Path = STATUS) -> Privileges:
    """Of this process's main thread, now. What cannot be read counts as no capability, and not as the guarantee."""
    try:
        lines = status.read_text("ascii", "replace").splitlines()
    except OSError:
        lines = []
    fields = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Privileges(
        _mask(fields, "CapEff", 0),
        _mask(fields, "CapPrm", 0),
        _mask(fields, "CapInh", 0),
        _mask(fields, "CapBnd", 1),
        _mask(fields, "CapAmb", 0),
        fields.get("NoNewPrivs") == "1",
        # Containers have filters of their own.
        fields.get("Seccomp") == "2" and is_denied(),
    )


def _mask(fields: dict[str, str], name: str, unknown: int) -> int:
    try:
        return int(fields[name], 16)
    except (KeyError, ValueError):
        return unknown


def is_denied() -> bool:
    """Whether the filter in force is that of `seccomp`, which denies this, and not only one of a container."""
    try:
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()
    except OSError as error:
        return error.errno == errno.EPERM
    return False
