"""Requesters on a real kernel: named exactly, by inference, or not at all; never as somebody else.

`NLTUI_WHO=1000 pytest -s tests/kernel/test_who.py` makes a thousand changes; the shares are printed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nltui.model.actor import Actor, Certainty
from nltui.model.history import Change, Source
from nltui.netlink import wire
from tests.kernel.churn import ground
from tests.kernel.followed import PATIENCE, Followed, comes_true
from tests.kernel.netns import Netns

COUNT = int(os.environ.get("NLTUI_WHO", "120"))
"""Changes by short-lived processes, and by the long-lived one."""

REQUESTER = """
import os, socket, struct, sys

def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value

def route(table, third):
    body = struct.pack("=8BI", 2, 24, 0, 0, 254, 4, 0, 1, 0)
    body += attribute(1, bytes((10, table, third, 0))) + attribute(4, struct.pack("=I", INDEX))
    return struct.pack("=IHHII", 16 + len(body), 24, 0x605, 1, 0) + body

def open_socket(port=0):
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    made.bind((port, 0))
    return made

def change(sock, table, third):
    sock.send(route(table, third))
    answer = sock.recv(4096)
    assert struct.unpack_from("=i", answer, 16)[0] == 0, answer

INDEX = socket.if_nametoindex("d0")
"""


def program(body: str) -> list[str]:
    return [sys.executable, "-c", REQUESTER + body]


class Heard:
    """What a session says of the changes that it heard since it was made."""

    def __init__(self, followed: Followed) -> None:
        self.session = followed.session
        self._before = self.session.history.last

    def changes(self) -> list[Change]:
        found, missed = self.session.history.since(self._before)
        assert not missed
        return [change for change in found if change.source is Source.EVENT and change.port_id]

    def actors(self, count: int) -> list[tuple[Change, Actor]]:
        """As soon as so many were heard and looked at."""
        assert comes_true(lambda: len(self.changes()) >= count), len(self.changes())
        assert self.session.settle(PATIENCE)
        return [(change, self.session.actor(change.port_id, change.time)) for change in self.changes()]

    def only(self) -> Actor:
        """Who made the one change that there was."""
        ((_, actor),) = self.actors(1)
        return actor


@contextmanager
def listening(netns: Netns) -> Iterator[Heard]:
    """A session that names requesters, while somebody hears process events."""
    ground(netns)
    with Followed(netns, names=True) as followed:
        assert comes_true(lambda: followed.session.crew.processes is not None)
        events = followed.session.crew.processes
        assert events is not None
        assert comes_true(lambda: events.hears or bool(events.counts.trouble))
        yield Heard(followed)


def shares(found: list[tuple[Change, Actor]], right: Callable[[Actor], bool], title: str) -> Counter[str]:
    """Count the answers, and print them: wrong ones apart."""
    counts: Counter[str] = Counter()
    for _, actor in found:
        named = actor.process is not None
        counts["wrong" if named and not right(actor) else actor.certainty.value] += 1
    said = ", ".join(f"{counts[word]} {word}" for word in ("exact", "inferred", "unknown", "wrong"))
    print(f"\n{title}: of {len(found)} changes {said}")
    return counts


COMMANDS = (
    "address add 10.210.{a}.{b}/32 dev d0",
    "route add 10.211.{a}.{b}/32 dev d0",
    "rule add priority {n} to 10.212.{a}.{b}/32 table 77",
    "neigh add 10.213.{a}.{b} lladdr 02:00:00:00:00:01 dev d0 nud permanent",
)


def is_ip(actor: Actor) -> bool:
    assert actor.process is not None
    return (actor.process.pid, actor.process.name) == (actor.port_id, "ip")


def test_many_changes_by_short_lived_processes(netns: Netns) -> None:
    with listening(netns) as heard:
        pids: set[int] = set()
        for number in range(COUNT):
            line = COMMANDS[number % 4].format(a=number >> 8, b=number & 255, n=1000 + number)
            process = netns.popen(["ip", *line.split()])
            assert process.wait() == 0
            pids.add(process.pid)
        found = [(change, actor) for change, actor in heard.actors(COUNT) if change.port_id in pids]
        assert len(found) == COUNT
        counts = shares(found, is_ip, "short-lived ip")
        assert not counts["wrong"]
        assert counts["exact"] + counts["inferred"] > COUNT // 2


def test_several_sockets_of_a_long_lived_process(netns: Netns) -> None:
    body = f"""
sockets = [open_socket() for _ in range(5)]
for number in range({COUNT}):
    change(sockets[number % 5], 214 + (number >> 8), number & 255)
