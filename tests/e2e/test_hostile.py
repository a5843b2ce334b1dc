"""Names and aliases chosen by others reach neither the terminal nor the markup, wherever they are shown."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Start
from tests.e2e.headless import nltui
from tests.e2e.tmux import ROOT
from tests.kernel.netns import Netns

ESCAPE, MARKUP = "\x1b[31mX", "[bold]x"
ALIASES = (
    "[@click=app.quit]x[/]",
    "[/]",
    "\x1b]0;owned\x07",
    "\udcff\udcfe\udc9b31m",
    "\u202egnp.exe\u2066",
    "$(reboot)`id`",
)
RAW = (b"\x1b]0;owned", b"\x1b[31mX", b"\xff\xfe", "\u202e".encode(), "\u2066".encode())
"""What must never reach a terminal."""
VISIBLE = ("\\x1b[31mX", "[bold]x")


@pytest.fixture
def hostile(netns: Netns) -> Netns:
    """Links with such names, and one link for every alias."""
    for name in (ESCAPE, MARKUP):
        netns.ip(f"link add {name} type ifb")
        netns.ip(f"link set {name} up")
    for number, alias in enumerate(ALIASES):
        netns.ip(f"link add name{number} type ifb")
        netns.ip(f"link set name{number} alias {alias}")
        # The kernel tells of a new alias only where the link is up.
        netns.ip(f"link set name{number} up")
    netns.ip(f"address add 10.0.0.1/24 dev {ESCAPE}")
    netns.ip(f"route add 10.1.0.0/16 dev {ESCAPE}")
    return netns


def test_nothing_hostile_reaches_the_terminal_or_runs(hostile: Netns, tmux: Start) -> None:
    with tmux("-n", hostile.name) as screen:
        screen.sees("FRESH", *VISIBLE)
        # Live: activity and uevents are filled with such names too.
        hostile.ip(f"link set {ESCAPE} mtu 1400")
        hostile.ip(f"link set {MARKUP} mtu 1300")
        hostile.ip(f"link add {MARKUP}y type ifb")
        screen.sees("~ link \\x1b[31mX mtu 1500→1400", "~ link [bold]x", "net/[bold]xy")
        for number, alias in enumerate(reversed(ALIASES)):
            hostile.ip(f"link set name{number} alias {alias}")
        screen.sees("link name5", "alias")
        for table, seen in (("2", "10.0.0.1"), ("3", "10.1.0.0"), ("4", "net/"), ("0", "alias")):
            screen.keys(table, table).sees(seen)
            screen.keys("Enter").sees("Summary · Message")
            screen.keys("x").sees("bytes ─")
            for text in VISIBLE:
                if text in screen.screen:
                    screen.click(text).click(text, 2)
            screen.keys("q", "q").sees("1 Links")
        assert screen.is_running
        screen.keys("q")
        assert screen.ends() == 0
        assert_clean(screen.sent)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_in_detail_filter_and_help(hostile: Netns, tmux: Start, alias: str) -> None:
    with tmux("-n", hostile.name, "links", f"name{ALIASES.index(alias)}", height=100) as screen:
        screen.sees("1 of", "name")
        screen.keys("Enter").sees("Summary · Message", " alias ")
        shown = next(line for line in screen.screen.splitlines() if re.search(r"│\s+alias ", line))
        text = re.split(r"\s{2,}", shown.partition(" alias ")[2].strip())[0]
        screen.click(text).click(text, 2)
        screen.keys("x").sees("IFLA_IFALIAS", "bytes ─")
        screen.keys("Escape").misses("Summary · Message")
        screen.keys("Escape").misses("1 of")
        screen.keys("?").sees("type to search")
        screen.type(alias[:3] if alias.isascii() and alias.isprintable() else "x")
        screen.keys("C-c").misses("type to search")
        screen.keys("/").type("[/]").keys("Enter").sees("2 of")
        assert screen.is_running
        screen.keys("C-c", "C-c")
        assert screen.ends() == 0
        assert_clean(screen.sent)


def assert_clean(sent: bytes) -> None:
    """Nothing of the hostile bytes, and no title but those that the program itself sets."""
    for raw in RAW:
        assert raw not in sent, raw
    sent.decode()


@pytest.mark.parametrize("table", ["links", "addresses", "routes", "neighbours", "rules", "nexthops"])
def test_dumps_are_clean_text_and_valid_json(hostile: Netns, table: str) -> None:
    done = nltui("-n", hostile.name, "dump", table, "-d")
    assert (done.returncode, done.stderr) == (0, "")
    assert not re.search(r"[^\n\x20-\x7e\u00a1-\ufffd]|[\u202a-\u202e\u2066-\u2069]", done.stdout)
    done = nltui("-n", hostile.name, "dump", table, "-j")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert done.stdout.isascii()
    if table == "links":
        assert {ESCAPE, MARKUP} <= {row["ifname"] for row in rows}
        aliases = {row.get("ifalias") for row in rows}
        assert {"[@click=app.quit]x[/]", "\x1b]0;owned\x07", "\u202egnp.exe\u2066"} <= aliases


@pytest.fixture
def monitor(hostile: Netns) -> Iterator[subprocess.Popen[str]]:
    """`nltui monitor -j`, watching."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nltui", "-n", hostile.name, "monitor", "-j"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert "watching" in process.stderr.readline()
    yield process
    process.kill()
    process.communicate()


def test_monitor_writes_valid_json_whatever_the_names(hostile: Netns, monitor: subprocess.Popen[str]) -> None:
    for number, alias in enumerate(reversed(ALIASES)):
        hostile.ip(f"link set name{number} alias {alias}")
    hostile.ip(f"link add {MARKUP}z type ifb")
    hostile.ip(f"link del {ESCAPE}")
    assert monitor.stdout is not None
    seen = []
    for line in monitor.stdout:
        assert line.isascii()
        seen.append(json.loads(line))
        if seen[-1]["table"] == "links" and seen[-1]["change"] == "removed":
            break
    aliases = [event["row"]["ifalias"] for event in seen if "ifalias" in event["row"] and event["change"] == "changed"]
    assert aliases[:2] == ["$(reboot)`id`", "\u202egnp.exe\u2066"]
    assert seen[-1]["row"]["ifname"] == ESCAPE
    assert any(event["table"] == "uevents" for event in seen)
