"""The kernel's process events and its list of Netlink sockets, for real."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.netlink.port_ids import PortIds
from nltui.netlink.socket import Sockets
from nltui.system import processes
from nltui.system.namespaces import resolve
from nltui.worker.process_events import ProcessEvents
from tests.kernel.followed import PATIENCE, comes_true
from tests.kernel.netns import Netns

FAR = 1 << 62


@contextmanager
def hearing() -> Iterator[ProcessEvents]:
    events = ProcessEvents()
    thread = threading.Thread(target=events.run)
    thread.start()
    try:
        assert comes_true(lambda: events.hears or bool(events.counts.trouble))
        if not events.hears:
            pytest.skip(f"needs process events: {events.counts.trouble}")
        yield events
    finally:
        events.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_program_is_remembered_after_its_end() -> None:
    with hearing() as events:
        child = subprocess.Popen([sys.executable, "-c", "print('hello')"], stdout=subprocess.PIPE)
        child.communicate()
        assert comes_true(lambda: any(life.died for life in events.lives.with_port_id(child.pid, 0, FAR)))
        (life,) = events.lives.with_port_id(child.pid, 0, FAR)
        seen = life.at(FAR)
        assert seen is not None
        assert seen.command.endswith("-c print('hello')")
        assert seen.parent == os.getpid()
        assert life.died is not None
        assert 0 < life.born < life.programs[-1][0] < life.died
        assert events.counts.trouble == ""


def test_a_program_that_could_not_be_looked_at_is_named_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "describe", lambda pid: None)
    with hearing() as events:
        if events._exits is None:
            pytest.skip("needs taskstats and CAP_NET_ADMIN")
        child = subprocess.Popen(["true"])
        child.wait()
        assert comes_true(lambda: any(life.at(FAR) for life in events.lives.with_port_id(child.pid, 0, FAR)))
        (life,) = events.lives.with_port_id(child.pid, 0, FAR)
        seen = life.at(FAR)
        assert seen is not None
        assert (seen.name, seen.parent, seen.uid) == ("true", os.getpid(), os.getuid())


def test_two_listeners_do_not_disturb_each_other() -> None:
    with hearing() as one:
        with hearing() as other:
            assert other.hears
        before = one.counts.events
        subprocess.run(["true"], check=True)
        assert comes_true(lambda: one.counts.events > before), "the other's end did not end this one's"


def test_in_another_network_namespace_it_says_why_it_does_not_hear(netns: Netns) -> None:
    body = (
        "import threading, time\n"
        "from nltui.worker.process_events import ProcessEvents\n"
        "events = ProcessEvents()\n"
        "thread = threading.Thread(target=events.run); thread.start()\n"
        "while not (events.hears or events.counts.trouble): time.sleep(0.01)\n"
        "print(events.counts.trouble or 'hears'); events.stop(); thread.join()\n"
    )
    done = netns.run([sys.executable, "-c", body])
    # Where process 1 may be looked at, its namespace is tried too.
    assert "only in the first network" in done.stdout or done.stdout == "hears\n", done.stderr


def test_port_ids_are_those_of_one_namespace(netns: Netns) -> None:
    with resolve(netns.path) as namespace:
        ports = PortIds(Sockets(namespace), NETLINK_ROUTE)
        sockets = [netns.inside(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)) for _ in range(3)]
        for made in sockets:
            made.bind((0, 1))
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as outside:
            outside.bind((0, 0))
            found = ports.inodes()
            assert os.fstat(outside.fileno()).st_ino not in found.values()
        expected = {made.getsockname()[0]: os.fstat(made.fileno()).st_ino for made in sockets}
        assert {port: inode for port, inode in found.items() if port in expected} == expected
        for made in sockets:
            made.close()
        ports.close()
        assert not ports.inodes().keys() & expected.keys(), "after close() it opens another socket"
        ports.close()


def test_many_port_ids(netns: Netns) -> None:
    """More than one datagram of the kernel's holds."""
    sockets = netns.inside(lambda: [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) for _ in range(500)])
    try:
        for made in sockets:
            made.bind((0, 0))
        with resolve(netns.path) as namespace:
            ports = PortIds(Sockets(namespace), NETLINK_ROUTE)
            found = ports.inodes()
            ports.close()
        assert {made.getsockname()[0] for made in sockets} <= found.keys()
    finally:
        for made in sockets:
            made.close()
