"""Every key's action by a name: `:pause`, `:zoom`, `:sort mtu`, `:theme light`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from nltui.errors import UsageError, did_you_mean
from nltui.system import state
from nltui.ui.commands.base import Command, Offer
from nltui.ui.theme import PALETTES

if TYPE_CHECKING:
    from nltui.ui.actions import Actions


FILE = "look"
"""Where the theme is remembered."""


class Press(Command):
    """What a key does, named by the binding's id."""

    def __init__(self, binding: Binding, shown: str) -> None:
        self._binding = binding
        self.names = ((binding.id or "").rpartition(".")[2],)
        self.note = f"{shown:<8}  {binding.description}"

    async def run(self, app: Actions, rest: str) -> None:
        """As if the key were pressed."""
        if app.check_action(self._binding.action.partition("(")[0], ()):
            await app.run_action(self._binding.action)
        else:
            raise UsageError(f"{self.names[0]}: there is nothing here to do that with")


class Sort(Command):
    """`:sort mtu`, `:sort mtu reverse`."""

    names = ("sort",)
    note = "s         order by a column; `reverse` behind it turns it round"
    needs = True

    def offer(self, app: Actions, rest: str) -> Offer:
        """The table's columns."""
        panel = app.dashboard.focused_panel
        column, space, _ = rest.partition(" ")
        if panel is None:
            return Offer()
        if space:
            return Offer((("reverse", "the largest first"),), len(column) + 1)
        return Offer(tuple((one.name, one.help) for one in panel.table.columns if column.casefold() in one.name))

    async def run(self, app: Actions, rest: str) -> None:
        """Order the focused table."""
        panel = app.dashboard.focused_panel
        name, _, how = rest.strip().partition(" ")
        if panel is None or panel.view.rows is None:
            raise UsageError("there is no table to sort yet")
        if name not in [column.name for column in panel.table.columns]:
            hint = did_you_mean(name, (column.name for column in panel.table.columns))
            raise UsageError(f"{panel.table.name} have no column {name!r}{hint}")
        if how.strip() not in ("", "reverse"):
            raise UsageError(f"behind a column only `reverse` can stand, not {how!r}")
        panel.view.sort_by(name, bool(how))


class Theme(Command):
    """`:theme light`."""

    names = ("theme", "colours", "colors")
    note = "the colours of the screen"
    needs, picks = True, True

    def offer(self, app: Actions, rest: str) -> Offer:
        """Those there are."""
        lines = ((name, "in force" if name == app.theme else "") for name in PALETTES if rest.casefold() in name)
        return Offer(tuple(lines))

    async def run(self, app: Actions, rest: str) -> None:
        """From now on."""
        if rest.strip() not in PALETTES:
            hint = did_you_mean(rest.strip(), PALETTES, f"; there are {', '.join(PALETTES)}")
            raise UsageError(f"no theme {rest.strip()!r}{hint}")
        app.theme = rest.strip()
        state.write(FILE, {"theme": app.theme})
