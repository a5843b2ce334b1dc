"""A namespace is deleted under the eyes of a person, or of a script."""

from __future__ import annotations

import subprocess
import sys

from tests.e2e.conftest import Start
from tests.e2e.headless import nltui
from tests.e2e.test_headless import POWERLESS, sentence
from tests.e2e.tmux import ROOT
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns


def delete(ns: Netns) -> None:
    subprocess.run(["ip", "netns", "del", ns.name], check=True)


def test_the_screen_says_so_keeps_what_it_knows_and_is_left_at_once(gateway: Netns, peer: Netns, tmux: Start) -> None:
    peer.ip(f"link add out0 type veth peer name in0 netns {gateway.name}")
    with tmux("-n", gateway.name) as screen:
        screen.sees("wan0", "FRESH")
        delete(gateway)
        screen.sees(f"network namespace {gateway.name} was deleted", "STALE SINCE", "wan0")
        assert comes_true(lambda: all(row["ifname"] != "out0" for row in peer.ip_json("link show")))
        subprocess.run(["ip", "netns", "add", gateway.name], check=True)
        screen.sees("a new one has its name now")
        screen.keys("1", "Enter")
        screen.sees("Summary")
        screen.keys("q", "q", "q")
        assert screen.ends() == 0


def test_monitor_prints_what_it_heard_and_ends(gateway: Netns) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nltui", "-n", gateway.name, "monitor", "links"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stdout is not None
    assert "watching" in process.stderr.readline()
    gateway.ip("link set wan0 mtu 1400")
    assert "1500→1400" in process.stdout.readline()
    delete(gateway)
    out, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said == f"nltui: network namespace {gateway.name} was deleted\n"
    assert "wan0" not in out


def test_another_users_process_is_refused_with_what_would_help(netns: Netns) -> None:
    sleeper = netns.popen(["sleep", "60"])
    try:
        for command in (("dump", "links"), ("monitor", "links")):
            said = sentence(nltui("-n", str(sleeper.pid), *command, before=POWERLESS), 77)
            assert f"the network namespace of process {sleeper.pid} cannot be opened" in said
            assert "root" in said
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_process_that_has_ended_is_no_namespace() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert "no process has this number" in sentence(nltui("-n", str(ended.pid), "dump", "links"), 1)
    zombie = subprocess.Popen(["true"])
    assert comes_true(lambda: "Z" in subprocess.check_output(["ps", "-o", "stat=", "-p", str(zombie.pid)], text=True))
    assert str(zombie.pid) in sentence(nltui("-n", str(zombie.pid), "dump", "links"), 1)
    zombie.wait()
    sentence(nltui("-n", "9" * 300, "dump", "links"), 1)
    sentence(nltui("-n", "x" * 300, "dump", "links"), 1)
