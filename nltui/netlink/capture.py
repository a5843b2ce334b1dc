"""Capture files that Wireshark and tshark open: pcap with LINKTYPE_NETLINK, one message a packet.

Source: pcap-savefile(5), LINKTYPE_NETLINK (tcpdump.org/linktypes): a cooked header of 16 bytes, big-endian, of packet
type, ARPHRD_NETLINK, unused address and Netlink family; then nlmsghdr as it came. Same as a capture on an nlmon device.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

LINKTYPE_NETLINK, ARPHRD_NETLINK = 253, 824
LONGEST = 1 << 18
_NANOSECONDS = 0xA1B23C4D
INCOMING, OUTGOING = 0, 4
"""PACKET_HOST, PACKET_OUTGOING, linux/if_packet.h: from the kernel, and to it."""


class CaptureWriter:
    """Writes packets to a file that is open for binary writing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0
        """Packets written."""
        file.write(struct.pack("=IHHiIII", _NANOSECONDS, 2, 4, 0, 0, LONGEST, LINKTYPE_NETLINK))

    def write(self, time_ns: int, protocol: int, message: bytes, direction: int = INCOMING) -> None:
        """One message, `protocol` as NETLINK_*; the time in ns since the epoch."""
        body = struct.pack("!HHHQH", direction, ARPHRD_NETLINK, 0, 0, protocol) + message
        seconds, rest = divmod(time_ns, 1_000_000_000)
        self._file.write(struct.pack("=IIII", seconds, rest, len(body), len(body)) + body)
        self.count += 1
