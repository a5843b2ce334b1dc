"""Names of requesters: right, or `?`; never somebody else's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from nltui.errors import KernelRefused
from nltui.model.actor import LARGEST_PID, Actor, Certainty
from nltui.netlink.port_ids import PortIds
from nltui.system import descriptors, processes
from nltui.system.namespaces import Identity
from nltui.system.processes import Process
from nltui.worker.actors import MARGIN_NS, REMEMBERED, SIGHTINGS, SOON_NS, Actors
from nltui.worker.lives import Lives
from nltui.worker.owners import WAITING, Owners

HERE, THERE = Identity(4, 1), Identity(4, 2)
PATIENCE = 10.0


@dataclass
class Kernel:
    """Processes, sockets with their port ids, and who holds them."""

    processes: dict[int, Process] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)
    held: dict[int, dict[int, int]] = field(default_factory=dict)
    """pid → descriptor → inode."""
    hidden: set[int] = field(default_factory=set)
    """Processes whose descriptors may not be looked at."""
    strangers: bool = False
    scans: int = 0

    def has(
        self,
        pid: int,
        name: str = "ip",
        start: int = 1,
        inner: int = 0,
        network: Identity | None = HERE,
        is_kernel: bool = False,
    ) -> Process:
        made = Process(pid, name, float(start), 0, name, inner or pid, start, network=network, is_kernel=is_kernel)
        self.processes[pid] = made
        return made

    def opens(self, pid: int, port_id: int, inode: int) -> None:
        self.ports[port_id] = inode
        held = self.held.setdefault(pid, {})
        held[len(held) + 3] = inode

    def ends(self, pid: int) -> None:
        """The process, and with it sockets that nobody else holds."""
        self.processes.pop(pid, None)
        gone = set(self.held.pop(pid, {}).values())
        gone -= {inode for held in self.held.values() for inode in held.values()}
        self.ports = {port: inode for port, inode in self.ports.items() if inode not in gone}

    def closes(self, port_id: int) -> None:
        inode = self.ports.pop(port_id)
        self.held = {pid: {fd: i for fd, i in held.items() if i != inode} for pid, held in self.held.items()}

    # what the program asks

    def find(self, pid: int, inode: int) -> int | None:
        if pid in self.hidden:
            raise PermissionError
        return min((fd for fd, held in self.held.get(pid, {}).items() if held == inode), default=None)

    def holds(self, pid: int, fd: int, inode: int) -> bool:
        return pid not in self.hidden and self.held.get(pid, {}).get(fd) == inode

    def owners(self, inodes: set[int]) -> tuple[dict[int, list[int]], bool]:
        self.scans += 1
        found: dict[int, list[int]] = {}
        for pid, held in self.held.items():
            for inode in inodes & set(held.values()) if pid not in self.hidden else ():
                found.setdefault(inode, []).append(pid)
        return found, not self.hidden

    def is_alive(self, process: Process) -> bool:
        now = self.processes.get(process.pid)
        return now is not None and now.ticks == process.ticks


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel()
    monkeypatch.setattr(processes, "describe", made.processes.get)
    monkeypatch.setattr(processes, "is_alive", made.is_alive)
    monkeypatch.setattr(processes, "are_strangers_in", lambda network: made.strangers)
    for function in ("find", "holds", "owners"):
        monkeypatch.setattr(descriptors, function, getattr(made, function))
    monkeypatch.setattr(PortIds, "inodes", lambda self: dict(made.ports))
    return made


@pytest.fixture
def lives() -> Lives:
    return Lives()


@pytest.fixture
def actors(kernel: Kernel, lives: Lives) -> Iterator[Actors]:
    made = Actors(HERE, lives=lives)
    yield made
    made.stop()


def asks(actors: Actors, port_id: int) -> Actor:
    """A change with this port id is heard now: what is said of it in the end."""
    at = time.time_ns()
    actors.see_all([port_id, 0])
    return later(actors, port_id, at)


def later(actors: Actors, port_id: int, at: int) -> Actor:
    assert actors.settle(PATIENCE)
    return actors.actor(port_id, at)


def said(actor: Actor) -> tuple[str, str]:
    return actor.text, actor.certainty.value


def test_whose_socket_was_seen_asked_exactly(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77)
    kernel.opens(77, 77, 700)
    assert said(asks(actors, 77)) == ("ip[77]", "exact")


def test_what_ended_right_after_is_inferred(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77)
    at = time.time_ns()
    actors.see(77)
    kernel.ends(77)
    assert said(later(actors, 77, at)) == ("ip[77]", "inferred")


def test_what_takes_a_moment_to_end_is_inferred_too(
    kernel: Kernel, actors: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([True, True, False])
    monkeypatch.setattr(processes, "is_alive", lambda process: next(looks))
    kernel.has(77)
    assert said(asks(actors, 77)) == ("ip[77]", "inferred")
    assert not list(looks)


def test_what_lives_on_without_such_a_socket_did_not_ask(kernel: Kernel, actors: Actors) -> None:
    """Somebody bound the port id that is the number of another process, and is gone."""
    kernel.has(77, "sleep")
    actor = asks(actors, 77)
    assert said(actor) == ("?[77]", "unknown")
    assert "sleep[77]" in actor.reason


def test_a_forged_port_id_names_its_true_owner(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "sleep")
    kernel.has(500, "forger")
    kernel.opens(500, 77, 700)
    assert said(asks(actors, 77)) == ("forger[500]", "exact")


def test_nothing_is_said_before_the_closer_look(
    kernel: Kernel, actors: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Owners, "run", lambda self: None)
    kernel.has(77, "sleep")
    at = time.time_ns()
    actors.see(77)
    actor = actors.actor(77, at)
    assert (said(actor), actor.reason) == (("?[77]", "unknown"), "being looked at")
    assert not actors.settle(0.0)


def test_further_sockets_are_found_by_whose_they_are(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "bird")
    for port_id, inode in ((77, 700), (0xFFFFF000, 701), (0xFFFFEFFF, 702)):
        kernel.opens(77, port_id, inode)
    assert said(asks(actors, 0xFFFFF000)) == ("bird[77]", "exact")
    assert said(asks(actors, 0xFFFFEFFF)) == ("bird[77]", "exact")
    assert kernel.scans == 1, "who was an owner lately is asked first"
    assert said(asks(actors, 0xFFFFF000)) == ("bird[77]", "exact")


def test_further_sockets_of_libnl_need_no_look_at_everybody(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "keepalived")
    kernel.opens(77, (5 << 22) + 77, 700)
    assert said(asks(actors, (5 << 22) + 77)) == ("keepalived[77]", "exact")
    assert kernel.scans == 0


def test_a_further_socket_that_is_gone(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77)
    assert said(asks(actors, 0xFFFFF000)) == ("?", "unknown")
    assert said(asks(actors, LARGEST_PID + 77)) == ("?", "unknown")


def test_a_socket_that_several_hold_is_nobodys(kernel: Kernel, actors: Actors) -> None:
    for pid in (500, 501):
        kernel.has(pid, "worker")
        kernel.opens(pid, 77, 700)
    assert said(asks(actors, 77)) == ("?[77]", "unknown")


def test_who_opens_a_socket_for_each_request_is_known_from_before(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "dockerd")
    kernel.opens(77, 77, 700)
    assert said(asks(actors, 77)) == ("dockerd[77]", "exact")
    kernel.closes(77)
    assert said(asks(actors, 77)) == ("dockerd[77]", "inferred")
    kernel.has(77, "other", start=2)
    assert said(asks(actors, 77)) == ("?[77]", "unknown"), "the same number, another process"


def test_who_was_introduced_needs_no_look(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "python3")
    actors.introduce(0xFFFFF000, 77, "guardian", 60)
    kernel.ends(77)
    assert said(asks(actors, 0xFFFFF000)) == ("guardian[77]", "exact")
    late = time.time_ns() + 61 * 10**9
    assert said(actors.actor(0xFFFFF000, late)) == ("?", "unknown"), "it cannot have lived so long"
    kernel.has(500, "other")
    kernel.opens(500, 0xFFFFF000, 700)
    assert said(asks(actors, 0xFFFFF000)) == ("other[500]", "exact"), "the number is another's by now"


def test_another_network_namespace(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, network=THERE)
    at = time.time_ns()
    actors.see(77)
    kernel.ends(77)
    assert said(later(actors, 77, at)) == ("?[77]", "unknown"), "it did not ask here"
    kernel.has(78, network=None)
    at = time.time_ns()
    actors.see(78)
    kernel.ends(78)
    assert said(later(actors, 78, at)) == ("ip[78]", "inferred"), "where it was may not be looked at"
    kernel.has(79, "dockerd", network=THERE)
    kernel.opens(79, 79, 700)
    assert said(asks(actors, 79)) == ("dockerd[79]", "exact"), "it had opened a socket here"


def test_another_pid_namespace(kernel: Kernel, actors: Actors) -> None:
    """A container's process 3, which is 77 here; it shares the network, and 3 is somebody else here."""
    kernel.has(77, "contained", inner=3)
    kernel.has(3, "kworker", is_kernel=True)
    kernel.opens(77, 3, 700)
    assert said(asks(actors, 3)) == ("contained[77]", "exact")
    assert said(asks(actors, 77)) == ("?[77]", "unknown"), "77 is no number of its own"
    kernel.closes(3)
    assert said(asks(actors, 3)) == ("?[3]", "unknown")
    at = time.time_ns()
    actors.see(77)
    kernel.ends(77)
    assert said(later(actors, 77, at)) == ("?[77]", "unknown"), "nor is it when it ends right after"


