"""The lens on what changes again and again."""

from __future__ import annotations

from nltui.model.flaps import PERIODS, FlapsView
from nltui.tables import TABLES, find
from tests.kernel.followed import Followed, comes_true
from tests.kernel.netns import Netns

FLAPS = find("flaps")


def test_the_most_restless_object_comes_first(netns: Netns) -> None:
    netns.ip("link add v0 type veth peer name v1")
    netns.ip("link set v0 up")
    netns.ip("address add 10.0.0.1/24 dev v0")
    with Followed(netns, TABLES) as followed:
        view = followed.session.rows("flaps")
        assert isinstance(view, FlapsView)
        for number in range(6):
            netns.ip(f"link set v1 mtu {1400 + number}")
        for number in range(3):
            netns.ip(f"route replace 10.7.0.0/16 via 10.0.0.{9 + number}")

        def told() -> dict[str, int]:
            view.tick()
            return {one["object"][1]: one["changes"] for one in view.records}

        assert comes_true(lambda: told().get("v1") == 6 and told().get("10.7.0.0/16") == 3)
        first = view.rows(0, 1, FLAPS.columns)[0]
        shown = dict(zip((column.name for column in FLAPS.columns), (cell.text for cell in first.cells), strict=True))
        assert (shown["object"], shown["type"], shown["changes"]) == ("v1", "link", "6")
        assert "█" in shown["trend"] or "▇" in shown["trend"]
        assert view.subject(first.identity) is not None
        assert view.message(first.identity) is not None
        # What happened once is no flap.
        assert "10.0.0.1/24" not in told()
        for period in PERIODS:
            view.look_at(period)
            assert told()["v1"] == 6
        view.filter("changes > 3")
        assert len(view) == 1
        view.filter("type == route")
        assert len(view) == 1


def test_counting_in_parts_is_counting_at_once(netns: Netns) -> None:
    netns.ip("link add v0 type veth peer name v1")
    netns.ip("link set v0 up")
    with Followed(netns, TABLES) as followed:
        early = followed.session.rows("flaps")
        assert isinstance(early, FlapsView)
        for part in range(4):
            netns.batch(f"route replace 10.{n}.0.0/16 dev v0 metric 5 mtu {1000 + part}" for n in range(50))
            early.tick()
        assert comes_true(lambda: _total(early) == 200)
        late = followed.session.rows("flaps")
        assert isinstance(late, FlapsView)
        assert comes_true(lambda: _total(late) == 200)
        assert [(one["object"], one["changes"]) for one in early.records] == [
            (one["object"], one["changes"]) for one in late.records
        ]


def _total(view: FlapsView) -> int:
    view.tick()
    return sum(one["changes"] for one in view.records if one["type"] == "route")


def test_two_objects_of_one_name_are_two_rows(netns: Netns) -> None:
    netns.ip("link add v0 type veth peer name v1")
    netns.ip("link set v0 up")
    with Followed(netns, TABLES) as followed:
        view = followed.session.rows("flaps")
        assert isinstance(view, FlapsView)
        for mtu in (1300, 1400):
            for table in (77, 78):
                netns.ip(f"route replace 10.7.0.0/16 dev v0 table {table} mtu {mtu}")
        assert comes_true(lambda: _total(view) == 4)
        rows = view.rows(0, len(view), FLAPS.columns)
        mine = [row.identity for row in rows if row.cells[0].text == "10.7.0.0/16"]
        assert len(set(mine)) == 2
        assert {view.index_of(identity) for identity in mine} == {
            place for place, row in enumerate(rows) if row.cells[0].text == "10.7.0.0/16"
        }
