"""Lists at 80 columns: whatever is said can be read to its end."""

from __future__ import annotations

import pytest

from nltui.model.types import Tone
from nltui.model.why.telling import Line
from nltui.record import replace
from nltui.ui.column_choice import ColumnChoice
from nltui.ui.commands import commands
from nltui.ui.menu import Menu
from nltui.ui.picker import Item, Picker
from nltui.ui.text import broken, cells
from nltui.ui.why_screen import WhyScreen
from tests.ui.robot import sitting

LONG = "The link stops; the kernel drops its routes, IPv6 addresses and neighbours without a word."


def drawn(menu: Menu) -> list[str]:
    return [f"{row.name}{row.note}".rstrip() for row in menu.rows]


def test_what_fits_stays_on_its_line() -> None:
    assert drawn(Menu([("up", "it sends"), ("down", "it stops")], 40)) == ["up    it sends", "down  it stops"]


def test_what_is_said_goes_on_below_itself() -> None:
    assert drawn(Menu([("down", "it stops sending")], 14)) == ["down  it stops", "      sending"]


def test_a_long_name_goes_on_below_itself_too() -> None:
    menu = Menu([("edit: name, MTU, MAC", "Only what is changed"), ("up", "It sends and receives.")], 30)
    assert drawn(menu) == [
        "edit: name,   Only what is",
        "MTU, MAC      changed",
        "up            It sends and",
        "              receives.",
    ]
    assert [row.number for row in menu.rows] == [0, 0, 1, 1]


def test_the_last_of_several_columns_goes_on_below_itself_or_leaves() -> None:
    line = [("sort", "s         order by a column, or turn it round")]
    assert drawn(Menu(line, 45)) == ["sort  s         order by a column, or turn it", "                round"]
    assert drawn(Menu([("links", "1 Links  8  followed  ip -d -s link")], 30)) == ["links  1 Links  8  followed"]


def test_a_word_beside_a_long_name_needs_no_column() -> None:
    menu = Menu([("why 10.20.1.1 from 10.0.0.5", "recent"), ("links", "1 Links  8  followed  and more of it")], 40)
    assert drawn(menu)[0] == "why 10.20.1.1 from 10.0.0.5  recent"
    assert menu.names == len("links")


def test_all_of_what_the_cursor_is_on_is_seen() -> None:
    menu = Menu([("a", "one two"), ("b", "three four"), ("c", "five six")], 8)
    assert len(menu.rows) == 6
    assert menu.top(1, 0, 3) == 1
    assert menu.top(1, 3, 3) == 2
    assert menu.top(2, 0, 4) == 2


def test_lines_are_broken_between_words() -> None:
    parts = [("nexthop ", Tone.DIM), ("via 10.0.0.9 dev eth0", Tone.STRONG), ("   neighbour", Tone.DIM)]
    told = broken(parts, 24, 4)
    assert ["".join(text for text, _ in line).rstrip() for line in told] == [
        "nexthop via 10.0.0.9 dev", "    eth0  neighbour",
    ]  # fmt: skip
    assert [tone for _, tone in told[1]][-1] is Tone.DIM


def test_a_word_longer_than_a_line_is_cut() -> None:
    told = broken([("a " + "x" * 12, Tone.PLAIN)], 8, 2)
    assert ["".join(text for text, _ in line).strip() for line in told] == ["a xxxxxx", "xxxxxx"]


async def test_a_list_at_80_columns_is_read_to_its_end() -> None:
    async with sitting(80, 24) as robot:
        robot.app.push_screen(Picker("what to do", [Item("down", "down", LONG), Item("up", "an up " * 6, LONG)]))
        await robot.sees("down", "without a word.")
        assert robot.screen.count("without a word.") == 2
        assert "…" not in "".join(line for line in robot.screen.splitlines() if "│ " in line and "word" in line)


async def test_every_command_at_80_columns_is_read_to_its_end() -> None:
    async with sitting(80, 24) as robot:
        for command in commands(robot.app):
            await robot.press("colon")
            await robot.type(command.names[0])
            *_, last = command.note.split("  ")
            if len(last) > 30:
                await robot.sees(last.split()[-1])
            await robot.press("escape")


async def test_the_command_line_has_its_lower_edge_at_80x24() -> None:
    async with sitting(80, 24) as robot:
        await robot.press("colon")
        await robot.sees("Tab completes · Enter · Esc ─╯")


@pytest.mark.parametrize("width", [60, 80])
async def test_why_is_read_to_its_end(width: int) -> None:
    told: list[Line] = [[("nexthop ", Tone.DIM), ("via 10.0.0.9 dev eth0", Tone.STRONG), (f"  {LONG}", Tone.DIM)]]
    async with sitting(width, 24) as robot:
        await robot.app.push_screen(WhyScreen("why", lambda: told))
        await robot.sees("nexthop via 10.0.0.9", "word.", "live · Esc")
        assert all(cells(line) <= width for line in robot.screen.splitlines())


async def test_columns_to_choose_from_are_read_to_their_end() -> None:
    async with sitting(60, 24) as robot:
        panel = robot.app.dashboard.focused_panel
        assert panel is not None
        column = replace(panel.table.columns[0], help=LONG)
        table = replace(panel.table, columns=(column, *panel.table.columns[1:]))
        choice = ColumnChoice(table, None, lambda names: None)
        robot.app.push_screen(choice)
        await robot.sees(f"✓ {column.name}", "word.")
        assert robot.screen.count(f"✓ {column.name}") == 1
        await robot.press("down", "space")
        assert table.columns[1].name not in choice._list.chosen
