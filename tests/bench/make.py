"""Fills a throw-away namespace fast: routes as raw messages by the thousand, the rest through `ip -batch`."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator

from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NETLINK_ROUTE, NLM_F_CREATE, NLM_F_REPLACE, NLM_F_REQUEST, NLMSG_ERROR
from nltui.netlink.wire import nlattr, nlmsg
from tests.kernel.netns import Netns

AF_INET, AF_INET6 = 2, 10
RT_TABLE_UNSPEC, RTAX_MTU = 0, 2
RTN_UNICAST, RTN_BLACKHOLE, BGP, STATIC = 1, 6, 186, 4
FIRST = 16 << 24
"""16.0.0.0; a million /24 end before 32.0.0.0."""
BATCH = 256


class Refused(Exception):
    """The kernel did not take one of the messages."""


class Sender:
    """A socket inside a namespace that sends requests without asking for acknowledgements."""

    def __init__(self, netns: Netns) -> None:
        self._socket = netns.inside(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)

    def send(self, messages: Iterable[bytes]) -> None:
        """One datagram of all. Raises Refused with the errno of the first that failed."""
        self._socket.send(b"".join(messages))
        self._check()

    def _check(self) -> None:
        while True:
            try:
                answer = self._socket.recv(1 << 16, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            type_, number = struct.unpack_from("=4xH10xi", answer)
            if type_ == NLMSG_ERROR and number:
                raise Refused(f"errno {-number}")

    def send_all(self, messages: Iterable[bytes]) -> None:
        """In datagrams of BATCH messages."""
        waiting: list[bytes] = []
        for message in messages:
            waiting.append(message)
            if len(waiting) == BATCH:
                self.send(waiting)
                waiting.clear()
        if waiting:
            self.send(waiting)

    def close(self) -> None:
        """Done."""
        self._socket.close()


def wire_up(netns: Netns) -> int:
    """A veth pair `v0`, `v1` with addresses to route through; returns v0's ifindex."""
    netns.batch(
        (
            "link add v0 type veth peer name v1",
            "link set v0 up",
            "link set v1 up",
            "addr add 192.168.250.1/24 dev v0",
            "addr add fd00:250::1/64 dev v0 nodad",
        )
    )
    return int(netns.ip_json("link show v0")[0]["ifindex"])


def route(number: int, ifindex: int, *, delete: bool = False, metric: int = 0, step: int = 0) -> bytes:
    """The request that sets (or deletes) the number-th IPv4 /24, over one of 200 gateways.

    `step`: replace what is there, with the gateway so much further.
    """
    body = struct.pack("=BBBBBBBBI", AF_INET, 24, 0, 0, rt.RT_TABLE_MAIN, BGP, 0, RTN_UNICAST, 0)
    body += nlattr(rt.RTA_DST, struct.pack("!I", FIRST + (number << 8)))
    body += nlattr(rt.RTA_OIF, struct.pack("=I", ifindex))
    body += nlattr(rt.RTA_PRIORITY, struct.pack("=I", metric)) if metric else b""
    if delete:
        return nlmsg(rt.RTM_DELROUTE, NLM_F_REQUEST, 0, body)
    body += nlattr(rt.RTA_GATEWAY, bytes((192, 168, 250, 2 + (number + step) % 200)))
    return nlmsg(rt.RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE | (NLM_F_REPLACE if step else 0), 0, body)


def routes(netns: Netns, count: int) -> int:
    """IPv4 /24 routes of the main table; returns the ifindex they go out by."""
    ifindex, sender = wire_up(netns), Sender(netns)
    sender.send_all(route(number, ifindex) for number in range(count))
    sender.close()
    return ifindex


def mixed_routes(netns: Netns, count: int) -> None:
    """IPv4 routes of four tables: plain, with metrics, multipath and blackhole."""
    ifindex, sender = wire_up(netns), Sender(netns)
    sender.send_all(_mixed(number, ifindex) for number in range(count))
    sender.close()


def _mixed(number: int, ifindex: int) -> bytes:
    kind, table = number % 5, (rt.RT_TABLE_MAIN, 100, 101, 1000)[number % 4]
    type_ = RTN_BLACKHOLE if kind == 4 else RTN_UNICAST
    low = table if table < 256 else RT_TABLE_UNSPEC
    body = struct.pack("=BBBBBBBBI", AF_INET, 24 + number % 9, 0, 0, low, STATIC, 0, type_, 0)
    mask = 0xFFFFFFFF << (8 - number % 9) & 0xFFFFFFFF
    body += nlattr(rt.RTA_DST, struct.pack("!I", FIRST + (number << 8) & mask))
    body += nlattr(rt.RTA_TABLE, struct.pack("=I", table))
    if kind == 3:
        hops = b""
        for hop in range(2 + number % 3):
            gateway = nlattr(rt.RTA_GATEWAY, bytes((192, 168, 250, 2 + (number + hop) % 200)))
            hops += struct.pack("=HBBI", 8 + len(gateway), 0, hop, ifindex) + gateway
        body += nlattr(rt.RTA_MULTIPATH, hops)
    elif kind != 4:
        body += nlattr(rt.RTA_GATEWAY, bytes((192, 168, 250, 2 + number % 200)))
        body += nlattr(rt.RTA_OIF, struct.pack("=I", ifindex))
    if kind in (1, 2):
        mtu = nlattr(RTAX_MTU, struct.pack("=I", 1280 + number % 200))
        body += nlattr(rt.RTA_METRICS, mtu) + nlattr(rt.RTA_PRIORITY, struct.pack("=I", number % 7))
    return nlmsg(rt.RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE, 0, body)


def routes6(netns: Netns, count: int) -> None:
    """IPv6 /64 routes of the main table."""
    netns.sysctl("net.ipv6.route.max_size", 1 << 20)
    ifindex, sender = wire_up(netns), Sender(netns)
    sender.send_all(_route6(number, ifindex) for number in range(count))
    sender.close()


def _route6(number: int, ifindex: int) -> bytes:
    body = struct.pack("=BBBBBBBBI", AF_INET6, 64, 0, 0, rt.RT_TABLE_MAIN, BGP, 0, RTN_UNICAST, 0)
    body += nlattr(rt.RTA_DST, struct.pack("!II8x", 0x20010DB8, number))
    body += nlattr(rt.RTA_GATEWAY, struct.pack("!IIII", 0xFD000250, 0, 0, 2 + number % 200))
    body += nlattr(rt.RTA_OIF, struct.pack("=I", ifindex))
    return nlmsg(rt.RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE, 0, body)


def links(netns: Netns, count: int) -> None:
    """Veth pairs, `count` links in all."""
    for part in _parts(f"link add a{pair} type veth peer name b{pair}" for pair in range(count // 2)):
        netns.batch(part)


def neighbours(netns: Netns, count: int) -> None:
    """Permanent IPv4 neighbours on a veth."""
    wire_up(netns)
    for part in _parts(
        f"neigh add 10.{n >> 16}.{n >> 8 & 255}.{n & 255} dev v0 nud permanent"
        f" lladdr 02:00:00:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"
        for n in range(1, count + 1)
    ):
        netns.batch(part)


def _parts(lines: Iterable[str]) -> Iterator[list[str]]:
    """A thousand lines each: a batch has a minute."""
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == 1000:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
