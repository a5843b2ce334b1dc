"""The command line on the real kernel: another namespace without leaving the screen."""

from __future__ import annotations

from nltui.system.places import places
from tests.e2e.conftest import Start
from tests.kernel.netns import Netns


def test_switching_between_namespaces(gateway: Netns, peer: Netns, tmux: Start) -> None:
    peer.ip("link add blue0 type ifb")
    with tmux("-n", gateway.name, "links") as screen:
        screen.sees("wan0", f"ns {gateway.name}", "FRESH")
        screen.keys(":", f"ns {peer.name}", "Enter").sees("blue0", f"ns {peer.name}", "FRESH")
        screen.misses("wan0")
        peer.ip("link add blue1 type ifb")
        screen.sees("blue1")
        screen.keys(":", "ns nowhere", "Enter").sees("no network namespace is called nowhere")
        screen.keys("C-u", f"ns {gateway.name}", "Enter").sees("wan0", "far0", "FRESH")
        screen.keys(":", "ip a 10.0", "Enter").sees("10.0.0.1/24", "/ addresses: 10.0")
        screen.keys("C-q")
        assert screen.ends() == 0


def test_a_namespace_that_was_left_is_not_held(gateway: Netns, tmux: Start) -> None:
    with tmux("-n", gateway.name, "links") as screen:
        screen.sees("wan0", "FRESH")
        screen.keys(":", "ns -", "Enter").sees("lo", "FRESH")
        screen.misses("wan0")
        outside = Netns()
        with outside:
            gateway.ip(f"link set far0 netns {outside.name}")
            gateway.__exit__(None, None, None)
            # Its veth's other end goes with it as soon as nobody holds it.
            screen.wait("the pair to go", lambda: "far0" not in [one["ifname"] for one in outside.ip_json("link show")])


def test_every_namespace_is_found(gateway: Netns, peer: Netns) -> None:
    found = places()
    assert found[0].argument == ""
    assert {gateway.name, peer.name} <= {place.argument for place in found}
    assert found[0].processes > 0
