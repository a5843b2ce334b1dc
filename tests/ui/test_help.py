"""`?`: what the keys do, searchable and executable."""

from __future__ import annotations

from tests.ui.robot import sitting


async def test_help_lists_keys_table_and_columns() -> None:
    async with sitting(120, 60) as robot:
        await robot.press("2", "question_mark")
        await robot.sees("help", "filter as you type", "pick the sort column")
        await robot.type("scope")
        await robot.sees("The scope, as the fake says.")
        await robot.misses("filter as you type")


async def test_a_key_can_be_found_by_its_words_and_executed() -> None:
    async with sitting() as robot:
        await robot.press("3", "question_mark")
        await robot.type("zoom the")
        await robot.press("enter")
        await robot.sees("› Routes")


async def test_a_search_that_finds_nothing_says_so() -> None:
    async with sitting() as robot:
        await robot.press("question_mark")
        await robot.type("zzz")
        await robot.sees("nothing here contains that")


async def test_escape_leaves_the_help() -> None:
    async with sitting() as robot:
        await robot.press("question_mark")
        await robot.sees("type to search")
        await robot.press("escape")
        await robot.misses("type to search")


async def test_every_key_has_words() -> None:
    async with sitting() as robot:
        for active in robot.app.screen.active_bindings.values():
            assert active.binding.description or not active.binding.id, active.binding.key


async def test_help_begins_with_what_everybody_needs() -> None:
    async with sitting() as robot:
        await robot.press("question_mark")
        await robot.sees("type to search")
        lines = robot.screen.splitlines()
        search = next(place for place, line in enumerate(lines) if "│ / ▏" in line)
        assert "help: keys, table, columns" in lines[search + 1]
