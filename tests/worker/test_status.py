"""A table's state in a word: each is reached by what happens to its reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nltui.model.history import History
from nltui.model.sync import Phase
from nltui.netlink.receive import Datagrams
from nltui.tables import find
from nltui.worker.contract import Freshness, TableStatus
from nltui.worker.diagnostics import records
from nltui.worker.messages import whole
from nltui.worker.process_events import ProcessEvents
from nltui.worker.reader import Reader
from nltui.worker.status import followed
from tests.netlink.buffers import lay

LINKS, RULES = find("links"), find("rules")
NOW = 1000.0


class Told:
    """A reader without a thread, told what happens to its dumps."""

    def __init__(self) -> None:
        self.reader = Reader(0, [(0, LINKS), (1, RULES)], None, History(), 1 << 16)
        self.reader.counts.opened = 1.0

    def dumps(self, again: bool = False) -> None:
        sync = self.reader.sync
        sync.began("links", NOW)
        if again:
            sync.interrupt("links")
        sync.ended("links", NOW, 0, 0)

    @property
    def status(self) -> TableStatus:
        return followed(self.reader, LINKS)


def test_starting_loading_fresh() -> None:
    told, seen = Told(), list[Freshness]()
    seen.append(told.status.freshness)
    told.reader.sync.began("links", NOW)
    seen.append(told.status.freshness)
    told.reader.sync.ended("links", NOW, 0, 0)
    seen.append(told.status.freshness)
    assert seen == [Freshness.STARTING, Freshness.LOADING, Freshness.FRESH]
    assert told.status == told.status


def test_a_doubt_is_converging_and_so_is_a_dump_that_proved_nothing() -> None:
    told, seen = Told(), list[Freshness]()
    told.dumps()
    told.reader.sync.doubt("links", NOW + 1)
    seen.append(told.status.freshness)
    told.dumps(again=True)
    seen.append(told.status.freshness)
    told.dumps()
    seen.append(told.status.freshness)
    assert seen == [Freshness.CONVERGING, Freshness.CONVERGING, Freshness.FRESH]


def test_an_audit_of_an_exact_table_leaves_it_fresh_since_then() -> None:
    told = Told()
    told.dumps()
    before = told.status
    told.reader.sync.began("links", NOW + 60)
    assert told.status == before
    told.reader.sync.ended("links", NOW + 61, 0, 0)
    assert told.status == before


def test_it_is_stale_since_the_doubt_that_could_not_be_settled() -> None:
    told = Told()
    told.dumps()
    told.reader.sync.doubt("links", NOW + 5)
    doubted = told.status.since
    for later in (6, 7):
        told.reader.sync.began("links", NOW + later)
        told.reader.sync.failed("links", NOW + later, "dumping links: EIO; trying again", False)
    assert told.status == TableStatus(Freshness.STALE, 0, doubted, "dumping links: EIO; trying again")
    told.dumps()
    assert (told.status.freshness, told.status.sentence) == (Freshness.FRESH, "")


def test_it_is_stale_while_nobody_listens() -> None:
    told = Told()
    told.dumps()
    told.reader.counts.opened, told.reader.counts.trouble = 0.0, "opening a socket: EMFILE"
    assert (told.status.freshness, told.status.sentence) == (Freshness.STALE, "opening a socket: EMFILE")


def test_a_refusal_is_stale_with_what_would_help() -> None:
    told = Told()
    told.reader.sync.began("links", NOW)
    told.reader.sync.failed("links", NOW, "only to CAP_NET_ADMIN", True)
    assert told.status.freshness is Freshness.STALE
    assert told.status.since > 0
    assert told.status.sentence == "only to CAP_NET_ADMIN"


def message(type_: int) -> bytes:
    return (20).to_bytes(4, "little") + type_.to_bytes(2, "little") + bytes(14)


@pytest.mark.parametrize(("types", "unknown"), [((16, 17), 0), ((16, 68, 99), 2)])
def test_messages_of_types_that_no_table_takes_are_counted(types: tuple[int, ...], unknown: int) -> None:
    told = Told()
    words, start, size = lay([message(type_) for type_ in types])
    none: Any = np.zeros(len(types), np.int64)
    told.reader._hear(whole(Datagrams(words, start, size, none, none.astype(bool), none)))
    assert told.reader.counts.unknown == unknown
    assert told.reader.counts.events == len(types)


def test_diagnostics_are_a_row_a_table_and_a_row_a_socket() -> None:
    told = Told()
    told.dumps()
    told.reader.sync.heard("links", 3, NOW)
    told.reader.counts.lost = 9
    statuses = [(LINKS, told.status), (RULES, followed(told.reader, RULES)), (find("activity"), TableStatus())]
    links, rules, socket, other = records(statuses, [told.reader], [], ProcessEvents())
    assert (links["subject"], links["state"], links["events"], links["resyncs"]) == ((0, "links"), "FRESH", 3, 1)
    assert (rules["state"], rules["resyncs"], rules["took"]) == ("STARTING", 0, None)
    assert (socket["subject"], socket["state"], socket["lost"]) == ((2, "socket ROUTE"), "LISTENING", 9)
    assert socket["groups"] == sorted({*LINKS.groups, *RULES.groups})
    assert (other["subject"], other["state"], other["port"]) == ((3, "socket CONNECTOR"), "DEAF", None)
    assert told.reader.sync.states["links"].phase is Phase.FRESH
