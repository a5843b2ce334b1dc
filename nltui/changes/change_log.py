"""What was changed here and can be taken back, and the log of it that stays: who, when, what, how it ended."""

from __future__ import annotations

import json
import os
import pwd
import stat
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from nltui.changes.execute import Done, Executor, Stopped, Unsure, is_open
from nltui.changes.journals import Entry, entries, take_back
from nltui.changes.pending import Guard, adopt, arm
from nltui.changes.preview import Preview
from nltui.changes.send import Sender
from nltui.errors import NltuiError, UsageError
from nltui.netlink.socket import Sockets
from nltui.system import state
from nltui.worker.session import Session

FILE = "changes.log"
LARGEST = 8 << 20
"""Bytes from which the log is begun anew; the one before stays as changes.log.1."""


class Changes:
    """Applies, undoes and redoes changes of one session. For one thread at a time, and not the screen's own."""

    def __init__(self, session: Session, namespace: str) -> None:
        """`namespace`: its visible name, for the log."""
        self._session, self._namespace = session, namespace
        self._sender = Sender(Sockets(session.namespace))
        self._executor = Executor(session, self._sender)
        self._done: list[Done] = []
        self._undone: list[Done] = []
        self.pending: Guard | None = None
        """What is taken back unless it is confirmed."""
        self._deciding = threading.Lock()

    def close(self) -> None:
        """Let go of the socket, and leave what is pending to its guardian."""
        self._sender.close()
        if self.pending is not None:
            self.pending.let_go()

    @property
    def last(self) -> Done | None:
        """What undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Done | None:
        """What redo would do again."""
        return self._undone[-1] if self._undone else None

    def apply(self, preview: Preview, seconds: int = 0) -> Done:
        """Do it; with `seconds`, it is taken back after them unless it is confirmed.

        Raises Changed, Stopped, TimedOut: see Executor.apply(); UsageError where the way back cannot be guarded.
        """
        if seconds and self.pending is not None:
            raise UsageError("another change is pending: confirm it, or roll it back, first")

        def armed(done: Done) -> Guard:
            self.pending = arm(self._session.namespace, done.undo, done.sentence, done.line, seconds, done.after)
            return self.pending

        try:
            done = self._executor.apply(preview.changes, preview.subjects, armed if seconds else None)
        except NltuiError as error:
            if seconds and not is_open(error):
                self.pending = None
            if isinstance(error, Unsure):
                self._done.append(error.part)
                self._undone.clear()
            said = str(error.error) if isinstance(error, Stopped) else str(error)
            record(self._namespace, "apply", preview.line, said)
            raise
        record(self._namespace, "apply", done.line, f"done, for {seconds} s" if seconds else "done")
        self._done.append(done)
        self._undone.clear()
        return done

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
        self._done = [done for done in self._done if done.undo is not guard.undo]
        if not is_ours:
            return f"{said}: {guard.entry.sentence}"
        record(self._namespace, "roll back", str(guard.entry.told["line"]), said)
        return f"{said}: {guard.entry.sentence}"

    def _pending(self) -> Guard:
        if self.pending is None:
            raise UsageError("nothing waits to be confirmed")
        return self.pending

    def undo(self) -> str:
        """Take the last one back; returns what was done, in a sentence. Raises UsageError where there is none."""
        if self.pending is not None:
            return self.roll_back()
        if not self._done:
            raise UsageError("nothing was changed here yet, or all of it was undone")
        done = self._done[-1]
        if not done.undo.steps:
            # What stands before it can be.
            self._done.pop()
            raise UsageError(f"cannot be undone: {done.sentence} ({'; '.join(done.undo.lost)})")
        refused = self._executor.revert(done.undo.steps)
        self._done.pop()
        self._undone.append(done)
        return self._told("undo", "undone", done, done.undo.steps, refused)

    def redo(self) -> str:
        """Do again what was undone last. Raises UsageError where there is nothing."""
        if not self._undone:
            raise UsageError("there is nothing to redo")
        done = self._undone.pop()
        refused = self._executor.revert(done.steps)
        self._done.append(done)
        return self._told("redo", "done again", done, done.steps, refused)

    def _told(self, what: str, word: str, done: Done, steps: Sequence[object], refused: list[str]) -> str:
        result = "done" if not refused else f"{len(refused)} of {len(steps)} steps refused: {refused[0]}"
        record(self._namespace, what, done.line, result)
        return f"{word}: {done.sentence}" + (f" — {result}" if refused else "")


def record(namespace: str, what: str, line: str, result: str) -> None:
    """Append to the log under the XDG state directory, mode 0600. What cannot be written costs the log, no change."""
    place = state.directory()
    if not place:
        return
    uid = os.getuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    told = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "user": user,
        "sudo_user": os.environ.get("SUDO_USER", ""),
        "pid": os.getpid(),
        "netns": namespace,
        "what": what,
        "line": line,
        "result": result,
    }
    try:
        Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
        path = Path(place, FILE)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".log.1"))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(path, flags, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return
            os.fchmod(handle, 0o600)
            file.write(json.dumps({key: value for key, value in told.items() if value != ""}) + "\n")
    except OSError:
        return
