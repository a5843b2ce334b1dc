"""Differences that are no mismatch, each for a reason: what no dump shows, and what no event tells."""

from __future__ import annotations

import struct

from nltui.model import single
from nltui.netlink import wire
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.fields import Value
from nltui.tables.links import LINKS
from nltui.tables.neighbours import NEIGHBOURS
from nltui.tables.routes import ROUTES
from nltui.tables.rules import RULES
from tests.kernel.followed import Followed, Pair

AF_INET6, IFF_UP = 10, 1
UNTOLD_STATES = 0x01 | 0x40
"""NUD_INCOMPLETE and NUD_NOARP (linux/neighbour.h): entries made so are not announced."""
FOLLOWS = 0x4 | 0x8 | 0x10
"""FIB_RULE_UNRESOLVED, _IIF_DETACHED and _OIF_DETACHED (linux/fib_rules.h)."""

Key = tuple[Value, ...]


def hidden(pair: Pair, legs: frozenset[Key]) -> bool:
    """Whether these are IPv6 routes that came back from where no dump shows them: between two legs of an ECMP route.

    Nobody says that they are back. Only a route that can be no leg stands there, in a group that had legs.
    """
    table, key, mine, theirs = pair
    if table is not ROUTES or not theirs or theirs[0][16] != AF_INET6:
        return False
    if key not in legs:
        return False
    here = [_row(message) for message in mine]
    back = [message for message in theirs if _row(message) not in here]
    could_be_legs = [_has(one, rt.RTA_GATEWAY, rt.RTA_MULTIPATH) and not _has(one, rt.RTA_NH_ID) for one in back]
    return len(back) == len(theirs) - len(mine) and not any(could_be_legs)


def with_legs(followed: Followed) -> frozenset[Key]:
    """Keys under which there have been ECMP routes."""
    assert ROUTES.key is not None
    number = followed.tables.index(ROUTES)
    changes, _ = followed.session.history.since(0)
    found = [one for change in changes if change.table == number for one in (change.old, change.new) if one]
    legs = [message for message in found if _has(message, rt.RTA_MULTIPATH)]
    return frozenset(tuple(single.value(ROUTES, field, message) for field in ROUTES.key.fields) for message in legs)


def untold(pair: Pair) -> bool:
    """Whether no event tells this, so that only a timed dump finds it: the tables' own `audit` says that they have it.

    Proxies, and neighbours made as INCOMPLETE or NOARP; whether a rule is attached and resolved; anything about a link
    that is down, of which the kernel sends notifications only where it is up.
    """
    table, key, mine, theirs = pair
    if table is NEIGHBOURS:
        made = not mine and all(_state(message) & ~UNTOLD_STATES == 0 for message in theirs)
        return bool(key[3]) or made
    if table is RULES:
        return sorted(map(_steady, mine)) == sorted(map(_steady, theirs))
    if table is LINKS:
        return len(mine) == len(theirs) == 1 and not _flags(theirs[0]) & IFF_UP
    return False


def _state(message: bytes) -> int:
    return int(struct.unpack_from("=H", message, 24)[0])


def _flags(message: bytes) -> int:
    """Of struct fib_rule_hdr, and of struct ifinfomsg: in the same place."""
    return int(struct.unpack_from("=I", message, 24)[0])


def _steady(message: bytes) -> tuple[bytes, int, bytes]:
    return message[16:24], _flags(message) & ~FOLLOWS, message[28:]


def _row(message: bytes) -> tuple[bytes, list[tuple[int, bytes]]]:
    """A route without what counts down."""
    found = [(one.type, message[one.payload]) for one in wire.attributes(message, 28)]
    return message[16:28], [one for one in found if one[0] not in ROUTES.volatile]


def _has(message: bytes, *types: int) -> bool:
    return any(one.type in types for one in wire.attributes(message, 28))
