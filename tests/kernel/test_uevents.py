"""Uevents as this kernel sends them: a link that comes, is renamed and goes."""

from __future__ import annotations

import socket

from nltui.netlink.constants.netlink import NETLINK_KOBJECT_UEVENT
from nltui.tables.uevents import UEVENTS
from tests.kernel.netns import Netns
from tests.tables.look import Look


def listener() -> socket.socket:
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT)
    sock.settimeout(10)
    sock.bind((0, sum(1 << group - 1 for group in UEVENTS.groups)))
    return sock


def until(sock: socket.socket, line: str) -> list[Look]:
    """What is heard up to the event that reads so."""
    heard: list[Look] = []
    while not heard or heard[-1].line() != line:
        heard.append(Look(UEVENTS, sock.recv(1 << 16)))
    return heard


def test_the_life_of_a_link(netns: Netns) -> None:
    with netns.inside(listener) as sock:
        netns.ip("link add first type ifb")
        added = until(sock, "add net/first/queues/tx-0")
        netns.ip("link set first name second")
        moved = until(sock, "move net/second  was net/first")[-1]
        netns.ip("link del second")
        gone = until(sock, "remove net/second")[-1]

    (link,) = [look.json() for look in added if look.line() == "add net/first"]
    assert (link["subsystem"], link["devpath"]) == ("net", "/devices/virtual/net/first")
    assert link["properties"]["INTERFACE"] == "first"
    assert link["seqnum"] < moved.json()["seqnum"] < gone.json()["seqnum"]
