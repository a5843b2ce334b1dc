"""Pictures of the real program on a real kernel: `python screenshots/make.py`, as root, writes the SVG files beside it.

A namespace is made that looks like a home router, the program watches it, and everybody changes something. What would
differ from run to run is fixed: addresses, the clock, port ids' names.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from textual.pilot import Pilot

from nltui.changes.pending import Guard
from nltui.model.actor import Actor, Certainty
from nltui.system import namespaces
from nltui.tables import TABLES
from nltui.ui.app import NltuiApp
from nltui.worker.session import Session

HERE = Path(__file__).resolve().parent
NAME, FAR = "nltui-screenshots", "nltui-screenshots-far"
SIZE = (120, 36)
NOON = 1_769_864_520.0
"""The time that every picture shows, in seconds since the epoch: 2026-01-31 13:02 UTC."""

LINKS = f"""
link set lo up
link add wan0 address 52:54:00:12:34:01 type veth peer name isp0 address 52:54:00:12:34:fe netns {FAR}
link add br-lan address 52:54:00:12:34:10 type bridge
link add lan1 address 52:54:00:12:34:11 type veth peer name pc1 address 52:54:00:aa:00:01 netns {FAR}
link add lan2 address 52:54:00:12:34:12 type veth peer name pc2 address 52:54:00:aa:00:02 netns {FAR}
link set lan1 master br-lan
link set lan2 master br-lan
link add iptv0 address 52:54:00:12:34:07 type ifb
tuntap add tun0 mode tun
link set wan0 alias uplink
link set wan0 addrgenmode none
link set lan1 addrgenmode none
link set lan2 addrgenmode none
link set iptv0 addrgenmode none
link set tun0 addrgenmode none mtu 1420
link set br-lan addrgenmode none
link set wan0 up
link set br-lan up
link set lan1 up
link set lan2 up
link set tun0 up
"""
FAR_LINKS = """
link set isp0 up
link set pc1 up
link set pc2 up
address add 203.0.113.1/28 dev isp0
address add 192.168.7.20/24 dev pc1
"""
ADDRESSES = """
address add 203.0.113.5/28 dev wan0 valid_lft 3480 preferred_lft 3480
address add 192.168.7.1/24 dev br-lan
address add 10.66.0.2/32 dev tun0
address add fe80::5054:ff:fe12:3401/64 dev wan0 nodad
address add 2001:db8:9::5/64 dev wan0 nodad
address add fd00:7::1/64 dev br-lan nodad
"""
ROUTES = """
route add default via 203.0.113.1 dev wan0 proto dhcp metric 100
route add 10.66.0.0/16 dev tun0 proto static
route add 10.31.0.0/16 via 203.0.113.9 proto bird metric 32
route add 198.51.100.0/24 proto bgp metric 20 nexthop via 203.0.113.9 weight 3 nexthop via 203.0.113.10
route add blackhole 192.0.2.0/24 proto static
route add unreachable 172.16.0.0/12 metric 4096
route add default via fe80::1 dev wan0 proto ra metric 1024
route add 2001:db8:100::/48 via 2001:db8:9::1 proto bgp metric 20
"""
BGP = [
    f"route add 10.{20 + n}.0.0/16 via 203.0.113.{9 + n % 3} proto {'bgp' if n % 4 else 'ospf'} metric 20"
    for n in range(1, 30)
    if n != 11
]
NEIGHBOURS = """
neigh add 203.0.113.1 lladdr 52:54:00:12:34:fe dev wan0 nud permanent
neigh add 192.168.7.20 lladdr 52:54:00:aa:00:01 dev br-lan nud reachable
neigh add 192.168.7.21 lladdr 52:54:00:aa:00:02 dev br-lan nud stale
"""
CHANGES = (
    (1.118, "networkd[412]", "link set iptv0 up"),
    (0.870, "ip[4298]", "link add veth13 address 52:54:00:12:34:13 type veth peer name host13 netns {far}"),
    (1.302, "ip[4299]", "link set veth13 name lan3"),
    (0.417, "dhclient[688]", "address add 203.0.113.6/28 dev wan0 valid_lft 7200 preferred_lft 3600"),
    (0.976, "networkd[412]", "link set iptv0 down"),
    (2.026, "bird[812]", "route del 10.31.0.0/16"),
    (0.013, "bird[812]", "route add 10.20.0.0/16 via 203.0.113.9 proto bgp metric 20"),
    (1.381, "ansible[4301]", "route change default via 203.0.113.1 dev wan0 proto dhcp metric 100 mtu 1400"),
    (0.771, "ip[4312]", "link set wan0 mtu 9000"),
)
"""What happens while the program watches: seconds after what was before, who asks, for what."""


def ip(words: str, name: str = NAME) -> None:
    """`ip -n NAME WORDS`."""
    subprocess.run(["ip", "-n", name, *words.split()], check=True)


def batch(lines: str | list[str], name: str = NAME) -> None:
    """`ip -n NAME -batch -`."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    subprocess.run(["ip", "-n", name, "-batch", "-"], input=text.strip() + "\n", text=True, check=True)


@contextmanager
def router() -> Iterator[None]:
    """The namespace of the router, and one for everything at the other ends."""
    made = []
    try:
        for name in (NAME, FAR):
            subprocess.run(["ip", "netns", "add", name], check=True)
            made.append(name)
        # Not as a batch: ip finds another namespace only in its first line.
        for line in LINKS.strip().splitlines():
            ip(line)
        batch(FAR_LINKS, FAR)
        batch(ADDRESSES + ROUTES + NEIGHBOURS)
        batch(BGP)
        yield
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "del", name], check=True)


