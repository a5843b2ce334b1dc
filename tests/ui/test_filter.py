"""`/`: the filter line."""

from __future__ import annotations

from nltui.ui import filter_bar
from nltui.ui.filter_bar import FilterBar
from tests.ui.fake import FakeSession, home_router, record, routes
from tests.ui.robot import sitting


async def test_rows_are_filtered_while_typing() -> None:
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.type("10.1.7")
        await robot.sees("/ routes: 10.1.7", "11 of 1,001", " ms")
        await robot.misses("10.0.1.0/24")


async def test_enter_keeps_the_filter_and_n_moves_on() -> None:
    async with sitting() as robot:
        await robot.press("3", "3", "slash")
        await robot.type("10.1.7")
        await robot.press("enter", "n")
        assert "10.1.70.0/24" in robot.row
        await robot.press("N")
        assert "10.1.7.0/24" in robot.row
        await robot.sees("/ routes: 10.1.7", "Esc clear the filter")


async def test_escape_clears_the_filter_before_it_leaves_the_view() -> None:
    async with sitting() as robot:
        await robot.press("3", "3", "slash")
        await robot.type("10.1.7")
        await robot.press("enter", "escape")
        await robot.misses("/ routes:", "11 of")
        await robot.sees("› Routes", " 1,001 ")
        await robot.press("escape")
        await robot.sees("1 Links")


async def test_escape_while_typing_shows_all_again() -> None:
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.type("bgp")
        await robot.press("escape")
        await robot.misses("/ routes:", " of 1,001")
        assert robot.app.dashboard.panels["routes"].view.has_focus


async def test_digits_and_q_are_text_while_typing() -> None:
    async with sitting() as robot:
        await robot.press("1", "slash")
        await robot.type("q2")
        await robot.sees("/ links: q2", "no links match “q2”")
        assert not robot.session.stopped


async def test_what_is_wrong_with_a_filter_is_read_to_its_end_at_80_columns() -> None:
    async with sitting(80, 24) as robot:
        await robot.press("3", "slash")
        await robot.type("metrik > 5")
        await robot.sees("no column `metrik` in routes; did you mean `metric`?")


async def test_each_table_has_its_own_filter() -> None:
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.type("dhcp")
        await robot.press("enter")
        await robot.sees("/ routes: dhcp", "1 of 1,001")
        await robot.press("1")
        await robot.misses("/ routes: dhcp")
        await robot.sees("1 of 1,001")
        await robot.press("3")
        await robot.sees("/ routes: dhcp")


async def test_a_large_table_waits_for_a_pause() -> None:
    session = home_router(FakeSession(), 0)
    session.store["routes"].put(*routes(filter_bar.LARGE + 1))
    async with sitting(session=session, start_table="routes") as robot:
        await robot.press("slash")
        await robot.type("10.1.7.")
        await robot.press("enter")
        await robot.sees("1 of 50,002")


async def test_keys_typed_ahead_act_in_the_order_typed() -> None:
    async with sitting() as robot:
        for key in ("3", "3", "slash", *"10.1.7"):
            robot.app.simulate_key(key)
        await robot.sees("› Routes", "/ routes: 10.1.7", "11 of 1,001")


async def test_an_error_is_told_and_the_last_good_filter_stays() -> None:
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.type("proto == bgp")
        await robot.sees("of 1,001")
        kept = len(robot.app.dashboard.panels["routes"].view.rows or ())
        assert 0 < kept < 1001
        await robot.type(" (metrik > 5")
        await robot.sees("no column `metrik` in routes; did you mean `metric`?")
        assert len(robot.app.dashboard.panels["routes"].view.rows or ()) == kept
        bar = robot.app.query_one(FilterBar)
        assert bar.wrong == (14, 20)
        await robot.press("enter")
        assert bar.is_editing, "what is wrong cannot be kept"
        await robot.press("escape")
        await robot.sees("› Routes" if robot.app.dashboard.zoomed else "3 Routes")
        await robot.misses("/ routes:")


async def test_columns_operators_and_values_complete() -> None:
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.type("prot")
        await robot.sees("The proto, as the fake says.")
        await robot.press("tab")
        await robot.sees("/ routes: proto", "equal", "matches a regular expression")
        await robot.press("down", "down", "enter")
        await robot.sees("/ routes: proto !=", "bgp")
        await robot.type("d")
        await robot.press("tab")
        await robot.sees("/ routes: proto != dhcp")
        await robot.press("enter")
        assert robot.app.dashboard.panels["routes"].typed == "proto != dhcp "


async def test_a_filter_becomes_a_chip() -> None:
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.type("proto == bgp")
        await robot.press("ampersand")
        await robot.sees("/ routes: [proto == bgp]")
        await robot.type("10.1.7")
        await robot.press("enter")
        panel = robot.app.dashboard.panels["routes"]
        assert panel.filter_text == "(proto == bgp) (10.1.7)"
        await robot.press("escape")
        await robot.sees("/ routes: [proto == bgp]")
        assert panel.filter_text == "proto == bgp"
        await robot.press("escape")
        await robot.misses("/ routes:")
        assert not panel.filter_text


async def test_filters_are_remembered_and_saved() -> None:
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.type("bgp")
        await robot.press("ctrl+s", "enter", "slash", "ctrl+u")
        await robot.type("dhcp")
        await robot.press("enter")
    async with sitting() as robot:
        await robot.press("3", "slash")
        await robot.sees("bgp   ★ saved", "dhcp  recent")
        await robot.press("down", "down", "enter")
        await robot.sees("/ routes: dhcp")


async def test_hostile_values_are_text() -> None:
    session = home_router(FakeSession())
    session.store["links"].put(record(99, name="x0", kind="[b]x[/]"))
    async with sitting(session=session) as robot:
        await robot.press("1", "slash")
        await robot.type("kind == [")
        await robot.sees("[b]x[/]")
        await robot.press("tab", "enter")
        await robot.sees("/ links: kind == [b]x[/]", "1 of 7")
