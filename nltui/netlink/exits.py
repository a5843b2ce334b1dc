"""What processes were called when they ended, as the kernel itself says: nothing has to be looked up in time.

Source: linux/taskstats.h, Documentation/accounting/taskstats.rst. Needs CAP_NET_ADMIN, and the first network, PID and
user namespace.
"""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import NamedTuple

from nltui.errors import KernelRefused, MalformedMessage, NltuiError, TimedOut
from nltui.netlink import wire
from nltui.netlink.constants.netlink import NETLINK_GENERIC, NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR
from nltui.netlink.constants.taskstats import (
    AC_COMM,
    AC_UID,
    CTRL_ATTR_FAMILY_ID,
    CTRL_ATTR_FAMILY_NAME,
    CTRL_CMD_GETFAMILY,
    GENL_ID_CTRL,
    TASKSTATS_CMD_ATTR_REGISTER_CPUMASK,
    TASKSTATS_CMD_GET,
    TASKSTATS_GENL_NAME,
    TASKSTATS_GENL_VERSION,
    TASKSTATS_TYPE_AGGR_PID,
    TASKSTATS_TYPE_STATS,
    TS_COMM_LEN,
)
from nltui.netlink.receive import Overrun, Receiver
from nltui.netlink.socket import Sockets, monitor

POSSIBLE = Path("/sys/devices/system/cpu/possible")
BUFFER = 1 << 20
BURST = 64
PATIENCE = 1.0
_HEADER = 20
"""struct nlmsghdr and struct genlmsghdr."""
_NUMBERS = struct.Struct("=5I")


class Exit(NamedTuple):
    """How a thread ended; of a process's first one, its number is the pid."""

    pid: int
    comm: bytes
    uid: int
    parent: int
    began: int
    """Seconds since the epoch."""


def read(message: bytes) -> Exit | None:
    """What a message tells; None where it is about something else. Raises MalformedMessage."""
    place = wire.find(message, (TASKSTATS_TYPE_AGGR_PID, TASKSTATS_TYPE_STATS), _HEADER)
    if place is None or place.stop - place.start < AC_UID + _NUMBERS.size:
        return None
    stats = message[place]
    uid, _, pid, parent, began = _NUMBERS.unpack_from(stats, AC_UID)
    return Exit(pid, stats[AC_COMM : AC_COMM + TS_COMM_LEN].partition(b"\0")[0], uid, parent, began)


class Exits:
    """Listens from its making until close(); nobody needs to poll it: what was told waits for take()."""

    def __init__(self, sockets: Sockets) -> None:
        """Raises NltuiError or OSError where the kernel does not tell."""
        self._receiver = Receiver(BURST)
        self._socket = monitor(sockets, NETLINK_GENERIC, (), BUFFER)
        try:
            name = wire.nlattr(CTRL_ATTR_FAMILY_NAME, TASKSTATS_GENL_NAME.encode() + b"\0")
            answer = self._ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, name)
            place = wire.find(answer, (CTRL_ATTR_FAMILY_ID,), _HEADER)
            if place is None:
                raise MalformedMessage("the kernel names no number of the family TASKSTATS")
            (family,) = struct.unpack("=H", answer[place])
            processors = POSSIBLE.read_bytes().strip() + b"\0"
            self._ask(family, TASKSTATS_CMD_GET, wire.nlattr(TASKSTATS_CMD_ATTR_REGISTER_CPUMASK, processors))
        except BaseException:
            self._socket.close()
            raise

    def _ask(self, type_: int, command: int, attributes: bytes) -> bytes:
        """Send a request and wait for its answer, or for the word that it was done."""
        sock = self._socket
        sequence = time.monotonic_ns() & 0x7FFFFFFF
        body = struct.pack("=BBH", command, TASKSTATS_GENL_VERSION, 0) + attributes
        sock.send(wire.nlmsg(type_, NLM_F_REQUEST | NLM_F_ACK, sequence, body))
        answer = b""
        sock.settimeout(PATIENCE)
        try:
            while True:
                datagram, (sender, _) = sock.recvfrom(1 << 16)
                for message in wire.messages(datagram) if sender == 0 else ():
                    head = wire.header(message)
                    if head.sequence != sequence:
                        continue
                    if head.type != NLMSG_ERROR:
                        answer = bytes(message)
                    elif number := -struct.unpack_from("=i", message, 16)[0]:
                        raise KernelRefused("asking to be told how processes end", number)
                    else:
                        return answer
        except TimeoutError:
            raise TimedOut("asking to be told how processes end: the kernel does not answer") from None
        finally:
            sock.setblocking(False)

    def take(self) -> list[Exit]:
        """What was told since; what was lost in a full buffer is missing."""
        found: list[Exit] = []
        while True:
            try:
                count = self._receiver.receive(self._socket)
            except Overrun:
                continue
            got = self._receiver.datagrams(count)
            for start, length, sender in zip(got.start.tolist(), got.length.tolist(), got.sender.tolist(), strict=True):
                message = got.words[start : start + (length + 3) // 4].tobytes()[:length]
                try:
                    told = read(message) if sender == 0 else None
                except MalformedMessage:
                    told = None
                if told is not None:
                    found.append(told)
            if count < BURST:
                return found

    def close(self) -> None:
        """The kernel takes its listener off by itself."""
        self._socket.close()


def listen(sockets: Sockets) -> Exits | None:
    """None where the kernel does not tell."""
    try:
        return Exits(sockets)
    except (NltuiError, OSError):
        return None
