"""The stress run itself: chosen by seed, and able to fail."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from itertools import islice

import pytest

from nltui.netlink.socket import SOL_NETLINK
from nltui.tables.routes import ROUTES
from tests.kernel.churn import ground
from tests.kernel.followed import Followed
from tests.kernel.netns import Netns
from tests.stress import check
from tests.stress.check import Findings, Witness, audit, compare
from tests.stress.operations import Storm
from tests.stress.requests import Requests

DROP_MEMBERSHIP = 2
"""Socket option (linux/netlink.h)."""


def test_operations_follow_from_the_seed() -> None:
    assert Storm("1.0").lines(500) == Storm("1.0").lines(500) != Storm("2.0").lines(500)
    first, same, other = (list(islice(Requests(seed), 500)) for seed in ("1.2", "1.2", "2.2"))
    assert first == same != other


def test_what_a_session_missed_is_found(netns: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    ground(netns)
    monkeypatch.setattr(check, "WITHIN", 0.5)
    found = Findings()
    with Followed(netns) as followed, closing(Witness(followed)) as witness:
        monkeypatch.setattr(followed, "lost", lambda: 0)
        compare(followed, witness, True, found)
        assert not found.mismatches
        # A session whose readers have ended hears nothing more.
        followed.session.stop()
        netns.ip("route add 10.77.0.0/16 dev lo")
        compare(followed, witness, True, found)
    assert any(line.startswith("routes (2, 254") and "by a new dump" in line for line in found.mismatches)
    assert any(line.startswith("routes and ip") for line in found.mismatches)


def test_a_route_that_comes_back_from_between_two_legs_is_excused(
    netns: Netns, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground(netns)
    monkeypatch.setattr(check, "WITHIN", 0.5)
    found = Findings()
    with Followed(netns) as followed, closing(Witness(followed)) as witness:
        for action in ("add fd01::/64 via fd00::2", "append blackhole fd01::/64", "append fd01::/64 via fd00::3"):
            netns.ip(f"-6 route {action}")
        compare(followed, witness, True, found)
        assert (found.mismatches, found.hidden) == ([], [])
        netns.ip("-6 route del fd01::/64")
        compare(followed, witness, True, found)
        assert (found.mismatches, len(found.hidden)) == ([], 1)


def test_what_an_audit_repairs_is_counted(netns: Netns) -> None:
    ground(netns)
    with Followed(netns) as followed:
        audit(followed)
        assert followed.state(ROUTES).repairs == 0
        monitor = followed.session.crew.readers[0].monitor._socket
        assert monitor is not None
        for group in ROUTES.groups:
            monitor.setsockopt(SOL_NETLINK, DROP_MEMBERSHIP, group)
        netns.ip("route add 10.77.0.0/16 dev lo")
        audit(followed)
        assert followed.state(ROUTES).repairs == 1


@pytest.mark.parametrize("how", [[], ["--during-load", "--unprivileged", "--rcvbuf", "16384"]])
def test_a_short_run_ends_exact(how: list[str]) -> None:
    command = [sys.executable, "-m", "tests.stress", "--seconds", "1.5", "--seed", "1", "--rate", "500", *how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 audit repairs, 0 mismatches" in done.stdout
