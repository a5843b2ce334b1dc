"""The real program on a real kernel: these tests need root and tmux; elsewhere they are skipped with the reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.tmux import Tmux
from tests.kernel.conftest import netns, peer
from tests.kernel.netns import Netns

__all__ = ["gateway", "netns", "peer", "tmux"]

Start = Callable[..., Tmux]


@pytest.fixture
def tmux(tmp_path: Path) -> Start:
    """Starts nltui on a screen of this size, for a `with` statement; words are its command line."""
    if shutil.which("tmux") is None:
        pytest.skip("needs tmux")

    def start(*words: str, **told: Any) -> Tmux:
        return Tmux(tmp_path, *words, **told)

    return start


@pytest.fixture
def gateway(netns: Netns) -> Netns:
    """A namespace with the pair wan0/far0, up and with an address; without IPv6, which is never quiet."""
    netns.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
    netns.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
    netns.ip("link add wan0 type veth peer name far0")
    netns.ip("link set far0 up")
    netns.ip("link set wan0 up")
    netns.ip("address add 10.0.0.1/24 dev wan0")
    return netns
