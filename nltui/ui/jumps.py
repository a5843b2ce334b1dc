"""From a row to what belongs to it, and back to where one was before."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nltui.model.related import related
from nltui.model.relation import Relation
from nltui.model.rows import Rows
from nltui.model.table import Table
from nltui.model.types import Context
from nltui.ui.panel import Panel

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

DEEPEST = 50
"""Places that are remembered."""


@dataclass(frozen=True, slots=True)
class About:
    """A row as relations see it: its table, which for a line of a log of changes is another one, and its message."""

    table: Table
    message: bytes
    context: Context
    is_change: bool
    """Whether the line tells of a row and is none."""


def about(rows: Rows, identity: Hashable, context: Context) -> About | None:
    """What a line is about; None where it has no message."""
    message = rows.message(identity)
    if message is None:
        return None
    find = getattr(rows, "subject", None)
    subject = find(identity) if find is not None else None
    names = getattr(rows, "context_of", None)
    then = names(identity) if names is not None else None
    is_change = isinstance(subject, Table)
    return About(subject if isinstance(subject, Table) else rows.table, message, then or context, is_change)


def relations_of(found: About) -> dict[str, tuple[Relation, str]]:
    """By letter. A row is where it is: only a line that tells of one can go to it."""
    known = related(found.table, found.message, found.context)
    return {letter: pair for letter, pair in known.items() if letter != "o" or found.is_change}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person was."""

    table: str
    zoomed: bool
    pinned: tuple[str, ...]
    typed: str
    narrowed: bool
    cursor: Hashable | None
    top: int


class Jumps:
    """Goes places for the program, and back."""

    def __init__(self, app: Actions) -> None:
        self._app = app
        self._behind: list[Place] = []
        self._before: list[Place] = []

    def offers(self) -> dict[str, tuple[Relation, str]]:
        """The relations of the row under the cursor."""
        panel = self._app.dashboard.focused_panel
        rows = panel.view.rows if panel is not None else None
        if panel is None or rows is None or panel.view.cursor.identity is None:
            return {}
        found = about(rows, panel.view.cursor.identity, self._app.session.context)
        return relations_of(found) if found is not None else {}

    async def to(self, table: str, text: str) -> None:
        """To the rows of a table that fulfil a filter, whatever was filtered there before. Raises FilterError."""
        self.leave()
        self._before.clear()
        app = self._app
        zoomed = app.dashboard.zoomed is not None
        await (app.dashboard.zoom(table) if zoomed else app.dashboard.go(table))
        await self._show(table, (text,) if text else (), "")
        panel = app.dashboard.panels[table]
        panel.view.cursor.release()
        panel.view.draw()

    async def _show(self, table: str, pinned: tuple[str, ...], typed: str) -> None:
        app = self._app
        app.tick()
        panel = app.dashboard.panels[table]
        if panel.view.rows is not None and panel.view.rows.narrowed:
            panel.narrow()
        panel.filter(typed, pinned)
        (await app.filter_bar()).follow(panel)

    # -- back and forth

    def leave(self) -> None:
        """Remember where the person is: they are going elsewhere."""
        place = self._here()
        if place is not None and (not self._behind or self._behind[-1] != place):
            self._behind = [*self._behind, place][-DEEPEST:]

    async def back(self) -> bool:
        """To the place before; False where there is none."""
        return await self._step(self._behind, self._before)

    async def forth(self) -> bool:
        """To the place that one came back from."""
        return await self._step(self._before, self._behind)

    async def _step(self, stack: list[Place], other: list[Place]) -> bool:
        if not stack:
            return False
        here, there = self._here(), stack.pop()
        if here is not None:
            other.append(here)
        dashboard = self._app.dashboard
        if there.zoomed:
            await dashboard.zoom(there.table)
        else:
            if dashboard.zoomed is not None:
                await dashboard.unzoom()
            if (panel := dashboard.focused_panel) is None or panel.table.name != there.table:
                await dashboard.go(there.table)
        await self._restore(dashboard.panels[there.table], there)
        return True

    async def _restore(self, panel: Panel, place: Place) -> None:
        await self._show(place.table, place.pinned, place.typed)
        rows = panel.view.rows
        if rows is not None and rows.narrowed != place.narrowed:
            panel.narrow()
        cursor = panel.view.cursor
        cursor.identity, cursor.pinned = place.cursor, place.cursor is not None
        panel.view.top = place.top
        panel.view.draw()

    def _here(self) -> Place | None:
        panel = self._app.dashboard.focused_panel
        rows = panel.view.rows if panel is not None else None
        if panel is None or rows is None:
            return None
        view, zoomed = panel.view, self._app.dashboard.zoomed is not None
        identity = view.cursor.identity if view.cursor.pinned else None
        return Place(panel.table.name, zoomed, panel.pinned, panel.typed, rows.narrowed, identity, view.top)
