"""`:routes dst in 10/8`, `:ip r`: to a table, with a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nltui.model.table import Table
from nltui.ui.commands.base import Command, Offer
from nltui.ui.panel import badge
from nltui.ui.text import grouped
from nltui.worker.contract import TableStatus

if TYPE_CHECKING:
    from nltui.ui.actions import Actions


class Go(Command):
    """To one table; what follows is its filter."""

    def __init__(self, table: Table, digit: str, status: TableStatus) -> None:
        self.table = table
        self.names = (table.name, table.singular, *table.aliases)
        said, _ = badge(status)
        self.note = (
            f"{digit or ' '} {table.title:<14}{grouped(status.rows):>10}  {said:<12}  {table.feed.value:<8}  "
            f"{table.command}"
        )

    def offer(self, app: Actions, rest: str) -> Offer:
        """As the filter line completes."""
        return filter_offer(app, self.table, rest)

    async def run(self, app: Actions, rest: str) -> None:
        """Go there; a filter replaces the one in force."""
        from nltui.model.filter.parsed import filter_of

        filter_of(rest, self.table)
        app.jumps.leave()
        await app.dashboard.go(self.table.name)
        if rest.strip():
            await app.apply_filter(rest.strip())


class Only(Command):
    """`:filter EXPR`: rows of the focused table."""

    names = ("filter",)
    note = "rows of this table that fulfil a filter; nothing behind it clears the filter"

    def offer(self, app: Actions, rest: str) -> Offer:
        """As the filter line completes."""
        panel = app.dashboard.focused_panel
        return filter_offer(app, panel.table, rest) if panel is not None else Offer()

    async def run(self, app: Actions, rest: str) -> None:
        """Instead of the one in force."""
        await app.apply_filter(rest.strip())


def filter_offer(app: Actions, table: Table, rest: str) -> Offer:
    """What could come next in a filter of a table."""
    from nltui.model.filter.completion import complete
    from nltui.model.filter.seen import values_of

    panel = app.dashboard.panels.get(table.name)
    rows = panel.view.rows if panel is not None else None
    found = complete(rest, table, lambda column: values_of(rows, column) if rows is not None else ())
    return Offer(tuple((one.text, one.note) for one in found.candidates), found.start, found.hint)
