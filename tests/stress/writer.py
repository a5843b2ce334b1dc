"""One writer, a process of its own: `python -m tests.stress.writer NAMESPACE KIND SEED RATE`.

Each line on stdin is a number of seconds to work; each answer a line with how many operations were sent meanwhile.
The n-th operation follows from kind and seed alone; RATE is the most operations a second, 0 as many as there can be.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from nltui.netlink import wire
from tests.kernel.churn import feed
from tests.kernel.netns import Netns
from tests.stress.operations import Storm
from tests.stress.requests import Requests

LINES = 60
"""Of one go with ip."""
AT_ONCE = 8
"""Messages in one datagram."""
BULK = 800
"""Routes of one storm."""


def with_ip(ns: Netns, seed: str) -> Iterator[int]:
    """Lines of `Storm`, many to a process."""
    operations = Storm(seed)
    while True:
        feed(ns, operations.lines(LINES))
        yield LINES


def in_bulk(ns: Netns, seed: str) -> Iterator[int]:
    """Storms: one `ip -batch` that adds, replaces or removes many routes."""
    base = sum(seed.encode()) % 64
    for turn in count():
        verb = ("add", "replace", "del")[turn % 3]
        where = "dev lo" if turn % 2 else "via 10.0.0.2"
        feed(ns, (f"route {verb} 10.{128 + base}.{n % 250}.{n // 250 * 8}/29 {where}" for n in range(BULK)))
        feed(ns, (f"-6 route {verb} fd10:{base}:{n:x}::/64 dev lo" for n in range(BULK // 5)))
        yield BULK + BULK // 5


def on_a_socket(ns: Netns, seed: str) -> Iterator[int]:
    """Requests on one socket for all the time, several in a datagram; whatever the kernel answers is read."""
    with ns.inside(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)) as sock:
        sock.settimeout(10)
        requests = iter(Requests(seed))
        while True:
            sock.send(b"".join(islice(requests, AT_ONCE)))
            answers = 0
            while answers < AT_ONCE:
                answers += sum(1 for _ in wire.messages(sock.recv(1 << 16)))
            yield AT_ONCE


KINDS: dict[str, Callable[[Netns, str], Iterator[int]]] = {"ip": with_ip, "socket": on_a_socket, "bulk": in_bulk}


def main(name: str, kind: str, seed: str, rate: str) -> None:
    """Until stdin ends."""
    ns = Netns()
    ns.name, ns.path = name, str(Path("/run/netns") / name)
    steps = KINDS[kind](ns, seed)
    for line in sys.stdin:
        began, sent = time.monotonic(), 0
        while (elapsed := time.monotonic() - began) < float(line):
            if int(rate) and sent > elapsed * int(rate):
                time.sleep(0.001)
            else:
                sent += next(steps)
        print(sent, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
