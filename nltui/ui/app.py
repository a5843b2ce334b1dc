"""The program on the screen: it looks at the session ten times a second and does what keys ask."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Event, InputEvent, Key
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.theme import Theme

from nltui.errors import UsageError
from nltui.system.privileges import Badge
from nltui.text import visible
from nltui.ui.actions import Actions
from nltui.ui.dashboard import Dashboard
from nltui.ui.footer import Footer, hints
from nltui.ui.heart import Heart
from nltui.ui.plain import Ground
from nltui.ui.status import Banner, StatusBar
from nltui.ui.theme import DARK, Colourless, paint, themes
from nltui.worker.contract import Freshness, SessionLike, TableStatus

if TYPE_CHECKING:
    from nltui.ui.leader import OrderedStep

Reopen = Callable[[str], tuple[SessionLike, str]]
"""(what `-n` takes, empty for the namespace nltui is in) → (a session that is not started, the visible name)."""
WATCH = 0.5
"""Seconds between two looks at what waits to be confirmed."""
LOOK_BACK = 10.0
"""Seconds between two looks whether another nltui left something to be confirmed."""
TWICE = 1.0
"""Seconds within which a second ctrl+c quits."""
_WHILE_TYPING = frozenset({"clear_layer", "interrupt", "suspend_process", "quit"})
_NEVER_SECOND = ("ctrl+c", "ctrl+q", "ctrl+z")
_OVER_LISTS = frozenset({"suspend_process", "quit"})
CHANGING = frozenset({"change", "undo", "redo", "confirm"})
"""Actions that are not there in read-only mode."""
READ_ONLY = "READ-ONLY: nltui was started so that it can change nothing"
_UNSETTLED = (Freshness.STARTING, Freshness.LOADING)


class NltuiApp(Actions):
    """Live tables of one network namespace; the session is started after the first paint.

    `start_table` opens zoomed, with `start_filter` in force. `complaint` is a sentence to be shown until Esc.
    """

    CSS_PATH = Path(__file__).with_name("nltui.tcss")
    ENABLE_COMMAND_PALETTE = False
    TITLE = "nltui"
    AUTO_FOCUS = None
    ALLOW_SELECT = False
    theme = Reactive(DARK.name)
    """In force from the start: to change it takes a second reading of the stylesheet."""
    BINDINGS: ClassVar[list[BindingType]] = [
        # All have priority: keys typed ahead (a slow line delivers several at once) then act in the order typed.
        Binding(key, action, words, priority=True, id=f"app.{name}")
        for key, action, words, name in (
            ("question_mark", "help", "help: keys, table, columns", "help"),
            ("slash", "filter", "filter as you type", "filter"),
            ("colon,ctrl+p", "command", "command line: tables, namespaces, themes, all that keys do", "command"),
            *[(digit, f"go('{digit}')", "panel of this digit; again zooms it", f"go{digit}") for digit in "1234567890"],
            ("tab", "focus_next", "next panel", "next"),
            ("shift+tab", "focus_previous", "previous panel", "previous"),
            ("z", "zoom", "zoom the panel", "zoom"),
            ("minus", "last", "last panel", "last"),
            ("g", "lead_go", "g and a letter: to what is related; gg: top", "related"),
            ("y", "lead_copy", "y and a letter: copy the row, its ip command, JSON or hex", "copy"),
            ("E", "export", "export all tables, changes and a capture to a file", "export_all"),
            ("left_square_bracket", "back", "back to the view before", "back_view"),
            ("right_square_bracket", "forth", "forth again", "forth_view"),
            ("s", "sort", "pick the sort column", "sort"),
            ("o", "columns", "choose columns", "columns"),
            ("m", "narrow", "only what most people mean (routes: main), or all rows", "narrow"),
            ("f", "only", "only this process, program, object or type of change", "only"),
            ("p", "pause", "pause the view", "pause"),
            ("a", "change('a')", "add a row like these", "add"),
            ("e", "change('e')", "edit the row", "edit"),
            ("d", "change('d')", "delete the row", "delete"),
            ("U", "change('U')", "set the link up", "up"),
            ("D", "change('D')", "set the link down", "down"),
            ("c", "change('')", "list all that can be changed here", "change"),
            ("R", "change('restore')", "restore what this line tells was removed", "restore"),
            ("Y", "confirm", "keep what is pending: Y and its two letters", "confirm"),
            ("u", "undo", "undo the last change made here", "undo"),
            ("ctrl+r", "redo", "do again what was undone", "redo"),
            ("ampersand", "pin", "pin the filter, and type another that must hold too", "pin"),
            ("enter", "keep_filter", "keep the filter", "keep"),
            ("escape", "clear_layer", "clear one layer", "back"),
            ("q", "close", "close the view; at the root, quit", "close"),
            ("ctrl+c", "interrupt", "as Esc; twice quits", "interrupt"),
            ("ctrl+z", "suspend_process", "suspend", "suspend"),
        )
    ]

    def __init__(
        self,
        session: SessionLike,
        *,
        host: str,
        namespace: str,
        badge: str,
        start_table: str | None = None,
        start_filter: str = "",
        complaint: str = "",
        clock: Callable[[], float] = time.time,
        reopen: Reopen | None = None,
        theme: str = "",
        ascii: bool = False,
        keys: Mapping[str, str] | None = None,
        columns: Mapping[str, tuple[str, ...]] | None = None,
        places: Mapping[str, str] | None = None,
        read_only: bool = False,
        confirm_seconds: int = 60,
        looks_back: bool = False,
    ) -> None:
        """`reopen` makes a session for another network namespace; without it there is none to switch to.

        `read_only`: keys that change something are absent, not merely refused. `looks_back`: what another nltui left to
        be confirmed is taken over.
        """
        super().__init__()
        self._ascii, self.read_only, self.confirm_seconds = ascii, read_only, confirm_seconds
        self.looks_back, self.known = looks_back, set()
        self._absent: set[str] = set()
        """Keys that would change something, if anything could be changed."""
        if read_only:
            self._forget_changing(keys)
        if keys:
            from nltui.ui.keymap import checked

            used, wrong = checked(keys, places or {})
            self.set_keymap(used)
            complaint = " · ".join(filter(None, (complaint, wrong)))
        if theme:
            self.set_reactive(NltuiApp.theme, theme)
        self.session, self._reopen, self.namespace = session, reopen, namespace
        self._columns: dict[str, tuple[str, ...]] = {}
        if columns:
            from nltui.ui.column_memory import wished

            self._columns, wrong = wished(session.tables, columns, places or {})
            complaint = " · ".join(filter(None, (complaint, wrong)))
        self.start_filter, self._complaint = start_filter, complaint
        self.dashboard = Dashboard(session, start_table, self._columns)
        self._can_change = badge == Badge.CAN_CHANGE.value
        self._status_bar = StatusBar(host, namespace, badge, clock)
        self._banner = Banner()
        self._footer = Footer()
        self._interrupted = self._watched = float("-inf")
        self._said = ""
        """What was done last, until the next key."""
        self._heart = Heart(self, session, self.tick, self._is_busy)

    def _forget_changing(self, keys: Mapping[str, str] | None) -> None:
        """No key changes anything."""
        for key, bindings in list(self._bindings.key_to_bindings.items()):
            kept = [one for one in bindings if one.action.partition("(")[0] not in CHANGING]
            gone = ((keys or {}).get(one.id or "", key) for one in bindings if one not in kept)
            self._absent |= {one.strip() for wanted in gone for one in wanted.split(",")}
            if kept:
                self._bindings.key_to_bindings[key] = kept
            else:
                del self._bindings.key_to_bindings[key]

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Ours; textual's own would not colour the lines."""
        return themes()

    def get_default_screen(self) -> Ground:
        """Below everything."""
        return Ground(self._begin)

    def compose(self) -> ComposeResult:
        """Status, trouble, filter, panels, keys."""
        yield self._status_bar
        yield self._banner
        yield self.dashboard
        yield self._footer

    def get_line_filters(self) -> Sequence[LineFilter]:
        """NO_COLOR, where not empty, means no colour codes at all; empty it means nothing (no-color.org)."""
        # Textual's own would turn the sixteen colours of terminals into others.
        filters: list[LineFilter] = [Colourless(paint(self.theme).palette)] if os.environ.get("NO_COLOR") else []
        if self._ascii:
            from nltui.ui.ascii import Ascii

            filters.append(Ascii())
        return filters

    def on_mount(self) -> None:
        """Everything that can be shown without the session is shown at the first paint."""
        self.app_resume_signal.subscribe(self, self._redraw)
        self.theme_changed_signal.subscribe(self, lambda _: self.dashboard.repaint())
        self._hint()

    def _hint(self) -> None:
        """Keys that work now."""
        self._footer.show(
            list(hints(self.dashboard, self.is_typing, self.is_leading, self._can_change, self.is_pending))
        )

    def _redraw(self, _: App[None]) -> None:
        # After ctrl+z and fg the terminal holds the shell's text; textual repaints only what changed meanwhile.
        self.refresh(layout=True)

    def _begin(self) -> None:
        self.session.start()
        self._heart.start()
        self.look_back()

    def tick(self) -> None:
        """Look at the session and repaint what changed."""
        if not self.dashboard.is_attached:
            # The last beat of the clock can come while the screen is being taken down.
            return
        status = self.session.status()
        waits = self.desk.banner() if self.is_pending else ""
        if self.is_pending and time.monotonic() - self._watched > WATCH:
            self._watched = time.monotonic()
            self.decide("look")
        if self.looks_back and time.monotonic() - self.looked_back > LOOK_BACK:
            self.look_back()
        self._banner.tell(waits or status.trouble or status.gap or self._said or self._complaint)
        self.dashboard.tick(status)
        focused = self.dashboard.focused_panel
        if self.start_filter and focused is not None and focused.view.rows is not None:
            focused.filter(self.start_filter)
            self.start_filter = ""
            self.call_next(self.filter_bar)
        if self.bar is not None:
            self.bar.follow(focused)
        zoomed = self.dashboard.zoomed
        where = self.dashboard.panels[zoomed].table.title if zoomed in self.dashboard.panels else ""
        self._status_bar.tick(status, where)
        self._hint()
        states = [status.tables.get(panel.table.name, TableStatus()) for panel in self.dashboard.visible_panels]
        if states and all(state.freshness not in _UNSETTLED for state in states):
            self._heart.loaded()

    async def on_event(self, event: Event) -> None:
        """Keys and mouse wake the heart up."""
        if isinstance(event, InputEvent):
            self._heart.poke()
        # A key that nothing below wanted comes back here, maybe after later ones: it counts only the first time.
        is_key = isinstance(event, Key) and not event.is_forwarded
        if is_key:
            self._said = ""
        if isinstance(event, Key) and is_key and self.is_leading and event.key not in _NEVER_SECOND:
            event.stop()
            self.leader.take(event)
            return
        if isinstance(event, Key) and event.is_forwarded and event.key in self._absent:
            self.say(READ_ONLY)
        await super().on_event(event)

    async def on_ordered_step(self, event: OrderedStep) -> None:
        """Its turn has come."""
        await event.act()
        self._hint()

    def _is_busy(self) -> bool:
        """Whether a filter is still being tried, or something has to fade."""
        return any(panel.view.rows is not None and panel.view.rows.busy for panel in self.dashboard.visible_panels)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter is typed, letters and digits are text; a list over the panels has keys of its own."""
        if action in CHANGING and self.read_only:
            return False
        if len(self.screen_stack) > 1:
            return action in _OVER_LISTS
        if action == "keep_filter":
            return self.is_typing
        if action == "pin":
            return self.bar is not None and self.bar.can_pin
        if action == "only":
            panel = self.dashboard.focused_panel
            return panel is not None and panel.table.journal and not self.is_typing
        if action == "confirm":
            return self.is_pending and not self.is_typing
        if action == "change":
            key = str(parameters[0]) if parameters else ""
            panel = self.dashboard.focused_panel
            if key == "restore":
                return not self.is_typing and (self.is_pending or (panel is not None and panel.table.journal))
            return not self.is_typing and self.offers_change(key)
        if action == "narrow":
            panel = self.dashboard.focused_panel
            return panel is not None and panel.table.usual is not None and not self.is_typing
        return not self.is_typing or action in _WHILE_TYPING

    # -- layers

    async def action_clear_layer(self) -> None:
        """Clear one layer; never quits."""
        panel = self.dashboard.focused_panel
        if self.is_typing:
            (await self.filter_bar()).clear()
        elif self._complaint:
            self._complaint = ""
        elif self.dashboard.detail is not None:
            await self.dashboard.close_detail()
        elif panel is not None and panel.view.unmark():
            return
        elif panel is not None and panel.filter_text:
            (await self.filter_bar()).clear_one()
        elif self.dashboard.zoomed is not None:
            await self.dashboard.unzoom()

    async def action_close(self) -> None:
        """Close the detail, then the zoomed view; at the root, quit."""
        if self.dashboard.detail is not None:
            await self.dashboard.close_detail()
        elif self.dashboard.zoomed is not None:
            await self.dashboard.unzoom()
        elif self.is_pending:
            from nltui.ui.waiting import ask_to_leave

            ask_to_leave(self)
        else:
            self.leave()

    async def action_interrupt(self) -> None:
        """Esc; twice within a second quits."""
        now = time.monotonic()
        if now - self._interrupted < TWICE:
            self.leave()
            return
        self._interrupted = now
        await self.action_clear_layer()

    async def action_quit(self) -> None:
        """ctrl+q, textual's own key."""
        self.leave()

    def say(self, sentence: str, *, stays: bool = False) -> None:
        """Tell of something that was done, until the next key; `stays`: until Esc."""
        if stays:
            told = (visible(sentence, limit=600), self._complaint.removesuffix(" · Esc"))
            self._complaint = f"{' · '.join(filter(None, dict.fromkeys(told)))} · Esc"
        else:
            self._said = visible(sentence, limit=400)
        self.tick()

    async def switch(self, argument: str) -> None:
        """Look at another network namespace, as `-n` takes it; empty: the one nltui is in. Raises NltuiError."""
        if self._reopen is None:
            raise UsageError("this session cannot look elsewhere")
        session, name = self._reopen(argument)
        old, self.session = self.session, session
        zoomed = self.dashboard.zoomed
        if self.bar is not None:
            await self.bar.dismantle()
            self.bar = None
        with self.batch_update():
            await self.dashboard.remove()
            self.dashboard = Dashboard(session, zoomed, self._columns)
            await self.mount(self.dashboard, before=self._footer)
        self.namespace = name
        # What was seen before is of another session.
        self.__dict__.pop("jumps", None)
        if "desk" in self.__dict__:
            self.__dict__.pop("desk").changes.close()
        self._status_bar.moved(name)
        self._heart.follow(session)
        session.start()
        # Its readers take up to a second to end; nothing waits for them.
        threading.Thread(target=old.stop, name="nltui-leave", daemon=True).start()
        self.known.clear()
        self.look_back()

    def leave(self, code: int = 0) -> None:
        """End the readers and the program; `code` is the exit code (128+n for a signal)."""
        self.session.stop()
        self.exit(return_code=code)
