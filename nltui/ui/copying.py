"""`y` and a letter: the row under the cursor goes to the clipboard, as text, as `ip` command, as JSON or as hex."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nltui.errors import NltuiError, UsageError
from nltui.model.related import values
from nltui.system import state
from nltui.ui.jumps import About, about

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

MOST = 74_000
"""Bytes that terminals take by OSC 52 (100,000 of base64, as xterm); what is longer goes to a file."""
FILE = "copied.txt"


class Copying:
    """For the row under the cursor of the focused panel."""

    def __init__(self, app: Actions) -> None:
        self._app = app

    def row(self) -> str:
        """Its cells, as on the screen, separated by tabs."""
        panel = self._app.dashboard.focused_panel
        cells = panel.view.cells_at_cursor() if panel is not None else {}
        if panel is None or not cells:
            raise UsageError("there is no row to copy")
        return "\t".join(cells[column.name] for column in panel.view.columns)

    def command(self) -> str:
        """The `ip` line that would make it again."""
        from nltui.model.recreate import command

        found = self._about()
        return command(found.table, found.message, found.context)

    def json(self) -> str:
        """As `nltui dump -j` prints it."""
        found = self._about()
        return json.dumps(values(found.table, found.message, found.context, volatile=True))

    def hex(self) -> str:
        """The message's bytes."""
        return self._about().message.hex(" ")

    def _about(self) -> About:
        panel = self._app.dashboard.focused_panel
        rows = panel.view.rows if panel is not None else None
        identity = panel.view.cursor.identity if panel is not None else None
        found = about(rows, identity, self._app.session.context) if rows is not None and identity is not None else None
        if found is None:
            raise UsageError("this row has no message of its own")
        return found

    def copy(self, what: str) -> str:
        """Put it on the clipboard; where it is too long, into a file. Returns what was done, in a sentence."""
        try:
            text = {"y": self.row, "i": self.command, "j": self.json, "x": self.hex}[what]()
        except NltuiError as error:
            return f"not copied: {error}"
        size = len(text.encode(errors="surrogateescape"))
        if size <= MOST:
            self._app.copy_to_clipboard(text)
            return f"copied: {text.expandtabs(2)}"
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
