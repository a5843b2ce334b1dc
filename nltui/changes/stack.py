"""What was changed here, and can be taken back and done again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from nltui.changes.base import Tier, Undo
from nltui.changes.change_log import record
from nltui.changes.execute import Arm, Done, Executor, Stopped, Unsure, is_open
from nltui.changes.journals import Entry, entries, take_back
from nltui.changes.pending import Guard, adopt, arm
from nltui.changes.preview import Preview, of
from nltui.changes.risk import Finding
from nltui.changes.send import Sender
from nltui.changes.take_back import After, TakeBack, after, touched
from nltui.changes.world import World
from nltui.errors import NltuiError, UsageError
from nltui.netlink.constants import if_link as il
from nltui.netlink.socket import Sockets
from nltui.record import replace
from nltui.worker.session import Session


@dataclass
class Made:
    """One change, and what it left."""

    done: Done
    after: After | None = None


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

    def _apply(self, what: str, preview: Preview, seconds: int) -> Done:
        guarded = self._guarded(seconds, lambda made: self._drop(self._done, made.undo))
        try:
            done = self._executor.apply(preview.changes, preview.subjects, guarded)
        except NltuiError as error:
            if seconds and not is_open(error):
                self.pending = None
            if isinstance(error, Unsure):
                self._done.append(Made(error.part))
                self._undone.clear()
            said = str(error.error) if isinstance(error, Stopped) else str(error)
            record(self._namespace, what, preview.line, said)
            raise
        record(self._namespace, what, done.line, f"done, for {seconds} s" if seconds else "done")
        self._done.append(Made(done))
        if not seconds and "routes" not in touched(done):
            # Small tables are read at once; else it is done in the background, by whoever asked for the change.
            self.remember()
        return done

    def _guarded(self, seconds: int, unstack: Callable[[Done], None]) -> Arm | None:
        """What arms a guardian; `unstack`: what is to be forgotten here where that rolls back. None without seconds."""
        if not seconds:
            return None
        if self.pending is not None:
            raise UsageError("another change is pending: confirm it, or roll it back, first")

        def armed(done: Done) -> Guard:
            self.pending = arm(self._session.namespace, done.undo, done.sentence, done.line, seconds, done.after)
            self._unstack = partial(unstack, done)
            return self.pending

        return armed

    @staticmethod
    def _drop(stack: list[Made], undo: Undo) -> None:
        stack[:] = [one for one in stack if one.done.undo is not undo]

    def remember(self) -> None:
        """Look at what the last change left, for undo to compare; soon after it, and in the background."""
        with self._looking:
            if not self._done or self._done[-1].after is not None:
                return
            made = self._done[-1]
            try:
                made.after = after(self._executor.ready((), touched(made.done)), made.done)
            except NltuiError:
                # Then undo does not compare.
                return

    def adopt(self, entry: Entry) -> bool:
        """Take over what another nltui left to its guardian; whether it is pending here now."""
        with self._deciding:
            if self.pending is None:
                self.pending = adopt(entry)
            return self.pending is not None and self.pending.entry.path == entry.path

    def confirm(self) -> str:
        """What is pending stays. Raises UsageError where nothing is, or nobody watches any more."""
        with self._deciding:
            guard = self._pending()
            guard.confirm()
            self.pending = None
        record(self._namespace, "confirm", str(guard.entry.told["line"]), "done")
        return f"kept: {guard.entry.sentence}"

    def roll_back(self) -> str:
        """Take back now what is pending."""
        with self._deciding:
            return self._roll_back(self._pending())

    def _roll_back(self, guard: Guard) -> str:
        try:
            said = guard.roll_back()
        except UsageError:
            # Its guardian is gone; then it is done here.
            refused = take_back(guard.entry, self._session.namespace)
            said = "rolled back" + (f"; {len(refused)} steps refused" if refused else "")
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
            guard.forget()
            return f"kept, confirmed elsewhere: {guard.entry.sentence}"
        refused = next((one.refused for one in entries() if one.path == guard.entry.path), [])
        guard.forget()
        said = "rolled back" + (f"; {len(refused)} steps refused: {refused[0]}" if refused else "")
        return self._went(guard, said, guard.owns)

    def _went(self, guard: Guard, said: str, is_ours: bool = True) -> str:
        """`is_ours`: to be logged here."""
        self.pending = None
        self._unstack()
        self._unstack = lambda: None
        if not is_ours:
            return f"{said}: {guard.entry.sentence}"
        record(self._namespace, "roll back", str(guard.entry.told["line"]), said)
        return f"{said}: {guard.entry.sentence}"

    def _pending(self) -> Guard:
        if self.pending is None:
            raise UsageError("nothing waits to be confirmed")
        return self.pending

    def back(self) -> Preview:
        """What undo would do, weighed as it is now; above REVERSIBLE it is to be asked about. Raises UsageError."""
        if not self._done:
            raise UsageError("nothing was changed here yet, or all of it was undone")
        self.remember()
        made = self._done[-1]
        if not made.done.undo.steps:
            # What stands before it can be.
            self._done.pop()
            raise UsageError(f"cannot be undone: {made.done.sentence} ({'; '.join(made.done.undo.lost)})")
        world = self._executor.ready(())
        take = TakeBack(done=made.done, after=made.after)
        preview = of(world, [take])
        told = [Finding(f"changed meanwhile: {said}", cuts=False) for said in take.meanwhile(world)]
        goes = any(step.type == il.RTM_DELLINK for step in preview.steps) and bool(preview.findings)
        tier = Tier.CUTTING if goes else Tier.AFFECTING if told else Tier.REVERSIBLE
        return replace(preview, findings=(*told, *preview.findings), tier=max(preview.tier, tier))

    def undo(self, preview: Preview, seconds: int = 0) -> str:
        """Do what back() told; returns what was done, in a sentence. With `seconds`, see apply()."""
        take = preview.changes[0]
        made = self._done[-1]
        if not isinstance(take, TakeBack) or take.done is not made.done:
            raise UsageError("something else was changed meanwhile: look at what would be undone again")

        def done(world: World) -> Done:
            back = take.undo(world)
            return Done(
                (take,), take.sentence(world), take.line, tuple(take.steps(world)), back, time.time(),
                (0,) * len(back.steps),
            )  # fmt: skip

        def unstack(_: Done) -> None:
            self._drop(self._undone, made.done.undo)
            self._done.append(made)

        refused = self._executor.take_back(done, self._guarded(seconds, unstack))
        self._drop(self._done, made.done.undo)
        self._undone.append(made)
        result = "done" if not refused else f"{len(refused)} of {len(preview.steps)} steps refused: {refused[0]}"
        record(self._namespace, "undo", made.done.line, result)
        return f"undone: {made.done.sentence}" + (f" — {result}" if refused else "")

    def forth(self) -> Preview:
        """What redo would do, weighed as it is now. Raises UsageError where there is nothing, or it cannot be done."""
        if not self._undone:
            raise UsageError("there is nothing to redo")
        return of(self._executor.ready(()), self._undone[-1].done.changes)

    def redo(self, preview: Preview, seconds: int = 0) -> str:
        """Do what forth() told. Raises what apply() raises."""
        made = self._undone[-1]
        self._apply("redo", preview, seconds)
        self._undone.remove(made)
        return f"done again: {made.done.sentence}"
