"""Times in which messages were lost: how many, and what reading the tables again found. Told in the activity log."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from nltui.record import Record

SAID = 10.0
"""Seconds after a gap was healed in which it is still news."""


class Cause(Enum):
    """Why something was not heard."""

    OVERRUN = "overrun"
    """The receive buffer was full: the kernel dropped messages, and counted them."""
    MALFORMED = "malformed"
    """Datagrams that are no valid messages were thrown away."""
    RESTART = "restart"
    """Nobody listened for a while; how many messages that cost cannot be known."""


class Gap(Record):
    """One of them. Every change makes a new one, under the same number in history."""

    time: int
    """Of the first loss, in ns since the epoch."""
    tables: tuple[str, ...]
    """Which may be wrong until it is healed."""
    cause: Cause = Cause.OVERRUN
    lost: int = 0
    """Messages, as far as they could be counted."""
    heals: bool = True
    """Whether the tables can be read again; of a log, what is lost is lost."""
    seconds: float | None = None
    """From the first loss until all tables were exact again; None while they are not."""
    rows: int = 0
    """Rows that turned out to differ when the tables were read again."""
    last: int = 0
    """Number of the newest entry of history when it was healed; 0 before."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be said about it, but for further losses of a log."""
        return self.seconds is not None or not self.heals


def newest(gaps: Iterable[Gap | None], now: int) -> str:
    """The sentence of the last one that is not over, or was not so many seconds ago; `now` in ns since the epoch."""
    said = ""
    for gap in gaps:
        if gap is not None and (not gap.is_over or now - gap.time < (SAID + (gap.seconds or 0)) * 1e9):
            said = sentence(gap)
    return said


def what_was_lost(gap: Gap) -> str:
    """`19,744 messages lost`."""
    if gap.lost:
        return f"{gap.lost:,} message{'' if gap.lost == 1 else 's'} lost"
    return "messages may be lost" if gap.cause is Cause.RESTART else "messages lost"


def what_became_of_it(gap: Gap) -> str:
    """`resynced in 0.4 s, 3 rows differ`."""
    if not gap.heals:
        return f"{', '.join(gap.tables)} cannot be read again"
    if gap.seconds is None:
        return "reading again …"
    differ = "no row differs" if not gap.rows else f"{gap.rows:,} row{' differs' if gap.rows == 1 else 's differ'}"
    return f"resynced in {gap.seconds:.1f} s, {differ}"


def sentence(gap: Gap) -> str:
    """The whole line: `GAP: 19,744 messages lost, resynced in 0.4 s, 3 rows differ`."""
    return f"GAP: {what_was_lost(gap)}, {what_became_of_it(gap)}"
