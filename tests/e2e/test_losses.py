"""A storm that the receive buffer cannot hold, before the eyes of a person and of a script."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.e2e.conftest import Start
from tests.e2e.tmux import ROOT
from tests.kernel.netns import Netns

SMALL = ("-rc", "16k")


def storm(ns: Netns, count: int = 4000) -> None:
    ns.batch(f"route add 10.{64 + n // 250}.{n % 250}.0/24 dev wan0" for n in range(count))


@pytest.mark.parametrize(("width", "height"), [(120, 36), (80, 24)])
def test_a_loss_is_seen_healed_and_explained(
    gateway: Netns, tmux: Start, width: int, height: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with tmux("-n", gateway.name, *SMALL, width=width, height=height) as screen:
        screen.sees("wan0", "LOSS 0")
        storm(gateway)
        seconds = screen.misses("LOSS 0")
        with capsys.disabled():
            print(f"\n  {width}x{height}: loss on screen {seconds * 1000:.0f} ms after the storm", end="", flush=True)
        screen.sees(" ! GAP: ", "messages lost, resynced in")
        screen.sees("✓ FRESH")
        screen.keys("0", "/").type("gap").keys("Enter")
        screen.sees("! GAP: ", "1 of ")
        screen.keys("Enter").sees("Summary · Message", "gap", "found when the tables were read again: ")
        screen.keys("q", "Escape", "q").keys("8").sees("Diagnostics", "socket ROUTE", "✓ LISTENING")
        screen.keys("q", "q")
        assert screen.ends() == 0


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nltui", *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_a_strict_monitor_ends_with_4_and_says_what_was_lost(gateway: Netns) -> None:
    process = start("-n", gateway.name, "monitor", "routes", "-j", "--strict", *SMALL)
    assert process.stderr is not None
    assert process.stderr.readline() == "watching routes\n"
    storm(gateway)
    out, said = process.communicate(timeout=30)
    assert process.returncode == 4
    objects = [json.loads(line) for line in out.splitlines()]
    gaps = [one for one in objects if one["change"] == "gap"]
    assert gaps
    assert all(one["lost"] > 0 and one["seconds"] > 0 and one["cause"] == "overrun" for one in gaps)
    assert sum(one["rows"] for one in gaps) == sum(one.get("who") == "silent" for one in objects)
    assert sum(one["change"] == "added" for one in objects) == 4000
    assert "messages lost, reading again" in said
    assert said.splitlines()[-1].startswith("nltui: ")


def test_a_monitor_that_lost_nothing_is_strict_without_a_word(gateway: Netns) -> None:
    process = start("-n", gateway.name, "monitor", "routes", "--strict")
    assert process.stderr is not None
    assert process.stdout is not None
    process.stderr.readline()
    gateway.ip("route add 10.9.0.0/16 dev wan0")
    assert "+ route 10.9.0.0/16" in process.stdout.readline()
    process.send_signal(2)
    out, said = process.communicate(timeout=30)
    assert (process.returncode, out, said) == (130, "", "")
