"""Rows that nltui makes itself, through the same view as all others."""

from __future__ import annotations

from typing import Any

from nltui.model.local import LocalView, Record
from nltui.tables.diagnostics import DIAGNOSTICS
from tests.model.test_activity import Nobody

LINKS: Record = {"subject": (0, "links"), "state": "FRESH", "rows": 12, "took": 0.0017, "groups": (1,)}
ROUTES: Record = {"subject": (1, "routes"), "state": "CONVERGING", "rows": 1204, "took": 0.25, "groups": (7, 11)}
SOCKET: Record = {"subject": (2, "socket ROUTE"), "state": "LISTENING", "lost": 7, "got": 8 << 20, "port": 4312}


class Shown:
    def __init__(self, *records: Record) -> None:
        self.records = list(records)
        self.view = LocalView(DIAGNOSTICS, Nobody(), lambda: self.records)

    def names(self) -> list[str]:
        return [row.cells[0].text for row in self.view.rows(0, 99, DIAGNOSTICS.columns)]

    def cells(self, name: str) -> list[str]:
        return [row.cells[0].text for row in self.view.rows(0, 99, [DIAGNOSTICS.column(name)])]


def test_rows_come_in_their_usual_order_and_changes_are_seen_by_a_tick() -> None:
    shown = Shown(ROUTES, LINKS)
    assert shown.names() == ["links", "routes"]
    assert not shown.view.tick()
    shown.records = [LINKS, {**ROUTES, "rows": 1205}, SOCKET]
    before = shown.view.generation
    assert shown.view.tick()
    assert shown.view.generation > before
    assert shown.cells("rows") == ["12", "1,205", ""]


def test_order_by_value_with_the_empty_ones_last_either_way() -> None:
    shown = Shown(LINKS, SOCKET, ROUTES)
    shown.view.sort_by("rows")
    assert shown.names() == ["links", "routes", "socket ROUTE"]
    shown.view.sort_by("rows", True)
    assert shown.names() == ["routes", "links", "socket ROUTE"]
    shown.view.sort_by("state")
    assert shown.cells("state") == ["~ CONVERGING", "✓ FRESH", "✓ LISTENING"]
    assert shown.view.sort == ("state", False)


def test_every_word_of_a_filter_counts() -> None:
    shown = Shown(LINKS, ROUTES, SOCKET)
    shown.view.filter("ROUTE listen")
    assert (shown.names(), len(shown.view), shown.view.total) == (["socket ROUTE"], 1, 3)
    shown.view.filter("")
    assert len(shown.view) == 3


def test_a_row_is_found_again_by_its_subject() -> None:
    shown = Shown(LINKS, ROUTES)
    assert shown.view.index_of((1, "routes")) == 1
    assert shown.view.index_of("routes") is None
    shown.view.filter("links")
    assert shown.view.index_of((1, "routes")) is None
    assert (shown.view.message((0, "links")), shown.view.before((0, "links"))) == (None, None)


def test_json_leaves_out_what_a_row_has_not() -> None:
    objects: list[dict[str, Any]] = Shown(LINKS, ROUTES, SOCKET).view.objects()
    assert objects[1] == {"subject": "routes", "state": "CONVERGING", "rows": 1204, "took": 0.25, "groups": [7, 11]}
    assert objects[2] == {
        "subject": "socket ROUTE", "state": "LISTENING", "lost": 7, "buffer": 8 << 20, "port_id": 4312
    }  # fmt: skip


def test_text_has_units() -> None:
    shown = Shown(LINKS, ROUTES, SOCKET)
    assert shown.cells("took") == ["1.7 ms", "0.25 s", ""]
    assert shown.cells("got") == ["", "", "8 MiB"]
    assert shown.cells("groups") == ["1", "7 11", ""]
