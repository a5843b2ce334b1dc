"""`:export FILE`: everything that is known into one file, while the screen goes on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from nltui.errors import NltuiError, UsageError
from nltui.ui.commands.base import Command, Offer
from nltui.ui.threads import hand_over

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

OFTEN = 0.2
"""Seconds between two words about how far it is."""
STOP = "stop"


class Export(Command):
    """In a thread of its own; `:export stop` ends it, and leaves nothing behind."""

    names = ("export",)
    note = "E         all tables, the changes and a capture for Wireshark into a file (tar.gz)"
    needs = True
    running: threading.Event | None = None
    """Set to stop the one that goes on now; None: none does."""

    def offer(self, app: Actions, rest: str) -> Offer:
        """The usual name; while one is written, to stop it."""
        if Export.running is not None:
            return Offer(((STOP, "the export that is going on"),))
        usual = app.usual_export()
        return Offer(((usual, "in this directory"),) if usual.startswith(rest) else ())

    async def run(self, app: Actions, rest: str) -> None:
        """Begin, or stop."""
        path = rest.strip()
        if path == STOP:
            if Export.running is None:
                raise UsageError("no export is going on")
            Export.running.set()
            return
        if Export.running is not None:
            raise UsageError("one export is going on already; `:export stop` ends it")
        Export.running = threading.Event()
        threading.Thread(target=_write, args=(app, path, Export.running), name="nltui-export", daemon=True).start()


def _write(app: Actions, path: str, stopped: threading.Event) -> None:
    told = 0.0

    def progress(what: str, rows: int) -> bool:
        nonlocal told
        if time.monotonic() - told > OFTEN:
            told = time.monotonic()
            hand_over(app, app.say, f"exporting {what}: {rows:,} rows · `:export stop` ends it")
        return not stopped.is_set() and app.is_running

    try:
        manifest = app.session.export(path, app.namespace, progress)
        rows = sum(one["rows"] for one in manifest["tables"].values())
        said = f"exported to {path}: {rows:,} rows, {manifest['packets']:,} messages"
    except NltuiError as error:
        said = f"not exported: {error}"
    finally:
        Export.running = None
    hand_over(app, app.say, said)
