"""Over a real SSH session whose own link goes down: it comes back, and the program in it goes on."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.changes.ground import difference, picture
from tests.e2e.conftest import Start
from tests.e2e.sshd import CLIENT, PROGRAM, SERVER, Sshd
from tests.e2e.tmux import ROOT
from tests.kernel.netns import Netns


@pytest.fixture
def sshd(netns: Netns, peer: Netns, tmp_path: Path) -> Iterator[Sshd]:
    if not PROGRAM.exists():
        pytest.skip("needs openssh-server")
    netns.ip(f"link add up0 type veth peer name far0 netns {peer.name}")
    netns.ip("link set up0 addrgenmode none")
    netns.ip(f"address add {SERVER}/24 dev up0")
    netns.ip("address add fd50::1/64 dev up0 nodad")
    netns.ip("link set up0 up")
    peer.ip(f"address add {CLIENT}/24 dev far0")
    peer.ip("link set far0 up")
    netns.ip(f"route add 10.60.0.0/16 via {CLIENT}")
    netns.ip("route add fd60::/16 via fd50::2")
    keys = tmp_path / "keys"
    keys.mkdir()
    with Sshd(keys, netns, peer) as running:
        yield running


def remote(sshd: Sshd, before: str = "") -> dict[str, object]:
    """How to start nltui there: sshd's own environment knows nothing of the tests' settings."""
    told = {name: os.environ[name] for name in ("PATH", "XDG_STATE_HOME")}
    set_up = f"cd {shlex.quote(str(ROOT))}; {before} env {shlex.join(f'{k}={v}' for k, v in told.items())}"
    return {"through": lambda line: sshd.login(f"{set_up} {line}; exit $?")}


def test_the_session_comes_back(sshd: Sshd, netns: Netns, tmux: Start) -> None:
    before = picture(netns, indexes=True)
    with tmux("--confirm-timeout", "10", "links", "name == up0", **remote(sshd)) as screen:
        screen.sees("up0", "1 of", "FRESH", "CAN CHANGE")
        screen.keys("D").sees("up0 goes down", f"your SSH session from {CLIENT} comes in by up0", "Type up0")
        screen.type("up0").keys("Enter", "Enter")
        screen.wait("the link down", lambda: "UP" not in netns.ip_json("link show dev up0")[0]["flags"])
        # Nothing of what is typed now arrives before the link is back.
        screen.keys("j")
        screen.wait("the link up", lambda: "UP" in netns.ip_json("link show dev up0")[0]["flags"])
        screen.sees("rolled back: up0 goes down")
        assert difference(before, picture(netns, indexes=True)) == []
        screen.keys("Escape").misses("rolled back")
        screen.keys("C-c", "C-c")
        assert screen.ends() == 0


def test_the_session_is_known_behind_sudo(sshd: Sshd, netns: Netns, tmux: Start) -> None:
    """`env -u` stands for what sudo does to the environment; the shell above it is the one that knows."""
    without = remote(sshd, before="env -u SSH_CONNECTION -u SSH_CLIENT")
    with tmux("links", "name == up0", **without) as screen:
        screen.sees("up0", "1 of", "FRESH")
        screen.keys("D").sees("comes in by up0", "Type up0")