def test_without_process_events_strangers_make_doubtful(kernel: Kernel) -> None:
    kernel.strangers = True
    actors = Actors(HERE)
    kernel.has(77)
    at = time.time_ns()
    actors.see(77)
    kernel.ends(77)
    assert said(later(actors, 77, at)) == ("?[77]", "unknown")
    actors.stop()


def test_process_events_name_what_had_gone(kernel: Kernel, actors: Actors, lives: Lives) -> None:
    now = time.time_ns()
    lives.forked(77, 5, now - 3_000_000)
    lives.executed(77, now - 2_000_000, kernel.has(77))
    kernel.ends(77)
    lives.died(77, now - 100_000)
    assert said(asks(actors, 77)) == ("ip[77]", "inferred")
    assert said(actors.actor(77, now - 10 * MARGIN_NS)) == ("?[77]", "unknown"), "it was not born"
    assert said(actors.actor(77, now + 10 * MARGIN_NS)) == ("?[77]", "unknown"), "it was long gone"


def test_a_number_that_was_given_out_again_just_then_is_nobodys(kernel: Kernel, actors: Actors, lives: Lives) -> None:
    now = time.time_ns()
    for begin, name in ((now - 9_000_000, "ip"), (now - 5_000_000, "tc")):
        lives.forked(77, 5, begin)
        lives.executed(77, begin + 1_000_000, kernel.has(77, name))
        lives.died(77, begin + 2_000_000)
    kernel.ends(77)
    assert said(asks(actors, 77)) == ("?[77]", "unknown")


