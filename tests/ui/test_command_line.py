"""`:`: everything by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from nltui.errors import NamespaceUnknown, UsageError
from nltui.model.filter.errors import FilterError
from nltui.ui.commands import meant, split
from nltui.worker.contract import SessionLike
from tests.ui.fake import FakeSession, home_router, record
from tests.ui.robot import sitting


def has_stopped(session: FakeSession) -> bool:
    return session.stopped


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("", ("", "", 0)),
        ("ro", ("ro", "", 2)),
        ("routes dst in 10/8", ("routes", "dst in 10/8", 7)),
        ("  ro x", ("ro", "x", 5)),
        ("ip r", ("r", "", 4)),
        ("ip route show", ("route", "", 13)),
        ("ip route show proto bgp", ("route", "proto bgp", 14)),
        ("ip ", ("ip", "", 3)),
        ("ip route add 10/8 dev eth0", ("ip", "route add 10/8 dev eth0", 3)),
        ("sudo ip link set eth0 up", ("ip", "sudo ip link set eth0 up", 0)),
        ("ip -6 route add default dev eth0", ("ip", "-6 route add default dev eth0", 3)),
    ],
)
def test_a_line_is_a_word_and_its_argument(line: str, parts: tuple[str, str, int]) -> None:
    assert split(line) == parts


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ip r", ("routes", "")),
        ("ip flaps", ("flaps", "")),
        ("ip a 10.0", ("a", "10.0")),
        ("ip route remove 10.0.0.0/8", None),
        ("ip link show | grep eth0", None),
        ("routes proto bgp", ("routes", "proto bgp")),
        ("ip ro proto == dhcp", ("ro", "proto == dhcp")),
        ("ip route show dst in 10.0.0.0/8", ("route", "dst in 10.0.0.0/8")),
        ("ip route show dev eth0", ("routes", "(dev == eth0) (table == main) (family == inet)")),
        ("$ ip -br --color=never a  # mine", ("addresses", "")),
        ("ip -n blue neigh show nud stale", ("neighbours", '((state ~ "STALE")) (not flags has proxy)')),
        ("ip route get 1.1.1.1 from 10.0.0.5", ("why", "1.1.1.1 from 10.0.0.5")),
        ("ip link set eth0 up && reboot", None),
        ("ip -n red route", None),
        ("ip route show dev", None),
    ],
)
def test_a_line_of_ip_that_shows_is_a_table_and_a_filter(line: str, found: tuple[str, str] | None) -> None:
    if found is not None:
        assert meant(line, "blue") == found
        return
    with pytest.raises(UsageError):
        meant(line, "blue")


async def test_a_line_of_ip_opens_its_table() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("sudo ip -br link")
        await robot.sees("links: all rows")
        await robot.press("enter")
        await robot.misses("─ command ─")
        await robot.press("colon")
        await robot.type("ip -n red route show")
        await robot.press("enter")
        await robot.sees("`:ns red` switches")
        await robot.press("escape", "colon")
        await robot.type("ip route get 10.1.2.3")
        await robot.press("enter")
        await robot.sees("why 10.1.2.3")


@pytest.mark.parametrize("line", ["routes proto == dhcp", "ip ro proto == dhcp", "rou proto == dhcp"])
async def test_a_table_with_a_filter(line: str) -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type(line)
        await robot.press("enter")
        await robot.sees("/ routes: proto == dhcp", "1 of 1,001")


async def test_a_filter_that_is_wrong_comes_back_with_what_is_wrong() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("routes dst in nowhere")
        await robot.press("enter")
        await robot.sees(": routes dst in nowhere", "no column `dst` in routes")
        await robot.press("escape")
        await robot.misses("─ command ─")
        assert not robot.app.dashboard.panels["routes"].filter_text


async def test_columns_and_values_complete() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("routes pro")
        await robot.sees("The proto, as the fake says.")
        await robot.press("tab")
        await robot.type("== ")
        await robot.sees("bgp")
        await robot.press("escape")


async def test_a_whole_line_says_what_it_does() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("routes dst in 10/8")
        await robot.sees("routes: ip route")
        await robot.press("escape", "colon")
        await robot.type("xyzzy 10/8")
        await robot.sees("no command or table 'xyzzy'")
        await robot.press("escape")


async def test_what_a_key_does_has_a_name() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("pau")
        await robot.sees("pause the view")
        await robot.press("enter")
        await robot.sees("PAUSED")
        await robot.press("ctrl+p")
        await robot.type("sort mtu reverse")
        await robot.press("enter")
        await robot.sees("mtu ▼")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("xyzzy", "no command or table 'xyzzy'"),
        ("rotues", "no command or table 'rotues'; did you mean `routes`?"),
        ("ip ruote show", "no command or table 'ruote'; did you mean `route`?"),
        ("ip route shwo", "`ip route shwo` is not known here; did you mean `show`?"),
        ("sort nope", "links have no column 'nope'"),
        ("sort mut", "links have no column 'mut'; did you mean `mtu`?"),
        ("theme drak", "no theme 'drak'; did you mean `dark`?"),
        ("sort mtu up", "behind a column only `reverse` can stand"),
        ("narrow", "no command or table 'narrow'"),
        ("ns blue", "this session cannot look elsewhere"),
    ],
)
async def test_what_cannot_be_done_is_told(line: str, said: str) -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type(line)
        await robot.press("enter")
        await robot.sees(said)
        await robot.press("escape")
        await robot.misses("─ command ─")


async def test_lines_are_remembered() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("routes proto == bgp")
        await robot.press("enter")
    async with sitting() as robot:
        await robot.press("colon")
        await robot.sees("routes proto == bgp  recent")
        await robot.press("enter")
        await robot.sees("/ routes: proto == bgp")


async def test_another_namespace_on_the_same_screen(tmp_path: Path) -> None:
    blue = FakeSession()
    blue.store["links"].put(record(7, name="blue0", kind="ifb"))

    def reopen(argument: str) -> tuple[SessionLike, str]:
        if argument != "blue":
            raise NamespaceUnknown(f"no network namespace is called {argument}")
        return blue, "blue"

    async with sitting(session=home_router(FakeSession()), reopen=reopen) as robot:
        await robot.press("1", "slash")
        await robot.type("eth")
        await robot.press("enter", "1", "enter", "colon")
        await robot.type("ns red")
        await robot.press("enter")
        await robot.sees("no network namespace is called red")
        assert not has_stopped(robot.session)
        await robot.press("ctrl+u")
        await robot.type("ns blue")
        await robot.press("enter")
        await robot.sees("ns blue", "blue0")
        await robot.misses("/ links", "br-lan")
        for _ in range(100):
            if has_stopped(robot.session):
                break
            await robot.pilot.pause(0.01)
        assert has_stopped(robot.session)
        await robot.press("3")
        await robot.press("1")
        await robot.sees("blue0")


async def test_why_is_told_over_the_panels() -> None:
    async with sitting() as robot:
        await robot.press("colon")
        await robot.type("why 8.8.8.8 mark 1")
        await robot.press("enter")
        await robot.sees("─ why 8.8.8.8 mark 0x1 ─", "it takes [b]default[/]")
        await robot.press("escape")
        await robot.misses("─ why 8.8.8.8")
        await robot.press("colon")
        await robot.type("why nowhere")
        await robot.press("enter")
        await robot.sees("'nowhere' is no address")


async def test_a_filter_that_has_to_wait_for_rows_is_checked_before() -> None:
    async with sitting() as robot:
        panel = robot.app.dashboard.focused_panel
        assert panel is not None
        panel.view.rows = None
        with pytest.raises(FilterError):
            await robot.app.apply_filter("nope > 1")
        await robot.app.apply_filter("eth")
        assert robot.app.start_filter == "eth"
