"""Numbers and names that the kernel gives out again: what is told of one device is never told of the next."""

from __future__ import annotations

import numpy as np
import pytest

from nltui.model.identity import RowId
from nltui.model.rows import Mark, Row, Rows
from nltui.tables import TABLES
from nltui.worker.session import Session
from tests.kernel.followed import Followed, comes_true
from tests.kernel.netns import Netns

NUMBER = 77
"""The ifindex of one device after another."""


def shown(rows: Rows) -> list[Row]:
    rows.tick()
    return rows.rows(0, len(rows), rows.table.columns)


def named(rows: Rows, name: str) -> Row | None:
    found = [row for row in shown(rows) if row.cells[0].text == name and row.mark is not Mark.REMOVED]
    return found[0] if found else None


def view(session: Session, table: str) -> Rows:
    rows = session.rows(table)
    assert rows is not None
    return rows


def lines(session: Session) -> list[str]:
    """The activity, oldest first."""
    rows = session.rows("activity")
    assert rows is not None
    return [" ".join(cell.text for cell in row.cells[1:5]) for row in reversed(shown(rows))]


@pytest.mark.parametrize("storm", [0, 200], ids=["alone", "in a storm"])
def test_another_device_with_the_same_ifindex(netns: Netns, storm: int) -> None:
    netns.ip(f"link add old0 index {NUMBER} type ifb")
    netns.ip("link add v0 type ifb")
    netns.ip("link set v0 up")
    with Followed(netns, TABLES) as followed:
        links = view(followed.session, "links")
        netns.ip("address add 2001:db8::1/128 dev old0")
        netns.ip("link set old0 mtu 1400")
        assert comes_true(lambda: (row := named(links, "old0")) is not None and links.before(row.identity) is not None)
        old = named(links, "old0")
        assert old is not None
        noise = [f"route add 10.9.0.{n}/32 dev v0" for n in range(storm)]
        netns.batch(
            [
                *noise,
                "link del old0",
                f"link add new0 index {NUMBER} type ifb",
                "address add 2001:db8::2/128 dev new0",
                *[line.replace("add", "del") for line in noise],
            ]
        )
        assert comes_true(lambda: named(links, "new0") is not None)
        new = named(links, "new0")
        assert new is not None
        assert links.before(new.identity) is None
        assert not new.flash
        assert isinstance(new.identity, RowId)
        assert isinstance(old.identity, RowId)
        assert new.identity.key == old.identity.key
        assert new.identity != old.identity
        found = links.index_of(old.identity)
        assert found is None or shown(links)[found].mark is Mark.REMOVED
        assert comes_true(lambda: any("2001:db8::2" in line for line in lines(followed.session)))
        told = [
            line for line in lines(followed.session) if "2001:db8::" in line and "address" in line and line[0] != "~"
        ]
        assert [line for line in told if "2001:db8::1" in line and "old0" not in line] == []
        assert [line for line in told if "2001:db8::2" in line and "new0" not in line] == []
        addresses = view(followed.session, "addresses")
        for row in shown(addresses):
            texts = [cell.text for cell in row.cells]
            if texts[0].startswith("2001:db8::1"):
                assert "old0" in texts, texts


def test_another_device_with_the_same_name(netns: Netns) -> None:
    netns.ip("link add same0 type ifb")
    with Followed(netns, TABLES) as followed:
        links = view(followed.session, "links")
        netns.ip("link set same0 mtu 1400")
        assert comes_true(lambda: (row := named(links, "same0")) is not None and links.before(row.identity) is not None)
        old = named(links, "same0")
        assert old is not None
        netns.batch(["link del same0", "link add same0 type ifb"])
        assert comes_true(lambda: (row := named(links, "same0")) is not None and row.identity != old.identity)
        new = named(links, "same0")
        assert new is not None
        assert links.before(new.identity) is None
        assert not new.flash


def test_counters_are_not_inherited(netns: Netns) -> None:
    netns.ip(f"link add old0 index {NUMBER} type veth peer name peer0")
    for name in ("old0", "peer0"):
        netns.ip(f"link set {name} up")
    with Followed(netns, TABLES) as followed:
        session = followed.session
        session.watch("links", visible=True)
        store = session.store("links")
        rates = session.crew.readers[0].refresher.tables["links"][1]

        def life() -> int:
            with store.lock:
                live = store.live()
                slot = live[store.keys.columns[0][live] == NUMBER]
                return int(store.lives(slot)[0]) if len(slot) else 0

        def counted(number: int) -> bool:
            got = rates.latest("rx_bytes", np.array([number]))
            return got is not None and bool(got[1][0])

        first = life()
        assert first
        assert comes_true(lambda: counted(first))
        netns.batch(["link del old0", f"link add new0 index {NUMBER} type veth peer name peer0"])
        assert comes_true(lambda: life() not in (0, first))
        second = life()
        assert comes_true(lambda: counted(second))
        assert np.isnan(rates.of("rx_bytes", np.array([first, second]))).tolist()[0]
        assert comes_true(lambda: not counted(first))
