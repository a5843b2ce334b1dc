"""The big table: cursor, order, columns, marks."""

from __future__ import annotations

from nltui.model.rows import Cell, Mark
from nltui.model.table import Usual
from nltui.record import replace
from tests.ui.fake import ROUTES, TABLES, FakeSession, home_router, record, routes
from tests.ui.robot import Robot, sitting


async def zoomed_routes(robot: Robot) -> None:
    await robot.press("3", "3")
    await robot.sees("› Routes")


async def test_vim_keys_and_paging() -> None:
    async with sitting() as robot:
        await zoomed_routes(robot)
        await robot.press("j", "j")
        assert "10.0.1.0/24" in robot.row
        await robot.press("k")
        assert "10.0.0.0/24" in robot.row
        await robot.press("G")
        assert "10.3.231.0/24" in robot.row
        await robot.press("g", "g")
        assert "default" in robot.row
        await robot.press("pagedown")
        assert "10.0.30.0/24" in robot.row
        await robot.press("ctrl+u", "ctrl+u", "home")
        assert "default" in robot.row
        await robot.press("end", "up")
        assert "10.3.230.0/24" in robot.row


async def test_the_cursor_is_a_row_and_survives_inserts_removals_and_sorts() -> None:
    async with sitting() as robot:
        await zoomed_routes(robot)
        table = robot.session.store["routes"]
        await robot.press("j", "j", "j")
        assert "10.0.2.0/24" in robot.row
        table.drop("d", 0)
        await robot.tick()
        assert "10.0.2.0/24" in robot.row
        rest = dict(table.records)
        table.records = {"new": record("new", destination="1.2.3.0/24"), **rest}
        table.put()
        await robot.sees("1.2.3.0/24")
        assert "10.0.2.0/24" in robot.row
        await robot.press("S")
        assert "10.0.2.0/24" in robot.row


async def test_when_the_row_goes_its_neighbour_takes_over() -> None:
    async with sitting() as robot:
        await zoomed_routes(robot)
        await robot.press("j", "j", "j")
        robot.session.store["routes"].drop(2)
        await robot.misses("10.0.2.0/24")
        assert "10.0.3.0/24" in robot.row
        robot.session.store["routes"].drop(*list(robot.session.store["routes"].records))
        await robot.sees("no routes")


async def test_until_it_is_moved_the_cursor_stays_on_the_first_line() -> None:
    async with sitting() as robot:
        await zoomed_routes(robot)
        table = robot.session.store["routes"]
        table.records = {"new": record("new", destination="1.2.3.0/24"), **table.records}
        table.put()
        await robot.sees("1.2.3.0/24")
        assert "1.2.3.0/24" in robot.row


async def test_sorting_by_the_list_and_by_the_header() -> None:
    async with sitting() as robot:
        await zoomed_routes(robot)
        await robot.press("s")
        await robot.sees("sort routes by")
        await robot.type("metr")
        await robot.press("enter")
        await robot.sees("metric ▲")
        await robot.press("S")
        await robot.sees("metric ▼")
        await robot.pilot.click("#panel-routes TableView", offset=(3, 0))
        await robot.sees("destination ▲")
        await robot.pilot.click("#panel-routes TableView", offset=(3, 0))
        await robot.sees("destination ▼")


async def test_a_click_selects_and_a_double_click_opens() -> None:
    async with sitting() as robot:
        await robot.pilot.click("#panel-links TableView", offset=(3, 3))
        await robot.tick()
        assert "eth1" in robot.row
        await robot.pilot.click("#panel-links TableView", offset=(3, 3), times=2)
        await robot.sees("Summary · Message", "NO-CARRIER")


async def test_the_wheel_scrolls_and_the_cursor_stays_on_screen() -> None:
    async with sitting() as robot:
        await zoomed_routes(robot)
        view = robot.app.dashboard.panels["routes"].view
        for _ in range(3):
            view._wheel(3)
        await robot.tick()
        await robot.misses("│ default", "▸default")
        assert "10.0.8.0/24" in robot.row


