"""`nltui confirm`, `nltui rollback`, `nltui status`: changes that wait to be confirmed, from a new login."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
from typing import TYPE_CHECKING

from nltui.cli.asked import Pending
from nltui.errors import PrivilegeMissing, UsageError
from nltui.text import visible

if TYPE_CHECKING:
    from nltui.changes.journals import Entry


def run(args: Pending) -> int:
    """Do it. 0 kept or told, 1 where there is nothing, 2 where steps of a rollback were refused, 3 rolled back.

    `status` ends with 1 where a journal is damaged, 77 where one may not be read.
    """
    from nltui.changes.ended import settle
    from nltui.changes.journals import UNFINISHED, entries
    from nltui.system.namespaces import resolve

    settle()
    with contextlib.ExitStack() as opened:
        namespace = opened.enter_context(resolve(args.netns)) if args.netns is not None else None
        found = entries(namespace)
    if args.what == "status":
        _status(args, found)
        return _unreadable()
    waiting = [entry for entry in found if entry.state in UNFINISHED]
    entry = _named(waiting, args.which) if args.which is not None else _only(args, waiting)
    return _confirm(entry) if args.what == "confirm" else _roll_back(entry)


def _unreadable() -> int:
    """Tell of journals that cannot be read; the exit code for it."""
    from nltui.changes.journals import unreadable

    sentences = unreadable()
    for said in sentences:
        print(f"nltui: {said}", file=sys.stderr)
    if any(os.strerror(errno.EACCES) in said for said in sentences):
        return PrivilegeMissing.exit_code
    return 1 if sentences else 0


def _only(args: Pending, waiting: list[Entry]) -> Entry:
    if not waiting:
        _unreadable()
        raise UsageError("no change waits to be confirmed" + (f" in {visible(args.netns)}" if args.netns else ""))
    if len(waiting) > 1:
        names = ", ".join(f"{entry.number} ({entry.namespace})" for entry in waiting)
        raise UsageError(f"several changes wait; say which: nltui {args.what} NUMBER, as `nltui status` tells: {names}")
    return waiting[0]


def _named(waiting: list[Entry], which: str) -> Entry:
    """By its number, or else its namespace: a name as it was given then, or what names it now."""
    from nltui.errors import NltuiError
    from nltui.system.namespaces import resolve

    found = [entry for entry in waiting if which == str(entry.number)]
    found = found or [entry for entry in waiting if which == entry.namespace]
    if not found and not which.isdigit():
        with contextlib.suppress(NltuiError), resolve(which) as namespace:
            found = [entry for entry in waiting if entry.told.get("namespace") == list(namespace.identity)]
    if len(found) != 1:
        what = "several changes wait" if found else "no change waits"
        raise UsageError(f"{what} under {visible(which)}; see `nltui status`")
    return found[0]


def _confirm(entry: Entry) -> int:
    from nltui.changes.change_log import record

    entry.ask("CONFIRM", "OK confirmed")
    unlogged = record(entry.namespace, "confirm", str(entry.told.get("line")), "done")
    print(f"kept: {entry.sentence}")
    if unlogged:
        print(f"nltui: {visible(unlogged, limit=400)}", file=sys.stderr)
    return 0


def _roll_back(entry: Entry) -> int:
    from nltui.changes.change_log import record
    from nltui.changes.ended import settle
    from nltui.changes.journals import take_back
    from nltui.changes.witness import came_of

    line = str(entry.told.get("line"))
    # Said before: what is rolled back may be what this login needs.
    record(entry.namespace, "roll back", line, "asked for")
    try:
        print(f"{entry.ask('ROLLBACK', 'OK rolled back').removeprefix('OK ')}: {entry.sentence}")
    except UsageError:
        came = take_back(entry)
        record(entry.namespace, "roll back", line, f"rolled back{visible(came_of(*came), limit=400)}")
        print(f"rolled back here, its guardian is gone: {entry.sentence}")
        for what, sentences in zip(("refused", "left"), came, strict=True):
            for said in sentences:
                print(f"  {what}: {visible(said, limit=400)}")
        entry.forget()
        return 2 if came.refused else 3
    settle()
    return 3


def _status(args: Pending, found: list[Entry]) -> None:
    if args.json:
        shown = [
            {key: value for key, value in entry.told.items() if key != "steps"} | {"left": entry.left}
            for entry in found
        ]
        print(json.dumps(shown))
        return
    for entry in found:
        when = time.strftime("%F %T", time.localtime(float(entry.told.get("created", 0))))
        print(f"{entry.number}  {entry.namespace}  {_state(entry)}  {entry.who}  {when}")
        print(f"   {entry.sentence}\n   {entry.line}")
        for said in entry.refused:
            print(f"   refused: {said}")
        for said in entry.kept:
            print(f"   left: {said}")
    if not found:
        print("nothing waits to be confirmed")


def _state(entry: Entry) -> str:
    from nltui.changes.journals import UNFINISHED

    if entry.state not in UNFINISHED:
        return f"{entry.state} ({visible(str(entry.told.get('why', '')))})" if entry.told.get("why") else entry.state
    if (left := entry.left) is not None:
        return f"{left} s to roll back"
    return "its guardian does not answer" if entry.is_watched else "unfinished: its guardian is gone"
