"""The line at the top: where we are, what may be done, how busy and how trustworthy the picture is."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from textual.strip import Strip

from nltui import text as door
from nltui.model.types import Tone
from nltui.ui.panel import GLYPHS
from nltui.ui.plain import Still
from nltui.ui.text import Part, cells, crop, grouped, sentence, spread
from nltui.ui.theme import paint_of
from nltui.worker.contract import Freshness, SessionStatus

BARS = "▁▂▃▄▅▆▇█"
SPARK = 10
"""Seconds in the sparkline."""
MARK, LINES = 3, 3
"""Cells before a sentence of the banner, and lines that it takes at most."""
BADGES = {"READ-ONLY": Tone.OK, "UNPRIVILEGED": Tone.DIM, "CAN CHANGE": Tone.PLAIN}
_WORST = (Freshness.STALE, Freshness.STARTING, Freshness.LOADING, Freshness.CONVERGING, Freshness.FRESH)


class Rate:
    """Events a second, from a counter that is looked at often."""

    def __init__(self) -> None:
        self.seconds: deque[int] = deque([0] * SPARK, SPARK)
        self._second = -1
        self._count = 0

    def look(self, now: float, count: int) -> None:
        """Take the counter at a time in seconds since the epoch."""
        second = int(now)
        if self._second < 0:
            self._second, self._count = second, count
        gone = min(second - self._second, SPARK)
        if gone <= 0:
            return
        # What arrived while nobody looked is shown as evenly spread.
        each = (count - self._count) // gone
        self.seconds.extend([each] * gone)
        self._second, self._count = second, count

    def sparkline(self) -> str:
        """Oldest first; a quiet second is the lowest bar."""
        most = max(self.seconds)
        return "".join(BARS[min(7, count * 8 // (most + 1)) if count else 0] for count in self.seconds)


def worst(status: SessionStatus) -> Freshness:
    """Of all tables; a session is as trustworthy as its weakest table."""
    states = {table.freshness for table in status.tables.values() if not table.absent}
    return next((freshness for freshness in _WORST if freshness in states), Freshness.STARTING)


class StatusBar(Still):
    """One line, redrawn when what it says changed: at least once a second, because of the clock."""

    def __init__(self, host: str, namespace: str, badge: str, clock: Callable[[], float]) -> None:
        super().__init__(id="status")
        self._host, self._namespace, self._badge = door.visible(host), door.visible(namespace), door.visible(badge)
        self._clock = clock
        self._rate = Rate()
        self._status = SessionStatus()
        self._where = ""
        self._said = self._says()

    def moved(self, namespace: str) -> None:
        """Another namespace is looked at from now on."""
        self._namespace, self._rate = door.visible(namespace), Rate()
        self.refresh()

    def tick(self, status: SessionStatus, where: str) -> None:
        """Look at the session; `where` names the zoomed table, if any."""
        self._rate.look(self._clock(), status.events)
        self._status, self._where = status, where
        said = self._says()
        if said != self._said:
            self._said = said
            self.refresh()

    def _says(self) -> tuple[object, ...]:
        return int(self._clock()), self._status.lost, worst(self._status), self._where

    def render_line(self, y: int) -> Strip:
        """What fits: parts in the middle leave first."""
        width = self.size.width
        paint = paint_of(self)

        def part(text: str, tone: Tone = Tone.PLAIN, strong: bool = False) -> Part:
            return text, paint.style(tone, "bar", strong)

        state = worst(self._status)
        glyph, tone = GLYPHS[state]
        lost = self._status.lost
        left: list[tuple[int, list[Part]]] = [
            (0, [part(" nltui", Tone.ACCENT, True)]),
            (4, [part(f"  {self._host}")]),
            (3, [part("  ns ", Tone.DIM), part(self._namespace)]),
            (1, [part(f"  {self._badge}", BADGES.get(self._badge, Tone.PLAIN), True)]),
            (2, [part("  › ", Tone.DIM), part(self._where)] if self._where else []),
        ]
        right: list[tuple[int, list[Part]]] = [
            (5, [part(f"  {grouped(self._rate.seconds[-1])} ev/s ")]),
            (6, [part(self._rate.sparkline(), Tone.ACCENT)]),
            (1, [part("  LOSS ", Tone.DIM), part(grouped(lost), Tone.CHANGED if lost else Tone.PLAIN, bool(lost))]),
            (0, [part(f"  {glyph} {state.value}", tone, True)]),
            (2, [part(time.strftime("  %H:%M:%S ", time.localtime(self._clock())), Tone.DIM)]),
        ]
        for leaving in range(6, 0, -1):
            if sum(cells(text) for _, parts in left + right for text, _ in parts) + 1 <= width:
                break
            left = [item for item in left if item[0] != leaving]
            right = [item for item in right if item[0] != leaving]
        fill = paint.style(Tone.PLAIN, "bar")
        return spread(_flat(left), _flat(right), width, fill)


def _flat(parts: list[tuple[int, list[Part]]]) -> list[Part]:
    return [part for _, group in parts for part in group]


class Banner(Still):
    """A sentence about trouble or a loss, over the whole width, only while there is one: broken where it is long."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self.display = False
        self._sentence = ""
        self._lines: list[str] = []

    def tell(self, sentence: str) -> None:
        """Show a sentence from the session; empty hides the line."""
        shown = door.visible(sentence)
        if shown != self._sentence:
            self._sentence = shown
            self.display = bool(shown)
            self._lay_out()

    def on_resize(self) -> None:
        """It may break elsewhere."""
        self._lay_out()

    def _lay_out(self) -> None:
        width = max(MARK * 2, self.app.size.width - MARK - 1)
        lines = sentence(self._sentence, width)
        rest = [crop(" ".join(lines[LINES - 1 :]), width)] if len(lines) >= LINES else []
        self._lines = [*lines[: LINES - 1], *rest]
        self.styles.height = max(1, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of its lines."""
        paint = paint_of(self)
        style = paint.style(Tone.CHANGED, "bar", True)
        mark = " !" if y == 0 else ""
        said = self._lines[y] if y < len(self._lines) else ""
        return spread([(f"{mark:<{MARK}}{said}", style)], [], self.size.width, style)
