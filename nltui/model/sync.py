"""When to dump and what a dump may prove: keeping tables equal to the kernel, as a state machine without I/O.

Time comes in as monotonic seconds, chance as a function, so every interleaving can be played as a script. The caller
receives, dumps and changes stores; it says here what happened, and asks what to do next.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum

from nltui.model.table import Feed, Table
from nltui.record import Record

DEBOUNCE, DEBOUNCE_MOST = 0.1, 1.0
"""A doubt waits this long for more of its kind, and never longer."""
QUIET = 0.2
"""No events for this long: the storm is over."""
GAP_LEAST, GAP_FACTOR = 0.25, 10
"""During churn, dumps of a table keep this distance: seconds, or so many times the last dump's length."""
RETRY_FIRST, RETRY_MOST, TRIES = 0.01, 1.0, 6
AUDIT, AUDIT_BIG, BIG_ROWS = 60.0, 300.0, 50_000
"""A full comparison every so many seconds; rarer above so many rows."""
SELDOM = 20
"""Of a sampled table that nobody looks at, one in so many readings is made."""
AUDIT_SHARE = 30
"""Short audits of tables that change silently take at most one part in so many of the time."""
PARTS_MOST = 3
"""Parts of one table that are read one after another; of more, the whole table is cheaper."""

Part = tuple[str, int]
"""Some rows of a table: which of `Table.parts`, and its value (("dev", 7): those of the link with ifindex 7)."""


class Phase(Enum):
    """Of one table."""

    NEVER = "never dumped"
    DUMPING = "dumping"
    FRESH = "fresh"
    DOUBTFUL = "doubtful"
    CONVERGING = "converging"
    REFUSED = "refused"


class Verdict(Record):
    """What a dump that ended has proven. `remove`: rows it did not show are gone; else they stay, unconfirmed."""

    remove: bool
    again: bool


@dataclass(slots=True)
class State:
    """One table's."""

    table: Table
    phase: Phase = Phase.NEVER
    loaded: bool = False
    doubt_since: float | None = 0.0
    """When the oldest doubt not yet taken up by a dump was cast; None: no doubt."""
    doubt_last: float = 0.0
    whole: bool = True
    """Whether a doubt is about the whole table."""
    parts: dict[Part, None] = field(default_factory=dict)
    """Doubtful ones, where not all of the table is; in the order in which they became so."""
    part: Part | None = None
    """What the running or last dump is about; None: the whole table."""
    cast: bool = False
    """Whether a doubt was cast since the running dump began."""
    not_before: float = 0.0
    tries: int = 0
    events: int = 0
    """Heard since the running dump began."""
    heard: int = 0
    """Events since the start."""
    last_event: float = -1e9
    interrupted: bool = False
    began: float = 0.0
    ended: float = -1e9
    took: float = 0.0
    audit_at: float = 0.0
    auditing: bool = False
    since: float = 0.0
    sentence: str = ""
    resyncs: int = 0
    interruptions: int = 0
    """Resyncs of which a dump was marked NLM_F_DUMP_INTR."""
    repairs: int = 0
    """Rows that an audit found wrong though no doubt had been cast."""


