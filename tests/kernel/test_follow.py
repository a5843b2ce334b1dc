"""Sessions that follow a real kernel: whatever happens, what they hold ends equal to a new dump and to what ip says."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from collections import Counter

import pytest

from nltui.model.history import Kind
from nltui.netlink import wire
from nltui.system.namespaces import resolve
from nltui.tables.routes import ROUTES
from nltui.worker.session import JOIN, Session
from tests.kernel.agreement import SILENT, as_ip_says, ends_equal, ends_fresh
from tests.kernel.churn import Churn, feed, ground
from tests.kernel.followed import FOLLOWED, PATIENCE, Followed, comes_true
from tests.kernel.netns import Netns

SMALL_BUFFER = 4096


@pytest.mark.parametrize("seed", [1, 2])
def test_random_operations(netns: Netns, seed: int) -> None:
    ground(netns)
    operation = Churn(seed)
    with Followed(netns) as followed:
        for _ in range(3):
            feed(netns, operation.lines(250))
            ends_equal(followed)
        ends_fresh(followed)
        as_ip_says(followed)
        assert followed.session.status().lost == 0
        changes, _ = followed.session.history.since(0)
        made = Counter((FOLLOWED[change.table].name, (change.new or change.old)[16]) for change in changes)
        assert all(made[name, family] > 10 for name in ("routes", "rules") for family in (2, 10)), "the game was played"
        assert [table.name for table in FOLLOWED if followed.state(table).repairs] == []


def test_loading_under_churn(netns: Netns) -> None:
    ground(netns)
    feed(netns, Churn(7).lines(200))
    storm = threading.Thread(target=feed, args=(netns, Churn(8).lines(800)))
    storm.start()
    with Followed(netns) as followed:
        storm.join()
        ends_equal(followed)


def storm_of_routes(ns: Netns, count: int = 3000, verb: str = "add") -> None:
    ns.batch(f"route {verb} 10.{64 + n // 250}.{n % 250}.0/24 dev v0" for n in range(count))


def test_a_tiny_buffer_loses_messages_counts_each_and_ends_equal(netns: Netns) -> None:
    ground(netns)
    with Followed(netns, buffer=SMALL_BUFFER) as followed:
        storm_of_routes(netns)
        storm_of_routes(netns, verb="del")
        storm_of_routes(netns, 500)
        ends_equal(followed)
        ends_fresh(followed)
        status = followed.session.status()
        assert status.lost > 0
        assert comes_true(lambda: followed.session.status().lost == followed.lost())
        assert sum(message[16:17] == b"\x02" for message in followed.messages(ROUTES)) > 500


def test_a_storm_into_a_large_buffer_loses_nothing(netns: Netns) -> None:
    ground(netns)
    with Followed(netns) as followed:
        before = followed.session.history.last
        storm_of_routes(netns)
        storm_of_routes(netns, verb="del")
        assert comes_true(lambda: followed.session.history.last == before + 6000)
        assert followed.session.status().lost == 0
        found, missed = followed.session.history.since(before)
        assert not missed
        assert [change.kind for change in found] == [Kind.ADDED] * 3000 + [Kind.REMOVED] * 3000
        ends_equal(followed)


def test_ipv4_routes_that_vanish_with_their_link_are_gone_soon(netns: Netns) -> None:
    ground(netns)
    netns.batch(f"route add 10.70.{n}.0/24 via 10.0.0.2" for n in range(100))
    with Followed(netns) as followed:
        held = len(followed.messages(ROUTES))
        netns.ip("link set d0 down")
        assert comes_true(lambda: len(followed.messages(ROUTES)) <= held - 100, SILENT)
        ends_equal(followed, SILENT)
        netns.ip("link del v0")
        ends_equal(followed, SILENT)
        assert followed.state(ROUTES).repairs == 0


def test_stopping_in_a_storm_takes_no_longer_than_promised(netns: Netns) -> None:
    ground(netns)
    ended = threading.Event()

    def storm() -> None:
        while not ended.is_set():
            storm_of_routes(netns, 500)
            storm_of_routes(netns, 500, verb="del")

    thread = threading.Thread(target=storm)
    thread.start()
    try:
        with resolve(netns.path) as namespace:
            for turn in range(50):
                session = Session(namespace, FOLLOWED)
                session.start()
                if turn % 2:
                    session.wait(["routes"], 1.0)
                session.stop()
                # A thread that did not end within JOIN seconds is still alive now.
                assert not [thread.name for thread in session.threads() if thread.is_alive()], f"turn {turn}, {JOIN}"
    finally:
        ended.set()
        thread.join()


def test_who_asked_is_named_or_unknown_and_never_somebody_else(netns: Netns) -> None:
    ground(netns)
    with Followed(netns, names=True) as followed:
        assert comes_true(lambda: followed.session.crew.actors is not None)
        session, before = followed.session, followed.session.history.last
        wanted = []
        for number in range(20):
            process = netns.popen(["ip", "route", "add", f"10.200.{number}.0/24", "dev", "v0"])
            process.wait()
            wanted.append(process.pid)
        assert comes_true(lambda: session.history.last >= before + 20)
        found, _ = session.history.since(before)
        added = [change for change in found if change.new[16] == 2 and change.source == 0]
        # `ip netns exec` becomes the command, so the process id is that of the requester.
        assert [change.port_id for change in added] == wanted
        names = [session.actor(change.port_id, change.time).text for change in added]
        for name, pid in zip(names, wanted, strict=True):
            assert name in (f"ip[{pid}]", f"?[{pid}]")


def test_a_process_that_stays_is_named(netns: Netns) -> None:
    ground(netns)
    with Followed(netns, names=True) as followed:
        assert comes_true(lambda: followed.session.crew.actors is not None)
        before = followed.session.history.last
        process = netns.popen(["ip", "-batch", "-"], stdin=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write("route add 10.201.0.0/24 dev v0\n")
        process.stdin.flush()
        assert comes_true(lambda: followed.session.history.last > before)
        change = followed.session.history.get(before + 1)
        assert change is not None
        assert followed.session.settle(PATIENCE)
        assert followed.session.actor(change.port_id, change.time).text == f"ip[{process.pid}]"
        process.stdin.close()
        process.wait()
        assert followed.session.actor(change.port_id, change.time).text == f"ip[{process.pid}]"
        hours_later = change.time + 3600 * 10**9
        assert followed.session.actor(change.port_id, hours_later).text == f"?[{process.pid}]"


def test_a_datagram_of_several_messages_and_a_malformed_one(netns: Netns) -> None:
    """Nobody but the kernel is believed, so it is asked to echo: a session hears what it cannot have sent."""
    ground(netns)
    with Followed(netns) as followed:
        events = followed.session.status().events
        with netns.inside(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)) as sock:
            sock.bind((0, 0))
            body = struct.pack("=BBBBBBBBI", 2, 24, 0, 0, 254, 3, 253, 6, 0) + wire.nlattr(1, bytes((10, 202, 0, 0)))
            both = [wire.nlmsg(24, 0x401, n, body + wire.nlattr(6, struct.pack("=I", n))) for n in (1, 2)]
            sock.send(b"".join(both))
        assert comes_true(lambda: followed.session.status().events == events + 2)
        ends_equal(followed)


def test_visible_links_show_rates(netns: Netns) -> None:
    ground(netns)
    with Followed(netns) as followed:
        followed.session.watch("links", visible=True)
        rates = followed.session.crew.readers[0].refresher.tables["links"][1]
        assert comes_true(lambda: rates.generation >= 2)
        assert followed.session.rows("links") is not None
        followed.session.watch("links", visible=False)
