"""Which socket has a port id: a list of one protocol's Netlink sockets in one network namespace.

Source: linux/netlink_diag.h, net/netlink/diag.c. Needs no privilege. A kernel without NETLINK_DIAG answers with an
errno, and then nothing is known.
"""

from __future__ import annotations

import select
import socket
import struct
import time

from nltui.errors import KernelRefused, TimedOut
from nltui.netlink import wire
from nltui.netlink.constants.netlink import (
    NETLINK_SOCK_DIAG,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
)
from nltui.netlink.constants.netlink_diag import AF_NETLINK, SOCK_DIAG_BY_FAMILY
from nltui.netlink.socket import Sockets

PATIENCE = 2.0
"""Seconds without an answer after which the list counts as failed."""
_REQUEST = struct.Struct("=BBHIIII")
"""struct netlink_diag_req: family, protocol, pad, inode, show, cookie."""
_ANSWER = struct.Struct("=4xIIII")
"""struct netlink_diag_msg from its start: family, type, protocol and state; port id, peer's, its group, inode."""
_BUFFER = 1 << 16


class PortIds:
    """Asks on one socket, kept until close()."""

    def __init__(self, sockets: Sockets, protocol: int) -> None:
        self._sockets, self._protocol = sockets, protocol
        self._socket: socket.socket | None = None
        self._sequence = int(time.time()) & 0x3FFFFFFF

    def inodes(self) -> dict[int, int]:
        """Port id → inode number of the socket that has it (as in `/proc/PID/fd`). Raises NltuiError or OSError.

        Where a list needs several datagrams, the kernel forgets a socket between any two: it steps past what did not
        fit. Datagrams are small until it has seen how much is received at once, so a long list is asked for again.
        """
        if self._socket is None:
            self._socket = self._sockets.open(NETLINK_SOCK_DIAG)
        found: dict[int, int] = {}
        if self._list(self._socket, found):
            self._list(self._socket, found)
        return found

    def _list(self, sock: socket.socket, found: dict[int, int]) -> int:
        """Ask once; returns how many datagrams came before the one that ends the list."""
        self._sequence += 1
        count = 0
        body = _REQUEST.pack(AF_NETLINK, self._protocol, 0, 0, 0, 0, 0)
        sock.send(wire.nlmsg(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, self._sequence, body))
        deadline = time.monotonic() + PATIENCE
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        while True:
            try:
                datagram, (sender, _) = sock.recvfrom(_BUFFER)
            except BlockingIOError:
                if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                    raise TimedOut("listing Netlink sockets: the kernel does not answer") from None
                continue
            if sender == 0 and self._take(datagram, found):
                return count
            count += sender == 0

    def _take(self, datagram: bytes, found: dict[int, int]) -> bool:
        """Whether it is the last one. A socket that joined groups comes twice, the same both times."""
        for message in wire.messages(datagram):
            head = wire.header(message)
            if head.sequence != self._sequence:
                continue
            if head.type == NLMSG_DONE:
                return True
            if head.type == NLMSG_ERROR:
                raise KernelRefused("listing Netlink sockets", -struct.unpack_from("=i", message, 16)[0])
            if head.type == SOCK_DIAG_BY_FAMILY and head.length >= 16 + _ANSWER.size:
                port_id, _, _, inode = _ANSWER.unpack_from(message, 16)
                found[port_id] = inode
        return False

    def close(self) -> None:
        """Let go of the socket, which keeps its namespace alive; the next question opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
