"""Storms: a daemon that replaces routes casts no doubt, losses are counted exactly, strangers are not believed."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time

import pytest

from nltui.tables.routes import ROUTES
from nltui.worker.contract import Freshness
from tests.kernel.agreement import WITHIN, ends_equal, ends_fresh
from tests.kernel.churn import ground
from tests.kernel.followed import Followed, comes_true
from tests.kernel.netns import Netns

SECONDS = float(os.environ.get("STORM_SECONDS", "5"))
"""How long the daemon replaces routes; by hand 30."""
A_SECOND, AT_ONCE = 1000, 20
SMALL_BUFFER = 16384
STORM = 2000


@pytest.mark.parametrize(
    ("family", "network", "gateway"), [("-4", "10.64.{:d}.0/24", "10.0.0."), ("-6", "fd64:{:x}::/64", "fd00::")]
)
def test_a_daemon_that_replaces_routes_leaves_the_table_fresh(
    netns: Netns, family: str, network: str, gateway: str
) -> None:
    ground(netns)
    daemon = netns.popen(["ip", family, "-batch", "-"], stdin=subprocess.PIPE)
    assert daemon.stdin is not None
    with Followed(netns, audit=False) as followed:
        resyncs, events = followed.state(ROUTES).resyncs, followed.session.status().events
        began, sent, seen = time.monotonic(), 0, set()
        while (elapsed := time.monotonic() - began) < SECONDS:
            if sent < elapsed * A_SECOND:
                numbers = range(sent, sent + AT_ONCE)
                lines = (f"route replace {network.format(n % 200)} via {gateway}{2 + n // 200 % 3}\n" for n in numbers)
                daemon.stdin.write("".join(lines))
                daemon.stdin.flush()
                sent += AT_ONCE
            seen.add(followed.session.status().tables["routes"].freshness)
        daemon.stdin.close()
        assert daemon.wait() == 0
        assert comes_true(lambda: followed.session.status().events >= events + sent), "the game was played"
        assert seen == {Freshness.FRESH}
        assert followed.state(ROUTES).resyncs == resyncs
        ends_equal(followed)


def test_what_an_overrun_loses_is_counted_and_healed(netns: Netns) -> None:
    ground(netns)
    with Followed(netns, buffer=SMALL_BUFFER) as followed:
        for turn in range(20):
            lost, overruns = followed.session.status().lost, followed.session.crew.readers[0].counts.overruns
            netns.batch(
                f"route replace 10.{64 + n // 250}.{n % 250}.0/24 dev v0 mtu {1300 + turn}" for n in range(STORM)
            )
            ends_equal(followed)
            ends_fresh(followed)
            assert followed.session.crew.readers[0].counts.overruns > overruns
            assert followed.session.status().lost > lost
            assert comes_true(lambda: followed.session.status().lost == followed.lost(), WITHIN)


SPOOF = """
import socket, sys
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
    sock.bind((0, 0))
    for _ in range(int(sys.argv[4])):
        sock.sendto(bytes.fromhex(sys.argv[3]), (int(sys.argv[1]), int(sys.argv[2])))
"""
RTMGRP_IPV4_ROUTE = 0x40


@pytest.mark.parametrize("to_group", [False, True])
def test_messages_of_other_processes_change_nothing_and_are_counted(netns: Netns, to_group: bool) -> None:
    ground(netns)
    with Followed(netns) as followed:
        real = followed.messages(ROUTES)[0]
        added = bytearray(real)
        added[4:6] = struct.pack("=H", 24)
        added[20] ^= 0x55
        removed = struct.pack("=IH", len(real), 25) + real[6:]
        before, lost = followed.session.history.last, followed.session.status().lost
        resyncs = followed.state(ROUTES).resyncs
        for message in (bytes(added), removed):
            port, groups = ("0", str(RTMGRP_IPV4_ROUTE)) if to_group else (str(followed.port()), "0")
            done = netns.run([sys.executable, "-c", SPOOF, port, groups, message.hex(), "20"])
            assert done.returncode == 0, done.stderr
        assert comes_true(lambda: followed.session.status().foreign == 40)
        assert (followed.session.history.last, followed.session.status().lost) == (before, lost)
        assert followed.state(ROUTES).resyncs == resyncs
        assert all(one.freshness is Freshness.FRESH for one in followed.session.status().tables.values())
        ends_equal(followed)
