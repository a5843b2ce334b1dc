"""What keys do with panels and the table that has the focus."""

from __future__ import annotations

import platform
import time
from abc import abstractmethod
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import App
from textual.binding import Binding

from nltui.errors import NltuiError
from nltui.ui import choices
from nltui.ui.dashboard import Dashboard
from nltui.ui.footer import CHANGEABLE
from nltui.ui.panel import Panel
from nltui.ui.table_view import TableView
from nltui.ui.tabs import TabStrip
from nltui.ui.threads import hand_over
from nltui.worker.contract import SessionLike

if TYPE_CHECKING:
    from nltui.ui.changing import Desk
    from nltui.ui.filter_bar import FilterBar
    from nltui.ui.jumps import Jumps
    from nltui.ui.leader import Choice, Leader

_NO_COMMANDS = ("app.command", "app.keep", "app.interrupt")
"""Bindings that are of no use as a command."""


class Actions(App[None]):
    """The part of the program that keys reach; `NltuiApp` puts it together."""

    session: SessionLike
    read_only = False
    """Whether nothing can be changed from here, for good."""
    namespace = ""
    """That is looked at, by its visible name."""
    dashboard: Dashboard
    bar: FilterBar | None = None
    """Made when the first filter is typed."""
    start_filter = ""
    """Waits for the rows of the focused panel."""

    @abstractmethod
    def tick(self) -> None:
        """Look at the session and repaint what changed."""

    # Neither is needed before the first paint.

    @cached_property
    def jumps(self) -> Jumps:
        """Goes from rows to others, and back."""
        from nltui.ui.jumps import Jumps

        return Jumps(self)

    @cached_property
    def leader(self) -> Leader:
        """Waits for second keys."""
        from nltui.ui.leader import Leader

        return Leader(self)

    @cached_property
    def desk(self) -> Desk:
        """Where changes are made."""
        from nltui.ui.changing import Desk

        return Desk(self)

    def offers_change(self, key: str) -> bool:
        """Whether a key changes something of the focused table; the empty one, whether anything does."""
        panel = self.dashboard.focused_panel
        if panel is None or panel.view.rows is None:
            return False
        return key in CHANGEABLE.get(panel.table.name, "") if key else panel.table.name in CHANGEABLE

    def action_change(self, key: str) -> None:
        """Open the dialog of a key, when the keys before have been obeyed."""
        from nltui.ui.leader import in_order

        async def act() -> None:
            try:
                if key == "restore" and self.is_pending:
                    self.decide("roll back")
                elif key == "restore":
                    self.desk.restore()
                else:
                    self.desk.open(key)
            except NltuiError as error:
                self.say(str(error))

        in_order(self, act)

    confirm_seconds = 60
    """How long a change that may cut the person off is applied before it is taken back."""

    @property
    def is_pending(self) -> bool:
        """Whether a change waits to be confirmed."""
        return "desk" in self.__dict__ and self.desk.changes.pending is not None

    def action_confirm(self, leaves: bool = False) -> None:
        """`Y`, and the two letters that the banner shows: what is pending stays; `leaves`: and this ends."""
        guard = self.desk.changes.pending
        if guard is None or not guard.letters:
            return
        from nltui.ui.leader import Choice

        letters = guard.letters

        async def keep() -> None:
            self.decide("confirm", leaves)

        self.leader.lead("Y", lambda: {letters: Choice("keep it", keep)}, keys=len(letters))

    @work(thread=True, group="decide")
    def decide(self, what: str, leaves: bool = False) -> None:
        """`confirm`, `roll back`, or `look` how it went; `leaves`: once it is decided, this ends."""
        done = {"confirm": self.desk.confirm, "roll back": self.desk.roll_back, "look": self.desk.look}[what]()
        if leaves and not self.is_pending:
            hand_over(self, self.leave)
        elif done:
            # Of what ended by itself: somebody who was cut off types until the screen moves again.
            hand_over(self, partial(self.say, done, stays=what == "look"))

    looks_back, looked_back = False, 0.0
    """Whether what another nltui left to be confirmed is looked for; when that was done last."""
    known: set[str]
    """What was told of it."""

    def look_back(self) -> None:
        """Take over what waits to be confirmed here, and tell of it elsewhere."""
        from nltui.ui import waiting

        self.looked_back = time.monotonic()
        if self.looks_back and waiting.is_any():
            self._look_back()

    @work(thread=True, exclusive=True, group="look back")
    def _look_back(self) -> None:
        from nltui.ui import waiting

        if said := waiting.look_back(self, self.known):
            hand_over(self, partial(self.say, said, stays=True))

    @work(thread=True, exclusive=True, group="undo")
    def action_undo(self) -> None:
        """Take back the last change made here."""
        if said := self.desk.undo():
            hand_over(self, self.say, said)

    @work(thread=True, exclusive=True, group="undo")
    def action_redo(self) -> None:
        """Do again what was undone last."""
        if said := self.desk.redo():
            hand_over(self, self.say, said)

    @property
    def is_leading(self) -> bool:
        """Whether the next key is a second one."""
        return "leader" in self.__dict__ and self.leader.waits

    def usual_export(self) -> str:
        """The name of a bundle where none is given."""
        from nltui.worker.bundle import usual_name

        return usual_name(platform.node(), self.namespace, time.time())

    def action_export(self) -> None:
        """The command line, with the usual name of a bundle."""
        from nltui.ui.command_line import open_line

        open_line(self, f"export {self.usual_export()}")

    @abstractmethod
    def leave(self, code: int = 0) -> None:
        """End the program."""

    @abstractmethod
    def say(self, sentence: str, *, stays: bool = False) -> None:
        """Tell of something that was done, until the next key; `stays`: until Esc."""

    @abstractmethod
    async def switch(self, argument: str) -> None:
        """Look at another network namespace. Raises NltuiError."""

    # -- places

    async def action_go(self, digit: str) -> None:
        """To the table with this digit."""
        for number, table in self.dashboard.tables:
            if number == digit:
                self.jumps.leave()
                await self.dashboard.go(table.name)

    async def action_zoom(self) -> None:
        """The focused panel over the whole screen, or back."""
        if self.dashboard.zoomed is not None:
            await self.dashboard.unzoom()
        elif self.dashboard.focused_panel is not None:
            await self.dashboard.zoom(self.dashboard.focused_panel.table.name)

    async def action_last(self) -> None:
        """To the panel that had the focus before."""
        await self.dashboard.go(self.dashboard.previous)

    def action_lead_go(self) -> None:
        """`g`: a letter goes to what is related to the row under the cursor, another `g` to the top."""
        self.leader.lead("g", self._places_to_go)

    def _places_to_go(self) -> dict[str, Choice]:
        from nltui.ui.leader import Choice

        choices = {"g": Choice("top", self._top)}
        for letter, (relation, text) in self.jumps.offers().items():
            choices[letter] = Choice(relation.title, partial(self.jumps.to, relation.table, text))
        panel = self.dashboard.focused_panel
        if panel is not None and panel.view.cursor.identity is not None:
            choices["h"] = Choice("history", partial(self._page, "history"))
            choices["R"] = Choice("all related", partial(self._page, "related"))
        return choices

    def action_lead_copy(self) -> None:
        """`y`: a letter says as what the row under the cursor is copied."""
        self.leader.lead("y", self._ways_to_copy)

    def _ways_to_copy(self) -> dict[str, Choice]:
        from nltui.ui.copying import Copying
        from nltui.ui.leader import Choice

        copying = Copying(self)

        async def copy(what: str) -> None:
            self.say(copying.copy(what))

        words = {"y": "the row as text", "i": "the `ip` command that makes it", "j": "as JSON", "x": "message in hex"}
        return {letter: Choice(said, partial(copy, letter)) for letter, said in words.items()}

    async def _top(self) -> None:
        focused = self.screen.focused
        if focused is not None and focused is self.dashboard.detail:
            self.dashboard.detail.action_move(-1_000_000)
        elif (panel := self.dashboard.focused_panel) is not None:
            panel.view.action_top()

    async def _page(self, page: str) -> None:
        panel = self.dashboard.focused_panel
        if panel is not None:
            panel.view.action_open(page)

    async def action_back(self) -> None:
        """To the view before."""
        if not await self.jumps.back():
            self.bell()

    async def action_forth(self) -> None:
        """To the view that one came back from."""
        if not await self.jumps.forth():
            self.bell()

    async def on_panel_title_clicked(self, event: Panel.TitleClicked) -> None:
        """As `z`."""
        self.screen.set_focus(event.panel.view)
        if self.dashboard.zoomed is not None:
            await self.dashboard.unzoom()
        else:
            await self.dashboard.zoom(event.panel.table.name)

    async def on_tab_strip_chosen(self, event: TabStrip.Chosen) -> None:
        """As its digit."""
        await self.dashboard.go(event.name)

    async def on_table_view_opened(self, event: TableView.Opened) -> None:
        """Enter, a double click, or `x`."""
        from nltui.ui.detail import Detail

        detail = self.dashboard.detail
        if detail is not None and detail.page == event.page:
            self.screen.set_focus(detail)
            return
        await self.dashboard.open_detail(event.view, event.page, lambda: Detail(self))

    # -- the focused table

    @property
    def is_typing(self) -> bool:
        """Whether keys go into the filter line."""
        return self.bar is not None and self.bar.is_editing

    async def filter_bar(self) -> FilterBar:
        """The filter line, about the focused panel."""
        if self.bar is None:
            from nltui.ui.filter_bar import FilterBar

            self.bar = FilterBar()
            await self.mount(self.bar, before=self.dashboard)
        self.bar.follow(self.dashboard.focused_panel)
        return self.bar

    async def action_filter(self) -> None:
        """Open the filter line."""
        panel = self.dashboard.focused_panel
        if panel is not None and panel.view.rows is not None:
            (await self.filter_bar()).edit(panel)

    async def action_pin(self) -> None:
        """Make a chip of the filter."""
        bar = await self.filter_bar()
        await bar.settled()
        bar.pin()

    async def action_keep_filter(self) -> None:
        """Back to the table, with the filter in force."""
        bar = await self.filter_bar()
        await bar.settled()
        bar.keep()

    def action_pause(self) -> None:
        """Hold the focused view still, or let it go on."""
        panel = self.dashboard.focused_panel
        if panel is not None:
            panel.pause(self.session.status().events)

    def action_narrow(self) -> None:
        """The focused table's usual rows only, or all."""
        panel = self.dashboard.focused_panel
        if panel is not None:
            panel.narrow()

    def action_only(self) -> None:
        """Choose what of the change under the cursor others must share."""
        from nltui.ui.leader import in_order

        in_order(self, self._choose_only)

    async def _choose_only(self) -> None:
        panel = self.dashboard.focused_panel
        if panel is not None and panel.view.rows is not None:
            choices.pick_only(self, panel, self.apply_filter)

    async def apply_filter(self, text: str) -> None:
        """Put a filter in force on the focused panel, as if it had been typed. Raises FilterError."""
        panel = self.dashboard.focused_panel
        if panel is not None and panel.view.rows is not None:
            panel.filter(text, ())
            (await self.filter_bar()).follow(panel)
        elif panel is not None:
            from nltui.model.filter.parsed import filter_of

            # It waits for the rows, where nobody could be told any more that it is wrong.
            self.start_filter = filter_of(text, panel.table).text

    def action_sort(self) -> None:
        """Choose the sort column from a list."""
        panel = self.dashboard.focused_panel
        if panel is not None and panel.view.rows is not None:
            choices.pick_sort(self, panel.view)

    def action_columns(self) -> None:
        """Choose the focused table's columns."""
        from nltui.ui.column_choice import ColumnChoice
        from nltui.ui.column_memory import remember

        panel = self.dashboard.focused_panel
        if panel is None:
            return
        view, table = panel.view, panel.table

        def apply(names: tuple[str, ...] | None) -> None:
            view.choose(names)
            remember(table, names)

        self.push_screen(ColumnChoice(table, view.chosen, apply))

    def action_command(self) -> None:
        """The command line, with all tables and what can be done."""
        from nltui.ui.command_line import open_line

        open_line(self)

    def keyed_actions(self) -> list[tuple[str, Binding]]:
        """(key as it stands on the keyboard, binding) of what keys of the program do now."""
        found: dict[str, tuple[str, Binding]] = {}
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            if binding.id and binding.id.startswith("app.") and not binding.id[-1].isdigit():
                found.setdefault(binding.id, (choices.SHOWN.get(key, key), binding))
        return [one for name, one in found.items() if name not in _NO_COMMANDS]

    def action_help(self) -> None:
        """Keys, table and columns; choosing a key presses it."""
        panel = self.dashboard.focused_panel
        choices.pick_key(self, panel.table if panel is not None else None)