def test_one_that_was_not_seen_in_time_makes_doubtful_too(kernel: Kernel, actors: Actors, lives: Lives) -> None:
    now = time.time_ns()
    lives.died(77, now - 9_000_000)
    lives.forked(77, 5, now - 5_000_000)
    lives.executed(77, now - 4_000_000, kernel.has(77))
    lives.died(77, now - 1_000_000)
    kernel.ends(77)
    assert said(asks(actors, 77)) == ("?[77]", "unknown")


def test_process_events_do_not_name_what_lived_on(kernel: Kernel, actors: Actors, lives: Lives) -> None:
    now = time.time_ns()
    lives.forked(77, 5, now - 5_000_000)
    lives.executed(77, now - 4_000_000, kernel.has(77, "sleep"))
    assert said(asks(actors, 77)) == ("?[77]", "unknown")
    kernel.ends(77)
    lives.died(77, now + 5 * SOON_NS)
    assert said(actors.actor(77, now)) == ("?[77]", "unknown")


def test_process_events_alone_name_only_what_ended_right_after(actors: Actors, lives: Lives) -> None:
    """A storm: no look was made."""
    now = time.time_ns()
    for pid, died in ((77, now + SOON_NS // 2), (78, now + 5 * SOON_NS)):
        lives.executed(pid, now - 4_000_000, Process(pid, "ip", 1.0, 0, "ip", pid, network=HERE))
        assert said(actors.actor(pid, now)) == (f"?[{pid}]", "unknown"), "it has not ended"
        lives.died(pid, died)
    assert said(actors.actor(77, now)) == ("ip[77]", "inferred")
    assert said(actors.actor(78, now)) == ("?[78]", "unknown")


def test_process_events_name_a_contained_process_by_its_own_number(
    kernel: Kernel, actors: Actors, lives: Lives
) -> None:
    now = time.time_ns()
    kernel.has(3, "sleep")
    lives.forked(77, 5, now - 3_000_000)
    lives.executed(77, now - 2_000_000, kernel.has(77, "ip", inner=3))
    kernel.ends(77)
    lives.died(77, now - 100_000)
    assert said(asks(actors, 3)) == ("ip[77]", "inferred"), "sleep[3] lives on and has no such socket"
    assert said(asks(actors, 77)) == ("?[77]", "unknown")


def test_two_that_count_otherwise_and_end_together_are_not_told_apart(
    kernel: Kernel, actors: Actors, lives: Lives
) -> None:
    now = time.time_ns()
    for pid, inner in ((77, 0), (500, 77)):
        lives.executed(pid, now - 2_000_000, kernel.has(pid, inner=inner or pid))
        kernel.ends(pid)
        lives.died(pid, now - 100_000)
    assert said(asks(actors, 77)) == ("?[77]", "unknown")


@pytest.mark.parametrize("strangers", [False, True])
def test_what_entered_the_network_namespace_after_it_was_executed(
    kernel: Kernel, actors: Actors, lives: Lives, strangers: bool
) -> None:
    """`ip -n`: it counts as here only where nobody with numbers of his own is."""
    kernel.strangers = strangers
    now = time.time_ns()
    lives.forked(77, 5, now - 3_000_000)
    lives.executed(77, now - 2_000_000, kernel.has(77, network=THERE))
    kernel.ends(77)
    lives.died(77, now - 100_000)
    assert said(asks(actors, 77)) == (("?[77]", "unknown") if strangers else ("ip[77]", "inferred"))


@pytest.mark.parametrize("strangers", [False, True])
def test_what_only_its_name_is_known_of(kernel: Kernel, actors: Actors, lives: Lives, strangers: bool) -> None:
    """The kernel tells the name of what ends, and not how it counted itself."""
    kernel.strangers = strangers
    now = time.time_ns()
    lives.executed(77, now - 2_000_000, None)
    lives.died(77, now - 100_000)
    lives.was(Process(77, "ip", 1.0, 0, "[ip]"))
    assert said(asks(actors, 77)) == (("?[77]", "unknown") if strangers else ("ip[77]", "inferred"))


def test_hidden_sockets(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "bird", network=None)
    kernel.opens(77, 77, 700)
    kernel.hidden.add(77)
    assert said(asks(actors, 77)) == ("bird[77]", "inferred")
    kernel.opens(77, 0xFFFFF000, 701)
    assert said(asks(actors, 0xFFFFF000)) == ("?", "unknown")


def test_hidden_sockets_among_strangers(kernel: Kernel, actors: Actors) -> None:
    kernel.strangers = True
    kernel.has(77, "bird", network=None)
    kernel.opens(77, 77, 700)
    kernel.hidden.add(77)
    assert said(asks(actors, 77)) == ("?[77]", "unknown")


def test_a_kernel_without_netlink_diag(kernel: Kernel, actors: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: PortIds) -> dict[int, int]:
        raise KernelRefused("listing", 2)

    monkeypatch.setattr(PortIds, "inodes", refuse)
    kernel.has(77, "bird")
    kernel.opens(77, 77, 700)
    assert said(asks(actors, 77)) == ("?[77]", "unknown"), "nothing that was seen speaks for it"
    at = time.time_ns()
    kernel.has(78)
    actors.see(78)
    kernel.ends(78)
    assert said(later(actors, 78, at)) == ("ip[78]", "inferred")


def test_a_name_holds_for_the_time_around_a_sighting(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "bird")
    kernel.opens(77, 77, 700)
    now = time.time_ns()
    assert said(asks(actors, 77)) == ("bird[77]", "exact")
    assert said(actors.actor(77, now + MARGIN_NS // 2)) == ("bird[77]", "exact"), "a storm: no look for each"
    assert said(actors.actor(77, now + 2 * MARGIN_NS)) == ("?[77]", "unknown")
    assert said(actors.actor(77, now - 2 * MARGIN_NS)) == ("?[77]", "unknown")


def test_a_number_given_out_again_is_not_the_process_before(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "bird")
    kernel.opens(77, 77, 700)
    first = time.time_ns()
    assert said(asks(actors, 77)) == ("bird[77]", "exact")
    kernel.ends(77)
    assert said(asks(actors, 77)) == ("?[77]", "unknown")
    kernel.has(77, "frr", start=2)
    kernel.opens(77, 77, 800)
    assert said(asks(actors, 77)) == ("frr[77]", "exact")
    assert said(actors.actor(77, first)) == ("bird[77]", "exact"), "then it was another"


def test_a_program_executed_by_the_same_process_has_its_own_name(kernel: Kernel, actors: Actors) -> None:
    kernel.has(77, "sh")
    kernel.opens(77, 77, 700)
    assert asks(actors, 77).text == "sh[77]"
    kernel.has(77, "ip")
    assert asks(actors, 77).text == "ip[77]"


def test_memory_is_bounded(kernel: Kernel, actors: Actors) -> None:
    for pid in range(1, REMEMBERED + 100):
        actors.see(pid)
    for _ in range(50):
        actors.see(REMEMBERED + 99)
        assert actors.settle(PATIENCE)
    assert len(actors._seen) == REMEMBERED
    assert len(actors._seen[REMEMBERED + 99]) == SIGHTINGS
    assert actors._owners.pending <= WAITING


def test_too_many_at_once_are_unknown(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Owners, "run", lambda self: None)
    actors, now = Actors(), time.time_ns()
    for pid in range(1, WAITING + 2):
        kernel.has(pid)
        actors.see(pid)
    assert actors._owners.pending == WAITING
    assert "too many" in actors.actor(WAITING + 1, now).reason


def test_a_look_that_fails_names_nobody(kernel: Kernel, actors: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(pid: int, inode: int) -> int | None:
        raise RuntimeError(str(pid))

    monkeypatch.setattr(descriptors, "find", fail)
    kernel.has(77)
    kernel.opens(77, 77, 700)
    assert said(asks(actors, 77)) == ("?[77]", "unknown")
    monkeypatch.undo()


def test_a_live_process() -> None:
    import socket

    actors = Actors()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        port_id = sock.getsockname()[0]
        actor = asks(actors, port_id)
    assert actor.certainty is Certainty.EXACT
    assert actor.process is not None
    assert actor.process.pid == os.getpid()
    actors.stop()
