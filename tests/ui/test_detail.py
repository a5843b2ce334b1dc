"""The pane beside a table: Summary, Message, and that it follows the cursor."""

from __future__ import annotations

from nltui.model.rows import Cell
from tests.ui.fake import FakeSession, home_router, record, route_message, uevent
from tests.ui.robot import sitting


async def test_enter_opens_the_summary_which_follows_the_cursor() -> None:
    async with sitting(140, 36) as robot:
        await robot.press("3", "enter")
        await robot.sees("Summary · Message", "The via, as the fake says.", "10.0.29.0/24")
        await robot.press("j", "j")
        await robot.sees("via          10.0.0.10", "▸10.0.1.0/24")


async def test_a_summary_that_goes_on_below_says_how_far() -> None:
    async with sitting(80, 12) as robot:
        await robot.press("3", "enter")
        await robot.sees("1-3 of ")
        await robot.press("tab", "j")
        await robot.sees("2-4 of ")


async def test_hidden_columns_are_in_the_summary() -> None:
    async with sitting() as robot:
        await robot.press("3", "enter")
        await robot.sees("table        main")


async def test_x_goes_straight_to_the_message_and_marks_bytes() -> None:
    async with sitting(160, 40) as robot:
        await robot.press("3", "j", "x")
        await robot.sees("nlmsghdr", "16 B @ 0", "rtmsg", "12 B @ 16", "RTA_GATEWAY", "60 bytes", "0000  3c 00 00 00")
        assert "▸ RTA_DST" in robot.screen
        await robot.press("j")
        await robot.sees("▸ RTA_GATEWAY")
        await robot.press("h")
        await robot.sees("The via, as the fake says.")


async def test_at_80_columns_the_detail_stands_under_the_table() -> None:
    async with sitting(80, 24) as robot:
        await robot.press("3", "x")
        await robot.sees("RTA_GATEWAY", "52 bytes", "▸default")


async def test_tab_goes_into_the_detail_and_escape_closes_it() -> None:
    async with sitting() as robot:
        await robot.press("3", "enter", "tab")
        detail = robot.app.dashboard.detail
        assert detail is not None
        assert detail.has_focus
        await robot.press("escape")
        await robot.misses("Summary · Message")
        assert robot.app.dashboard.panels["routes"].view.has_focus


async def test_a_changed_row_says_what_it_was() -> None:
    session = home_router(FakeSession())
    routes = session.store["routes"]
    routes.records["d"].message = route_message(b"", 0, bytes([10, 0, 0, 1]), 2, 100)
    async with sitting(160, 40, session=session) as robot:
        await robot.press("3", "enter")
        await robot.sees("metric       100")
        await robot.misses("was ")
        routes.records["d"].before = routes.records["d"].message
        routes.records["d"].message = route_message(b"", 0, bytes([10, 0, 0, 1]), 2, 50)
        routes.change("d", metric="50")
        await robot.sees("metric       50  was 100")


async def test_a_uevent_shows_its_properties_and_bytes() -> None:
    session = home_router(FakeSession())
    session.store["uevents"].put(record("u", uevent("add", "/devices/x", SUBSYSTEM="net"), device="x"))
    async with sitting(140, 40, session=session) as robot:
        await robot.press("4", "4", "G", "x")
        await robot.sees("SUBSYSTEM", "net", "0000  61 64 64 40")
        await robot.press("h")
        await robot.sees("DEVPATH")


async def test_a_row_without_a_message_says_so() -> None:
    async with sitting() as robot:
        await robot.press("1", "x")
        await robot.sees("this row has no message of its own")


async def test_bytes_that_nobody_understands_are_shown_in_hex() -> None:
    session = home_router(FakeSession())
    session.store["routes"].put(record("d", b"\xff" * 7, destination=Cell("default")))
    async with sitting(session=session) as robot:
        await robot.press("3", "x")
        await robot.sees("7 bytes", "ff ff ff ff")
