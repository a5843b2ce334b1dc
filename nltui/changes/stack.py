"""What was changed here, and can be taken back and done again."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from nltui.changes.base import Step, Tier, Undo
from nltui.changes.change_log import record
from nltui.changes.execute import Arm, Done, Executor, Stopped, Unsure, is_open
from nltui.changes.journals import Entry, entries, take_back
from nltui.changes.pending import Guard, adopt, arm
from nltui.changes.places import keys_of
from nltui.changes.preview import Preview, of
from nltui.changes.risk import Finding
from nltui.changes.send import Sender
from nltui.changes.take_back import Left, MakeAgain, TakeBack, left, meanwhile, touched
from nltui.changes.witness import came_of
from nltui.changes.world import World
from nltui.errors import NltuiError, UsageError
from nltui.netlink.constants import if_link as il
from nltui.netlink.socket import Sockets
from nltui.record import replace
from nltui.text import visible
from nltui.worker.session import Session

GUARDIAN = "nltui-guardian"
"""What the activity log calls one."""


@dataclass(eq=False)
class Made:
    """One change, and what it left."""

    done: Done
    left: Left | None = None
    """What it left, for undo to compare; once it is undone, what that left, for redo."""
    back: Undo | None = None
    """Once it is undone: what makes again all that this took along."""


class Changes:
    """Applies, undoes and redoes changes of one session. For one thread at a time, and not the screen's own."""

    def __init__(self, session: Session, namespace: str) -> None:
        """`namespace`: its visible name, for the log."""
        self._session, self._namespace = session, namespace
        self._sender = Sender(Sockets(session.namespace))
        self._executor = Executor(session, self._sender)
        self._done: list[Made] = []
        self._undone: list[Made] = []
        self._unstack: Callable[[], None] = lambda: None
        self.pending: Guard | None = None
        """What is taken back unless it is confirmed."""
        self.unlogged = ""
        """Why the last entry is not in the log; empty where it is."""
        self._deciding, self._looking = threading.Lock(), threading.Lock()

    def close(self) -> None:
        """Let go of the socket, and leave what is pending to its guardian."""
        self._sender.close()
        if self.pending is not None:
            self.pending.let_go()

    @property
    def last(self) -> Done | None:
        """What undo would take back."""
        return self._done[-1].done if self._done else None

    def _log(self, what: str, line: str, result: str) -> None:
        self.unlogged = record(self._namespace, what, line, result)

    @property
    def next(self) -> Done | None:
        """What redo would do again."""
        return self._undone[-1].done if self._undone else None

    def apply(self, preview: Preview, seconds: int = 0) -> Done:
        """Do it; with `seconds`, it is taken back after them unless it is confirmed.

        Raises Changed, Stopped, TimedOut: see Executor.apply(); UsageError where the way back cannot be guarded.
        """
        done = self._apply("apply", preview, seconds)
        self._undone.clear()
        return done

    def _apply(self, what: str, preview: Preview, seconds: int, unstack: Callable[[Done], None] | None = None) -> Done:
        """`unstack`: what is to be done here where a guardian takes it back; None: it is forgotten."""
        guarded = self._guarded(seconds, unstack or (lambda made: self._drop(self._done, made.undo)))
        self._see_that_nothing_collides(preview.steps)
        try:
            done = self._executor.apply(preview.changes, preview.subjects, guarded)
        except NltuiError as error:
            if seconds and not is_open(error):
                self.pending = None
            if isinstance(error, Unsure):
                self._done.append(Made(error.part))
                self._undone.clear()
            said = str(error.error) if isinstance(error, Stopped) else str(error)
            self._log(what, preview.line, said)
            raise
        self._log(what, done.line, f"done, for {seconds} s" if seconds else "done")
        self._done.append(Made(done))
        self._look_at_once(self._done[-1], seconds)
        return done

    def _look_at_once(self, made: Made, seconds: int) -> None:
        """Small tables are read at once; else it is done in the background, by whoever asked for the change."""
        if not seconds and "routes" not in touched(self._next(made)):
            self.remember()

    def _guarded(self, seconds: int, unstack: Callable[[Done], None]) -> Arm | None:
        """What arms a guardian; `unstack`: what is to be forgotten here where that rolls back. None without seconds."""
        if not seconds:
            return None
        if self.pending is not None:
            raise UsageError("another change is pending: confirm it, or roll it back, first")

        def armed(done: Done) -> Guard:
            guard = arm(self._session.namespace, done.undo, done.sentence, done.line, seconds, done.after)
            with self._deciding:
                self.pending, self._unstack = guard, partial(unstack, done)
            self._introduce(guard)
            return guard

        return armed

    def _introduce(self, guard: Guard) -> None:
        """Its guardian ends right after it has changed something, too soon for a look at whose socket that was."""
        # Its time begins anew when all is applied; then it may have to wait for a carrier.
        self._session.introduce(*guard.port, GUARDIAN, 2 * guard.seconds + 60)

    def _see_that_nothing_collides(self, steps: Sequence[Step]) -> None:
        """Rolling back what is pending would overwrite what comes after it. Raises UsageError."""
        guard = self.pending
        if guard is not None and not keys_of(guard.undo.steps).isdisjoint(keys_of(steps)):
            raise UsageError("what waits to be confirmed would overwrite this: keep that, or roll it back, first")

    @staticmethod
    def _drop(stack: list[Made], undo: Undo) -> None:
        stack[:] = [one for one in stack if one.done.undo is not undo]

    def remember(self) -> None:
        """Look at what the last change left, or the last undo; soon after it, and in the background."""
        with self._looking:
            for made in (*self._done[-1:], *self._undone[-1:]):
                if made.left is None:
                    steps = self._next(made)
                    # Where that cannot be, it is not compared: what was done stays done.
                    with suppress(NltuiError):
                        made.left = left(self._executor.ready((), touched(steps)), made.done.changes, steps)

    def _next(self, made: Made) -> Sequence[Step]:
        """What undo or redo would send."""
        if made not in self._undone:
            return made.done.undo.steps
        return made.back.steps if made.back is not None else made.done.steps

    def adopt(self, entry: Entry) -> bool:
        """Take over what another nltui left to its guardian; whether it is pending here now."""
        found = adopt(entry) if self.pending is None else None
        with self._deciding:
            if found is not None and self.pending is None:
                self.pending, self._unstack = found, lambda: None
                self._introduce(found)
            elif found is not None:
                found.let_go()
            return self.pending is not None and self.pending.entry.path == entry.path

    def confirm(self) -> str:
        """What is pending stays. Raises UsageError where nothing is, or nobody watches any more."""
        with self._deciding:
            guard = self._pending()
            guard.confirm()
            self.pending = None
        self._log("confirm", str(guard.entry.told["line"]), "done")
        if guard.is_adopted:
            self._take_up(guard)
        return f"kept: {guard.entry.sentence}"

    def _take_up(self, guard: Guard) -> None:
        """What another nltui did, and is kept here, can be undone as by that one."""
        told, back = guard.entry.told, guard.undo
        when, zeros = float(told.get("created", 0)), (0,) * len(back.steps)
        self._done.append(Made(Done((), guard.entry.sentence, guard.entry.line, (), back, when, zeros)))
        self._undone.clear()
        self._look_at_once(self._done[-1], 0)

    def rolling(self) -> Preview | None:
        """What rolling back would overwrite that somebody did meanwhile, to be asked about; None where nothing."""
        guard = self.pending
        made = next((one for one in self._done if guard is not None and one.done.undo is guard.undo), None)
        if made is None or made.left is None:
            return None
        take = TakeBack(done=made.done, left=made.left)
        try:
            world = self._executor.ready(())
            told = meanwhile(world, made.left)
            if not told or not take.steps(world):
                return None
            return replace(_warned(of(world, [take]), told), tier=Tier.AFFECTING, asks=True)
        except NltuiError:
            # Whoever wants to go back can.
            return None

    def roll_back(self, *, anyway: bool = False) -> str:
        """Take back now what is pending; `anyway`: with what somebody changed meanwhile, see rolling()."""
        with self._deciding:
            return self._roll_back(self._pending(), anyway=anyway)

    def _roll_back(self, guard: Guard, *, anyway: bool = False) -> str:
        try:
            said = guard.roll_back(anyway=anyway)
        except UsageError:
            if guard.ended() not in (None, "killed"):
                # Somebody was faster.
                return self._look(guard)
            # Its guardian is gone; then it is done here.
            said = "rolled back" + visible(
                came_of(*take_back(guard.entry, self._session.namespace, anyway=anyway)), limit=400
            )
            guard.forget()
        return self._went(guard, said.removeprefix("OK "))

    def look(self) -> str:
        """See how what is pending goes: a sentence where it ended meanwhile, else empty."""
        with self._deciding:
            return self._look(self.pending)

    def _look(self, guard: Guard | None) -> str:
        outcome = guard.outcome() if guard is not None else None
        if guard is None or outcome is None:
            return ""
        if outcome == "killed":
            return self._roll_back(guard) + " (its guardian was killed)"
        if outcome == "told":
            self.pending = None
            return f"decided where it was made: {guard.entry.sentence}"
        if outcome == "confirmed":
            self.pending = None
            if guard.is_adopted and guard.owns:
                self._take_up(guard)
            guard.forget()
            return f"kept, confirmed elsewhere: {guard.entry.sentence}"
        came = next((one.came for one in entries() if one.path == guard.entry.path), "")
        guard.forget()
        return self._went(guard, f"rolled back{came}", guard.owns)

    def _went(self, guard: Guard, said: str, is_ours: bool = True) -> str:
        """`is_ours`: to be logged here."""
        self.pending = None
        self._unstack()
        self._unstack = lambda: None
        if not is_ours:
            return f"{said}: {guard.entry.sentence}"
        # Whoever applied it, and lives, tells in its own log how it ended.
        self._log("roll back", str(guard.entry.told["line"]), said if guard.owns else "asked for")
        return f"{said}: {guard.entry.sentence}"

    def _pending(self) -> Guard:
        if self.pending is None:
            raise UsageError("nothing waits to be confirmed")
        return self.pending

    def back(self) -> Preview:
        """What undo would do, weighed as it is now. Raises UsageError."""
        if not self._done:
            raise UsageError("nothing was changed here yet, or all of it was undone")
        self.remember()
        made = self._done[-1]
        if not made.done.undo.steps:
            # What stands before it can be.
            self._done.pop()
            raise UsageError(f"cannot be undone: {made.done.sentence} ({'; '.join(made.done.undo.lost)})")
        world = self._executor.ready(())
        take = TakeBack(done=made.done, left=made.left)
        if not take.steps(world):
            self._done.pop()
            raise UsageError(f"there is nothing to undo any more: what was made went meanwhile ({made.done.sentence})")
        preview = _warned(of(world, [take]), meanwhile(world, made.left))
        # How many messages it is does not matter: it is what was there before.
        cuts = any(one.cuts for one in preview.findings)
        takes_links = any(step.type == il.RTM_DELLINK for step in preview.steps)
        asks = bool(preview.findings)
        tier = Tier.CUTTING if cuts or (takes_links and asks) else Tier.AFFECTING if asks else Tier.REVERSIBLE
        return replace(preview, tier=tier, asks=asks)

    def undo(self, preview: Preview, seconds: int = 0) -> str:
        """Do what back() told; returns what was done, in a sentence. With `seconds`, see apply()."""
        take = preview.changes[0]
        made = self._done[-1]
        if not isinstance(take, TakeBack) or take.done is not made.done:
            raise UsageError("something else was changed meanwhile: look at what would be undone again")
        dones: list[Done] = []

        def done(world: World) -> Done:
            back, steps = take.undo(world), tuple(take.steps(world))
            zeros = (0,) * len(back.steps)
            dones.append(Done((take,), take.sentence(world), take.line, steps, back, time.time(), zeros))
            return dones[0]

        def unstack(_: Done) -> None:
            self._undone.remove(made)
            made.left = None
            self._done.append(made)

        self._see_that_nothing_collides(preview.steps)
        guarded = self._guarded(seconds, unstack)
        try:
            refused = self._executor.take_back(done, guarded)
            if refused and len(refused) == len(dones[0].steps):
                self._log("undo", made.done.line, f"refused: {refused[0]}")
                raise UsageError(f"not undone: {made.done.sentence} — {refused[0]}")
        except NltuiError:
            # Whoever was to watch over it has been told.
            self.pending = None if seconds else self.pending
            raise
        back = dones[0].undo
        self._done.remove(made)
        self._undone.append(made)
        made.left, made.back = None, back if back.steps != made.done.steps else None
        result = "done" if not refused else f"{len(refused)} of {len(dones[0].steps)} steps refused: {refused[0]}"
        self._log("undo", made.done.line, result)
        self._look_at_once(made, seconds)
        return f"undone: {made.done.sentence}" + (f" — {result}" if refused else "")

    def forth(self) -> Preview:
        """What redo would do, weighed as it is now. Raises UsageError where there is nothing, or it cannot be done."""
        if not self._undone:
            raise UsageError("there is nothing to redo")
        self.remember()
        made = self._undone[-1]
        changes = made.done.changes
        if made.back is not None:
            says = f"{made.done.sentence}, as it was before it was undone"
            changes = (MakeAgain(says=says, made=made.back.steps, back=made.done.undo),)
        if not changes:
            self._undone.pop()
            raise UsageError(f"cannot be done again: {made.done.sentence}")
        world = self._executor.ready(())
        told = meanwhile(world, made.left)
        preview = _warned(of(world, changes), told)
        return replace(preview, tier=max(preview.tier, Tier.AFFECTING), asks=bool(told))

    def redo(self, preview: Preview, seconds: int = 0) -> str:
        """Do what forth() told. Raises what apply() raises."""
        made = self._undone[-1]

        def unstack(done: Done) -> None:
            self._drop(self._done, done.undo)
            made.left = None
            self._undone.append(made)

        done = self._apply("redo", preview, seconds, unstack)
        self._done[-1].done = dataclasses.replace(done, sentence=made.done.sentence)
        self._undone.remove(made)
        return f"done again: {preview.sentence}"


def _warned(preview: Preview, told: Sequence[str]) -> Preview:
    """With what changed meanwhile, first."""
    found = tuple(Finding(f"changed meanwhile: {said}", cuts=False) for said in told)
    return replace(preview, findings=(*found, *preview.findings))
