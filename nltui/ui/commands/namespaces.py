"""`:ns blue`: look at another network namespace."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from nltui.text import visible
from nltui.ui.commands.base import Command, Offer

if TYPE_CHECKING:
    from nltui.system.places import Place
    from nltui.ui.actions import Actions

OURS = "-"
"""Stands for the namespace that this process is in."""


class Ns(Command):
    """A name of `ip netns`, a path or a process id; `-` is the namespace that nltui was started in."""

    names = ("ns", "netns")
    note = "another network namespace: a name, a path or a process id"
    needs, picks = True, True

    @cached_property
    def _places(self) -> list[Place]:
        from nltui.system.places import places

        return places()

    def offer(self, app: Actions, rest: str) -> Offer:
        """Every namespace that can be seen."""
        lines: list[tuple[str, str]] = []
        for place in self._places:
            argument = visible(place.argument) or OURS
            count = f"{place.processes} process{'' if place.processes == 1 else 'es'}"
            name = place.name if place.name != argument else ""
            note = f"{name:<16}  {count:>13}  {place.note}"
            if rest.casefold() in f"{argument} {note}".casefold():
                lines.append((argument, note))
        return Offer(tuple(lines))

    async def run(self, app: Actions, rest: str) -> None:
        """Switch to it."""
        argument = rest.strip()
        await app.switch("" if argument == OURS else argument)