print("done", flush=True)
sys.stdin.readline()
"""
    with listening(netns) as heard:
        process = netns.popen(program(body), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            found = heard.actors(COUNT)
        finally:
            process.communicate("\n")
        assert len({change.port_id for change, _ in found}) == 5
        counts = shares(
            found, lambda actor: actor.process is not None and actor.process.pid == process.pid, "long-lived"
        )
        assert not counts["wrong"]
        assert counts["exact"] == COUNT


def test_ip_that_enters_the_namespace_itself(netns: Netns) -> None:
    """`ip -n`: when it is executed, it is in another network namespace."""
    with listening(netns) as heard:
        for number in range(COUNT // 4):
            netns.ip(f"route add 10.215.{number >> 8}.{number & 255}/32 dev d0")
        counts = shares(heard.actors(COUNT // 4), is_ip, "ip -n")
        assert not counts["wrong"]


FORGED = """
sock = open_socket(int(sys.argv[1]))
change(sock, 216, 0)
print(os.getpid(), flush=True)
sys.stdin.readline()
"""


@contextmanager
def decoy(netns: Netns) -> Iterator[int]:
    """A process that asks for nothing."""
    process = netns.popen(["sleep", "1000"])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def test_a_forged_port_id_is_never_the_process_of_that_number(netns: Netns) -> None:
    with listening(netns) as heard, decoy(netns) as pid:
        forger = netns.popen([*program(FORGED), str(pid)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            actor = heard.only()
        finally:
            forger.communicate("\n")
        assert actor.port_id == pid
        assert actor.certainty is Certainty.EXACT
        assert actor.process is not None
        assert actor.process.pid == forger.pid


def test_a_forged_port_id_of_which_nothing_is_left(netns: Netns) -> None:
    with listening(netns) as heard, decoy(netns) as pid:
        forger = netns.popen([*program(FORGED), str(pid)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        assert forger.wait() == 0
        actor = heard.only()
        assert actor.port_id == pid
        assert actor.process is None or actor.process.pid == forger.pid, actor


CONTAINED = """
with open("/proc/sys/kernel/ns_last_pid", "w") as file:
    file.write(str(int(sys.argv[1]) - 1))
child = os.fork()
if child == 0:
    assert os.getpid() == int(sys.argv[1])
    stays = len(sys.argv) > 2
    sock = open_socket()
    change(sock, 217, 0)
    print("done", flush=True)
    if stays:
        sys.stdin.readline()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.parametrize("stays", [False, True])
def test_the_same_number_in_another_pid_namespace(netns: Netns, stays: bool) -> None:
    with listening(netns) as heard, decoy(netns) as pid:
        argv = ["unshare", "--pid", "--fork", *program(CONTAINED), str(pid), *(["stay"] if stays else [])]
        contained = netns.popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            actor = heard.only()
        finally:
            contained.communicate("\n")
        assert contained.returncode == 0
        assert actor.port_id == pid
        assert actor.process is None or (actor.process.pid != pid and actor.process.inner == pid), actor
        assert actor.certainty is Certainty.EXACT or not stays


def test_the_first_process_of_another_pid_namespace_is_not_init(netns: Netns) -> None:
    with listening(netns) as heard:
        body = "change(open_socket(), 218, 0)\nassert os.getpid() == 1\n"
        done = netns.run(["unshare", "--pid", "--fork", *program(body)])
        assert done.returncode == 0, done.stderr
        actor = heard.only()
        assert actor.port_id == 1
        assert actor.process is None or actor.process.pid != 1, actor


def test_a_number_that_is_given_out_again_at_once(netns: Netns, tmp_path: Path) -> None:
    """Two programs with one process id, one after the other: each is named right or not at all."""
    other = tmp_path / "other"
    shutil.copy(shutil.which("ip") or "", other)
    with listening(netns) as heard:
        named: dict[str, str] = {}
        for number in range(10):
            first = netns.popen(["ip", "route", "add", f"10.219.0.{number}/32", "dev", "d0"])
            first.wait()
            Path("/proc/sys/kernel/ns_last_pid").write_text(str(first.pid - 1))
            second = netns.popen([str(other), "route", "add", f"10.219.1.{number}/32", "dev", "d0"])
            second.wait()
            named |= {f"10.219.0.{number}": f"ip[{first.pid}]", f"10.219.1.{number}": f"other[{second.pid}]"}
        for change, actor in heard.actors(20):
            destination = socket.inet_ntoa(change.new[wire.find(change.new, (1,), 28) or slice(0)])
            assert actor.text in (named[destination], f"?[{change.port_id}]")
