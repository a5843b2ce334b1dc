"""One filter language: for dump, monitor and wait, and typed ahead on the screen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.conftest import Start
from tests.e2e.headless import nltui
from tests.e2e.tmux import ROOT
from tests.kernel.netns import Netns
from tests.pseudo import DEADLINE


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nltui", *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.fixture
def routed(gateway: Netns) -> Netns:
    for number in range(1, 6):
        gateway.ip(f"route add 10.{number}.0.0/16 via 10.0.0.9 proto bgp")
    gateway.ip("route add default via 10.0.0.9 proto static metric 50")
    return gateway


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("dst covers 10.3.4.5",), 2),
        (("dst", "in", "10.0.0.0/13"), 8),
        (("proto == bgp", "--filter", "dst in {10.1/16, 10.2/16}"), 2),
        (("not (proto == bgp or type == local)",), 4),
        (("metric >= 50 dev ~ ^wan"), 1),
    ],
)
def test_dump(routed: Netns, words: tuple[str, ...] | str, count: int) -> None:
    given = (words,) if isinstance(words, str) else words
    done = nltui("-n", routed.name, "dump", "routes", *given, "--count", "-4")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{count}\n", "")


@pytest.mark.parametrize("command", ["dump", "wait", "monitor"])
def test_an_error_is_said_before_anything_is_read(command: str) -> None:
    done = nltui(command, "routes", "dst", "in", "nonsense")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "nltui: filter: `nonsense` is no address or prefix (at character 8)\n"


def test_wait_ends_when_a_row_matches(gateway: Netns) -> None:
    process = started("wait", "-n", gateway.name, "links", "name == wan0 and mtu == 1300", "--timeout", "20")
    gateway.ip("link set wan0 mtu 1300")
    out, errors = process.communicate(timeout=DEADLINE)
    assert (process.returncode, out, errors) == (0, "", "")


def test_wait_for_what_is_gone(gateway: Netns) -> None:
    process = started("wait", "-n", gateway.name, "addresses", "address == 10.0.0.1", "--absent", "--timeout", "20")
    gateway.ip("address del 10.0.0.1/24 dev wan0")
    assert process.wait(DEADLINE) == 0
    process.communicate()


@pytest.mark.parametrize(
    ("words", "said"),
    [(("links", "name == nope"), "no row matches"), (("links", "name == wan0", "--absent"), "a row still matches")],
)
def test_wait_ends_with_124_when_the_time_is_up(gateway: Netns, words: tuple[str, ...], said: str) -> None:
    done = nltui("wait", "-n", gateway.name, *words, "--timeout", "300ms")
    assert (done.returncode, done.stdout, done.stderr) == (124, "", f"nltui: links: {said}\n")


def test_wait_for_an_event(gateway: Netns) -> None:
    process = started("wait", "-n", gateway.name, "activity", "type == route and object ~ 10.77", "--timeout", "20")
    while process.poll() is None:
        gateway.ip("route replace 10.77.0.0/16 via 10.0.0.9")
        gateway.ip("route del 10.77.0.0/16")
    assert process.returncode == 0
    process.communicate()


def test_monitor_prints_what_matches_now_or_did_before(gateway: Netns) -> None:
    process = started("monitor", "-n", gateway.name, "routes", "metric == 7")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline() == "watching routes where metric == 7\n"
    gateway.ip("route add 10.1.0.0/16 dev wan0 metric 5")
    gateway.ip("route add 10.2.0.0/16 dev wan0 metric 7")
    gateway.ip("route del 10.1.0.0/16")
    gateway.ip("route del 10.2.0.0/16")
    assert "+ route 10.2.0.0/16" in process.stdout.readline()
    assert "− route 10.2.0.0/16" in process.stdout.readline()
    process.terminate()
    process.communicate(timeout=DEADLINE)


def test_keys_typed_ahead_act_in_their_order(routed: Netns, tmux: Start) -> None:
    with tmux("-n", routed.name, "routes") as screen:
        screen.sees("10.1.0.0/16", "FRESH")
        screen.keys("/", "pro", "Tab", "Down", "Enter", "b", "Tab", "Enter", "j")
        screen.sees("/ routes: proto == bgp", "5 of 12", "▸10.2.0.0/16")
        screen.keys("&", "dst covers 10.3.4.5", "Enter")
        screen.sees("/ routes: [proto == bgp] dst covers 10.3.4.5", "1 of 12")
        screen.keys("Escape").sees("[proto == bgp]", "5 of 12")
        screen.keys("/", "(metrik > 5").sees("no column `metrik` in routes; did you mean `metric`?", "5 of 12")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("table == 77", 3),
        ("table == main dst in 10/8", 6),
        ("table == 254 proto == bgp", 5),
        ("proto == static", 1),
        ("proto == 186", 7),
        ("table == 99", 0),
        ("table == nowhere", 0),
        ("not table == main proto == bgp", 2),
        ("table == 77 or table == main", 10),
    ],
)
def test_what_the_kernel_leaves_out_changes_nothing(routed: Netns, words: str, count: int) -> None:
    for number in range(2):
        routed.ip(f"route add 10.{100 + number}.0.0/16 via 10.0.0.9 proto bgp table 77")
    routed.ip("route add 10.102.0.0/16 via 10.0.0.9 proto zebra table 77")
    assert nltui("-n", routed.name, "dump", "routes", words, "--count", "-4").stdout == f"{count}\n"
