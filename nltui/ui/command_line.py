"""Opens the command line, runs what was typed, and remembers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nltui.errors import NltuiError, UsageError
from nltui.system import state
from nltui.text import visible
from nltui.ui.commands import commands, find, is_ip, meant, offered
from nltui.ui.commands.base import Offer
from nltui.ui.palette import Palette

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

FILE = "commands"
RECENT, SHOWN = 100, 5
"""Lines that are remembered, and offered on an empty line."""


def open_line(app: Actions, line: str = "", complaint: str = "") -> None:
    """Ask for a command. Where one fails, the line comes back with what was wrong."""
    known = commands(app)
    recent = _recent()

    def is_whole(typed: str) -> bool:
        try:
            word, rest = meant(typed, app.namespace)
            command = find(known, word)
        except UsageError:
            # What is wrong with a line of `ip` is told when it is run.
            return is_ip(typed)
        if command.picks and (lines := command.offer(app, rest).lines):
            return rest.strip() in [name for name, _ in lines]
        return bool(rest.strip()) or not command.needs

    async def chosen(typed: str | None) -> None:
        if typed is None:
            return
        try:
            word, rest = meant(typed, app.namespace)
            await find(known, word).run(app, rest)
        except NltuiError as error:
            open_line(app, typed, visible(str(error), limit=400))
        else:
            _remember(typed.strip(), recent)

    def offers(typed: str) -> Offer:
        return offered(app, known, typed, recent[:SHOWN])

    app.push_screen(Palette(offers, is_whole, line, complaint), chosen)


def _recent() -> list[str]:
    found = state.read(FILE).get("recent")
    texts = found if isinstance(found, list) else []
    return [one for one in texts if isinstance(one, str) and one.isprintable()][:RECENT]


def _remember(line: str, recent: list[str]) -> None:
    # A word alone is found as fast as typed.
    if " " in line and recent[:1] != [line]:
        state.write(FILE, {"recent": [line, *(one for one in recent if one != line)][:RECENT]})
