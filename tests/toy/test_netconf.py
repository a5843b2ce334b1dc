"""One file and one line in TABLES: panel, filter, sort, help, dump and monitor follow from the declaration."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import nltui.tables
from nltui.system import namespaces
from nltui.ui.app import NltuiApp
from nltui.worker.session import Session
from tests.e2e.tmux import ROOT
from tests.kernel.conftest import netns
from tests.kernel.netns import Netns
from tests.toy.netconf import NETCONF, merged
from tests.ui.robot import Robot

__all__ = ["netns"]

ADDED = """
import sys
import nltui.tables
from tests.toy.netconf import NETCONF
nltui.tables.TABLES = (*nltui.tables.TABLES, NETCONF)
from nltui.cli.main import main
sys.exit(main())
"""
"""The one line, in a process of its own."""


@pytest.fixture
def settings(netns: Netns) -> Netns:
    """Two links, one of which forwards."""
    netns.ip("link add blue0 type ifb")
    netns.ip("link add green0 type ifb")
    netns.sysctl("net.ipv4.conf.green0.forwarding", 1)
    netns.sysctl("net.ipv4.conf.green0.rp_filter", 2)
    return netns


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ADDED, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(*words: str) -> str:
    out, errors = start(*words).communicate(timeout=30)
    assert errors == ""
    return out


def sorted_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["family"], row["interface"]))


def test_dump_says_what_ip_says(settings: Netns) -> None:
    ours, theirs = json.loads(run("dump", "netconf", "-j", "-n", settings.name)), settings.ip_json("netconf")
    assert sorted_rows(ours) == sorted_rows(theirs)
    assert len(ours) == 10


def test_dump_narrows_by_family_and_text(settings: Netns) -> None:
    assert run("dump", "netconf", "-4", "--count", "-n", settings.name) == "5\n"
    assert run("dump", "netconf", "green0", "--count", "-n", settings.name) == "2\n"
    text = run("dump", "nc", "loose", "-n", settings.name)
    assert text.splitlines()[0].split()[:4] == ["INTERFACE", "FAMILY", "FORWARDING", "RP_FILTER"]
    assert text.splitlines()[1].split()[:4] == ["green0", "inet", "on", "loose"]


@pytest.fixture
def monitor(settings: Netns) -> Iterator[subprocess.Popen[str]]:
    """`nltui monitor -j netconf`, watching."""
    process = start("monitor", "netconf", "-j", "-n", settings.name)
    assert process.stderr is not None
    assert process.stderr.readline() == "watching netconf\n"
    yield process
    process.kill()
    process.communicate()


def test_monitor_shows_a_setting_as_old_and_new(settings: Netns, monitor: subprocess.Popen[str]) -> None:
    settings.sysctl("net.ipv4.conf.blue0.forwarding", 1)
    assert monitor.stdout is not None
    event = json.loads(monitor.stdout.readline())
    assert (event["table"], event["change"], event["who"]) == ("netconf", "changed", "?")
    before = {
        "interface": "blue0", "family": "inet", "forwarding": False, "rp_filter": "off", "mc_forwarding": False,
        "proxy_neigh": False, "ignore_routes_with_linkdown": False,
    }  # fmt: skip
    assert event["old"] == before
    assert event["row"] == before | {"forwarding": True}
    monitor.send_signal(signal.SIGINT)
    assert monitor.wait(30) == 130


async def test_panel_filter_sort_help_and_live_change(settings: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nltui.tables, "TABLES", (*nltui.tables.TABLES, NETCONF))
    with namespaces.resolve(settings.name) as namespace:
        session = Session(namespace, nltui.tables.TABLES)
        app = NltuiApp(session, host="gw1", namespace="toy", badge="CAN CHANGE", start_table="netconf")
        async with app.run_test(size=(120, 36)) as pilot:
            robot: Any = Robot(app, session, pilot)  # type: ignore[arg-type]  # a real session for the fake one
            await live(robot, "› Netconf", "✓ FRESH", "blue0", "green0", "loose")
            await robot.press("slash")
            await robot.type("green0")
            await robot.press("enter")
            await live(robot, "2 of 10")
            await robot.misses("blue0")
            settings.sysctl("net.ipv4.conf.green0.forwarding", 0)
            await live(robot, "green0     inet     off")
            await robot.press("escape", "s")
            await robot.type("forw")
            await robot.press("enter")
            assert app.dashboard.panels["netconf"].view.rows is not None
            assert app.dashboard.panels["netconf"].view.rows.sort == ("forwarding", False)
            await robot.press("question_mark")
            await robot.type("to come")
            await live(robot, "Settings of IPv4 and IPv6")
            await robot.press("escape")
            await robot.press("0")
            await live(robot, "~ netconf green0 forwarding on→off")


async def live(robot: Robot, *texts: str) -> None:
    """Wait for a real session, which works in threads of its own: as long as it takes, at most its deadline."""
    import asyncio
    import re

    async with asyncio.timeout(30):
        while any(re.sub(" +", " ", text) not in re.sub(" +", " ", robot.screen) for text in texts):
            await asyncio.sleep(0)
            await robot.tick()


def test_an_event_is_completed_by_what_was_known() -> None:
    from nltui.netlink import wire

    def message(family: int, *settings: tuple[int, int]) -> bytes:
        body = bytes((family, 0, 0, 0)) + b"".join(
            wire.nlattr(number, value.to_bytes(4, sys.byteorder)) for number, value in settings
        )
        return wire.nlmsg(80, 0, 7, body)

    whole = merged(message(2, (1, 5), (2, 0), (3, 2)), message(2, (1, 5), (2, 1)))
    assert whole == message(2, (1, 5), (2, 1), (3, 2))
