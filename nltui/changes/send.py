"""The only sender of changes: one request, one acknowledgement, on a socket of its own.

A request that is not answered in time has an unknown outcome, never a failed one.
"""

from __future__ import annotations

import errno
import select
import socket
import time

from nltui.changes.base import Step
from nltui.errors import KernelRefused, PrivilegeMissing, TimedOut
from nltui.netlink import wire
from nltui.netlink.ack import ack
from nltui.netlink.constants.netlink import NETLINK_ROUTE, NLMSG_ERROR
from nltui.netlink.receive import SLOT
from nltui.netlink.socket import Sockets, request_socket
from nltui.system import privileges

DEADLINE = 5.0
"""Seconds to wait for an acknowledgement."""
KERNEL = 0


class Sender:
    """Sends steps one by one in a network namespace. For one thread."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        self._socket: socket.socket | None = None
        self._sequence = int(time.monotonic() * 1000) & 0x3FFFFFFF | 1

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, step: Step) -> bool:
        """Have the kernel do it; False where it was so already.

        Raises KernelRefused with the kernel's words, TimedOut where the outcome is unknown, PrivilegeMissing.
        """
        if not step.type:
            self._sockets.inside(step.perform)
            return True
        if self._socket is None:
            self._socket = request_socket(self._sockets, NETLINK_ROUTE)
        self._sequence = self._sequence + 1 & 0x7FFFFFFF or 1
        try:
            self._socket.sendto(step.message(self._sequence), (KERNEL, 0))
        except OSError as error:
            self.close()
            raise KernelRefused(step.says, error.errno or 5) from error
        try:
            return self._answer(self._socket, step)
        except TimedOut:
            # What comes later must not be taken for the answer to something else.
            self.close()
            raise
        except OSError as error:
            # The kernel has done it or not, and had no room to say so.
            self.close()
            raise TimedOut(f"{step.says}: {error.strerror}; the outcome is unknown") from error

    def _answer(self, sock: socket.socket, step: Step) -> bool:
        port, deadline = sock.getsockname()[0], time.monotonic() + DEADLINE
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([sock], [], [], left)[0]:
                raise TimedOut(
                    f"{step.says}: the kernel did not answer within {DEADLINE:.0f} s; the outcome is unknown"
                )
            datagram, _, _, sender = sock.recvmsg(SLOT)
            for message in wire.messages(datagram) if sender[0] == KERNEL else ():
                head = wire.header(message)
                if (head.type, head.sequence, head.port_id) != (NLMSG_ERROR, self._sequence, port):
                    continue
                told = ack(message)
                if not told.number:
                    return True
                if told.number in step.fine:
                    return False
                if told.number == errno.EPERM and not privileges.current().has(privileges.CAP_NET_ADMIN):
                    raise PrivilegeMissing(f"{step.says}: this needs CAP_NET_ADMIN; run nltui with sudo")
                raise KernelRefused(step.says, told.number, told.said, told.offset)