class Scene:
    """A clock that stands still until it is moved, and the name of whoever asks now."""

    def __init__(self) -> None:
        self.now, self.asking = NOON, "kernel"
        self._named: dict[int, str] = {}

    @contextmanager
    def set(self) -> Iterator[None]:
        """What is heard happens at this clock's time; port ids belong to who asked when they were first seen."""

        def named(session: Session, port_id: int, at: int) -> Actor:
            said = self._named.setdefault(port_id, self.asking)
            return Actor(port_id, Certainty.EXACT, None, "its socket was seen", said)

        with (
            patch.object(time, "time_ns", lambda: int(self.now * 1e9)),
            patch.object(time, "time", lambda: self.now),
            patch("nltui.ui.filter_bar.perf_counter", lambda: 0.0),
            tempfile.TemporaryDirectory() as state,
            patch.dict(os.environ, XDG_STATE_HOME=state),
            patch.object(Session, "actor", named),
            patch.dict(os.environ, SSH_CONNECTION="192.168.7.20 51122 192.168.7.1 22"),
            patch.object(Guard, "left", 47.0),
            patch("nltui.changes.pending.secrets.choice", lambda letters: letters[9]),
            patch.dict(os.environ, TZ="UTC"),
        ):
            time.tzset()
            yield


class Photographer:
    """Presses keys, waits for what should be seen, saves what is there."""

    def __init__(self, app: NltuiApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> str:
        """What the terminal shows, blanks pressed together."""
        lines = self.app.screen._compositor.render_strips(self.app.size)
        return re.sub(" +", " ", "\n".join(line.text for line in lines))

    async def press(self, *keys: str) -> None:
        """One after the other."""
        await self.pilot.press(*keys)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Look as often as the program does."""
        async with asyncio.timeout(30):
            while not is_so():
                await self.pilot.pause(0.05)

    async def settle(self) -> None:
        """Let everything that belongs to a change be heard and drawn."""
        await self.pilot.pause(0.15)

    async def sees(self, *texts: str) -> None:
        """All of these are on screen."""
        await self.until(lambda: all(text in self.screen for text in texts))

    def save(self, name: str) -> None:
        """`name.svg` beside this file. Raises RuntimeError where the picture would show trouble."""
        trouble = self.app.session.status().trouble
        if trouble:
            raise RuntimeError(trouble)
        (HERE / f"{name}.svg").write_text(self.app.export_screenshot(title="nltui"), encoding="utf-8")


async def main() -> None:
    """Make every picture."""
    scene = Scene()
    with router(), scene.set(), namespaces.resolve(NAME) as namespace:
        session = Session(namespace, TABLES)
        app = NltuiApp(session, host="gw1", namespace="default", badge="CAN CHANGE", clock=lambda: scene.now)
        async with app.run_test(size=SIZE) as pilot:
            camera = Photographer(app, pilot)
            await camera.sees("FRESH", "wan0", "br-lan")
            await happen(scene, session, camera)
            await camera.sees("mtu 1500→9000", "10.20.0.0/16")
            camera.save("dashboard")
            await camera.press("3", "3", "slash", *"bgp", "enter", "j", "j", "j", "enter")
            await camera.sees("Summary · Message", "destination 10.2")
            camera.save("routes")
            await camera.press("x", "j")
            await camera.sees("RTA_DST", "bytes ─")
            camera.save("message")
            await camera.press("escape", "slash", "ctrl+u", *"dst in 10/8 proto == b")
            await camera.sees("dst in 10/8 proto == b", "bgp ")
            camera.save("filter")
            await camera.press("escape", "1", "slash", *"wan0", "enter", "g", "h")
            await camera.sees("mtu 1500→9000", "before → after")
            camera.save("history")
            await camera.press("escape", "escape", "colon", *"flaps all", "enter")
            await camera.sees("iptv0", "changes ▼")
            camera.save("flaps")
            await camera.press("colon", *"why 10.21.1.1", "enter")
            await camera.sees("decides", "the same")
            camera.save("why")
            await changing(camera)


async def changing(camera: Photographer) -> None:
    """Dialogs: a new route, a link that carries the person's session, and what waits to be confirmed."""
    await camera.press("escape", "3", "a", *"10.90.0.0/16", "tab", *"203.0.113.9", "tab", "tab", "tab", *"50", "tab")
    await camera.sees("packets to 10.90.0.0/16 go by 203.0.113.9", "to take it back")
    camera.save("add-route")
    await camera.press("escape", "1", "slash", "ctrl+u", *"br-lan", "enter", "D")
    await camera.sees("your SSH session from 192.168.7.20 comes in by br-lan", "Type br-lan to go on")
    await camera.press(*"br-l")
    camera.save("link-down")
    await camera.press(*"an", "enter", "enter")
    await camera.sees("47 s to roll back", "br-lan goes down")
    await camera.settle()
    camera.save("confirm")
    await camera.press("R")
    await camera.sees("rolled back: br-lan goes down")


async def happen(scene: Scene, session: Session, camera: Photographer) -> None:
    """All changes, each seen before the next."""
    for seconds, actor, change in CHANGES:
        scene.now += seconds
        scene.asking = actor
        before = session.history.last

        def is_told(before: int = before) -> bool:
            return session.history.last > before

        ip(change.format(far=FAR))
        await camera.until(is_told)
        await camera.settle()


if __name__ == "__main__":
    asyncio.run(main())
