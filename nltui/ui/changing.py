"""Keys that change something: which dialog they open on which rows; undo and redo."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from nltui.changes.base import Change, Tier
from nltui.changes.preview import Preview, common
from nltui.changes.registry import keys_of, of_table
from nltui.changes.stack import Changes
from nltui.changes.world import World
from nltui.errors import NltuiError, UsageError
from nltui.model.filter.writing import both
from nltui.model.rows import Mark, Rows
from nltui.system import privileges
from nltui.text import visible
from nltui.ui.jumps import about
from nltui.ui.threads import hand_over

if TYPE_CHECKING:
    from nltui.ui.actions import Actions
    from nltui.worker.session import Session

UNPRIVILEGED = "changing needs CAP_NET_ADMIN, which this process lacks: sudo helps, or setcap: see `nltui doctor`"


class Desk:
    """Where changes of one session are made. Made when the first is asked for."""

    def __init__(self, app: Actions) -> None:
        self._app = app
        self.session = cast("Session", app.session)
        self.changes = Changes(self.session, app.namespace)
        self.seconds = app.confirm_seconds
        """How long a change that may cut the person off is applied without confirmation."""
        self.can = privileges.current().has(privileges.CAP_NET_ADMIN)

    def offered(self, key: str) -> list[type[Change]]:
        """What a key does to the focused table; the empty key: all that can be done."""
        panel = self._app.dashboard.focused_panel
        if panel is None:
            return []
        return keys_of(panel.table.name).get(key, []) if key else list(of_table(panel.table.name))

    def rows(self) -> list[bytes]:
        """Messages of the marked rows, or of the one under the cursor. Raises UsageError where they went."""
        panel = self._app.dashboard.focused_panel
        if panel is None or panel.view.rows is None:
            return []
        view = panel.view
        # The rows may have changed since they were drawn, and with them which one the cursor is on.
        view.draw()
        view.end_range()
        chosen: list[Hashable] = list(view.marked.identities)
        if not chosen and view.cursor.identity is not None:
            chosen = [view.cursor.identity]
        there = [one for one in chosen if not self._went(panel.view.rows, one)]
        if view.marked.identities and len(there) < len(chosen):
            hidden = len(chosen) - len(there)
            raise UsageError(f"{hidden} of {len(chosen)} marked rows went, or are hidden by the filter: Esc unmarks")
        if chosen and not there:
            raise UsageError("this row was removed a moment ago")
        found = (about(panel.view.rows, one, self.session.context) for one in there)
        return [one.message for one in found if one is not None]

    def _rows_for(self, cls: type[Change]) -> list[bytes]:
        """What a change is about; of a new row, the one under the cursor gives hints, if it is there."""
        try:
            return self.rows()
        except UsageError:
            if cls.needs_row:
                raise
            return []

    def _went(self, rows: Rows, identity: Hashable) -> bool:
        """Whether a row only lingers on the screen."""
        at = rows.index_of(identity)
        shown = rows.rows(at, at + 1, rows.table.columns[:1]) if at is not None else []
        return not shown or shown[0].mark is Mark.REMOVED

    def open(self, key: str) -> None:
        """The dialog of a key, or a list where it does several things. Raises UsageError."""
        found = self.offered(key)
        if not found:
            raise UsageError("there is nothing here to do that with")
        if not self.can:
            self._app.say(UNPRIVILEGED)
        if len(found) == 1:
            self.dialog(found[0], self._rows_for(found[0]))
            return
        from nltui.ui.picker import Item, Picker

        by_name = {cls.__name__: cls for cls in found}
        items = [Item(name, cls.title, cls.help) for name, cls in by_name.items()]

        def chosen(name: str | None) -> None:
            if name is not None:
                try:
                    self.dialog(by_name[name], self._rows_for(by_name[name]))
                except NltuiError as error:
                    self._app.say(str(error))

        self._app.push_screen(Picker("what to do", items), chosen)

    def dialog(self, cls: type[Change], rows: Sequence[bytes], texts: Mapping[str, str] | None = None) -> None:
        """Open it. Raises UsageError where there is no row for it, or its row has parts without fields."""
        from nltui.ui.change_screen import ChangeScreen

        if cls.needs_row and not rows and texts is None:
            raise UsageError(f"{cls.title}: put the cursor on a row first")
        filled, differing = dict(texts) if texts is not None else {}, frozenset[str]()
        if texts is None and rows:
            world = World(self.session)
            each = [cls.filled(row, world) for row in rows]
            filled = common(each)
            differing = frozenset(name for one in each for name in one) - filled.keys()
        if not cls.needs_row and texts is None:
            # A new row is not about the one under the cursor, which only gives hints.
            rows, filled = (), filled | cls.of_view(self._where())
        self._app.push_screen(ChangeScreen(self, cls, rows, filled, differing, is_told=texts is not None), self._told)

    def _where(self) -> str:
        """The filter that keeps what the focused table shows; empty where all of it is."""
        panel = self._app.dashboard.focused_panel
        rows = panel.view.rows if panel is not None else None
        if rows is None or not rows.filter_text:
            return ""
        usual = rows.table.usual
        return both([rows.filter_text, f"table == {usual.name}"]) if usual and rows.narrowed else rows.filter_text

    def restore(self) -> None:
        """The dialog that makes again what the line under the cursor tells was removed. Raises UsageError."""
        from nltui.changes.restore import RESTORES

        panel = self._app.dashboard.focused_panel
        rows = panel.view.rows if panel is not None else None
        if panel is None or rows is None or panel.view.cursor.identity is None:
            raise UsageError("put the cursor on a line first")
        panel.view.end_range()
        chosen = panel.view.marked.identities or [panel.view.cursor.identity]
        found = [about(rows, one, self.session.context) for one in chosen]
        removed = [one for one in found if one is not None and one.is_change and one.table.name in RESTORES]
        if len(removed) < len(found):
            raise UsageError("this line can restore nothing: addresses, routes, neighbours, rules and nexthops can be")
        if any(panel.view.cells_of(one).get("change", "") != "−" for one in chosen):
            raise UsageError("this line does not tell of a row that was removed")
        if len({one.table.name for one in removed}) > 1:
            raise UsageError("rows of several tables are restored one table after the other")
        self.dialog(RESTORES[removed[0].table.name], [one.message for one in removed])

    def line(self, text: str) -> None:
        """The dialog of an `ip` line. Raises UsageError."""
        from nltui.changes.command import parsed

        cls, texts, row = parsed(text, World(self.session), self._app.namespace)
        self.dialog(cls, [row] if row is not None else [], texts)

    def _told(self, said: str | None) -> None:
        if said:
            self._app.say(said)

    # -- what waits to be confirmed

    def banner(self) -> str:
        """What is pending, in a line; empty where nothing is."""
        guard = self.changes.pending
        if guard is None or not guard.letters:
            return ""
        keep = f"Y {guard.letters[0]} {guard.letters[1]} keeps it"
        whose = f" ({'applied in part' if guard.is_partial else 'made'} by another nltui)" if guard.is_adopted else ""
        return f"{guard.left:.0f} s to roll back · {keep} · R now · {guard.entry.sentence}{whose}"

    def farewell(self) -> str:
        """What is left to its guardian when this ends; empty where nothing is."""
        guard = self.changes.pending
        if guard is None:
            return ""
        ways = "`nltui confirm` keeps it, `nltui rollback` takes it back at once"
        return f"rolled back in {guard.left:.0f} s: {guard.entry.sentence}; {ways}"

    def look(self) -> str:
        """What became of it, where it ended by itself. Not for the screen's own thread."""
        return self._tried(partial(self._decided, self.changes.look))

    def confirm(self) -> str:
        """It stays."""
        return self._tried(partial(self._decided, self.changes.confirm))

    def _decided(self, act: Callable[[], str]) -> str:
        """What was kept may be the last change by now: it is looked at how it stands."""
        said = act()
        if said:
            self.changes.remember()
        return said

    def roll_back(self) -> str:
        """Take it back now, or ask first where that overwrites what somebody did meanwhile: then it is empty."""

        def plan() -> Preview:
            found = self.changes.rolling()
            if found is None:
                raise UsageError("nothing was changed meanwhile: Esc, and R rolls back")
            return found

        def act() -> str:
            if self.changes.rolling() is None:
                return self.changes.roll_back()
            hand_over(self._app, self._ask, "roll back", plan, lambda _, __: self.changes.roll_back(anyway=True))
            return ""

        return self._tried(act)

    def undo(self) -> str:
        """Take the last change back, or ask first where that is more than was done. Not for the screen's own thread.

        Returns a sentence, empty where it asks.
        """
        changes = self.changes
        if changes.pending is not None:
            return self.roll_back()
        return self._weighed("undo", changes.back, changes.undo, Tier.REVERSIBLE)

    def redo(self) -> str:
        """Do again what was undone, likewise."""
        return self._weighed("redo", self.changes.forth, self.changes.redo, Tier.AFFECTING)

    def _weighed(self, title: str, plan: Callable[[], Preview], does: Callable[[Preview, int], str], most: Tier) -> str:
        """`most`: up to where it is done at once."""

        def act() -> str:
            preview = plan()
            if preview.tier <= most and not preview.asks:
                said = does(preview, 0)
                self.changes.remember()
                return said
            hand_over(self._app, self._ask, title, plan, does)
            return ""

        return self._tried(act)

    def _ask(self, title: str, plan: Callable[[], Preview], does: Callable[[Preview, int], str]) -> None:
        from nltui.ui.change_screen import PlanScreen

        self._app.push_screen(PlanScreen(self, title, plan, does), self._told)

    def told(self, said: str) -> str:
        """What was done, and that the log has no line of it."""
        return " · ".join(filter(None, (said, self.changes.unlogged)))

    def _tried(self, act: Callable[[], str]) -> str:
        try:
            return self.told(said) if (said := act()) else ""
        except NltuiError as error:
            return visible(str(error), limit=400)
