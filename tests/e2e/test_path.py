"""From a great many routes to the process that changed a link, by keys alone."""

from __future__ import annotations

import subprocess

from tests.e2e.conftest import Start
from tests.kernel.netns import Netns
from tests.pseudo import DEADLINE

ROUTES = 20_000


def test_from_a_route_to_who_changed_its_link(gateway: Netns, tmux: Start) -> None:
    gateway.ip("neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev wan0")
    gateway.batch(f"route add {20 + n // 65536}.{n // 256 % 256}.{n % 256}.0/24 via 10.0.0.9" for n in range(ROUTES))
    gateway.ip("route add 8.0.0.0/8 via 10.0.0.9")
    # It lives on, so that it can be named for certain.
    daemon = gateway.popen(["ip", "-batch", "-"], stdin=subprocess.PIPE)
    asked = daemon.stdin
    assert asked is not None
    with tmux("-n", gateway.name, width=130) as screen:
        screen.sees("wan0", "FRESH", f"{ROUTES + 2:,}")
        gateway.ip("link set wan0 mtu 1400")
        asked.write("address add 10.9.9.9/32 dev wan0\n")
        asked.flush()
        screen.keys("3", "3", "/", "dst covers 8.8.8.8", "Enter").sees("8.0.0.0/8", "1 of 2")
        screen.keys("g").sees("gn neighbour of the gateway", "gl link")
        screen.keys("n").sees("/ neighbours: [address in 10.0.0.9]", "02:00:00:00:00:09")
        screen.keys("g", "l").sees("/ links: [name == wan0]", "1400")
        screen.keys("g", "h").sees("Summary · Message · Related · History", "mtu 1500→1400", "before → after")
        screen.keys("Escape").misses("before → after")
        screen.keys("g", "a").sees("10.9.9.9/32", "10.0.0.1/24")
        screen.keys("j", "g", "h").sees("10.9.9.9", "+ dev wan0 scope global")

        def is_named() -> bool:
            asked.write("address del 10.9.9.9/32 dev wan0\naddress add 10.9.9.9/32 dev wan0\n")
            asked.flush()
            return "ip[" in screen.screen

        # Under load the look at a requester can come too late, and then it is told as unknown.
        screen.wait("the process that changed it", is_named)
        # And all the way back.
        screen.keys("Escape").misses("before → after")
        screen.keys("[").sees("/ links: [name == wan0]")
        screen.keys("[").sees("/ neighbours: [address in 10.0.0.9]")
        screen.keys("[").sees("/ routes: dst covers 8.8.8.8", "8.0.0.0/8")
        screen.keys("]").sees("/ neighbours: [address in 10.0.0.9]")
        daemon.communicate(timeout=DEADLINE)


def test_from_a_change_to_its_object(gateway: Netns, tmux: Start) -> None:
    with tmux("-n", gateway.name, width=130) as screen:
        screen.sees("wan0", "FRESH")
        gateway.ip("route add 10.7.0.0/16 via 10.0.0.9")
        screen.sees("+ route 10.7.0.0/16")
        screen.keys("0", "g").sees("go this route", "gl link")
        screen.keys("o").sees("/ routes: [dst == 10.7.0.0/16 table == main family == inet]", "1 of ")
        screen.keys("Enter").sees("Summary · Message · Related · History")
        screen.keys("Tab", "l", "l").sees("gl link", "gt rules that look here")
        screen.keys("Enter").sees("/ links: [name in wan0]")
