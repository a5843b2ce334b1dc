"""What stands where, and how one goes from table to table."""

from __future__ import annotations

import pytest

from nltui.ui.tabs import TabStrip
from nltui.ui.theme import LIGHT
from nltui.worker.contract import Freshness, TableStatus
from tests.ui.fake import FakeSession, home_router
from tests.ui.robot import sitting

TABS = (("Links", "link"), ("Addresses", "addr"), ("Routes", "route"), ("Uevents", "ue"), ("Neighbours", "neigh"))


async def test_four_panels_and_the_activity_at_120_columns() -> None:
    async with sitting(120, 36) as robot:
        await robot.sees("1 Links", "2 Addresses", "3 Routes", "4 Uevents", "0 Activity")
        await robot.sees("br-lan", "fe80::5054:ff:fe12:1/64", "10.0.1.0/24", "net/veth13", "mtu 1500→9000", " 1,001 ")
        await robot.sees("nltui", "gw1", "ns default", "READ-ONLY", "LOSS 0", "✓ FRESH")


async def test_one_panel_under_tabs_at_80_columns() -> None:
    async with sitting(80, 24) as robot:
        await robot.sees("br-lan", "mtu 1500→9000")
        await robot.misses("fe80::5054")
        await robot.press("2")
        await robot.sees("fe80::5054")
        await robot.misses("br-lan ▲")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (57, " 1 Links  2 Addresses  3 Routes  4 Uevents  5 Neighbours"),
        (56, " 1 Links  2 addr  3 route  4 ue  5 neigh"),
        (39, " 1 Links  2 addr 3 route 4 ue 5 neigh"),
        (36, " 1 link  2 addr 3 route 4 ue 5 neigh"),
        (35, " 1 Links  2 addr 3 route 4 ue 5"),
        (25, " 1 Links  2 addr 3 4 5"),
    ],
)
def test_tabs_are_words_as_long_as_there_is_room(width: int, shown: str) -> None:
    tabs = TabStrip(
        [(label, f"{number} {label}", f"{number} {brief}") for number, (label, brief) in enumerate(TABS, 1)]
    )
    tabs.choose("Links")
    assert "".join(label for _, label in tabs.fitting(width)).rstrip() == shown


async def test_marked_rows_are_unmarked_by_a_key_that_the_footer_names() -> None:
    async with sitting(80, 24) as robot:
        await robot.press("space")
        await robot.sees("1 marked", "Esc unmark")
        await robot.press("escape")
        await robot.misses("marked", "Esc unmark")


async def test_a_digit_focuses_and_again_zooms_and_escape_goes_back() -> None:
    async with sitting() as robot:
        await robot.press("3")
        assert robot.app.dashboard.zoomed is None
        await robot.press("3")
        await robot.sees("› Routes", "10.0.29.0/24")
        await robot.misses("1 Links")
        await robot.press("escape")
        await robot.sees("1 Links")
        focused = robot.app.dashboard.focused_panel
        assert focused is not None
        assert focused.table.name == "routes"


async def test_minus_goes_to_the_panel_before() -> None:
    async with sitting() as robot:
        await robot.press("2", "3", "minus")
        focused = robot.app.dashboard.focused_panel
        assert focused is not None
        assert focused.table.name == "addresses"


async def test_every_table_is_reachable_by_the_list() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.sees("command", "5 Neighbours", "1,001  ✓ FRESH")
        await robot.type("rul")
        await robot.press("enter")
        await robot.sees("› Rules", "lookup local")


async def test_only_what_is_on_screen_is_watched() -> None:
    async with sitting() as robot:
        assert {name for name, on in robot.session.watched.items() if on} == {
            "links", "addresses", "routes", "uevents", "activity"
        }  # fmt: skip
        await robot.press("3", "z")
        assert {name for name, on in robot.session.watched.items() if on} == {"routes"}


async def test_resizing_moves_the_panels() -> None:
    async with sitting(120, 36) as robot:
        await robot.pilot.resize_terminal(80, 24)
        await robot.sees("1 Links  2 Addresses")
        await robot.pilot.resize_terminal(140, 40)
        await robot.sees("4 Uevents ─")


