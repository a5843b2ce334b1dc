"""What happens in the kernel is on the screen: in its table and in the activity, at every usual size."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Start
from tests.kernel.netns import Netns

SIZES = pytest.mark.parametrize(("width", "height"), [(120, 36), (80, 24)])


def show(capsys: pytest.CaptureFixture[str], what: str, seconds: float) -> None:
    """For the reader of the report; nothing depends on it."""
    with capsys.disabled():
        print(f"\n  {what}: on screen after {seconds * 1000:.0f} ms", end="", flush=True)


@SIZES
def test_changes_by_ip_are_on_screen(
    gateway: Netns, tmux: Start, width: int, height: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def happens(command: str, *seen: str) -> None:
        gateway.ip(command)
        show(capsys, f"{width}x{height} ip {command}", screen.sees(*seen))

    with tmux("-n", gateway.name, width=width, height=height) as screen:
        show(capsys, f"{width}x{height} start", screen.sees("wan0", "FRESH"))
        happens("link set wan0 mtu 1400", "veth 1400", "mtu 1500→1400")
        screen.keys("2").sees("address ▲", "10.0.0.1/24")
        happens("address add 192.0.2.7/28 dev wan0", "192.0.2.7/28 wan0")
        screen.keys("3").sees("destination ▲")
        happens("route add 198.51.100.0/24 via 10.0.0.9", "198.51.100.0/24 10.0.0.9", "+ route 198.51.100.0/24")
        screen.keys("1").sees("name state kind")
        happens("link add blue7 type ifb", "blue7 ▼ DOWN ifb", "+ link blue7")
        happens("link del blue7", "− link blue7")
        screen.misses("blue7 ▼ DOWN ifb")
        screen.keys("q")
        assert screen.ends() == 0


@SIZES
def test_uevents_are_on_screen(
    gateway: Netns, tmux: Start, width: int, height: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with tmux("-n", gateway.name, width=width, height=height) as screen:
        screen.sees("wan0", "FRESH")
        screen.keys("4").sees("no uevents yet")
        gateway.ip("link add green7 type ifb")
        show(capsys, f"{width}x{height} uevent add", screen.sees("add net/green7"))
        # `ip netns exec` mounts a sysfs of the namespace.
        done = gateway.run(["sh", "-c", "echo change > /sys/class/net/green7/uevent"])
        assert done.returncode == 0, done.stderr
        show(capsys, f"{width}x{height} uevent change", screen.sees("change net/green7"))


def test_a_device_that_is_renamed_keeps_its_row(gateway: Netns, tmux: Start) -> None:
    with tmux("-n", gateway.name, "links", width=200, height=60) as screen:
        screen.sees("wan0", "› Links")
        gateway.ip("link set wan0 down")
        gateway.ip("link set wan0 name up-link")
        screen.sees("up-link")
        screen.misses("wan0 ")
        screen.keys("q", "0").sees("wan0→up-link")
