"""The log of own changes: whole lines that only their owner reads, or none and a sentence."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nltui.changes.change_log import FILE, LARGEST, record
from nltui.system import state
from tests.changes.ground import Desk, build
from tests.kernel.netns import Netns


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "directory", lambda: str(tmp_path / "nltui"))
    return tmp_path / "nltui"


def lines(place: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(place, FILE).read_text(encoding="utf-8").splitlines()]


def test_who_when_what_and_how_it_ended(place: Path) -> None:
    before = os.umask(0)
    try:
        assert record("blue", "apply", "ip link set dev va mtu 1400", "done") == ""
    finally:
        os.umask(before)
    [told] = lines(place)
    assert told["netns"] == "blue"
    assert told["what"] == "apply"
    assert told["line"] == "ip link set dev va mtu 1400"
    assert told["result"] == "done"
    assert told["pid"] == os.getpid()
    assert {"time", "user"} <= set(told)
    assert stat.S_IMODE(Path(place, FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_log_that_others_could_read_is_closed_to_them(place: Path) -> None:
    place.mkdir()
    Path(place, FILE).write_text("")
    Path(place, FILE).chmod(0o644)
    record("here", "apply", "a line", "done")
    assert stat.S_IMODE(Path(place, FILE).stat().st_mode) == 0o600


def test_a_large_log_is_begun_anew(place: Path) -> None:
    place.mkdir()
    Path(place, FILE).write_text("x" * (LARGEST + 1))
    assert record("here", "apply", "a line", "done") == ""
    assert len(lines(place)) == 1
    assert Path(place, f"{FILE}.1").stat().st_size == LARGEST + 1


def test_nothing_is_written_through_a_link_or_into_what_is_no_file(place: Path, tmp_path: Path) -> None:
    place.mkdir()
    Path(place, FILE).symlink_to(tmp_path / "elsewhere")
    assert record("here", "apply", "a line", "done").startswith("not logged")
    assert not Path(tmp_path, "elsewhere").exists()
    Path(place, FILE).unlink()
    os.mkfifo(Path(place, FILE))
    assert record("here", "apply", "a line", "done").startswith("not logged")


def test_that_a_change_is_not_logged_is_known(place: Path, netns: Netns) -> None:
    place.write_text("no folder")
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(desk.down())
        assert desk.changes.unlogged.startswith(f"not logged in {place}: ")
        place.unlink()
        desk.changes.undo(desk.changes.back())
        assert desk.changes.unlogged == ""


@pytest.fixture
def small(place: Path) -> Iterator[Path]:
    """A file system of a few pages."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


def test_of_a_line_for_which_there_is_no_room_nothing_is_left(small: Path) -> None:
    assert record("here", "apply", "first", "done") == ""
    Path(small, "rest").write_bytes(bytes(8192))
    said = ""
    while not said:
        said = record("here", "apply", "x" * 3000, "done")
    assert "No space left" in said
    Path(small, "rest").unlink()
    assert record("here", "apply", "last", "done") == ""
    told = [one["line"] for one in lines(small)]
    assert (told[0], told[-1]) == ("first", "last")
