"""Capture the golden messages anew from the running kernel; needs root. `python -m tests.netlink.golden.make`."""

from __future__ import annotations

import platform
import socket
import struct
import subprocess
from collections.abc import Hashable, Iterable

from nltui.errors import MalformedMessage
from nltui.netlink import wire
from nltui.netlink.constants.netlink import NETLINK_XFRM, NLM_F_DUMP
from nltui.netlink.constants.xfrm import POLICY_ID_SIZE, XFRM_MSG_GETPOLICY, XFRMNLGRP_POLICY
from tests.kernel import world
from tests.kernel.netns import Netns
from tests.kernel.sample import NETLINK_EXT_ACK, REQUESTS, SOL_NETLINK
from tests.netlink.golden import HERE

NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE_EXCL = 0x1, 0x4, 0x600
MOST_ALIKE = 2
"""Messages kept of those with the same attributes."""

REFUSED = {
    "ip route add 10.9.0.0/16 via 10.99.99.99": (24, struct.pack("=12B", 2, 16, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0), [
        (1, bytes((10, 9, 0, 0))), (5, bytes((10, 99, 99, 99)))]),
    "ip link add nltui0 type nonsense": (16, bytes(16), [(3, b"nltui0\0"), (18, wire.nlattr(1, b"nonsense\0"))]),
    "ip nexthop add id 9 dev if99": (104, bytes((2, 0, 4, 0, 0, 0, 0, 0)), [(1, b"\t\0\0\0"), (5, b"c\0\0\0")]),
    "ip link set lo up": (16, struct.pack("=BxHiII", 0, 0, 1, 1, 1), []),
}  # fmt: skip
"""Command → message type, family header, attributes; the last one succeeds."""


def main() -> None:
    """Write one file a table."""
    with Netns() as namespace, Netns() as peer:
        world.build(namespace, peer)
        for name, found in world.sample(namespace).items():
            write(name, REQUESTS[name].command, distinct(found))
        write("acknowledgements", "; ".join(REFUSED), namespace.inside(acknowledgements))
        write("xfrm/policies", "ip xfrm policy", namespace.inside(lambda: policies(namespace)))
        events = namespace.inside(lambda: notifications(namespace))
    write("notifications", "ip monitor, while links, addresses, routes, rules and neighbours change", events)


POLICIES = """
    xfrm policy add src 10.0.0.0/8 dst 10.1.0.0/16 dir out priority 5 tmpl src 1.1.1.1 dst 2.2.2.2 proto esp mode tunnel
    xfrm policy add src 10.0.0.0/8 dst 10.1.0.0/16 dir fwd
    xfrm policy add src fd00::/8 dst ::/0 proto tcp sport 7 dport 5 dir in action block mark 7 mask 0xff if_id 9
    xfrm policy add src fd00::1/128 dst fd00::2/128 dir in tmpl src fd00::3 dst fd00::4 proto ah mode beet level use
    xfrm policy update src 10.0.0.0/8 dst 10.1.0.0/16 dir fwd priority 77
"""


def policies(namespace: Netns) -> list[bytes]:
    """What the kernel tells of IPsec policies as they are made and changed, and then when it is asked."""
    with (
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM) as told,
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM) as asked,
    ):
        told.bind((0, 0))
        told.setsockopt(SOL_NETLINK, 1, XFRMNLGRP_POLICY)
        told.setblocking(False)
        world.run(namespace, "\n".join(line.strip() for line in POLICIES.strip().splitlines()))
        asked.send(wire.nlmsg(XFRM_MSG_GETPOLICY, NLM_F_REQUEST | NLM_F_DUMP, 1, bytes(POLICY_ID_SIZE)))
        found = [asked.recv(65536)]
        try:
            while True:
                found.append(told.recv(65536))
        except BlockingIOError:
            return [bytes(message) for one in found for message in wire.messages(one)]


def acknowledgements() -> list[bytes]:
    """Answers to requests that the kernel refuses in words, and to one that it grants."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.settimeout(10)
        sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        out = []
        for sequence, (type_, head, attributes) in enumerate(REFUSED.values(), 1):
            body = head + b"".join(wire.nlattr(number, payload) for number, payload in attributes)
            sock.send(wire.nlmsg(type_, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE_EXCL, sequence, body))
            out.append(sock.recv(65536))
        return out


def notifications(namespace: Netns) -> list[bytes]:
    """What `ip monitor` hears while something of every table is made and removed again."""
    commands = """
        link add ev0 type veth peer name ev1
        link set ev0 up
        link set ev1 up
        address add 10.88.0.1/24 dev ev0
        address add fd88::1/64 dev ev0 nodad
        neigh add 10.88.0.2 lladdr 02:00:00:00:08:02 dev ev0
        nexthop add id 888 via 10.88.0.2 dev ev0
        route add 10.89.0.0/16 nhid 888
        route replace 10.90.0.0/16 via 10.88.0.2 mtu 1300
        route replace 10.90.0.0/16 via 10.88.0.3
        route append 10.90.0.0/16 via 10.88.0.4 metric 0
        -6 route add fd89::/64 via fd88::2
        rule add priority 888 from 10.88.0.0/24 lookup 88
        rule del priority 888
        neigh del 10.88.0.2 dev ev0
        route del 10.90.0.0/16
        link del ev0
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        for group in (1, 3, 5, 7, 8, 9, 11, 19, 24, 25, 32):
            sock.setsockopt(SOL_NETLINK, 1, group)
        world.run(namespace, "\n".join(line.strip() for line in commands.strip().splitlines()))
        out = []
        sock.setblocking(False)
        while True:
            try:
                out += [bytes(message) for message in wire.messages(sock.recv(65536))]
            except BlockingIOError:
                return distinct(out)


def distinct(found: Iterable[bytes]) -> list[bytes]:
    """The first few messages of every set of attributes: what tells a decoder something new."""
    seen: dict[Hashable, int] = {}
    kept = []
    for message in found:
        alike = signature(message)
        seen[alike] = seen.get(alike, 0) + 1
        if seen[alike] <= MOST_ALIKE:
            kept.append(message)
    return kept


def signature(message: bytes) -> Hashable:
    """Message type, family, whether a name holds an escape character, and the tree of attribute types."""
    head = wire.header(message)
    sizes = {16: 16, 20: 8, 24: 12, 28: 12, 32: 12, 104: 8, 116: 8, 64: 4, 80: 4, 88: 4, 36: 20, 84: 8}
    size = sizes[head.type & ~3]
    hostile = b"\x1b" in message
    return head.type, message[16], hostile, tree(message, 16 + size, len(message), 0)


def tree(message: bytes, start: int, stop: int, depth: int) -> Hashable:
    """Attribute types, those inside LINKINFO, MULTIPATH and nests included as far as they parse."""
    try:
        found = list(wire.attributes(message, start, stop))
    except MalformedMessage:
        return None
    out = []
    for attribute in found:
        place = attribute.payload
        nested = depth < 3 and (attribute.flags & wire.NLA_F_NESTED or attribute.type in (8, 18))
        inner = tree(message, place.start, place.stop, depth + 1) if nested else None
        out.append((attribute.type, inner))
    return tuple(out)


def write(name: str, command: str, found: Iterable[bytes]) -> None:
    """One family's file."""
    ip = subprocess.run(["ip", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    kernel = platform.release().partition("-")[0]
    head = f"# {command}\n# Linux {kernel} {platform.machine()}, {ip}\n"
    body = "".join(message.hex() + "\n" for message in found)
    (HERE / f"{name}.hex").write_text(head + body, encoding="ascii")


if __name__ == "__main__":
    main()
