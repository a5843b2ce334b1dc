"""Readers that cannot begin, stop in the middle, or begin again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from nltui.errors import KernelRefused
from nltui.model.history import History
from nltui.model.sync import Phase
from nltui.netlink import socket as sockets
from nltui.system.namespaces import current
from nltui.tables import TABLES, find
from nltui.worker import log_reader, reader
from nltui.worker.contract import Freshness
from nltui.worker.log_reader import LogReader
from nltui.worker.reader import Reader
from nltui.worker.session import Session

DEADLINE = 10.0


def refused_once(then: Callable[[], None]) -> Callable[..., socket.socket]:
    """As socket.monitor(); `then` is called once it has refused."""
    asked = 0

    def monitor(*arguments: Any) -> socket.socket:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise KernelRefused("opening a socket", 24)
        then()
        return sockets.monitor(*arguments)

    return monitor


def test_without_readers_there_are_no_rows_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **named: Any) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(reader.Reader, "__init__", refuse)
    with current() as namespace:
        session = Session(namespace, TABLES)
        session.start()
        assert session.ready.wait(DEADLINE)
        assert session.rows("links") is None
        status = session.status()
        session.stop()
    assert "Cannot allocate memory" in status.trouble
    assert status.tables["links"].freshness is Freshness.STALE


def test_a_log_that_is_heard_again_is_no_longer_in_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    again = threading.Event()
    monkeypatch.setattr(log_reader, "monitor", refused_once(again.set))
    log = LogReader(find("uevents"), None, History(), 1 << 16, lambda name: None)
    thread = threading.Thread(target=log.run)
    thread.start()
    assert again.wait(DEADLINE)
    log.stop()
    thread.join(DEADLINE)
    assert not thread.is_alive()
    assert log.counts.trouble == ""


def test_a_reader_survives_what_it_meets_when_it_lets_go_of_a_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    met = threading.Event()

    class Broken:
        ended = False
        reader = None

        def step(self) -> bool:
            raise MemoryError

        def abandon(self) -> None:
            met.set()
            raise MemoryError

    links = find("links")
    follower = Reader(0, [(0, links)], None, History(), 1 << 16)
    monkeypatch.setattr(follower.followers[links.name], "dump", lambda *arguments: Broken())
    thread = threading.Thread(target=follower.run)
    thread.start()
    assert met.wait(DEADLINE)
    follower.stop()
    thread.join(DEADLINE)
    assert not thread.is_alive()
    assert follower.counts.restarts >= 1
    assert follower.sync.running is None
    assert follower.sync.states[links.name].phase is not Phase.FRESH


def test_a_session_may_be_stopped_while_it_is_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine may be so busy that its threads have not begun when nobody wants to wait any longer."""
    started, go = threading.Event(), threading.Event()
    begin = threading.Thread.start

    def late(thread: threading.Thread) -> None:
        if thread.name == "nltui-reader":
            started.set()
            go.wait(DEADLINE)
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", late)
    monkeypatch.setattr("nltui.worker.session.JOIN", 0.05)
    session = Session(None, TABLES)
    session.start()
    assert started.wait(DEADLINE)
    session.stop()
    go.set()
    for thread in session.threads():
        thread.join(DEADLINE)
