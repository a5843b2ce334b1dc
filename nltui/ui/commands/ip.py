"""`:ip route add 10.0.0.0/8 via 10.1.1.1`: an `ip` line fills the dialog of what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nltui.ui.commands.base import Command, Offer

if TYPE_CHECKING:
    from nltui.ui.actions import Actions


class Ip(Command):
    """Opens the dialog; nothing is sent before it was looked at."""

    names = ("ip",)
    note = "an ip line: link, address, route, neighbour, rule or nexthop; add, set, replace, delete …"
    needs = True

    def offer(self, app: Actions, rest: str) -> Offer:
        """That nothing happens yet."""
        return Offer(hint="Enter opens the dialog of this line, with a preview; nothing is sent yet")

    async def run(self, app: Actions, rest: str) -> None:
        """Open it. Raises UsageError."""
        app.desk.line(rest)
