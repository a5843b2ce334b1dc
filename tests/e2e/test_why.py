"""`nltui why` as a user calls it."""

from __future__ import annotations

import json

import pytest

from tests.e2e.conftest import Start
from tests.e2e.headless import nltui
from tests.kernel.netns import Netns


@pytest.fixture
def routed(gateway: Netns) -> Netns:
    gateway.ip("neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev wan0")
    gateway.ip("route add default via 10.0.0.9")
    gateway.ip("route add 10.7.0.0/16 via 10.0.0.8 table 77")
    gateway.ip("route add blackhole 10.66.0.0/16")
    gateway.ip("rule add pref 100 fwmark 7 table 77")
    return gateway


def test_a_route_with_everything_that_belongs_to_it(routed: Netns) -> None:
    done = nltui("why", "8.8.8.8", "-n", routed.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert "· 100   from all fwmark 0x7  lookup 77" in done.stdout
    assert "▸ default via 10.0.0.9 dev wan0" in done.stdout
    assert "nexthop via 10.0.0.9 dev wan0   neighbour 10.0.0.9" in done.stdout
    assert "02:00:00:00:00:09" in done.stdout
    assert "kernel  8.8.8.8 via 10.0.0.9 dev wan0 src 10.0.0.1  the same" in done.stdout


def test_json(routed: Netns) -> None:
    found = json.loads(nltui("why", "10.7.1.1", "mark", "7", "-j", "-n", routed.name).stdout)
    assert found["route"]["dst"] == "10.7.0.0/16"
    assert found["kernel"] == {"route": "10.7.1.1 via 10.0.0.8 dev wan0 src 10.0.0.1", "agrees": True, "said": None}
    assert [step["priority"] for step in found["rules"]] == [0, 100]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("10.66.1.1",), 2, "the route refuses it: blackhole"),
        (("fd00::1",), 2, "no rule led to a route"),
    ],
)
def test_refusals_end_with_2(routed: Netns, words: tuple[str, ...], code: int, said: str) -> None:
    done = nltui("why", *words, "-n", routed.name)
    assert done.returncode == code
    assert said in done.stdout
    assert "as above" in done.stdout


def test_wrong_words_end_with_1(routed: Netns) -> None:
    done = nltui("why", "8.8.8.8", "frm", "1.1.1.1", "-n", routed.name)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nltui: why: 'frm' has no meaning here; did you mean `from`? DST [from SRC]")


def test_on_the_screen_it_follows_what_changes(routed: Netns, tmux: Start) -> None:
    with tmux("-n", routed.name) as screen:
        screen.sees("wan0", "FRESH")
        screen.keys(":", "why 8.8.8.8", "Enter").sees("why 8.8.8.8", "default via 10.0.0.9", "the same")
        routed.ip("route add 8.8.8.0/24 via 10.0.0.8")
        screen.sees("it takes 8.8.8.0/24 via 10.0.0.8 dev wan0")
        screen.keys("Escape").misses("it takes")
