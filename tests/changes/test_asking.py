"""What dialogs show beside their fields: where the kernel points, what rows differ in, what an undo takes along."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from nltui.changes.base import Tier
from nltui.changes.journals import entries
from nltui.system.namespaces import resolve
from nltui.tables import TABLES
from nltui.ui.app import NltuiApp
from nltui.ui.change_screen import ChangeScreen, PlanScreen
from nltui.worker.session import Session
from tests.changes.ground import build, difference, picture
from tests.changes.test_dialogs import typed, until
from tests.kernel.netns import Netns
from tests.ui.fake import FakeSession
from tests.ui.robot import Robot


@asynccontextmanager
async def opened(ns: Netns, table: str, size: tuple[int, int] = (130, 44)) -> AsyncIterator[Robot]:
    """The program on a table of a namespace."""
    app = NltuiApp(Session(resolve(ns.name), TABLES), host="vm", namespace=ns.name, badge="CAN CHANGE")
    async with app.run_test(size=size) as pilot:
        robot = Robot(app, cast(FakeSession, app.session), pilot)
        await robot.sees("FRESH")
        digit = next(digit for digit, one in app.dashboard.tables if one.name == table)
        await robot.press(digit)
        if app.dashboard.zoomed is None:
            await robot.press("z")
        yield robot
        app.exit()


async def dialog(robot: Robot) -> ChangeScreen:
    """That is open, and has told what it would do."""
    await until(robot, lambda: isinstance(robot.app.screen, ChangeScreen))
    screen = robot.app.screen
    assert isinstance(screen, ChangeScreen)
    sheet = screen._sheet
    await until(robot, lambda: not sheet.is_busy and (sheet.preview is not None or bool(sheet.problems)))
    return screen


async def line(robot: Robot, text: str) -> ChangeScreen:
    await robot.press("colon")
    await typed(robot, text)
    await robot.press("enter")
    return await dialog(robot)


async def apply(robot: Robot, screen: ChangeScreen) -> None:
    sheet = screen._sheet
    if sheet.preview is not None and sheet.preview.tier is Tier.CUTTING:
        while sheet.place != "?word":
            await robot.press("tab")
        await typed(robot, sheet.preview.word)
    while sheet.place != "Apply":
        await robot.press("tab")
    await robot.press("enter")
    await until(robot, lambda: robot.app.screen is not screen or bool(sheet.refused))


async def test_the_attribute_that_the_kernel_points_at_is_marked(netns: Netns) -> None:
    build(netns)
    before = picture(netns)
    async with opened(netns, "links") as robot:
        screen = await line(robot, "ip link set va mtu 1400 gso_max_size 1")
        await apply(robot, screen)
        assert (
            "integer out of range — the kernel points at IFLA_GSO_MAX_SIZE 1; nothing was changed"
            in screen._sheet.refused
        )
        await robot.press("ctrl+x")
        await robot.sees("▸ IFLA_GSO_MAX_SIZE")
        assert screen._sheet.raw[screen._sheet.marked.start + 2] == 0x29
    assert difference(before, picture(netns)) == []


async def test_of_rows_that_differ_it_says_so_and_empty_leaves_each(netns: Netns) -> None:
    build(netns)
    netns.ip("link set vb mtu 1300")
    async with opened(netns, "links") as robot:
        await robot.press("slash")
        await typed(robot, "name in {va, vb}")
        await robot.press("enter")
        await until(robot, lambda: "2 of " in robot.screen)
        await robot.press("g", "g", "space", "j", "space", "e")
        screen = await dialog(robot)
        assert {"dev", "name", "mtu", "address", "alias"} <= screen._sheet.differing
        assert screen._sheet.edits["txqueuelen"].text == "1000"
        assert "the rows differ; empty keeps each" in robot.screen
        while screen._sheet.place != "mtu":
            await robot.press("tab")
        # What one of them has already.
        await typed(robot, "1500")
        await until(robot, lambda: not screen._sheet.is_busy and screen._sheet.preview is not None)
        await apply(robot, screen)
        assert [row["mtu"] for row in netns.ip_json("link show") if row["ifname"] in ("va", "vb")] == [1500, 1500]
        assert [row.get("ifalias") for row in netns.ip_json("link show") if row["ifname"] == "vb"] == ["plain"]


async def test_a_flush_begins_with_the_filter_that_is_shown(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "routes") as robot:
        await robot.press("slash")
        await typed(robot, "dst in 10.20.0.0/15")
        await robot.press("enter")
        await until(robot, lambda: "4 of " in robot.screen)
        await robot.press("c")
        await typed(robot, "flush")
        await robot.press("enter")
        screen = await dialog(robot)
        where = screen._sheet.edits["where"].text
        assert "dst in 10.20.0.0/15" in where
        assert "table == main" in where
        assert screen._sheet.preview is not None
        assert len(screen._sheet.preview.steps) == 4


async def test_an_undo_that_takes_more_along_is_asked_about_and_guarded(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "links") as robot:
        await apply(robot, await line(robot, "ip link add v1 up type veth peer name v2"))
        await robot.sees("done: two links v1 and v2")
        for said in ("link set v2 up", "address add 10.8.0.1/24 dev v1", "route add 10.50.0.0/16 via 10.8.0.9"):
            netns.ip(said)
        there = picture(netns, indexes=True)
        await robot.press("u")
        screen = await dialog(robot)
        assert isinstance(screen, PlanScreen)
        await robot.sees("1 address goes along")
        await robot.sees("1 route goes along")
        await apply(robot, screen)
        await robot.sees("taken back: two links v1 and v2")
        assert not any(row["ifname"] == "v1" for row in netns.ip_json("link show"))
        await robot.press("R")
        await robot.sees("rolled back: taken back")
        assert difference(there, picture(netns, indexes=True)) == []


async def test_an_undo_of_what_somebody_changed_meanwhile_is_asked_about(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "links") as robot:
        await apply(robot, await line(robot, "ip link set va mtu 1400"))
        await robot.sees("done: va: mtu 1500 → 1400")
        netns.ip("link set va mtu 1300")
        await robot.press("u")
        screen = await dialog(robot)
        await robot.sees("changed meanwhile: mtu 1400 → 1300")
        assert screen._sheet.place == "Cancel"
        await robot.press("escape")
        await until(robot, lambda: robot.app.screen is not screen)
        assert next(row["mtu"] for row in netns.ip_json("link show") if row["ifname"] == "va") == 1300
        await robot.press("u")
        await apply(robot, await dialog(robot))
        await robot.sees("undone: va: mtu 1500 → 1400")
        # What stood before it was undone, not what was set here once.
        await robot.press("ctrl+r")
        await robot.sees("done again: va: mtu 1500 → 1400")
        assert next(row["mtu"] for row in netns.ip_json("link show") if row["ifname"] == "va") == 1300


async def test_rolling_back_asks_before_it_overwrites_somebodys_change(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "links") as robot:
        screen = await line(robot, "ip link set va mtu 1400")
        await robot.press("ctrl+t")
        await apply(robot, screen)
        await robot.sees("s to roll back · Y ")
        await until(robot, lambda: robot.app.desk.changes._done[-1].left is not None)
        netns.ip("link set va mtu 1300")
        await robot.press("R")
        asked = await dialog(robot)
        await robot.sees("changed meanwhile: mtu 1400 → 1300")
        await robot.press("escape")
        await until(robot, lambda: robot.app.screen is not asked)
        assert next(row["mtu"] for row in netns.ip_json("link show") if row["ifname"] == "va") == 1300
        assert robot.app.is_pending
        await robot.press("R")
        await apply(robot, await dialog(robot))
        await robot.sees("rolled back: va: mtu 1500 → 1400")
        assert next(row["mtu"] for row in netns.ip_json("link show") if row["ifname"] == "va") == 1500


async def test_what_was_confirmed_elsewhere_is_not_rolled_back(netns: Netns) -> None:
    """Though the key comes before the banner goes."""
    build(netns)
    async with opened(netns, "links") as robot:
        screen = await line(robot, "ip link set va mtu 1400")
        await robot.press("ctrl+t")
        await apply(robot, screen)
        await robot.sees("s to roll back")
        entry = next(one for one in entries() if one.state == "applied" and "mtu 1500" in one.sentence)
        await asyncio.to_thread(entry.ask, "CONFIRM", "OK confirmed")
        await robot.press("R")
        await robot.sees("kept, confirmed elsewhere: va: mtu 1500 → 1400")
        assert next(row["mtu"] for row in netns.ip_json("link show") if row["ifname"] == "va") == 1400


async def test_a_range_counts_before_it_is_closed(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "links") as robot:
        await robot.press("slash")
        await typed(robot, "name in {va, vb}")
        await robot.press("enter")
        await until(robot, lambda: "2 of " in robot.screen)
        await robot.press("g", "g", "v", "j", "e")
        await dialog(robot)
        assert "(2 rows)" in robot.screen
        await robot.press("escape")


async def test_several_removed_rows_are_restored_at_once(netns: Netns) -> None:
    build(netns)
    before = picture(netns)
    async with opened(netns, "routes") as robot:
        for dst in ("10.20.0.0/16", "10.25.0.0/16"):
            netns.ip(f"route del {dst}" if "25" not in dst else "route del blackhole 10.25.0.0/16")
        await robot.press("0")
        await robot.sees("10.25.0.0/16")
        await robot.press("slash")
        await typed(robot, "type == route change == −")
        await robot.press("enter")
        await until(robot, lambda: "2 of " in robot.screen)
        await robot.press("g", "g", "space", "space", "R")
        screen = await dialog(robot)
        assert "(2 rows)" in robot.screen
        await apply(robot, screen)
        await robot.sees("done: 2 changes")
    assert difference(before, picture(netns)) == []


async def test_what_somebody_changed_meanwhile_is_looked_at_again(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "routes") as robot:
        await robot.press("slash")
        await typed(robot, "dst == 10.20.0.0/16")
        await robot.press("enter")
        await until(robot, lambda: "1 of " in robot.screen)
        await robot.press("d")
        screen = await dialog(robot)
        netns.ip("route replace 10.20.0.0/16 via 10.0.0.7")
        await apply(robot, screen)
        assert "gateway 10.0.0.9 → 10.0.0.7" in screen._sheet.refused
        await robot.press("enter")
        await until(robot, lambda: not screen._sheet.is_busy and not screen._sheet.refused)
        assert screen._sheet.preview is not None
        assert "via 10.0.0.7" in screen._sheet.preview.line
        await apply(robot, screen)
        await robot.sees("done: the route 10.20.0.0/16 goes")


async def test_at_80_columns_all_is_told_of_the_field_that_is_typed_into(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "routes", (80, 24)) as robot:
        await robot.press("a")
        screen = await dialog(robot)
        for field in screen._sheet.fields:
            await robot.sees(f"▸{field.name.removesuffix('_id').replace('_', ' ')} ")
            offered = [text for text, _ in screen._sheet.offers[:8]]
            said = screen._sheet.problems.get(field.name, "").split() or offered or field.help.split()
            shown = " ".join(line.strip("│╭╮╰╯ ") for line in robot.screen.splitlines())
            assert [word for word in said if word not in shown] == []
            assert "Apply" in robot.screen
            await robot.press("down")


async def test_what_is_wrong_in_a_line_is_where_the_focus_goes(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "routes") as robot:
        screen = await line(robot, "ip route add 10.3.0.0/16 dev vaa")
        assert screen._sheet.place == "dev"
        await robot.sees("there is no link 'vaa' here; did you mean `va`?")


async def test_what_is_missing_to_change_anything_is_told_before_anything_is_filled_in(netns: Netns) -> None:
    build(netns)
    async with opened(netns, "routes") as robot:
        robot.app.desk.can = False
        await robot.press("a")
        screen = await dialog(robot)
        assert screen._sheet.preview is None
        await robot.sees("needs", "CAP_NET_ADMIN, which this process lacks")
