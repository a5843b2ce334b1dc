"""Loss on a real kernel: each message counted, each gap told of, and closed when the tables are exact again."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from nltui.model.gaps import Cause, Gap
from nltui.model.history import History
from nltui.system.namespaces import resolve
from nltui.tables import find
from nltui.tables.links import LINKS
from nltui.tables.routes import ROUTES
from nltui.worker.log_reader import LogReader
from nltui.worker.reader import Reader
from nltui.worker.session import Session
from tests.kernel.churn import ground
from tests.kernel.followed import PATIENCE, Followed, comes_true, equal_to_a_new_dump
from tests.kernel.netns import Netns

SMALL_BUFFER = 4096


def gaps_of(history: History) -> dict[int, Gap]:
    found = {number: history.gap(number) for number in history.recent_gaps(1000)}
    return {number: gap for number, gap in found.items() if gap is not None}


def routes(ns: Netns, verb: str, count: int) -> None:
    ns.batch(f"route {verb} 10.{64 + n // 250}.{n % 250}.0/24 dev v0" for n in range(count))


def test_gaps_add_up_to_what_was_lost_and_tell_what_reading_again_found(netns: Netns) -> None:
    ground(netns)
    with Followed(netns, buffer=SMALL_BUFFER) as followed:
        session = followed.session
        for verb in ("add", "del", "add"):
            routes(netns, verb, 2000)
        assert comes_true(lambda: all(gap.is_over for gap in gaps_of(session.history).values()))
        assert not equal_to_a_new_dump(followed)
        gaps = gaps_of(session.history)
        assert sum(gap.lost for gap in gaps.values()) == session.status().lost == followed.lost() > 0
        numbers = range(len(followed.tables))
        for number, gap in gaps.items():
            listed, more = session.history.found(number, gap.last, numbers, 1 << 20)
            assert (len(listed), more) == (gap.rows, 0)
        assert sum(gap.rows for gap in gaps.values()) > 0
        assert session.status().gap.startswith("GAP: ")


def test_a_reader_that_begins_again_keeps_its_count_and_heals_what_it_missed(
    netns: Netns, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground(netns)
    hear, failing = Reader._hear, threading.Event()

    def fail_once(reader: Reader, got: Any) -> None:
        if failing.is_set():
            failing.clear()
            raise ZeroDivisionError("of this test")
        hear(reader, got)

    monkeypatch.setattr(Reader, "_hear", fail_once)
    with resolve(netns.path) as namespace:
        session = Session(namespace, (LINKS, ROUTES), buffer=SMALL_BUFFER)
        session.start()
        try:
            assert session.wait(["links", "routes"], PATIENCE)
            routes(netns, "add", 2000)
            assert comes_true(lambda: session.status().lost > 0)
            assert comes_true(lambda: all(gap.is_over for gap in gaps_of(session.history).values()))
            lost, before = session.status().lost, len(gaps_of(session.history))
            failing.set()
            netns.ip("route add 10.200.0.0/24 dev v0")
            assert comes_true(lambda: session.crew.readers[0].counts.restarts == 1)
            assert comes_true(lambda: len(gaps_of(session.history)) == before + 1)
            assert comes_true(lambda: all(gap.is_over for gap in gaps_of(session.history).values()))
            gap = list(gaps_of(session.history).values())[-1]
            assert (gap.cause, gap.lost, gap.rows) == (Cause.RESTART, 0, 1)
            routes(netns, "del", 2000)
            assert comes_true(lambda: session.status().lost > lost)
        finally:
            session.stop()


def test_what_a_log_loses_is_counted_and_lost(netns: Netns) -> None:
    history, heard, go_on = History(16, 1 << 12), threading.Event(), threading.Event()

    def wait(name: str) -> None:
        heard.set()
        go_on.wait(PATIENCE)

    with resolve(netns.path) as namespace:
        log = LogReader(find("uevents"), namespace, history, SMALL_BUFFER, wait)
        thread = threading.Thread(target=log.run)
        thread.start()
        try:
            assert comes_true(lambda: log.counts.opened > 0)
            netns.ip("link add first type ifb")
            assert heard.wait(PATIENCE)
            netns.batch(f"link add more{n} type ifb" for n in range(30))
            go_on.set()
            assert comes_true(lambda: len(gaps_of(history)) == 1)
            (gap,) = gaps_of(history).values()
            assert gap.lost == log.counts.lost > 0
            assert (gap.tables, gap.heals, gap.is_over) == (("uevents",), False, True)
        finally:
            go_on.set()
            log.stop()
            thread.join(PATIENCE)
