"""Exit codes and streams of commands without a screen: data to stdout, sentences to stderr."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from tests.e2e.headless import nltui
from tests.e2e.tmux import ROOT
from tests.kernel.netns import Netns

POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
"""Root without any capability: may read a virtual environment in root's home, and nothing else that others may not."""
DUMPED: dict[str, dict[str, object]] = {
    "links": {"ifname": "wan0", "mtu": 1500},
    "addresses": {"local": "10.0.0.1", "ifname": "wan0"},
    "routes": {"dst": "10.0.0.0/24", "dev": "wan0"},
    "neighbours": {"dst": "10.0.0.9", "lladdr": "02:00:00:00:00:09"},
    "rules": {"priority": 32766, "table": "main"},
    "nexthops": {"id": 7, "gateway": "10.0.0.9"},
}
"""A row of each table of the namespace below."""


def sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line on stderr; nothing on stdout."""
    assert (done.returncode, done.stdout) == (code, ""), done
    assert done.stderr.startswith("nltui: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize("command", ["dump", "monitor"])
def test_an_unknown_table_is_a_usage_error_with_the_nearest_name(command: str) -> None:
    assert "did you mean `routes`?" in sentence(nltui(command, "ruotes"), 1)
    assert "routes" in sentence(nltui(command, "xyzzy"), 1)


@pytest.mark.parametrize("command", [("dump", "links"), ("monitor",)])
def test_an_unknown_namespace_is_a_usage_error(command: tuple[str, ...]) -> None:
    said = sentence(nltui("-n", "no-such-namespace", *command), 1)
    assert "no-such-namespace" in said


@pytest.mark.parametrize("command", [("dump", "links"), ("monitor", "links")])
def test_a_namespace_without_the_privilege_to_enter_it(netns: Netns, command: tuple[str, ...]) -> None:
    said = sentence(nltui("-n", netns.name, *command, before=POWERLESS), 77)
    assert "CAP_SYS_ADMIN" in said


@pytest.mark.parametrize("table", DUMPED)
def test_every_table_dumps_without_privilege(gateway: Netns, table: str) -> None:
    gateway.ip("neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev wan0 nud permanent")
    gateway.ip("nexthop add id 7 via 10.0.0.9 dev wan0")
    done = gateway.run([*POWERLESS, sys.executable, "-m", "nltui", "dump", table, "-j"])
    assert (done.returncode, done.stderr) == (0, "")
    assert [row for row in json.loads(done.stdout) if DUMPED[table].items() <= row.items()]


def test_without_a_terminal_the_screen_is_refused() -> None:
    assert "nltui dump" in sentence(nltui(), 1)


def test_a_redirected_stderr_is_no_terminal() -> None:
    master, slave = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "nltui"], cwd=ROOT, stdin=slave, stdout=slave, stderr=subprocess.PIPE, text=True
        )
        assert "nltui dump" in process.communicate(timeout=30)[1]
        assert process.returncode == 1
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize("words", [[], ["-j"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_broken_pipe_is_quiet(gateway: Netns, words: list[str], unbuffered: str) -> None:
    gateway.batch(f"route add 10.9.{high}.{low}/32 dev wan0" for high in range(20) for low in range(250))
    process = subprocess.Popen(
        [sys.executable, "-m", "nltui", "-n", gateway.name, "dump", "routes", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(30) == 128 + signal.SIGPIPE
    process.stderr.close()


@pytest.mark.parametrize("as_json", [False, True])
def test_an_interrupted_monitor_ends_with_130_and_has_said_what_happened(gateway: Netns, as_json: bool) -> None:
    words = ["-j"] if as_json else []
    process = subprocess.Popen(
        [sys.executable, "-m", "nltui", "-n", gateway.name, "monitor", "links", *words],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert process.stdout is not None
    assert process.stderr.readline() == "watching links\n"
    gateway.ip("link set wan0 mtu 1400")
    line = process.stdout.readline()
    if as_json:
        event = json.loads(line)
        assert (event["change"], event["old"]["mtu"], event["row"]["mtu"]) == ("changed", 1500, 1400)
    else:
        assert "~ link wan0 mtu 1500→1400" in line
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (130, "", "")


def test_what_this_user_may_not_see_is_told_where_it_was_asked_for(netns: Netns) -> None:
    for command in ("monitor", "dump"):
        done = netns.run([*POWERLESS, sys.executable, "-m", "nltui", command, "policies"])
        assert done.returncode == 77
        assert done.stderr == "nltui: the kernel shows IPsec policies only to CAP_NET_ADMIN: run nltui with sudo\n"
