"""`nltui doctor` and `nltui dump diagnostics`: what they find on this machine, with and without privilege."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest

from nltui.cli.doctor import Report, _lock
from nltui.system import seccomp
from tests.e2e.headless import nltui
from tests.e2e.test_headless import POWERLESS
from tests.kernel.netns import Netns


def doctor(ns: Netns, *before: str) -> dict[str, Any]:
    done = ns.run([*before, sys.executable, "-m", "nltui", "doctor", "-j"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_with_all_privileges(gateway: Netns) -> None:
    found = doctor(gateway)
    assert found["program"]["kernel"] == f"Linux {os.uname().release} {os.uname().machine}"
    assert found["namespaces"]["current"] == gateway.name
    told = {"uid": 0, "cap_net_admin": True, "badge": "CAN CHANGE", "seccomp": not seccomp.lacks()}
    assert found["privilege"] | told == found["privilege"]
    opening = {one["name"] for one in found["netlink"]["protocols"] if one["opens"]}
    assert {"ROUTE", "KOBJECT_UEVENT", "GENERIC"} <= opening
    assert "UNUSED" not in opening
    assert found["netlink"]["buffer"] == {"asked": 8 << 20, "got": 8 << 20, "forced": True}
    # Here it runs inside another network namespace; that of process 1 may or may not be looked at.
    events = found["netlink"]["process_events"]
    assert events["heard"] or events["error"]
    rows = {one["subject"]: one for one in found["diagnostics"]}
    assert rows["links"]["rows"] == len(gateway.ip_json("link show"))
    assert rows["routes"]["state"] == "FRESH"
    assert rows["socket ROUTE"]["state"] == "LISTENING"
    assert rows["socket ROUTE"]["buffer"] == 8 << 20
    assert found["trouble"] is None


def test_without_privileges_it_says_what_would_help(gateway: Netns) -> None:
    found = doctor(gateway, *POWERLESS)
    assert not found["netlink"]["buffer"]["forced"]
    assert not found["privilege"]["cap_net_admin"]
    seen = [one for one in found["diagnostics"] if one["subject"] not in ("policies", "socket XFRM")]
    assert all(one["state"] in ("FRESH", "LISTENING") for one in seen)
    assert len(seen) == len(found["diagnostics"]) - 2
    assert [help_ for help_ in found["helps"] if "sudo" in help_ and "cap_net_admin" in help_]


def test_where_nothing_can_be_read_it_is_all_told_and_the_exit_code_says_why(netns: Netns) -> None:
    done = nltui("doctor", "-n", netns.name, before=POWERLESS)
    assert done.returncode == 77
    assert "CAP_SYS_ADMIN" in done.stderr
    assert "! STALE" in done.stdout
    assert "none can be opened" in done.stdout


def test_people_get_sections_and_aligned_tables_and_nothing_hostile(gateway: Netns) -> None:
    hostile = ("env", "TERM=\x1b[31mX", "LC_ALL=C.UTF-8")
    done = gateway.run([*hostile, sys.executable, "-m", "nltui", "doctor"])
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "\\x1b[31mX" in done.stdout
    lines = done.stdout.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")][:5] == [
        "program", "terminal", "namespaces", "privilege", "netlink"
    ]  # fmt: skip
    heads = [line for line in lines if line.startswith("SUBJECT")]
    assert len(heads) == 2
    links = next(line for line in lines if line.startswith("links "))
    assert links.index("✓ FRESH") == heads[0].index("STATE")


def test_diagnostics_are_dumped_like_any_table(gateway: Netns) -> None:
    done = nltui("-n", gateway.name, "dump", "diagnostics", "socket", "route", "-j")
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = json.loads(done.stdout)
    assert (row["subject"], row["lost"]) == ("socket ROUTE", 0)
    assert nltui("-n", gateway.name, "dump", "diag", "--count").stdout == "13\n"
    table = nltui("-n", gateway.name, "dump", "diag").stdout.splitlines()
    assert table[0].startswith("SUBJECT")
    assert len(table) == 14


def test_a_machine_without_a_filter_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "MACHINES", {})
    report = Report()
    _lock(report)
    assert report.values["privilege"]["seccomp"] is False
    said = (
        f"nltui has no list of system calls for {os.uname().machine}: nltui --read-only leaves to root what needs no "
    )
    said += "capability, and is not called READ-ONLY"
    assert [help_ for name, _, help_ in report.texts["privilege"] if name == "seccomp"] == [said]
