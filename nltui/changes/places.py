"""What the kernel tells rows of a table apart by, and the rows that are there under the same."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from nltui.changes import standing
from nltui.changes.again import attributes
from nltui.changes.base import Step, Subject
from nltui.changes.route_rows import place_of
from nltui.changes.world import World
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt

Key = tuple[object, ...]
_TABLES = {
    il.RTM_NEWLINK: "links",
    rt.RTM_NEWADDR: "addresses",
    rt.RTM_NEWROUTE: "routes",
    rt.RTM_NEWNEIGH: "neighbours",
    rt.RTM_NEWRULE: "rules",
    rt.RTM_NEWNEXTHOP: "nexthops",
}


def table_of(message: bytes) -> str:
    """The table that a request is about; empty where it is about none."""
    return _TABLES.get(struct.unpack_from("=H", message, 4)[0] & ~3, "") if message else ""


def address_key(body: bytes) -> Key:
    """Of struct ifaddrmsg with attributes, on one link."""
    found = attributes(body, 8)
    local = found.get(ia.IFA_LOCAL) or found.get(ia.IFA_ADDRESS)
    return (body[0], body[1], local, found.get(ia.IFA_ADDRESS))


def _address(body: bytes) -> Key:
    return (body[4:8], *address_key(body))


def _neighbour(body: bytes) -> Key:
    return (body[4:8], body[10] & nd.NTF_PROXY, attributes(body, 12).get(nd.NDA_DST))


def _rule(body: bytes) -> Key:
    return (body[0], attributes(body, 12).get(fr.FRA_PRIORITY, bytes(4)))


def _nexthop(body: bytes) -> Key:
    return (attributes(body, 8).get(nh.NHA_ID),)


def _link(body: bytes) -> Key:
    return (body[4:8],)


_KEYS: Mapping[str, Callable[[bytes], Key]] = {
    "links": _link,
    "addresses": _address,
    "routes": place_of,
    "neighbours": _neighbour,
    "rules": _rule,
    "nexthops": _nexthop,
}


def key_of(table: str, message: bytes) -> Key:
    """Of a row, or of a request about one, with its nlmsghdr. Several rules and routes may have the same."""
    return _KEYS[table](message[16:])


def absent(table: str, steps: Sequence[Step]) -> Subject:
    """That there is none yet of what the first of these makes."""
    return Subject(table, steps[0].message(), is_absent=True)


def still(world: World, table: str, rows: Sequence[bytes]) -> list[bytes]:
    """Those that are there as they were, by their bytes of now: what somebody changed is not what was shown."""
    places = Places(world)
    found = (next((one for one in places.rows(table, row) if world.is_same(table, one, row)), None) for row in rows)
    return [row for row in found if row is not None]


def keys_of(steps: Iterable[Step]) -> frozenset[tuple[str, Key]]:
    """What messages are about."""
    messages = (step.message() for step in steps)
    return frozenset((table, key_of(table, raw)) for raw in messages if (table := table_of(raw)))


class Places:
    """Rows of one world by their keys."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[str, dict[Key, list[bytes]]] = {}

    def rows(self, table: str, message: bytes) -> list[bytes]:
        """Those under the key of this row or request, in the kernel's order."""
        key = key_of(table, message)
        if table == "routes":
            return [row for row in standing.routes(self._world, message[16:]) if key_of("routes", row) == key]
        if table not in self._found:
            kept: dict[Key, list[bytes]] = {}
            for row in self._world.rows(table):
                kept.setdefault(key_of(table, row), []).append(row)
            self._found[table] = kept
        return self._found[table].get(key, [])


NOT_HERE = ("", "links")
Picture = Mapping[tuple[str, Key], tuple[Mapping[str, Any], ...]]
"""By table and key: what lasts of the rows there."""


def pictured(world: World, steps: tuple[Step, ...]) -> Picture:
    """What is there now where these messages would do something; links tell of too much that is not theirs."""
    messages = [(table, raw) for raw in (step.message() for step in steps) if (table := table_of(raw)) not in NOT_HERE]
    places = Places(world)
    found: dict[tuple[str, Key], tuple[Mapping[str, Any], ...]] = {}
    for table, message in messages:
        key = (table, key_of(table, message))
        if key not in found:
            found[key] = tuple(world.lasting(table, row) for row in places.rows(table, message))
    return found


def index_of(step: Step) -> int:
    """ifindex that a message of links is about."""
    return int(struct.unpack_from("=i", step.body, 4)[0])
