"""A bundle: everything in it can be read again, the capture by tshark."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.headless import nltui
from tests.kernel import world
from tests.kernel.netns import Netns


def test_everything_is_in_it(netns: Netns, peer: Netns, tmp_path: Path) -> None:
    world.build(netns, peer)
    target = tmp_path / "all.tar.gz"
    done = nltui("export", str(target), "-n", netns.name)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as archive:
        archive.extractall(tmp_path, filter="data")
    place = tmp_path / "all"
    manifest = json.loads((place / "manifest.json").read_text())
    for name in ("links", "addresses", "routes", "neighbours", "rules", "nexthops"):
        rows = [json.loads(line) for line in (place / f"{name}.jsonl").read_text().splitlines()]
        assert len(rows) == manifest["tables"][name]["rows"] > 0, name
        assert len((place / f"{name}.txt").read_text().splitlines()) == len(rows) + 1
        assert manifest["tables"][name]["state"] == "FRESH"
    assert {one["ifname"] for one in netns.ip_json("link show")} == {
        json.loads(line)["ifname"] for line in (place / "links.jsonl").read_text().splitlines()
    }
    if shutil.which("tshark") is None:
        pytest.skip("needs tshark")
    shown = tshark(place / "capture.pcap", "-T", "fields", "-e", "frame.number")
    assert len(shown.splitlines()) == manifest["packets"]
    assert tshark(place / "capture.pcap", "-Y", "_ws.malformed") == ""


def tshark(capture: Path, *words: str) -> str:
    done = subprocess.run(["tshark", "-r", str(capture), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_file_is_overwritten_and_nothing_is_left_behind(gateway: Netns, tmp_path: Path) -> None:
    target = tmp_path / "here.tar.gz"
    target.write_text("mine")
    done = nltui("export", str(target), "-n", gateway.name)
    assert done.returncode == 1
    assert "exists already; nothing was written" in done.stderr
    assert target.read_text() == "mine"
    done = nltui("export", str(tmp_path / "no" / "such" / "x.tar.gz"), "-n", gateway.name)
    assert (done.returncode, "was not written: No such file or directory" in done.stderr) == (2, True)
    assert [one.name for one in tmp_path.iterdir()] == ["here.tar.gz"]


def test_from_the_screen(gateway: Netns, tmux: Start, tmp_path: Path) -> None:
    with tmux("-n", gateway.name) as screen:
        screen.sees("wan0", "FRESH")
        gateway.ip("link set wan0 mtu 1400")
        screen.sees("mtu 1500→1400")
        screen.keys("E").sees(": export nltui-", ".tar.gz")
        screen.keys("C-u").type(f"export {tmp_path}/x.tar.gz").keys("Enter").sees("exported to", "messages")
    with tarfile.open(tmp_path / "x.tar.gz") as archive:
        found = archive.extractfile("x/activity.txt")
        assert found is not None
        assert "~ link wan0 mtu 1500→1400" in found.read().decode()
