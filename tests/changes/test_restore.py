"""What somebody removed is made again, and one plan does the same to several rows."""

from __future__ import annotations

import pytest

from nltui.changes.execute import Stopped
from nltui.changes.preview import common, of, previewed
from nltui.changes.restore import RESTORES
from nltui.changes.route_delete import RouteDelete
from nltui.changes.routes import RouteReplace
from tests.changes.ground import Changing, build, difference, picture
from tests.kernel.netns import Netns

REMOVED = (
    ("routes", "dst == 10.23.0.0/16", "route del 10.23.0.0/16 table 100"),
    ("routes", "dst == 10.22.0.0/16", "route del 10.22.0.0/16"),
    ("routes", "dst == 10.24.0.0/16", "route del 10.24.0.0/16"),
    ("routes", "dst == fd21::/16", "route del fd21::/16"),
    ("addresses", "address == fd01::1", "address del fd01::1/64 dev vc"),
    ("neighbours", "address == fd00::9", "neighbour del fd00::9 dev va"),
    ("rules", "priority == 1001", "rule del priority 1001"),
    ("nexthops", "id == 10", "nexthop del id 10"),
)


@pytest.mark.parametrize("case", REMOVED, ids=[where for _, where, _ in REMOVED])
def test_what_another_program_removed_is_restored(case: tuple[str, str, str], netns: Netns) -> None:
    table, where, line = case
    build(netns)
    before = picture(netns)
    with Changing(netns) as changing:
        row = changing.row(table, where)
        assert row is not None
        netns.ip(line)
        gone = picture(netns)
        world = changing.world
        seen = of(world, [RESTORES[table].parsed({}, world, row)])
        done = changing.executor.apply(seen.changes, seen.subjects)
        left = difference(before, picture(netns))
        # A nexthop took its routes along; those are lines of their own in the log.
        assert [one for one in left if "10.24.0.0" not in one] == []
        if table != "neighbours":
            with pytest.raises(Stopped, match="EEXIST"):
                changing.executor.apply(seen.changes, ())
        assert changing.executor.revert(done.undo.steps) == []
        assert difference(gone, picture(netns)) == []


def test_marked_rows_are_one_plan(netns: Netns) -> None:
    build(netns)
    before = picture(netns)
    with Changing(netns) as changing:
        rows = changing.world.rows("routes", "dst in 10.20.0.0/14 via == 10.0.0.9 table == main")
        assert len(rows) == 2
        seen = previewed(changing.session, RouteDelete, {}, rows)
        assert seen.sentence.startswith("2 changes: the route 10.2")
        assert len(seen.line.split("\n")) == 2
        done = changing.executor.apply(seen.changes, seen.subjects)
        assert len(changing.world.rows("routes", "dst in 10.20.0.0/14 via == 10.0.0.9 table == main")) == 0
        assert changing.executor.revert(done.undo.steps) == []
        assert difference(before, picture(netns)) == []
        # What was typed over is set in each; the rest of each stays.
        world = changing.world
        rows = world.rows("routes", "dst in 10.20.0.0/14 via == 10.0.0.9 table == main")
        texts = common([RouteReplace.filled(row, world) for row in rows]) | {"mtu": "1300"}
        both = previewed(changing.session, RouteReplace, texts, rows)
        changing.executor.apply(both.changes, both.subjects)
        shown = changing.world.rows("routes", "dst in 10.20.0.0/14 via == 10.0.0.9 table == main")
        assert ["mtu 1300" in changing.world.text("routes", "metrics", row) for row in shown] == [True, True]
