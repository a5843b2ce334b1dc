"""`:flaps 5m`: what changed most over a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nltui.errors import UsageError
from nltui.ui.commands.base import Command, Offer

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

PERIODS = {
    "1m": "the last minute",
    "5m": "the last five minutes",
    "15m": "the last quarter of an hour",
    "1h": "the last hour",
    "all": "since nltui looks",
}


class Lens(Command):
    """To the table of restless objects, over a time."""

    names = ("flaps", "flapping", "restless")
    note = "what changes again and again, over 1m, 5m, 15m, 1h or all"

    def offer(self, app: Actions, rest: str) -> Offer:
        """The times there are."""
        return Offer(tuple((name, note) for name, note in PERIODS.items() if rest.strip() in name))

    async def run(self, app: Actions, rest: str) -> None:
        """Go there; without a time the one before stays."""
        period = rest.strip()
        if period not in ("", *PERIODS):
            raise UsageError(f"no time {period!r} to look over; there are {', '.join(PERIODS)}")
        app.jumps.leave()
        await app.dashboard.go("flaps")
        app.tick()
        look_at = getattr(app.dashboard.panels["flaps"].view.rows, "look_at", None)
        if period and look_at is not None:
            look_at(period)
            app.tick()
