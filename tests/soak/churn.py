"""Everything changes without end: routes of many lengths, addresses, neighbours and links that never come back."""

from __future__ import annotations

import itertools
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Self

from tests.kernel.netns import Netns

STILL = 4000
"""Routes that never change: 16.0.0.0/24 and so on, the first ones in order."""
TURN = 1000
"""Lines in one run of ip."""
PORTS = 8


def ground(ns: Netns) -> None:
    """Ports to route through, and the rows that stay."""
    ns.batch(f"link add p{n} type ifb" for n in range(PORTS))
    ns.batch(f"link set p{n} up" for n in range(PORTS))
    ns.batch(f"address add 10.{n}.0.1/16 dev p{n}" for n in range(PORTS))
    ns.batch(f"route add 16.{n >> 8}.{n & 255}.0/24 dev p0" for n in range(STILL))


def turns() -> Iterator[list[str]]:
    """Commands for `ip -batch`, TURN or so at a time; what a turn adds, a later one takes away."""
    for turn in itertools.count():
        yield list(_turn(turn))


def _turn(turn: int) -> Iterator[str]:
    # A turn adds what the turn half a cycle later deletes; how many next hops a route has changes all the time.
    block, adds = (turn >> 1) % 16, turn % 2 == 0
    for n in range(TURN // 2):
        prefix = f"172.{block + 16}.{n >> 6}.{(n & 63) * 4}/30"
        if not adds:
            yield f"route del {prefix}"
            continue
        yield f"route replace {prefix} via 10.0.0.2 dev p0 metric 0"
        hops = range(1, 2 + (turn // 2 + n) % (PORTS - 1))
        yield f"route replace {prefix}" + "".join(f" nexthop via 10.{hop}.0.2 dev p{hop}" for hop in hops)
    for n in range(40):
        verb = "add" if adds else "del"
        yield f"address {verb} 192.168.{block}.{n + 1}/32 dev p1"
        yield f"address {verb} 2001:db8:{block}::{n + 1:x}/128 dev p2 nodad"
        yield f"neigh {'replace' if adds else 'del'} 10.3.{block}.{n + 1} lladdr 02:00:00:00:{block:02x}:{n:02x} dev p3"
    if adds:
        for n in range(5):
            yield f"link add x{turn:x}n{n} type ifb"
            yield f"link set x{turn:x}n{n} alias a-{turn}-{n} mtu {1400 + n}"
    else:
        for n in range(5):
            yield f"link del x{turn - 1:x}n{n}"


class Churn:
    """A thread that keeps `ip` busy at about `rate` commands a second; use it in a `with` statement."""

    def __init__(self, ns: Netns, rate: int) -> None:
        self._ns, self._rate = ns, rate
        self.commands = 0
        self.refused = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        begun = time.monotonic()
        for lines in turns():
            done = subprocess.run(
                ["ip", "-n", self._ns.name, "-force", "-batch", "-"],
                input="\n".join(lines),
                capture_output=True,
                text=True,
                check=False,
            )
            self.commands += len(lines)
            self.refused = self.refused or done.stderr
            ahead = begun + self.commands / self._rate - time.monotonic()
            if self._ending.wait(max(0.0, ahead)):
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