async def test_changed_cells_flash_and_rows_carry_marks() -> None:
    async with sitting() as robot:
        links = robot.session.store["links"]
        links.change(2, mtu="9000")
        links.put(record(9, name="new0", mtu="1500"))
        links.records[9].mark = Mark.ADDED
        links.records[1].mark = Mark.REMOVED
        links.put()
        await robot.sees("9000", "+new0", "−lo")


async def test_columns_leave_by_priority_and_come_back_sideways() -> None:
    session = home_router(FakeSession())
    session.store["routes"].put(record("long", destination="2001:db8:1111:2222:3333:4444:5555:0/112", via="fe80::1"))
    async with sitting(80, 24, session=session) as robot:
        await robot.press("3", "3")
        await robot.press("G")
        await robot.sees("metric", "proto")
    async with sitting(56, 24, session=session) as robot:
        await robot.press("3", "3", "G")
        await robot.sees("destination", "via", "dev", "›", "2001:db8")
        await robot.misses("scope")
        await robot.press("l", "l", "l", "l")
        await robot.sees("scope", "‹", "destination")


async def test_wide_mode_shows_every_column() -> None:
    async with sitting(160, 36) as robot:
        await zoomed_routes(robot)
        await robot.misses(" table ")
        await robot.press("w")
        await robot.sees(" table ")


async def test_words_are_not_cut_while_there_is_room() -> None:
    async with sitting(120, 36) as robot:
        await robot.sees("global", "wireguard", "loopback", "NO-CARRIER")
        assert "…" not in robot.screen


async def test_wide_characters_are_cropped_by_cells() -> None:
    session = FakeSession()
    session.store["links"].put(record(1, name="网络接口" * 20, state=Cell("▲ UP"), kind="veth", mtu="1500"))
    async with sitting(60, 24, session=session) as robot:
        await robot.sees("网络接口", "…")
        lines = [line for line in robot.screen.splitlines() if "网络" in line]
        assert all(line.rstrip().endswith("│") for line in lines)


async def test_pausing_holds_the_view_and_counts_what_waits() -> None:
    async with sitting() as robot:
        await robot.press("p")
        robot.session.store["links"].put(record(9, name="new0"))
        robot.session.events += 42
        await robot.sees("PAUSED · 42 events wait")
        await robot.misses("new0")
        await robot.press("p")
        await robot.sees("new0")


async def test_a_log_stays_on_its_newest_line_until_one_moves() -> None:
    async with sitting() as robot:
        activity = robot.session.store["activity"]
        activity.records = {9: record(9, object="link new0", what="added"), **activity.records}
        activity.put()
        await robot.press("0", "0")
        await robot.sees("link new0")
        assert "link new0" in robot.row


async def test_a_hundred_thousand_rows_are_no_burden() -> None:
    session = FakeSession()
    session.store["routes"].put(*routes(65_536))
    async with sitting(session=session, start_table="routes") as robot:
        await robot.press("G")
        assert "10.255.255.0/24" in robot.row
        await robot.sees(" 65,536 ")


async def test_routes_begin_with_what_most_people_mean() -> None:
    usual = replace(ROUTES, usual=Usual("main", ()))
    session = FakeSession(tables=tuple(usual if one is ROUTES else one for one in TABLES))
    session.store["routes"].put(*routes(3), record("l", destination="local 10.0.0.5", table="local"))
    async with sitting(session=session) as robot:
        await robot.press("3")
        await robot.sees("main 3 of 4", "m all rows")
        await robot.misses("local 10.0.0.5")
        await robot.press("slash")
        await robot.type("local")
        await robot.sees("in main · m looks in all")
        await robot.press("escape", "m")
        await robot.sees("local 10.0.0.5", " 4 ", "m only main")
