"""P9: many TCP sockets as text, whole process, beside `ss -tan`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figure import Figure, Settings, medians
from tests.bench.process import nltui, wall
from tests.kernel.netns import Netns

TARGET = 1.0
OPEN = """
import os, resource, socket, sys
count = int(sys.argv[1])
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
listening = socket.create_server(("127.0.0.1", 9), backlog=4096)
held = []
while count > 0:
    # A process holds only so many; the next one goes on.
    for _ in range(min(count, most - 100) // 2):
        held.append(socket.create_connection(("127.0.0.1", 9)))
        held.append(listening.accept()[0])
    count -= most - 100
    if count > 0:
        if os.fork():
            sys.stdin.read()
            os._exit(0)
        for one in held:
            one.close()
        held.clear()
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def opened(netns: Netns, count: int) -> Iterator[None]:
    """So many established sockets, both ends here."""
    netns.sysctl("net.ipv4.ip_local_port_range", "1024 65535")
    words = [sys.executable, "-c", OPEN, str(count)]
    with netns.popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "open\n"
        yield
        program.stdin.close()


def run(settings: Settings) -> Iterator[Figure]:
    """Of 50,000."""
    with Netns() as netns, opened(netns, settings.size(50_000)):
        got = medians(
            settings.rounds,
            ours=lambda: wall(nltui("dump", "sockets", "-n", netns.name)),
            peer=lambda: wall(["ip", "netns", "exec", netns.name, "ss", "-tan"]),
        )
    yield Figure("P9", "dump sockets of 50,000 / ss -tan", got["ours"], got["peer"], "s", TARGET)
