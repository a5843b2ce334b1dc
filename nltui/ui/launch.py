"""Run the program on this terminal; signals end it cleanly within a second."""

from __future__ import annotations

from nltui.system.signals import Terminal, Watchdog
from nltui.ui.app import NltuiApp


def run(app: NltuiApp, *, mouse: bool = True) -> int:
    """Until the person or a signal ends it. Returns the exit code: 0, 1 after a crash, 128+n for a signal."""
    terminal = Terminal()

    def leave(code: int) -> None:
        app.call_from_thread(app.leave, code)

    watchdog = Watchdog(leave, terminal)
    try:
        app.run(mouse=mouse)
    finally:
        app.session.stop()
        watchdog.close()
        terminal.close()
    return app.return_code or 0
