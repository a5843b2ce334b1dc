"""`:why 8.8.8.8 from 10.0.0.1`: which route a packet takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nltui.ui.commands.base import Command, Offer

if TYPE_CHECKING:
    from nltui.ui.actions import Actions


class Why(Command):
    """Rules in order, the table entered, candidates, and the kernel's own answer."""

    names = ("why",)
    note = "which route a packet takes, and why: DST from SRC mark M iif DEV …"
    needs = True

    def offer(self, app: Actions, rest: str) -> Offer:
        """What can be said of a packet."""
        from nltui.model.why.query import USAGE

        return Offer(hint=USAGE)

    async def run(self, app: Actions, rest: str) -> None:
        """Over the panels. Raises UsageError."""
        from nltui.model.why.query import parse
        from nltui.ui.why_screen import WhyScreen

        query = parse(rest.split())
        app.push_screen(WhyScreen(f"why {query.text}", lambda: app.session.why(query)))
