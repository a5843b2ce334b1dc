"""A quiet point: what a session holds against a session that has just loaded, and against `ip -j -d`."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from nltui.model import single
from nltui.netlink.fields import Value
from nltui.netlink.socket import ADD_MEMBERSHIP, SOL_NETLINK
from nltui.tables.links import LINKS
from nltui.tables.neighbours import NEIGHBOURS
from nltui.tables.routes import ROUTES
from nltui.tables.rules import RULES
from tests.kernel.agreement import WITHIN, as_ip_says
from tests.kernel.followed import Followed, Pair, differing, words

LONGEST = 20.0
"""Seconds in which a namespace nobody writes to must come to rest: timers of neighbours and lifetimes run down."""
AF_INET6, IFF_UP, NUD_INCOMPLETE, NUD_NOARP = 10, 1, 1, 0x40
FOLLOWS = 0x4 | 0x8 | 0x10
"""FIB_RULE_UNRESOLVED, _IIF_DETACHED and _OIF_DETACHED (linux/fib_rules.h)."""


Key = tuple[Value, ...]


@dataclass(slots=True)
class Findings:
    """Of all quiet points."""

    mismatches: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """IPv6 routes that an earlier dump did not show though they were there."""
    untold: list[str] = field(default_factory=list)
    """Changes that no event tells, where no timed dump looks for them."""


class Witness:
    """Another listener to what the session hears: quiet is when the kernel says nothing, not when we hear nothing."""

    def __init__(self, followed: Followed) -> None:
        with followed.ns.inside(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)) as sock:
            sock.bind((0, 0))
            for group in {group for table in followed.tables for group in table.groups}:
                sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
            self._socket = sock.dup()
        self._socket.setblocking(False)

    def moved(self) -> bool:
        """Whether the kernel said anything since the last look, or more than could be kept."""
        heard = False
        while True:
            try:
                heard |= bool(self._socket.recv(1 << 16))
            except BlockingIOError:
                return heard
            except OSError:
                heard = True


def compare(followed: Followed, witness: Witness, timed: bool, into: Findings) -> None:
    """Wait until nothing differs, `WITHIN` seconds from the kernel's last word; what differs then is a finding.

    `timed`: the session dumps from time to time, so that it must find even what no event tells.
    """
    start = time.monotonic()
    deadline = start + WITHIN
    while True:
        # A look that takes long must not count as one taken late.
        now = time.monotonic()
        if witness.moved():
            deadline = min(now + WITHIN, start + LONGEST)
        found = _differences(followed, timed)
        if not found.mismatches or now > deadline:
            break
        time.sleep(0.05)
    if not followed.session.wait([table.name for table in followed.tables], WITHIN):
        found.mismatches.append(f"never fresh: {followed.session.status()}")
    found.mismatches += _unlike_ip(followed, timed, found)
    found.mismatches += _counters(followed)
    for mine, theirs in zip(
        (into.mismatches, into.hidden, into.untold), (found.mismatches, found.hidden, found.untold), strict=True
    ):
        mine += theirs


def _differences(followed: Followed, timed: bool) -> Findings:
    found = Findings()
    with Followed(followed.ns, followed.tables) as fresh:
        pairs = list(differing(followed, fresh))
        legs = _with_legs(followed) if pairs else set()
        for pair in pairs:
            if hidden(pair, legs):
                found.hidden.append(words(pair))
            elif not timed and untold(pair):
                found.untold.append(words(pair))
            else:
                found.mismatches.append(words(pair))
    return found


def _unlike_ip(followed: Followed, timed: bool, found: Findings) -> Iterator[str]:
    """Tables that ip shows differently, in words."""
    for table in followed.tables:
        if (table is ROUTES and found.hidden) or (table.audit and not timed):
            continue
        try:
            as_ip_says(followed, [table])
        except AssertionError as error:
            yield f"{table.name} and ip: {error}"


def _counters(followed: Followed) -> Iterator[str]:
    status = followed.session.status()
    if status.lost != followed.lost():
        yield f"LOSS {status.lost}, by the kernel {followed.lost()}"
    if status.trouble or status.malformed:
        yield f"{status.malformed} malformed messages, trouble: {status.trouble}"


def hidden(pair: Pair, legs: set[Key]) -> bool:
    """Whether these are IPv6 routes that came back from where no dump shows them: between two legs of an ECMP route.

    Nobody says that they are back. Only a route without a gateway can stand there, in a group that had legs.
    """
    table, key, mine, theirs = pair
    if table is not ROUTES or not theirs or theirs[0][16] != AF_INET6:
        return False
    if key not in legs:
        return False
    # Reserved bytes and cache info aside, rows are whole messages: those of ours that the new dump has too.
    here = {_row(message) for message in mine}
    back = [message for message in theirs if _row(message) not in here]
    return len(back) == len(theirs) - len(mine) and not any(_attribute(message, 5, 9) for message in back)


def _with_legs(followed: Followed) -> set[Key]:
    """Keys under which there have been ECMP routes."""
    assert ROUTES.key is not None
    number = followed.tables.index(ROUTES)
    changes, _ = followed.session.history.since(0)
    found = [one for change in changes if change.table == number for one in (change.old, change.new) if one]
    legs = [message for message in found if _attribute(message, 9)]
    return {tuple(single.value(ROUTES, field, message) for field in ROUTES.key.fields) for message in legs}


def untold(pair: Pair) -> bool:
    """Whether no event tells this, so that only a timed dump finds it: the tables' own `audit` says that they have it.

    Proxies, and neighbours made as INCOMPLETE or NOARP; whether a rule is attached and resolved; anything about a link
    that is down, of which the kernel sends notifications only where it is up.
    """
    table, key, mine, theirs = pair
    if table is NEIGHBOURS:
        made = not mine and all(struct.unpack_from("=H", message, 24)[0] & ~_SILENT == 0 for message in theirs)
        return bool(key[3]) or made
    if table is RULES:
        return sorted(map(_steady, mine)) == sorted(map(_steady, theirs))
    if table is LINKS:
        return len(mine) == len(theirs) == 1 and not struct.unpack_from("=I", theirs[0], 24)[0] & IFF_UP
    return False


_SILENT = NUD_INCOMPLETE | NUD_NOARP


def _steady(message: bytes) -> bytes:
    flags = struct.unpack_from("=I", message, 24)[0] & ~FOLLOWS
    return message[16:24] + struct.pack("=I", flags) + message[28:]


def _attributes(message: bytes) -> Iterator[tuple[int, bytes]]:
    at = 28
    while at + 4 <= len(message):
        length, type_ = struct.unpack_from("=HH", message, at)
        yield type_ & 0x3FFF, message[at + 4 : at + length]
        at += (length + 3) & ~3


def _row(message: bytes) -> tuple[bytes, tuple[tuple[int, bytes], ...]]:
    """A route without its cache info (RTA_CACHEINFO) and lifetime (RTA_EXPIRES)."""
    return message[16:28], tuple(one for one in _attributes(message) if one[0] not in (12, 23))


def _attribute(message: bytes, *types: int) -> bool:
    return any(type_ in types for type_, _ in _attributes(message))
