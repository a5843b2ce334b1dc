"""What is copied reaches the terminal's clipboard (OSC 52)."""

from __future__ import annotations

import base64
import json
import re
import shlex

from tests.e2e.conftest import Start
from tests.e2e.tmux import Tmux
from tests.kernel.netns import Netns


def copied(screen: Tmux) -> list[str]:
    found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", screen.sent)
    return [base64.b64decode(one).decode() for one in found]


def test_row_command_json_and_hex(gateway: Netns, tmux: Start) -> None:
    for number in range(1, 4):
        gateway.ip(f"route add 10.{number}.0.0/16 via 10.0.0.9 proto bgp metric {number}")
    with tmux("-n", gateway.name, "routes", "bgp") as screen:
        screen.sees("10.3.0.0/16", "3 of")
        screen.keys("y").sees("yy the row as text", "yi the `ip` command that makes it")
        screen.keys("i").sees("copied: ip -4 route append 10.1.0.0/16")
        # Typed ahead: moves first, then copies.
        screen.keys("j", "j", "y", "i").sees("copied: ip -4 route append 10.3.0.0/16")
        screen.keys("y", "j").sees('copied: {"dst": "10.3.0.0/16"')
        screen.keys("y", "x").sees("copied: 44 00 00 00")
        screen.keys("y", "y").sees("copied: 10.3.0.0/16 10.0.0.9 wan0 bgp")
        screen.keys("y", "Escape").misses("yi the")
        first, second, as_json, as_hex, row = copied(screen)
        assert shlex.split(first)[:5] == ["ip", "-4", "route", "append", "10.1.0.0/16"]
        assert "10.3.0.0/16" in second
        assert json.loads(as_json)["gateway"] == "10.0.0.9"
        assert bytes.fromhex(as_hex)[16] == 2
        assert row.split("\t")[:3] == ["10.3.0.0/16", "10.0.0.9", "wan0"]


def test_what_has_no_command_is_told(gateway: Netns, tmux: Start) -> None:
    with tmux("-n", gateway.name, "links") as screen:
        screen.sees("wan0", "FRESH")
        screen.keys("y", "i").sees("not copied: this link is a device; no command makes it")
        assert copied(screen) == []
