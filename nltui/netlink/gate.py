"""Which messages may leave in read-only mode: requests that only ask. One choke point, before every send.

The kernel refuses the others too, since the process has no capability left; this is the second lock, not the first.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from nltui.errors import MalformedMessage, UsageError
from nltui.netlink import wire
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants.xfrm import XFRM_MSG_GETPOLICY

SOCK_DIAG_TYPES = frozenset({18, 20})
"""TCPDIAG_GETSOCK, SOCK_DIAG_BY_FAMILY (linux/sock_diag.h)."""
XFRM_ASKS = frozenset({XFRM_MSG_GETPOLICY})
"""Policies; not states, which hold keys."""
GENL_ID_CTRL, CTRL_ASKS = 16, frozenset({3, 10})
"""CTRL_CMD_GETFAMILY and CTRL_CMD_GETPOLICY (linux/genetlink.h)."""


class _State:
    closed = False


def close() -> None:
    """From now on only what asks goes out. There is no way back."""
    _State.closed = True


def is_closed() -> bool:
    """Whether this is read-only mode."""
    return _State.closed


def asks(protocol: int, datagram: bytes) -> bool:
    """Whether every message of a datagram only asks for something. What is malformed does not."""
    try:
        found = [(wire.header(one), one) for one in wire.messages(datagram)]
    except MalformedMessage:
        return False
    return bool(found) and all(_asks(protocol, head, one) for head, one in found)


def _asks(protocol: int, head: wire.Header, message: memoryview) -> bool:
    if protocol == nl.NETLINK_ROUTE:
        # rtnetlink: of every four types the third asks (RTM_GET*).
        return head.type >= nl.NLMSG_MIN_TYPE and head.type % 4 == 2
    if protocol == nl.NETLINK_SOCK_DIAG:
        return head.type in SOCK_DIAG_TYPES
    if protocol == nl.NETLINK_XFRM:
        return head.type in XFRM_ASKS
    if protocol == nl.NETLINK_GENERIC:
        return head.type == GENL_ID_CTRL and len(message) > 16 and message[16] in CTRL_ASKS
    return False


class GatedSocket(socket.socket):
    """A Netlink socket whose every send passes the gate. Raises UsageError for what may not leave."""

    def _check(self, data: Any) -> None:
        if _State.closed and not asks(self.proto, bytes(data)):
            raise UsageError("read-only: a message that could change something was held back")

    def send(self, data: Any, flags: int = 0) -> int:
        """As socket.send()."""
        self._check(data)
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As socket.sendall()."""
        self._check(data)
        super().sendall(data, flags)

    def sendto(self, data: Any, *rest: Any) -> int:
        """As socket.sendto()."""
        self._check(data)
        return super().sendto(data, *rest)

    def sendmsg(self, buffers: Iterable[Any], *rest: Any) -> int:
        """As socket.sendmsg()."""
        parts = [bytes(one) for one in buffers]
        self._check(b"".join(parts))
        return super().sendmsg(parts, *rest)
