"""When the screen looks at the session: ten times a second while something happens, else once."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from textual.app import App
from textual.timer import Timer

from nltui.worker.contract import SessionLike

TICK = 0.1
"""Seconds between two looks at the session: at most ten repaints a second."""
CALM = 1.0
"""Seconds between looks while nothing happens: for the clock and for rates."""
EAGER, EAGER_BEATS = 0.025, 20
"""Seconds between looks, and how many, before the first rows have come."""


class Heart:
    """Calls `look` when there may be something new to see; `busy` says that views have work of their own left."""

    def __init__(
        self, app: App[None], session: SessionLike, look: Callable[[], None], busy: Callable[[], bool]
    ) -> None:
        self._app, self._session, self._look, self._busy = app, session, look, busy
        self._beats = 0
        self._timer: Timer | None = None
        self._pulse, self._looked, self._awake = -1, 0.0, 0.0
        self._loaded = False

    def start(self) -> None:
        """Begin, eagerly: the first rows are not to wait for a tick."""
        self._timer = self._app.set_interval(EAGER, self._hurry)
        self._look()

    def follow(self, session: SessionLike) -> None:
        """Look at another session from now on."""
        self._session, self._pulse = session, -1
        self.poke()

    def poke(self) -> None:
        """The person did something: what it changes is to be seen at once."""
        self._awake = time.monotonic() + CALM

    def loaded(self) -> None:
        """The first rows of all that is visible are there."""
        if not self._loaded:
            self._loaded = True
            # What is loaded stays: the collector need not walk it again at every key.
            gc.freeze()

    def _hurry(self) -> None:
        self._beats += 1
        if self._timer is not None and (self._loaded or self._beats > EAGER_BEATS):
            self._timer.stop()
            self._timer = self._app.set_interval(TICK, self._beat)
            gc.enable()
        self._look()

    def _beat(self) -> None:
        now, pulse = time.monotonic(), self._session.pulse
        if pulse != self._pulse or now < self._awake or now - self._looked >= CALM or self._busy():
            self._pulse, self._looked = pulse, now
            self._look()
