"""The panels and where they stand: four and the activity, one under tabs, or one over the whole screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult

from nltui.model.table import Table
from nltui.ui.panel import Panel
from nltui.ui.plain import Plain
from nltui.ui.table_view import TableView
from nltui.ui.tabs import TabStrip
from nltui.worker.contract import SessionLike, SessionStatus, TableStatus

if TYPE_CHECKING:
    from nltui.ui.detail import Detail

FOUR = ("links", "addresses", "routes", "uevents")
ACTIVITY = "activity"
GRID_WIDTH = 110
"""Cells from which four panels stand side by side."""
BESIDE_WIDTH = 120
"""Cells from which the detail stands beside its table, not under it."""

BRIEF = 5
"""Letters of a table's name in short, at most."""
BOTH_HEIGHT = 14
"""Lines from which the activity has room below a panel under tabs."""


def arranged(tables: Sequence[Table]) -> list[tuple[str, Table]]:
    """Tables with their digits: the dashboard's four, then the rest as declared, activity last as 0."""
    first = [table for name in FOUR for table in tables if table.name == name]
    rest = [table for table in tables if table.name not in FOUR and table.name != ACTIVITY]
    last = [table for table in tables if table.name == ACTIVITY]
    digits = "123456789"
    placed = [(digits[i] if i < 9 else "", table) for i, table in enumerate(first + rest)]
    return placed + [("0", table) for table in last]


def _brief(table: Table) -> str:
    """What a table is called in short, on the command line too."""
    return next((alias for alias in table.aliases if 1 < len(alias) <= BRIEF), table.name)


