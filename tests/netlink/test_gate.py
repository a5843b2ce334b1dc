"""Only what asks passes; what is fuzzed and passes all the same changes nothing, even as full root."""

from __future__ import annotations

import random
import socket
import struct

import pytest

from nltui.netlink import gate
from nltui.netlink.constants import netlink as nl
from nltui.netlink.socket import Sockets, request_socket
from nltui.netlink.wire import nlmsg
from nltui.system.namespaces import resolve
from tests.changes.ground import build, difference, picture
from tests.kernel.netns import Netns

ROUTE = nl.NETLINK_ROUTE


@pytest.mark.parametrize("type_", range(16, 128))
def test_of_rtnetlink_only_what_asks(type_: int) -> None:
    assert gate.asks(ROUTE, nlmsg(type_, 1, 1, bytes(16))) == (type_ % 4 == 2)


def test_several_messages_must_all_ask() -> None:
    asking, setting = nlmsg(18, 1, 1, bytes(16)), nlmsg(16, 5, 1, bytes(16))
    assert gate.asks(ROUTE, asking + asking)
    assert not gate.asks(ROUTE, asking + setting)
    assert not gate.asks(ROUTE, asking + setting[:20])
    assert not gate.asks(ROUTE, b"")


def test_other_protocols() -> None:
    assert gate.asks(nl.NETLINK_SOCK_DIAG, nlmsg(20, 1, 1, bytes(8)))
    assert not gate.asks(nl.NETLINK_SOCK_DIAG, nlmsg(21, 1, 1, bytes(8)))
    assert gate.asks(nl.NETLINK_GENERIC, nlmsg(16, 1, 1, b"\x03\x01\0\0"))
    assert not gate.asks(nl.NETLINK_GENERIC, nlmsg(16, 1, 1, b"\x01\x01\0\0"))
    assert not gate.asks(nl.NETLINK_GENERIC, nlmsg(30, 1, 1, b"\x03\x01\0\0"))
    assert not gate.asks(nl.NETLINK_NETFILTER, nlmsg(18, 1, 1, bytes(8)))


def test_twenty_thousand_fuzzed_messages_change_nothing(netns: Netns) -> None:
    build(netns)
    before, chance, passed = picture(netns, indexes=True), random.Random(5), 0
    kinds = [(16, 16), (20, 8), (24, 12), (28, 12), (32, 12), (104, 8)]
    with resolve(netns.name) as namespace:
        sock = request_socket(Sockets(namespace), ROUTE)
        for number in range(20_000):
            first, head = chance.choice(kinds)
            body = bytearray(chance.randbytes(head + 4 * chance.randrange(12)))
            if chance.random() < 0.7:
                body[0] = chance.choice((0, 2, 10))
                body[4:8] = struct.pack("=I", chance.randrange(6))
            datagram = nlmsg(first + chance.randrange(4), chance.randrange(1 << 12) | 1, number, bytes(body))
            if gate.asks(ROUTE, datagram):
                passed += 1
                sock.send(datagram)
                drain(sock)
        sock.close()
    assert passed > 3000
    assert difference(before, picture(netns, indexes=True)) == []


def drain(sock: socket.socket) -> None:
    while True:
        try:
            sock.recv(1 << 16)
        except (BlockingIOError, OSError):
            return
