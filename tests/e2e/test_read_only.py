"""`nltui --read-only` as root: every key and every command, and nothing is different afterwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nltui.tables import TABLES
from nltui.ui.app import NltuiApp
from nltui.ui.commands import COMMANDS
from nltui.ui.detail import Detail
from nltui.ui.table_view import TableView
from tests.changes.ground import build, difference, picture
from tests.e2e.conftest import Start
from tests.kernel.netns import Netns

SPELLED = {
    "question_mark": "?", "slash": "/", "colon": ":", "minus": "-", "ampersand": "&", "left_square_bracket": "[",
    "right_square_bracket": "]", "enter": "Enter", "escape": "Escape", "tab": "Tab", "shift+tab": "BTab",
    "space": "Space", "up": "Up", "down": "Down", "left": "Left", "right": "Right", "home": "Home", "end": "End",
    "pagedown": "PageDown", "pageup": "PageUp",
}  # fmt: skip
FIREWALL = (
    "add table inet wall",
    "add chain inet wall in { type filter hook input priority 0; policy accept; }",
    "add set inet wall bad { type ipv4_addr; flags interval; elements = { 10.9.0.0/16 } }",
    "add rule inet wall in ip saddr @bad drop",
)
LEAVING = ("q", "ctrl+c", "ctrl+z", "ctrl+q")


def keys() -> list[str]:
    """Every key of the program, its tables and its detail pane, as tmux spells them."""
    found: list[str] = []
    for owner in (NltuiApp, TableView, Detail):
        for binding in owner.BINDINGS:
            pressed = [key for key in getattr(binding, "key", str(binding)).split(",") if key not in LEAVING]
            found += [SPELLED.get(key) or key.replace("ctrl+", "C-") for key in pressed]
    return list(dict.fromkeys(found))


def sysctls(ns: Netns) -> str:
    return ns.run(["sysctl", "-a", "-r", "^net"]).stdout.replace("\t", " ")


def ruleset(ns: Netns) -> str:
    return ns.run(["nft", "list", "ruleset"]).stdout


def test_every_key_and_command_changes_nothing(netns: Netns, tmux: Start) -> None:
    if shutil.which("nft") is None:
        pytest.skip("needs nft")
    build(netns)
    for line in FIREWALL:
        netns.run(["nft", line])
    before, settings, firewall = picture(netns, indexes=True), sysctls(netns), ruleset(netns)
    assert "10.9.0.0/16" in firewall
    commands = [name for one in COMMANDS for name in one.names] + [table.name for table in TABLES]
    with tmux("--read-only", "-n", netns.name, width=130, height=40) as screen:
        screen.sees("READ-ONLY", "FRESH", "10.0.0.1/24")
        for digit in "1237":
            screen.keys(digit)
            for key in keys():
                screen.keys(key, "Enter", "Escape", "Escape")
            screen.keys("Escape", "Escape", "Escape")
        for name in commands:
            screen.keys(":").type(name).keys("Enter", "Escape", "Escape", "Escape")
        for line in ("ip link set va down", "ip route del 10.20.0.0/16", "ns default", "undo"):
            screen.keys(":").type(line).keys("Enter", "Escape", "Escape", "Escape")
        # Keys are obeyed in order: when the last one shows, all have been. Escape and a key right behind it can reach
        # a program as one.
        screen.wait("the command line", lambda: "type to search" in screen.keys("Escape").keys("?").screen)
        screen.sees("READ-ONLY")
    assert difference(before, picture(netns, indexes=True)) == []
    assert [line for line in sysctls(netns).splitlines() if moves(line) not in settings] == []
    assert ruleset(netns) == firewall


def moves(line: str) -> str:
    """Counters of sysctl that go on by themselves count as unchanged."""
    return "" if any(word in line for word in ("random", "nr_", "state", "count", "pressure", "stat")) else line


def test_the_same_keys_do_change_something_without_it(netns: Netns, tmux: Start) -> None:
    build(netns)
    with tmux("-n", netns.name, "rules", width=130, height=40) as screen:
        screen.sees("CAN CHANGE", "1000")
        screen.keys("/").type("priority == 1000").keys("Enter").sees("1 of")
        screen.keys("d").sees("delete this rule", "ip -4 rule del")
        screen.keys("Tab", "Enter")
        screen.sees("done: ", "u takes it back")
        assert not [row for row in netns.ip_json("rule show") if row["priority"] == 1000]
        screen.keys("u").sees("undone: ")
        assert [row for row in netns.ip_json("rule show") if row["priority"] == 1000]


def test_what_changes_things_is_not_to_be_had(netns: Netns, tmp_path: Path) -> None:
    script = (
        "from nltui.cli import tui; tui._lock(None, 1 << 20)\n"
        "import sys; print([name for name in sys.modules if name.startswith('nltui.changes.')])\n"
        "import nltui.changes.routes"
    )
    done = netns.run([sys.executable, "-c", script])
    assert done.stdout.strip() == "[]"
    assert "ModuleNotFoundError" in done.stderr or "ImportError" in done.stderr


def test_the_file_can_ask_for_it(netns: Netns, tmux: Start, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("read_only = true\n")
    with tmux("--config", str(file), "-n", netns.name) as screen:
        screen.sees("READ-ONLY", "FRESH")


def test_another_process_reads_what_this_one_may_not(netns: Netns, tmux: Start) -> None:
    netns.ip("xfrm policy add src 10.0.0.0/8 dst 10.1.0.0/16 dir out")
    with tmux("--read-only", "-n", netns.name, "policies") as screen:
        screen.sees("READ-ONLY", "only to CAP_NET_ADMIN: start with --read-only=broker")
    with tmux("--read-only=broker", "-n", netns.name, "policies") as screen:
        screen.sees("READ-ONLY", "FRESH", "10.1.0.0/16")
        netns.ip("xfrm policy add src fd00::/8 dst ::/0 dir in action block")
        screen.sees("fd00::/8", "block")
        netns.ip("xfrm policy flush")
        screen.misses("fd00::/8")
        screen.keys("C-c", "C-c")
        assert screen.ends() == 0


def test_the_namespace_that_it_is_in_is_deleted(netns: Netns, tmux: Start) -> None:
    build(netns)
    with tmux("--read-only", "-n", netns.name) as screen:
        screen.sees("READ-ONLY", "FRESH", "10.0.0.1/24")
        subprocess.run(["ip", "netns", "del", netns.name], check=True)
        screen.sees(f"network namespace {netns.name} was deleted; the kernel keeps it until nltui ends", "STALE")
        screen.keys("C-c", "C-c")
        assert screen.ends() == 0
