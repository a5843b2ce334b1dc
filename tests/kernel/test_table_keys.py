"""Every table's key against the kernel: it tells the rows of a dump apart, and the DEL of a row carries the same."""

from __future__ import annotations

import socket
from collections.abc import Hashable
from ipaddress import ip_address

from nltui.model import single
from nltui.model.table import Table
from nltui.netlink import wire
from nltui.tables.neighbours import DESTINATION
from tests.kernel import world
from tests.kernel.netns import Netns
from tests.kernel.sample import sample
from tests.kernel.test_table_fields import DUMPS, dumped_tables

SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, SO_RCVBUFFORCE = 270, 1, 33
AF_INET6 = 10

FLUSHES = """
route flush table all
-6 route flush table all
rule flush
-6 rule flush
neigh flush all nud all
nexthop flush
address flush scope global
link del veth0
"""


def key_of(table: Table, message: bytes) -> tuple[Hashable, ...]:
    assert table.key is not None
    fields = tuple(single.value(table, field, message) for field in table.key.fields)
    return (*fields, table.key.row(message)) if table.key.row else fields


def keys_of_dump(table: Table, messages: dict[str, list[bytes]]) -> list[tuple[Hashable, ...]]:
    rows = [message for name in DUMPS[table.name] for message in messages[name]]
    return [key_of(table, message) for message in rows if single.matches(table, table.accepts, message)]


def monitor() -> socket.socket:
    """A socket that hears every group of every table."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, 0)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    sock.bind((0, 0))
    for group in {group for table in dumped_tables() for group in table.groups}:
        sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    return sock


def heard(sock: socket.socket) -> list[bytes]:
    out: list[bytes] = []
    while True:
        try:
            out += map(bytes, wire.messages(sock.recv(1 << 17)))
        except BlockingIOError:
            return out


def explained(table: Table, message: bytes) -> bool:
    """A removal that need not name a row of the dump.

    An ECMP route of IPv6 goes leg by leg, which casts a doubt; neighbours of multicast groups come silently.
    """
    if table.name == "neighbours":
        destination = single.value(table, DESTINATION, message)
        return isinstance(destination, bytes) and ip_address(destination).is_multicast
    return table.name == "routes" and message[16] == AF_INET6


def test_rows_of_a_dump_have_different_keys(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)
    messages = sample(netns)
    for table in dumped_tables():
        keys = keys_of_dump(table, messages)
        assert keys, f"no {table.name} to look at"
        assert len(keys) == len(set(keys)), table.name


def test_a_removal_names_a_row_of_the_dump(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)
    with netns.inside(monitor) as sock:
        messages = sample(netns)
        heard(sock)
        world.run(netns, FLUSHES)  # ip gives up on some rows of a kind; the rest is enough
        events = heard(sock)

    for table in dumped_tables():
        known = set(keys_of_dump(table, messages))
        removals = [
            message
            for message in events
            if wire.header(message).type in table.removes and single.matches(table, table.accepts, message)
        ]
        strangers = [message for message in removals if key_of(table, message) not in known]
        assert removals, f"no {table.name} went"
        assert all(explained(table, message) for message in strangers), [message.hex() for message in strangers]
