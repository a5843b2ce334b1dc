"""Raw dumps of every rtnetlink table of a namespace, through a plain socket: input for tests of decoders."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

from nltui.netlink import wire
from tests.kernel.netns import Netns

NLM_F_REQUEST_DUMP = 0x301
NLMSG_ERROR, NLMSG_DONE = 2, 3
SOL_NETLINK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 270, 11, 12
RTEXT_FILTER_VF = 1
NTF_PROXY = 8


class Request(NamedTuple):
    """A dump: message type, family header and attributes, whether strictly checked, and the `ip` equivalent."""

    type: int
    body: bytes
    command: str
    strict: bool = True


REQUESTS = {
    "links": Request(18, bytes(16) + wire.nlattr(29, struct.pack("=I", RTEXT_FILTER_VF)), "ip -d -s link show"),
    "addresses": Request(22, bytes(8), "ip -d address show"),
    "routes4": Request(26, struct.pack("=B11x", socket.AF_INET), "ip -4 -d route show table all"),
    "routes6": Request(26, struct.pack("=B11x", socket.AF_INET6), "ip -6 -d route show table all"),
    "neighbours": Request(30, bytes(12), "ip neigh show nud all"),
    "proxies": Request(30, struct.pack("=10xBx", NTF_PROXY), "ip neigh show proxy"),
    "fdb": Request(30, struct.pack("=B11x", socket.AF_BRIDGE), "bridge -d fdb show"),
    "rules4": Request(34, struct.pack("=B11x", socket.AF_INET), "ip -4 rule show"),
    "rules6": Request(34, struct.pack("=B11x", socket.AF_INET6), "ip -6 rule show"),
    "nexthops": Request(106, bytes(8), "ip -d nexthop show"),
    "buckets": Request(118, bytes(8), "ip nexthop bucket show"),
    "mdb": Request(86, struct.pack("=B7x", socket.AF_BRIDGE), "bridge -d mdb show"),
    "qdiscs": Request(38, bytes(20), "tc qdisc show", strict=False),
    "neighbour-tables": Request(66, bytes(4), "ip ntable show"),
    "netconf": Request(82, struct.pack("=B3x", socket.AF_UNSPEC), "ip netconf show"),
    "nsids": Request(90, bytes(4), "ip netns list-id"),
}
"""Table name → request. Body layouts: linux/rtnetlink.h, linux/if_link.h, linux/neighbour.h, linux/nexthop.h."""


def sample(ns: Netns) -> dict[str, list[bytes]]:
    """Every table's messages as the kernel sent them, nlmsghdr included, without the final NLMSG_DONE."""
    return ns.inside(lambda: {name: list(_dump(request)) for name, request in REQUESTS.items()})


def _dump(request: Request) -> Iterator[bytes]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as sock:
        sock.settimeout(10)
        sock.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, int(request.strict))
        sock.bind((0, 0))
        sock.send(wire.nlmsg(request.type, NLM_F_REQUEST_DUMP, 1, request.body))
        while True:
            for message in wire.messages(sock.recv(1 << 20)):
                head = wire.header(message)
                if head.type == NLMSG_DONE:
                    return
                if head.type == NLMSG_ERROR:
                    number = -int.from_bytes(message[16:20], "little", signed=True)
                    raise OSError(number, f"dump of type {request.type} refused")
                yield bytes(message)
