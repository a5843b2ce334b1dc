"""`y` and a letter: the row under the cursor goes to the clipboard, as text, as `ip` command, as JSON or as hex."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from nltui.errors import NltuiError, UsageError
from nltui.model.related import values
from nltui.system import state
from nltui.ui.jumps import About, about

if TYPE_CHECKING:
    from nltui.ui.actions import Actions
    from nltui.ui.table_view import TableView

MOST = 74_000
"""Bytes that terminals take by OSC 52 (100,000 of base64, as xterm); what is longer goes to a file."""
FILE = "copied.txt"


class Copying:
    """Of the row under the cursor of the focused panel, or of all that are marked there."""

    def __init__(self, app: Actions) -> None:
        self._app = app

    def row(self) -> str:
        """Cells, as on the screen, separated by tabs."""
        view = self._view()
        names = [column.name for column in view.columns]
        found = [view.cells_of(identity) for identity in self._identities(view)]
        lines = ["\t".join(cells[name] for name in names) for cells in found if cells]
        if not lines:
            raise UsageError("there is no row to copy")
        return "\n".join(lines)

    def command(self) -> str:
        """The `ip` lines that would make them again."""
        from nltui.model.recreate import command

        return "\n".join(command(one.table, one.message, one.context) for one in self._abouts())

    def json(self) -> str:
        """As `nltui dump -j` prints them."""
        rows = [values(one.table, one.message, one.context, volatile=True) for one in self._abouts()]
        return json.dumps(rows if len(rows) > 1 else rows[0])

    def hex(self) -> str:
        """The messages' bytes."""
        return "\n".join(one.message.hex(" ") for one in self._abouts())

    def _view(self) -> TableView:
        panel = self._app.dashboard.focused_panel
        if panel is None or panel.view.rows is None:
            raise UsageError("there is no row to copy")
        return panel.view

    def _identities(self, view: TableView) -> list[Hashable]:
        view.end_range()
        return view.marked.identities or ([view.cursor.identity] if view.cursor.identity is not None else [])

    def _abouts(self) -> list[About]:
        view = self._view()
        assert view.rows is not None
        found = (about(view.rows, one, self._app.session.context) for one in self._identities(view))
        told = [one for one in found if one is not None]
        if not told:
            raise UsageError("this row has no message of its own")
        return told

    def copy(self, what: str) -> str:
        """Put it on the clipboard; where it is too long, into a file. Returns what was done, in a sentence."""
        try:
            text = {"y": self.row, "i": self.command, "j": self.json, "x": self.hex}[what]()
        except NltuiError as error:
            return f"not copied: {error}"
        size = len(text.encode(errors="surrogateescape"))
        if size <= MOST:
            self._app.copy_to_clipboard(text)
            lines = text.count("\n") + 1
            return f"copied: {text.expandtabs(2)}" if lines == 1 else f"copied: {lines:,} lines, {size:,} bytes"
        return self._into_file(text, size)

    def _into_file(self, text: str, size: int) -> str:
        place = state.directory()
        try:
            Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=place, delete=False, errors="backslashreplace") as file:
                file.write(text)
            Path(file.name).replace(Path(place, FILE))
        except OSError as error:
            return f"not copied: {size:,} bytes are too long for the clipboard, and {place} says {error.strerror}"
        return f"too long for the clipboard ({size:,} bytes): written to {place}/{FILE}"
