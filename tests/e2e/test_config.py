"""A configuration file with a slip: every command says so and goes on."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.conftest import Start
from tests.e2e.headless import nltui
from tests.kernel.netns import Netns


def test_a_slip_is_told_on_the_screen_until_it_is_put_away(gateway: Netns, tmux: Start, tmp_path: Path) -> None:
    file = tmp_path / "slip.toml"
    file.write_text("[limits]\nlog_records = 'x'\n")
    with tmux("-n", gateway.name, "--config", str(file)) as screen:
        screen.sees("line 2: `limits.log_records` must be", "wan0", "FRESH")
        screen.keys("Escape")
        screen.misses("line 2:")
        screen.keys("q")
        assert screen.ends() == 0


def test_a_slip_is_told_on_stderr(gateway: Netns, tmp_path: Path) -> None:
    file = tmp_path / "slip.toml"
    file.write_text("[limits]\nhello = 1\n[rows]\naddresses = 1024\n")
    done = nltui("-n", gateway.name, "dump", "addresses", "-j", "--config", str(file))
    assert done.returncode == 0
    assert "line 2: there is no `limits.hello`" in done.stderr
    assert [row for row in json.loads(done.stdout) if row["local"] == "10.0.0.1"]
    missing = nltui("dump", "links", "--config", str(tmp_path / "missing"))
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "no configuration file" in missing.stderr


def test_doctor_and_diagnostics_are_about_the_program_as_it_is_configured(gateway: Netns, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text("[limits]\nmonitor_buffer = 65_536\nhello = 1\n")
    for words in (("doctor",), ("dump", "diagnostics")):
        done = nltui("-n", gateway.name, *words, "-j", "--config", str(file))
        assert "line 3: there is no `limits.hello`" in done.stderr
        found = json.loads(done.stdout)
        rows = {row["subject"]: row for row in (found["diagnostics"] if words == ("doctor",) else found)}
        assert rows["socket ROUTE"]["buffer_asked"] == 65_536
        missing = nltui("-n", gateway.name, *words, "--config", str(tmp_path / "missing"))
        assert (missing.returncode, missing.stdout) == (1, "")
