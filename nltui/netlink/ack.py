"""What the kernel answers to a request that changes something: struct nlmsgerr and its extended acknowledgement.

Source: linux/netlink.h (NLMSGERR_ATTR_*).
"""

from __future__ import annotations

import contextlib
import struct

from nltui.errors import MalformedMessage
from nltui.netlink import wire
from nltui.netlink.constants import netlink as nl
from nltui.netlink.fields import NLMSG_HDRLEN
from nltui.record import Record
from nltui.text import visible

ERROR_LENGTH = NLMSG_HDRLEN + 4 + NLMSG_HDRLEN
"""nlmsghdr, errno, and the header of the request, which is all that NETLINK_CAP_ACK leaves of it."""


class Ack(Record):
    """`number` is a positive errno, 0 done; `said` visible text; `offset` bytes into the request, 0 unknown."""

    number: int
    said: str = ""
    offset: int = 0


def ack(message: bytes | memoryview) -> Ack:
    """Of one NLMSG_ERROR. What is cut off or malformed behind the errno is left out."""
    if len(message) < NLMSG_HDRLEN + 4:
        return Ack(71, "an answer that is too short")
    number = -struct.unpack_from("=i", message, NLMSG_HDRLEN)[0]
    flags = wire.header(message).flags
    if not flags & nl.NLM_F_ACK_TLVS or len(message) < ERROR_LENGTH:
        return Ack(number)
    start = ERROR_LENGTH
    if not flags & nl.NLM_F_CAPPED:
        quoted = wire.header(message, NLMSG_HDRLEN + 4).length
        start = NLMSG_HDRLEN + 4 + wire.align(quoted)
    found: dict[int, bytes] = {}
    with contextlib.suppress(MalformedMessage):
        found = {one.type: bytes(message[one.payload]) for one in wire.attributes(message, start)}
    said = visible(found.get(nl.NLMSGERR_ATTR_MSG, b"").split(b"\0")[0], limit=400)
    return Ack(number, said, _number(found, nl.NLMSGERR_ATTR_OFFS))


def _number(found: dict[int, bytes], type_: int) -> int:
    raw = found.get(type_, b"")
    return int(struct.unpack("=I", raw)[0]) if len(raw) == 4 else 0