class Dashboard(Plain):
    """Panels are made when they are first seen; only visible ones are looked after."""

    def __init__(
        self, session: SessionLike, start_table: str | None, columns: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """`columns`: by table, those shown from the start, where they are not the table's own."""
        super().__init__()
        self._columns = columns or {}
        self._session = session
        self.tables = arranged(session.tables)
        names = [table.name for _, table in self.tables]
        self.zoomed = start_table if start_table in names else None
        self.current = next((name for name in (self.zoomed, *names) if name and name != ACTIVITY), ACTIVITY)
        """The panel under the tabs, and the one to come back to."""
        self.previous = self.current
        self.panels: dict[str, Panel] = {}
        self.detail: Detail | None = None
        tabs = [(digit, table) for digit, table in self.tables if table.name != ACTIVITY]
        self._tabs = TabStrip([(t.name, f"{d} {t.title}".strip(), f"{d} {_brief(t)}".strip()) for d, t in tabs])
        self._watched: set[str] = set()
        self._shown: list[Panel] = []
        self._placed: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """The tabs and the panels of the start; others follow on demand."""
        panels = [self._make(digit, table) for digit, table in self.tables if table.name in self._wanted()]
        # Placed before the first layout, which then is the only one before the first paint.
        self._place()
        yield self._tabs
        yield from panels

    def _make(self, digit: str, table: Table) -> Panel:
        panel = Panel(table, digit, lambda: self._session.rows(table.name))
        panel.wished = self._columns.get(table.name)
        self.panels[table.name] = panel
        return panel

    async def panel(self, name: str) -> Panel:
        """The panel of a table, made if need be, at its place in the order."""
        if name not in self.panels:
            order = [table.name for _, table in self.tables]
            after = [self.panels[other] for other in order[: order.index(name)] if other in self.panels]
            digit, table = next(pair for pair in self.tables if pair[1].name == name)
            await self.mount(self._make(digit, table), after=after[-1] if after else self._tabs)
        return self.panels[name]

    @property
    def visible_panels(self) -> list[Panel]:
        """Those on screen now."""
        return self._shown

    @property
    def focused_panel(self) -> Panel | None:
        """The one whose table has the focus, else the current one."""
        focused = self.screen.focused if self.is_attached else None
        for panel in self.visible_panels:
            if focused is panel.view:
                return panel
        return self.panels.get(self.zoomed or self.current)

    @property
    def shows_grid(self) -> bool:
        """Four panels at once."""
        return self.zoomed is None and self.app.size.width >= GRID_WIDTH

    def on_mount(self) -> None:
        """The focus goes to the first panel."""
        self.screen.set_focus(self.panels[self.zoomed or self.current].view)

    async def on_resize(self, event: events.Resize) -> None:
        """Places may change with the size; the panel that has the focus stays on screen and keeps it."""
        if self._places() == self._placed:
            return
        focused = self.focused_panel
        if self.zoomed is None and focused is not None and focused.table.name != ACTIVITY:
            self.current = focused.table.name
        await self.lay_out()
        if self.zoomed is None and focused not in self._shown:
            current = self.panels[self.current]
            focused = current if current in self._shown else self._shown[0]
        if self.zoomed is None and focused is not None:
            self.screen.set_focus(focused.view)

    def _wanted(self) -> set[str]:
        if self.zoomed is not None:
            return {self.zoomed}
        if self.shows_grid:
            return {*FOUR, ACTIVITY}
        return {self.current, ACTIVITY} if self.app.size.height >= BOTH_HEIGHT else {self.current}

    async def lay_out(self) -> None:
        """Decide which panels are on screen and how they stand; make those that are seen for the first time."""
        for _, table in self.tables:
            if table.name in self._wanted():
                await self.panel(table.name)
        self._place()

    def _places(self) -> tuple[object, ...]:
        return self._wanted(), self.shows_grid, self.app.size.width >= BESIDE_WIDTH, self.detail

    def _place(self) -> None:
        shown = self._wanted()
        self._placed = self._places()
        for name, panel in self.panels.items():
            panel.display = name in shown
            panel.view.always_bar = self.zoomed == name and self.detail is not None
        self._shown = [panel for panel in self.panels.values() if panel.display]
        tabs = self.zoomed is None and not self.shows_grid
        self._tabs.display = tabs
        self._tabs.choose(self.current)
        beside = self.app.size.width >= BESIDE_WIDTH
        self.set_class(self.shows_grid, "-grid")
        self.set_class(tabs, "-tabs")
        self.set_class(tabs and self.current == ACTIVITY, "-activity")
        self.set_class(self.zoomed is not None and beside, "-beside")
        self.set_class(self.zoomed is not None and not beside, "-under")
        self._watch({panel.table.name for panel in self._shown})

    def _watch(self, shown: set[str]) -> None:
        for name in self._watched - shown:
            self._session.watch(name, False)
        for name in shown - self._watched:
            self._session.watch(name, True)
        self._watched = shown

    # -- going places

    async def go(self, name: str) -> None:
        """Focus a table's panel; where it has the focus already or has no place here, zoom it."""
        panel = self.panels.get(name)
        on_screen = panel is not None and panel.display
        if self.zoomed is not None or (panel is not None and self.screen.focused is panel.view):
            await self.zoom(name)
        elif on_screen or (not self.shows_grid and name != ACTIVITY):
            await self._focus(name)
        else:
            await self.zoom(name)

    async def _focus(self, name: str) -> None:
        self._remember(name)
        if name != ACTIVITY or self.shows_grid:
            self.current = name
        await self.lay_out()
        self.screen.set_focus((await self.panel(name)).view)

    async def zoom(self, name: str) -> None:
        """One table over the whole screen."""
        if self.detail is not None and self.zoomed != name:
            await self.close_detail()
        self._remember(name)
        self.zoomed = name
        await self.lay_out()
        self.screen.set_focus(self.panels[name].view)
        self.tick(self._session.status())

    async def unzoom(self) -> None:
        """Back to the dashboard."""
        name = self.zoomed
        await self.close_detail()
        self.zoomed = None
        if name is not None and (name != ACTIVITY and not (self.app.size.width >= GRID_WIDTH and name not in FOUR)):
            self.current = name
        await self.lay_out()
        target = name if name in self.panels and self.panels[name].display else self.current
        self.screen.set_focus((await self.panel(target)).view)
        self.tick(self._session.status())

    def _remember(self, name: str) -> None:
        now = self.focused_panel
        if now is not None and now.table.name != name:
            self.previous = now.table.name

    # -- detail

    async def open_detail(self, view: TableView, page: str, make: Callable[[], Detail]) -> None:
        """Beside or under the table, which takes the whole screen."""
        await self.zoom(view.table.name)
        if self.detail is None:
            self.detail = make()
            await self.mount(self.detail)
            await self.lay_out()
        self.detail.show(self.panels[view.table.name], page)

    async def close_detail(self) -> None:
        """The table alone again."""
        if self.detail is not None:
            detail, self.detail = self.detail, None
            await detail.remove()
            await self.lay_out()
            if self.zoomed is not None:
                self.screen.set_focus(self.panels[self.zoomed].view)

    def repaint(self) -> None:
        """Draw everything anew, in the colours of another theme."""
        for panel in self.panels.values():
            panel.view.draw()
            panel.refresh()

    def tick(self, status: SessionStatus) -> None:
        """Ten times a second: bring what is visible up to date."""
        for panel in self.visible_panels:
            panel.tick(status.tables.get(panel.table.name, TableStatus()), status.events)
        if self.detail is not None:
            self.detail.follow()
