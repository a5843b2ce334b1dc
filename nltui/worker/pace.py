"""How much time a side job may take: a share of the clock, with some saved up for a burst."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class Pace:
    """One thread works by it: `with pace.working(): …` where `pace.is_free()`."""

    def __init__(self, share: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`share` of the time that passes may be worked; at most `burst` seconds of work are saved up."""
        self._share, self._burst, self._clock = share, burst, clock
        self._left = burst
        self._looked = clock()

    def is_free(self) -> bool:
        """Whether some is left."""
        self._pass()
        return self._left > 0

    def wait(self) -> float:
        """Seconds until some is left."""
        self._pass()
        return max(0.0, -self._left / self._share)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """What is done inside counts; it may take more than is left, which then is missing later."""
        begun = self._clock()
        try:
            yield
        finally:
            self._left -= self._clock() - begun

    def _pass(self) -> None:
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._looked) * self._share)
        self._looked = now
