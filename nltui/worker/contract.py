"""What the screen and the headless commands may know of a running session. No numpy here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from nltui.model.rows import Rows
from nltui.model.table import Table
from nltui.model.types import Context
from nltui.record import Record

if TYPE_CHECKING:
    from nltui.model.actor import Actor
    from nltui.model.why.query import Query
    from nltui.model.why.telling import Line


class Freshness(Enum):
    """How far a table can be trusted now."""

    STARTING = "STARTING"
    LOADING = "LOADING"
    FRESH = "FRESH"
    CONVERGING = "CONVERGING"
    STALE = "STALE"
    """A dump failed or the kernel refuses; `TableStatus.sentence` says why."""


class TableStatus(Record):
    """One table's state. `rows` counts what is held; `since` is seconds since the epoch when it became so."""

    freshness: Freshness = Freshness.STARTING
    rows: int = 0
    since: float = 0.0
    sentence: str = ""
    """For the person, in the panel's place: what is missing and what would help. Empty where all is well."""
    absent: bool = False
    """Whether this kernel or this user has none of it, which says nothing about other tables."""


class SessionStatus(Record):
    """A snapshot, cheap to take 10 times a second."""

    events: int = 0
    """Notifications received since the start."""
    lost: int = 0
    """Messages the kernel dropped because our buffer was full."""
    foreign: int = 0
    """Messages dropped because another process, not the kernel, sent them."""
    malformed: int = 0
    tables: Mapping[str, TableStatus] = MappingProxyType({})
    gap: str = ""
    """What was lost, and what became of it: while tables are read again because of it, and for a moment after."""
    trouble: str = ""
    """A reader that died and was restarted, a namespace that went away; one visible sentence."""
    gone: bool = False
    """Whether the namespace was deleted: `trouble` says so, and what is known is the last that was seen of it."""


class SessionLike(Protocol):
    """A worker that dumps and follows the kernel for a set of tables."""

    @property
    def context(self) -> Context:
        """What columns may ask about other tables."""

    @property
    def pulse(self) -> int:
        """Grows whenever rows of any table, or its state, changed; costs nothing to look at."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """In display order."""

    def start(self) -> None:
        """Return at once; readers import what they need and open their sockets in their own threads."""

    def stop(self) -> None:
        """Ask the readers to end and wait for them, at most a second."""

    def status(self) -> SessionStatus:
        """Now."""

    def rows(self, name: str) -> Rows | None:
        """A new view of one table, with its own order and filter; None until its store exists."""

    def count(self, name: str, text: str) -> int | None:
        """Rows of a table that fulfil a filter; None where its store does not exist yet. Raises FilterError.

        On a large table it takes a while: not for the screen's own thread.
        """

    def why(self, query: Query) -> Sequence[Line]:
        """Which route a packet takes, in lines for a person. Raises NltuiError. Not for the screen's own thread."""

    def export(self, path: str, namespace: str, progress: Callable[[str, int], bool]) -> dict[str, Any]:
        """Write everything that is known to a file, and return what is in it. Raises NltuiError.

        `progress` is told what is written and how many rows were, and says whether to go on. Takes its time.
        """

    def watch(self, name: str, visible: bool) -> None:
        """Say whether a table is on screen; volatile values are refreshed only then."""

    def actor(self, port_id: int, time_ns: int) -> Actor:
        """Who had a port id when a change was received (ns since the epoch), and how well that is known."""