async def test_the_focused_panel_stays_and_keeps_the_focus_when_the_terminal_gets_narrow() -> None:
    async with sitting(120, 36) as robot:
        await robot.press("tab", "tab")
        await robot.pilot.resize_terminal(80, 24)
        await robot.sees("─ 3 Routes ─", "▸default")
        await robot.press("j")
        await robot.misses("▸default")
        await robot.pilot.resize_terminal(120, 36)
        await robot.sees("─ 1 Links ─")
        assert robot.app.focused is robot.app.dashboard.panels["routes"].view


async def test_a_low_terminal_shows_rows_rather_than_the_activity() -> None:
    async with sitting(40, 10) as robot:
        await robot.sees("─ 1 Links ─", "▸")
        await robot.misses("0 Activity")
        await robot.pilot.resize_terminal(40, 24)
        await robot.sees("0 Activity")


async def test_an_empty_table_says_so_calmly() -> None:
    async with sitting(session=FakeSession()) as robot:
        await robot.sees("no links", "no addresses", "no routes", "no uevents yet", "no activity yet")
        await robot.press("1", "slash")
        await robot.type("nothing")
        await robot.sees("/ links: nothing", "no links  ")


async def test_no_row_of_many_matches() -> None:
    async with sitting() as robot:
        await robot.press("0", "slash")
        await robot.type("nothing")
        await robot.sees("no activity matches “nothing” · Esc shows all 3")


async def test_a_table_that_cannot_be_read_says_why_in_its_place() -> None:
    session = FakeSession()
    session.states["routes"] = TableStatus(Freshness.STALE, sentence="the kernel refuses; CAP_NET_ADMIN would help")
    async with sitting(session=session) as robot:
        await robot.sees("CAP_NET_ADMIN would help", "! STALE")


async def test_loading_shows_how_far_it_is() -> None:
    session = FakeSession()
    session.states["routes"] = TableStatus(Freshness.LOADING, rows=120_000)
    async with sitting(session=session) as robot:
        await robot.sees("LOADING 120,000")
        await robot.misses("no routes")


async def test_losses_and_trouble_are_said_at_once() -> None:
    async with sitting() as robot:
        robot.session.lost = 19_744
        robot.session.trouble = "the namespace blue went away"
        await robot.sees("LOSS 19,744", "! the namespace blue went away")


async def test_start_table_and_filter() -> None:
    async with sitting(start_table="routes", start_filter="10.1.7.") as robot:
        await robot.sees("› Routes", "1 of 1,001", "10.1.7.0/24")
        await robot.misses("1 Links", "10.1.8.0/24")


async def test_q_closes_views_and_at_the_root_quits() -> None:
    async with sitting() as robot:
        await robot.press("3", "enter")
        await robot.sees("Summary · Message")
        await robot.press("q")
        await robot.misses("Summary · Message")
        await robot.sees("› Routes")
        await robot.press("q")
        await robot.sees("1 Links")
        assert not robot.session.stopped
        await robot.press("q")
        assert robot.session.stopped


async def test_escape_never_quits_and_ctrl_c_twice_does() -> None:
    async with sitting() as robot:
        await robot.press("escape", "escape", "ctrl+c")
        assert not robot.session.stopped
        await robot.press("ctrl+c")
        assert robot.session.stopped


async def test_the_session_starts_after_the_first_paint() -> None:
    painted: list[bool] = []
    session = home_router(FakeSession())
    async with sitting(session=session) as robot:
        session.at_start = lambda: painted.append("1 Links" in robot.screen)
        robot.app._begin()
        assert painted == [True]


async def test_the_footer_names_at_most_eight_keys() -> None:
    async with sitting() as robot:
        await robot.sees("? help  / filter")
        robot.app.simulate_key("slash")
        await robot.sees("Enter keep  Esc show all")


async def test_themes_are_in_the_list_and_apply_to_every_line() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("theme light")
        await robot.press("enter")
        await robot.misses("─ command ─")
        await robot.tick()
        assert robot.app.theme == "light"
        lines = robot.app.screen._compositor.render_strips(robot.app.size)
        grounds = {segment.style.bgcolor for line in lines for segment in line if segment.style}
        names = {ground.name.lower() for ground in grounds if ground is not None}
        assert names <= {LIGHT.ground, LIGHT.bars, LIGHT.cursor}