@dataclass(slots=True)
class Sync:
    """All followed tables of one protocol and namespace. One dump runs at a time."""

    tables: Sequence[Table]
    chance: Callable[[], float] = random.random
    audit: bool = True
    visible: AbstractSet[str] = frozenset()
    """Tables that somebody looks at: sampled ones are read more often then."""
    states: dict[str, State] = field(default_factory=dict)
    overrun_at: float | None = None
    last_event: float = -1e9
    running: str | None = None

    def __post_init__(self) -> None:
        self.states = {table.name: State(table) for table in self.tables}

    # -- what happened --

    def heard(self, name: str, count: int, now: float) -> None:
        """So many events of a table were applied."""
        state = self.states[name]
        state.events += count
        state.heard += count
        state.last_event = self.last_event = now

    def doubt(self, name: str, now: float, part: Part | None = None) -> None:
        """Something may have changed without the kernel saying so, or without being heard; in one part, or anywhere."""
        state = self.states.get(name)
        if state is None or state.phase is Phase.REFUSED:
            return
        if part is None or part[0] not in state.table.parts:
            state.whole = True
        else:
            state.parts[part] = None
            state.whole |= len(state.parts) > PARTS_MOST
        state.cast = True
        if state.doubt_since is None:
            state.doubt_since = now
        state.doubt_last = now
        if state.phase is Phase.FRESH:
            state.phase, state.since = Phase.DOUBTFUL, now

    def overrun(self, now: float) -> None:
        """Messages were lost: nothing is certain."""
        self.overrun_at = now
        for name in self.states:
            self.doubt(name, now)

    def began(self, name: str, now: float, divisible: bool = True) -> None:
        """A dump was requested; the queue of events was empty just before. Not `divisible`: always of all rows."""
        state = self.states[name]
        state.auditing = state.loaded and state.doubt_since is None
        if state.parts and divisible and state.loaded and not state.whole:
            state.part = next(iter(state.parts))
            del state.parts[state.part]
        else:
            state.part, state.whole, state.parts = None, False, {}
        if not state.parts:
            state.doubt_since = None
        state.cast, state.interrupted, state.events, state.began = False, False, 0, now
        if state.phase is not Phase.CONVERGING:
            state.phase = Phase.DUMPING
        self.running = name

    def interrupt(self, name: str) -> None:
        """A message of the dump carried NLM_F_DUMP_INTR."""
        self.states[name].interrupted = True

    def proven(self, name: str) -> bool:
        """Whether the dump, ended just now, may remove what it did not show."""
        state = self.states[name]
        return not state.interrupted and not state.cast and not self._missed(state)

    def _missed(self, state: State) -> bool:
        """Whether the dump may have left out rows without saying so."""
        return state.table.silent_misses and state.events > 0

    def ended(self, name: str, now: float, unconfirmed: int, repaired: int) -> Verdict:
        """All dumps of a resync are in; so many rows were left unconfirmed, so many differed from what was held."""
        state = self.states[name]
        self.running = None
        remove = self.proven(name)
        state.took, state.ended = now - state.began, now
        state.resyncs += 1
        state.interruptions += state.interrupted
        if state.auditing and state.table.feed is Feed.FOLLOWED and not state.table.audit:
            state.repairs += repaired
        state.loaded = True
        # Rows never heard of may have been left out; a storm without end must not mean dumps without end.
        missed = self._missed(state) and not state.auditing and state.tries < TRIES
        unproven = not remove and (unconfirmed > 0 or state.interrupted or missed)
        if unproven:
            self._doubt_again(state)
        if unproven or state.cast:
            state.tries += 1
            wait = min(RETRY_FIRST * 2**state.tries, RETRY_MOST) * (0.5 + self.chance())
            state.not_before = now + wait
            if state.doubt_since is None:
                state.doubt_since = state.doubt_last = now
            state.phase = Phase.CONVERGING if state.tries > TRIES else Phase.DOUBTFUL
            return Verdict(remove, True)
        state.tries = 0
        if state.parts:
            state.phase = Phase.DOUBTFUL
            return Verdict(remove, True)
        if not state.auditing:
            state.since = now
        state.phase, state.sentence = Phase.FRESH, ""
        return Verdict(remove, False)

    def _doubt_again(self, state: State) -> None:
        """What the dump that ended was about is as doubtful as before."""
        if state.part is None:
            state.whole = True
        else:
            state.parts[state.part] = None

    def failed(self, name: str, now: float, sentence: str, final: bool) -> None:
        """The kernel answered a dump with an error; `final`: asking again is of no use (no privilege, no support)."""
        state = self.states[name]
        self.running = None
        state.sentence, state.ended = sentence, now
        if state.auditing or not state.since:
            state.since = now  # else it has been in doubt since then already
        if final:
            state.phase, state.doubt_since = Phase.REFUSED, None
            return
        self._doubt_again(state)
        state.tries += 1
        state.not_before = now + min(RETRY_FIRST * 2**state.tries, RETRY_MOST) * (0.5 + self.chance())
        state.phase = Phase.DOUBTFUL
        if state.doubt_since is None:
            state.doubt_since = state.doubt_last = now

    def abandoned(self, now: float) -> None:
        """Nobody listens for a while, and the running dump, if any, was given up: nothing is certain."""
        if self.running is not None:
            self.states[self.running].phase = Phase.DOUBTFUL
            self.running = None
        for name in self.states:
            self.doubt(name, now)

    # -- what to do --

    def schedule_audit(self, name: str, now: float, rows: int) -> None:
        """After a dump: plan the next full comparison, at a time that two programs do not share."""
        state = self.states[name]
        if state.part is not None:
            return
        if state.table.feed is Feed.SAMPLED:
            state.audit_at = now + state.table.interval * (1 if name in self.visible else SELDOM)
            return
        usual = AUDIT_BIG if rows > BIG_ROWS else AUDIT
        interval = max(state.table.audit, AUDIT_SHARE * state.took) if state.table.audit else usual
        state.audit_at = now + interval * (0.8 + 0.4 * self.chance())

    def due(self, now: float) -> str | None:
        """The table to dump now; None while one is running or all wait.

        First loads go first, in display order; of doubtful tables those that others build on.
        """
        if self.running is not None:
            return None
        ready = [state for state in self.states.values() if self._at(state, now) <= now]
        if not ready:
            return None
        return min(ready, key=lambda state: (state.loaded, state.loaded and state.table.resync)).table.name

    def wake(self, now: float) -> float:
        """When due() may answer next, seconds from now; infinite when nothing is planned."""
        if self.running is not None:
            return float("inf")
        return max(0.0, min((self._at(state, now) for state in self.states.values()), default=float("inf")) - now)

    def _at(self, state: State, now: float) -> float:
        """When this table's next dump may begin."""
        if state.phase is Phase.REFUSED:
            return float("inf")
        if not state.loaded and state.tries == 0:
            return now
        if state.doubt_since is None:
            planned = self.audit or state.table.feed is Feed.SAMPLED
            return state.audit_at if planned and state.audit_at else float("inf")
        at = max(min(state.doubt_last + DEBOUNCE, state.doubt_since + DEBOUNCE_MOST), state.not_before)
        quiet_at = self.last_event + QUIET
        if self.overrun_at is not None and state.doubt_since <= self.overrun_at:
            at = max(at, min(quiet_at, self.overrun_at + DEBOUNCE_MOST))
        spaced = state.ended + max(GAP_LEAST, GAP_FACTOR * state.took)
        return max(at, min(spaced, max(at, quiet_at)))
