"""`nltui confirm`, `nltui rollback`, `nltui status`: changes that wait to be confirmed, from a new login."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING

from nltui.cli.asked import Pending
from nltui.errors import UsageError
from nltui.text import visible

if TYPE_CHECKING:
    from nltui.changes.pending import Entry


def run(args: Pending) -> int:
    """Do it. 0 kept or told, 1 where there is nothing, 2 where steps of a rollback were refused, 3 rolled back."""
    from nltui.changes.pending import entries
    from nltui.system.namespaces import resolve

    with contextlib.ExitStack() as opened:
        namespace = opened.enter_context(resolve(args.netns)) if args.netns is not None else None
        found = entries(namespace)
    if args.what == "status":
        return _status(args, found)
    waiting = [entry for entry in found if entry.state in ("armed", "applied", "rolling back")]
    if not waiting:
        raise UsageError("no change waits to be confirmed" + (f" in {visible(args.netns)}" if args.netns else ""))
    if len(waiting) > 1:
        names = ", ".join(sorted({visible(str(entry.told.get("name"))) for entry in waiting}))
        raise UsageError(f"several changes wait; say which by its namespace, -n NAME: {names}")
    return _confirm(waiting[0]) if args.what == "confirm" else _roll_back(waiting[0])


def _confirm(entry: Entry) -> int:
    from nltui.changes.change_log import record

    entry.ask("CONFIRM", "OK confirmed")
    record(str(entry.told.get("name")), "confirm", str(entry.told.get("line")), "done")
    print(f"kept: {entry.sentence}")
    return 0


def _roll_back(entry: Entry) -> int:
    from nltui.changes.change_log import record
    from nltui.changes.pending import take_back

    record(str(entry.told.get("name")), "roll back", str(entry.told.get("line")), "asked for")
    try:
        print(f"{entry.ask('ROLLBACK', 'OK rolled back').removeprefix('OK ')}: {entry.sentence}")
    except UsageError:
        refused = take_back(entry)
        print(f"rolled back here, its guardian is gone: {entry.sentence}")
        for said in refused:
            print(f"  refused: {visible(said, limit=400)}")
        entry.forget()
        return 2 if refused else 3
    return 3


def _status(args: Pending, found: list[Entry]) -> int:
    if args.json:
        shown = [{key: value for key, value in entry.told.items() if key != "steps"} for entry in found]
        print(json.dumps(shown))
        return 0
    for entry in found:
        when = time.strftime("%F %T", time.localtime(float(entry.told.get("created", 0))))
        print(f"{when}  {visible(str(entry.told.get('name')))}  {_state(entry)}  {entry.sentence}")
        for said in entry.refused:
            print(f"  refused: {said}")
    if not found:
        print("nothing waits to be confirmed")
    return 0


def _state(entry: Entry) -> str:
    if entry.state not in ("armed", "applied", "rolling back"):
        return f"{entry.state} ({visible(str(entry.told.get('why', '')))})" if entry.told.get("why") else entry.state
    try:
        return f"{entry.ask('STATUS').removeprefix('OK ')} s to roll back"
    except UsageError:
        return "unfinished: its guardian is gone"
