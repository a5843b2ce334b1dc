"""Themes, ASCII, keys of one's own."""

from __future__ import annotations

import pytest

from nltui.ui.ascii import GLYPHS, plain
from nltui.ui.keymap import checked, known
from nltui.ui.text import cells
from nltui.ui.theme import PALETTES
from tests.ui.fake import FakeSession, home_router, record
from tests.ui.robot import Robot, sitting

WALK = (
    "j", "1", "1", "enter", "tab", "l", "l", "l", "escape", "colon", "escape", "o", "escape", "question_mark", "escape",
)  # fmt: skip


def test_every_glyph_has_one_of_its_width() -> None:
    for glyph, likeness in GLYPHS.items():
        assert cells(chr(glyph)) == cells(str(likeness)) == 1, chr(glyph)
    assert plain("名 ä ▸") == "?? ? >"


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36), (200, 60)])
async def test_ascii_is_ascii_everywhere(width: int, height: int) -> None:
    session = home_router(FakeSession())
    session.store["links"].put(record(99, name="名前", kind="ä"))
    async with sitting(width, height, session=session, ascii=True) as robot:
        await robot.sees("* FRESH")
        for key in WALK:
            await robot.press(key)
            assert robot.screen.isascii(), key


@pytest.mark.parametrize("theme", PALETTES)
async def test_every_colour_is_the_themes(theme: str) -> None:
    palette = PALETTES[theme]
    async with sitting(100, 30, theme=theme) as robot:
        await robot.sees("FRESH")
        for key in WALK:
            await robot.press(key)
        assert colours(robot) <= {getattr(palette, name) for name in vars(type(palette))["__annotations__"]} - {theme}


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36), (200, 60)])
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_nothing_overflows_and_the_focus_is_somewhere(theme: str, width: int, height: int) -> None:
    async with sitting(width, height, theme=theme) as robot:
        await robot.sees("FRESH")
        for key in WALK:
            await robot.press(key)
            lines = robot.screen.splitlines()
            assert len(lines) <= height
            assert all(cells(line) <= width for line in lines), key
        assert robot.app.screen.focused is not None


def colours(robot: Robot) -> set[str]:
    lines = robot.app.screen._compositor.render_strips(robot.app.size)
    styles = [segment.style for line in lines for segment in line if segment.style]
    found = [colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None]
    return {colour.name.lower() for colour in found}


async def test_keys_of_ones_own() -> None:
    keys = {"app.pause": "P", "app.pasue": "x"}
    async with sitting(keys=keys, places={"app.pasue": "c.toml line 3"}) as robot:
        await robot.sees("c.toml line 3: nothing is called `app.pasue`; did you mean `app.pause`?")
        await robot.press("p")
        await robot.misses("PAUSED")
        await robot.press("P")
        await robot.sees("PAUSED")


def test_names_of_keys() -> None:
    assert {"app.pause", "table.mark", "detail.turn", "filter.complete"} <= set(known())
    assert checked({"app.pause": ","}, {}) == ({}, "[keys]: `,` names no key")
