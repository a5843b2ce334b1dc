"""Names of requesters: right, or `?`; never somebody else's."""

from __future__ import annotations

import os
import time

import pytest

from nltui.system import namespaces, processes
from nltui.worker.actors import LARGEST_PID, MARGIN_NS, REMEMBERED, Actors

SECOND = 10**9


class Proc:
    """Which process has which number now."""

    def __init__(self) -> None:
        self.now: dict[int, processes.Process] = {}

    def has(self, pid: int, name: str, start: float) -> None:
        self.now[pid] = processes.Process(pid, name, start, 0, name)

    def describe(self, pid: int) -> processes.Process | None:
        return self.now.get(pid)


@pytest.fixture
def proc(monkeypatch: pytest.MonkeyPatch) -> Proc:
    made = Proc()
    monkeypatch.setattr(processes, "describe", made.describe)
    return made


def test_a_process_seen_in_time_is_named(proc: Proc) -> None:
    actors, now = Actors(), time.time_ns()
    proc.has(77, "ip", 1.0)
    actors.see_all([77, 0])
    assert actors.name(77, now) == "ip[77]"


def test_a_process_of_another_network_namespace_did_not_ask(proc: Proc, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = namespaces.Identity(4, 1), namespaces.Identity(4, 2)
    networks = {77: here, 78: there}
    monkeypatch.setattr(namespaces, "of_process", networks.get)
    actors, now = Actors(here), time.time_ns()
    for pid in (77, 78, 79):
        proc.has(pid, "ip", 1.0)
    actors.see_all([77, 78, 79])
    assert actors.name(77, now) == "ip[77]"
    assert actors.name(78, now) == "?[78]", "a container counts its processes by itself"
    assert actors.name(79, now) == "ip[79]", "where it is may not be looked at"


def test_a_number_given_out_again_is_not_the_process_before(proc: Proc) -> None:
    actors, now = Actors(), time.time_ns()
    proc.has(77, "ip", 1.0)
    actors.see(77)
    assert actors.name(77, now + 2 * MARGIN_NS) == "?[77]"
    assert actors.name(77, now - 2 * MARGIN_NS) == "?[77]"


def test_a_process_that_ended_before_the_look_is_unknown(proc: Proc) -> None:
    actors = Actors()
    actors.see(77)
    assert actors.name(77, time.time_ns()) == "?[77]"


@pytest.mark.parametrize("port_id", [0, LARGEST_PID, 0xFFFFF000])
def test_port_ids_that_are_no_pids(proc: Proc, port_id: int) -> None:
    actors = Actors()
    proc.has(port_id, "no", 1.0)
    actors.see(port_id)
    assert actors.name(port_id, time.time_ns()) == "?"


def test_memory_is_bounded(proc: Proc) -> None:
    actors = Actors()
    for pid in range(1, REMEMBERED + 100):
        proc.has(pid, "ip", float(pid))
        actors.see(pid)
    assert actors.name(1, time.time_ns()) == "?[1]"
    assert actors.name(REMEMBERED + 99, time.time_ns()) == f"ip[{REMEMBERED + 99}]"


def test_a_live_process() -> None:
    actors = Actors()
    actors.see(os.getpid())
    assert actors.name(os.getpid(), time.time_ns()).endswith(f"[{os.getpid()}]")
    assert not actors.name(os.getpid(), time.time_ns()).startswith("?")
