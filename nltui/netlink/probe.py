"""What this kernel and this process's privilege allow over Netlink: tried out, on sockets that are closed at once.

Nothing is asked of the kernel and nothing is changed, but that it may load the module of a protocol that is opened.
Sources: linux/netlink.h, linux/connector.h, socket(7).
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

from nltui.errors import KernelRefused, NltuiError
from nltui.netlink.constants.netlink import (
    NETLINK_CAP_ACK,
    NETLINK_EXT_ACK,
    NETLINK_GET_STRICT_CHK,
    NETLINK_ROUTE,
    PROTOCOL_NAMES,
    SOL_NETLINK,
)
from nltui.netlink.socket import MONITOR_BUFFER, SO_RCVBUFFORCE, Sockets

CN_IDX_PROC = 1
"""linux/connector.h: the group of process events."""
OPTIONS = {
    "strict_check": NETLINK_GET_STRICT_CHK,
    "ext_ack": NETLINK_EXT_ACK,
    "cap_ack": NETLINK_CAP_ACK,
}
"""Socket options by name; older kernels lack some."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """Whether a socket of this protocol can be had; `error` is the errno's name, empty where it can."""

    number: int
    name: str
    error: str


@dataclass(frozen=True, slots=True)
class Buffer:
    """Receive buffer of a socket in bytes: asked for, had, and whether beyond net.core.rmem_max (CAP_NET_ADMIN)."""

    asked: int
    got: int
    forced: bool


def protocols(sockets: Sockets) -> list[Protocol]:
    """Every NETLINK_* number tried."""
    return [Protocol(number, name, _refusal(sockets, number)) for number, name in PROTOCOL_NAMES.items()]


def _refusal(sockets: Sockets, protocol: int) -> str:
    try:
        sockets.open(protocol).close()
    except KernelRefused as error:
        return errno.errorcode.get(error.number, str(error.number))
    except NltuiError:
        return "EPERM"
    return ""


def options(sockets: Sockets) -> dict[str, bool]:
    """Which of OPTIONS a NETLINK_ROUTE socket takes. Raises NltuiError where none can be had."""
    with sockets.open(NETLINK_ROUTE) as sock:
        return {name: _takes(sock, SOL_NETLINK, number, 1) for name, number in OPTIONS.items()}


def _takes(sock: socket.socket, level: int, option: int, value: int) -> bool:
    try:
        sock.setsockopt(level, option, value)
    except OSError:
        return False
    return True


def buffer(sockets: Sockets, asked: int = MONITOR_BUFFER) -> Buffer:
    """What a monitor socket would get. Raises NltuiError where no socket can be had."""
    with sockets.open(NETLINK_ROUTE) as sock:
        forced = _takes(sock, socket.SOL_SOCKET, SO_RCVBUFFORCE, asked)
        if not forced:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, asked)
        # The kernel says, and charges, twice as much as was set.
        return Buffer(asked, sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2, forced)
