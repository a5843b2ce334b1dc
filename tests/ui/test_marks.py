"""Marks on rows, and the choice of columns."""

from __future__ import annotations

from tests.ui.fake import FakeSession, home_router
from tests.ui.robot import sitting


async def test_rows_are_marked_and_copied_together() -> None:
    async with sitting(session=home_router(FakeSession())) as robot:
        await robot.press("3", "3", "space", "j", "space")
        await robot.sees("2 marked")
        view = robot.app.dashboard.panels["routes"].view
        assert len(view.marked) == 2
        await robot.press("y", "y")
        await robot.sees("copied: 2 lines")
        assert [line.split("\t")[0] for line in robot.app.clipboard.splitlines()] == ["default", "10.0.1.0/24"]
        await robot.press("escape")
        await robot.misses("2 marked")
        await robot.sees("› Routes")


async def test_a_range_survives_another_order() -> None:
    async with sitting(session=home_router(FakeSession())) as robot:
        await robot.press("3", "3", "v", "j", "j", "v")
        await robot.sees("3 marked")
        view = robot.app.dashboard.panels["routes"].view
        before = view.marked.identities
        view.sort_by("metric")
        await robot.tick()
        assert view.marked.identities == before


async def test_columns_are_chosen_ordered_and_remembered() -> None:
    async with sitting() as robot:
        await robot.press("1", "1", "o")
        await robot.sees("columns of links", "✓ kind", "  alias")
        # Hide `kind`, and put `mtu` before `state`.
        await robot.press("j", "j", "space", "j", "K", "K", "escape")
        await robot.misses("columns of links")
        names = [column.name for column in robot.app.dashboard.panels["links"].view.columns]
        assert names == ["name", "mtu", "state", "rx/s", "tx/s"]
    async with sitting() as robot:
        await robot.press("1", "1")
        await robot.sees("› Links")
        names = [column.name for column in robot.app.dashboard.panels["links"].view.columns]
        assert names == ["name", "mtu", "state", "rx/s", "tx/s"]
        await robot.press("o", "r", "escape")
        assert len(robot.app.dashboard.panels["links"].view.columns) == 6


async def test_columns_of_the_configuration() -> None:
    columns = {"links": ("mtu", "name", "nope")}
    async with sitting(columns=columns, places={"columns.links": "c.toml line 2"}) as robot:
        await robot.sees("c.toml line 2: links have no column 'nope'")
        assert [column.name for column in robot.app.dashboard.panels["links"].view.columns] == ["mtu", "name"]
