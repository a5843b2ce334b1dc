"""A plan, carried out: looked at again right before, step by step, stopped at the first error; and taken back."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from nltui.changes.base import Change, Step, Subject, Undo
from nltui.changes.difference import differences
from nltui.changes.guardian import UNDONE
from nltui.changes.links.common import IFINFOMSG
from nltui.changes.places import Places
from nltui.changes.plan import planned
from nltui.changes.send import Sender
from nltui.changes.world import World
from nltui.errors import KernelRefused, NltuiError, TimedOut, UsageError
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import netlink as nl
from nltui.record import replace as replace_record
from nltui.worker.session import Session

CONSULTED = frozenset({"links", "addresses", "routes", "neighbours", "rules", "nexthops"})
SETTLE = 10.0
"""Seconds in which tables must have been read again before a change is applied to them."""
CARRIER, PAUSE = 8.0, 0.2
"""Seconds to wait for a carrier that a nexthop needs, and between two tries."""


class Changed(UsageError):
    """A row is not any more what was seen when the change was made up; `differences` says how."""

    def __init__(self, what: str, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        super().__init__(f"not applied: {what} changed meanwhile ({'; '.join(differences)})")


class Stopped(NltuiError):
    """A step of several was refused: those before it were done, and undone."""

    exit_code = 2

    def __init__(self, error: NltuiError, done: int, of: int, step: Step, left: Sequence[str] = ()) -> None:
        """`left`: sentences about what of it could not be undone."""
        self.error, self.done, self.of, self.step, self.left = error, done, of, step, tuple(left)
        super().__init__(f"{error}" + (f" (step {done + 1} of {of})" if of > 1 else ""))


@dataclass(frozen=True)
class Done:
    """What was done, and what takes it back."""

    changes: tuple[Change, ...]
    sentence: str
    line: str
    steps: tuple[Step, ...]
    undo: Undo
    time: float
    after: tuple[int, ...] = ()
    """Of each step of `undo`, how many steps are before those that it takes back."""

    def part(self, sent: int, is_sure: bool = True) -> Done:
        """As if only so many steps had been sent: of what was not, nothing is taken back. Else the last may not be."""
        found = [pair for pair in zip(self.undo.steps, self.after, strict=True) if sent > pair[1]]
        last = max((before for _, before in found), default=0)
        back = [_doubtful(step) if before == last and not is_sure else step for step, before in found]
        return replace(self, steps=self.steps[:sent], undo=Undo(tuple(back), self.undo.lost))


def _doubtful(step: Step) -> Step:
    """One back from what may not have been done."""
    return Step(step.type, step.flags, step.body, step.line, step.fine | UNDONE, step.holds)


class Unsure(TimedOut):
    """Whether a step was done is not known, and nobody takes it back: `part` is what may have been done."""

    def __init__(self, error: TimedOut, part: Done, of: int) -> None:
        self.part = part
        sent = len(part.steps)
        told = f"step {sent} of {of}; those before it were done; " if sent > 1 else ""
        way = "u takes back what may have been done" if part.undo.steps else "it cannot be taken back"
        super().__init__(f"{error} ({told}{way})")


def is_open(error: NltuiError) -> bool:
    """Whether what was to be done may still be there, in part or whole."""
    return isinstance(error, TimedOut) or (isinstance(error, Stopped) and bool(error.left))


class Armed(Protocol):
    """Somebody who takes a change back if nobody confirms it."""

    @property
    def watches(self) -> bool:
        """Whether there is time for another step."""

    def sends(self, count: int) -> None:
        """So many steps, with the one that is sent next, may have been done. Raises UsageError where it is not told."""

    def applied(self) -> None:
        """All of it was done. Raises UsageError where nobody watches any more."""

    def disarm(self) -> None:
        """None of it stays."""


Arm = Callable[[Done], Armed]


class Executor:
    """Applies changes of one session, one at a time. Not for the screen's own thread."""

    def __init__(self, session: Session, sender: Sender) -> None:
        self._session, self._sender = session, sender

    def apply(self, changes: Sequence[Change], subjects: Sequence[Subject], arm: Arm | None = None) -> Done:
        """Do what was previewed; `subjects`: rows as they were seen then. `arm` is called before anything is sent.

        Raises Changed where one of them is another now, Stopped where the kernel refuses a step, TimedOut. Then what
        was done of it before is undone, but for an outcome that is unknown.
        """
        world = self.ready(subjects)
        for change in changes:
            change.stands(world)
        plan = planned(changes, world)
        if not plan.steps:
            raise UsageError(f"nothing is left to do: {plan.sentence}")
        done = Done(tuple(changes), plan.sentence, plan.line, plan.steps, plan.undo, time.time(), plan.after)
        guard = arm(done) if arm is not None else None
        try:
            self._run(done, guard)
        except NltuiError as error:
            # What was done is undone, unless nobody knows whether it was, or not all of it could be: then the guardian
            # does it.
            if guard is not None and not is_open(error):
                guard.disarm()
            raise
        return done

    def take_back(self, done: Callable[[World], Done], arm: Arm | None = None) -> list[str]:
        """Do what takes something back, all that can be; returns a sentence for each step that was refused.

        `done`: of what is there now, what is done and takes it back in turn.
        """
        world = self.ready(())
        made = done(world)
        guard = arm(made) if arm is not None else None
        if guard is None:
            return self.revert(made.steps)
        try:
            guard.sends(len(made.steps))
            refused = self.revert(made.steps)
            if len(refused) < len(made.steps):
                self._keep(guard, made)
        except NltuiError:
            guard.disarm()
            raise
        if len(refused) == len(made.steps):
            # Nothing was done that anybody could confirm.
            guard.disarm()
        return refused

    def _keep(self, guard: Armed, made: Done) -> None:
        try:
            guard.applied()
        except NltuiError:
            self.revert(made.undo.steps)
            raise

    def ready(self, subjects: Sequence[Subject], tables: Collection[str] = CONSULTED) -> World:
        """What is there now, read anew. Raises Changed where a subject is another than it was, TimedOut.

        All tables, not only those that are changed: what a change takes along is captured from the others.
        """
        names = tuple(table.name for table in self._session.tables if table.name in tables)
        if not self._session.reread(names, SETTLE):
            raise TimedOut(f"not applied: {', '.join(sorted(names))} could not be read again within {SETTLE:.0f} s")
        world = World(self._session)
        places = Places(world)
        for subject in subjects:
            told = differences(world, subject, places)
            if told:
                raise Changed(world.table(subject.table).singular, told)
        return world

    def _run(self, plan: Done, guard: Armed | None) -> None:
        done, step = 0, plan.steps[0]
        try:
            for step in plan.steps:
                if guard is not None and not guard.watches:
                    raise UsageError("its guardian would act before it is done")
                if guard is not None:
                    guard.sends(done + 1)
                self._sender.send(step)
                done += 1
            if guard is not None:
                guard.applied()
        except TimedOut as error:
            if guard is not None:
                raise
            raise Unsure(error, plan.part(done + 1, is_sure=False), len(plan.steps)) from error
        except NltuiError as error:
            # Only of what was done: what was not may have been there before.
            back = plan.part(done).undo.steps
            if isinstance(error, KernelRefused) and _sets(step):
                # The kernel sets one thing after the other, and stops at what it refuses, now as then.
                part = plan.part(done + 1, is_sure=False)
                back = tuple(replace_record(one, fine=one.fine | {error.number}) for one in part.undo.steps)
            raise Stopped(error, done, len(plan.steps), step, self.revert(back)) from error

    def revert(self, steps: Sequence[Step]) -> list[str]:
        """Send all steps, going on after errors; returns a sentence for each that was refused.

        What needs something that only a later step brings is tried again, as long as that helps, and what needs a
        carrier for a while: a link that goes up has it only after a moment.
        """
        waiting, until = list(steps), time.monotonic() + CARRIER
        while True:
            refused = self._sent(waiting)
            if len(refused) == len(waiting):
                if not any(_needs_carrier(error) for _, error in refused) or time.monotonic() > until:
                    return [str(error) for _, error in refused]
                time.sleep(PAUSE)
            waiting = [step for step, _ in refused]

    def _sent(self, steps: Sequence[Step]) -> list[tuple[Step, NltuiError]]:
        """Those that were refused."""
        refused: list[tuple[Step, NltuiError]] = []
        for step in steps:
            try:
                self._sender.send(step)
            except NltuiError as error:
                refused.append((step, error))
        return refused


def _sets(step: Step) -> bool:
    """Whether it is about settings of a link that is there, and not only its flags."""
    return step.type == il.RTM_NEWLINK and not step.flags & nl.NLM_F_CREATE and len(step.body) > IFINFOMSG


def _needs_carrier(error: NltuiError) -> bool:
    return isinstance(error, KernelRefused) and error.number == errno.ENETDOWN
