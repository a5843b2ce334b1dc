"""A quiet point: what a session holds against a session that has just loaded, and against `ip -j -d`."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from nltui.netlink.socket import ADD_MEMBERSHIP, SOL_NETLINK
from nltui.tables.routes import ROUTES
from tests.kernel.agreement import WITHIN, as_ip_says
from tests.kernel.followed import Followed, comes_true, differing, words
from tests.stress.excused import hidden, untold, with_legs

LONGEST = 20.0
"""Seconds in which a namespace nobody writes to must come to rest: timers of neighbours and lifetimes run down."""


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

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

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
        legs = with_legs(followed) if pairs else frozenset()
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


def audit(followed: Followed) -> None:
    """Let the session compare every table with a new dump now: what that repairs, it counts."""
    states = [followed.state(table) for table in followed.tables]
    dumped = [state.resyncs for state in states]
    for state in states:
        state.audit_at = time.monotonic()
    followed.session.watch("links", visible=False)
    assert comes_true(lambda: all(state.resyncs > count for state, count in zip(states, dumped, strict=True)))
