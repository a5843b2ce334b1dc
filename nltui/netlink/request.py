"""One request, one answer: the socket for everything that is no dump and no notification.

A reply counts only from the kernel, for our port id and our sequence number. After a deadline the outcome is unknown,
never failed: what comes later must not be taken for the answer to something else, so a new socket is made.
"""

from __future__ import annotations

import errno
import secrets
import select
import socket
import time

from nltui.errors import KernelRefused, TimedOut
from nltui.netlink import wire
from nltui.netlink.ack import ack
from nltui.netlink.constants.netlink import NLM_F_REQUEST, NLMSG_ERROR
from nltui.netlink.receive import SLOT
from nltui.netlink.socket import Sockets, request_socket

DEADLINE = 5.0
"""Seconds to wait for an answer."""
KERNEL = 0


class Requests:
    """Asks the kernel one thing at a time, on one protocol; not to be shared between threads."""

    def __init__(self, sockets: Sockets, protocol: int) -> None:
        self._sockets, self._protocol = sockets, protocol
        self._socket: socket.socket | None = None

    def close(self) -> None:
        """Let go of the socket; the next request makes a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def get(self, type_: int, body: bytes) -> bytes:
        """The one message that answers, nlmsghdr included.

        Raises KernelRefused (ENODEV, ENOENT … where there is no such object), TimedOut, or PrivilegeMissing where no
        socket can be had.
        """
        if self._socket is None:
            self._socket = request_socket(self._sockets, self._protocol)
        sequence = secrets.randbits(31) | 1
        try:
            self._socket.send(wire.nlmsg(type_, NLM_F_REQUEST, sequence, body))
            return self._answer(self._socket, type_, sequence)
        except OSError as error:
            self.close()
            raise KernelRefused(f"asking with message {type_}", error.errno or errno.EIO) from error
        except TimedOut:
            self.close()
            raise

    def _answer(self, sock: socket.socket, type_: int, sequence: int) -> bytes:
        port, deadline = sock.getsockname()[0], time.monotonic() + DEADLINE
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([sock], [], [], left)[0]:
                raise TimedOut(f"asking with message {type_}: no answer within {DEADLINE:.0f} s")
            datagram, _, _, sender = sock.recvmsg(SLOT)
            for message in wire.messages(datagram) if sender[0] == KERNEL else ():
                head = wire.header(message)
                if (head.sequence, head.port_id) != (sequence, port):
                    continue
                if head.type != NLMSG_ERROR:
                    return bytes(message)
                told = ack(message)
                raise KernelRefused(f"asking with message {type_}", told.number or errno.EPROTO, told.said, told.offset)
