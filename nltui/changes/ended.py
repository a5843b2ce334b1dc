"""The log's line for a rollback that nobody saw: whoever finds the journal of it writes it, once."""

from __future__ import annotations

import os
import time

from nltui.changes.change_log import record
from nltui.changes.guardian import Journal
from nltui.changes.journals import Entry, entries


def settle() -> list[str]:
    """Log what guardians did after the nltui that they watched for had ended; a sentence of each that was not yet."""
    told = []
    for entry in entries():
        # The guardian itself writes no log: it is to need nothing but what it was given at its start.
        journal = entry.own() if entry.state == "rolled back" and not entry.told.get("logged") else None
        if journal is None:
            continue
        try:
            kept = Journal(journal)
            if not kept.told.get("logged"):
                unlogged = record(entry.namespace, "roll back", str(entry.told.get("line", "")), outcome(entry))
                kept.write(logged=not unlogged)
                told.append(f"in {entry.namespace}, {entry.sentence}: {outcome(entry)}{unlogged and ' · '}{unlogged}")
        except (OSError, ValueError):
            continue
        finally:
            os.close(journal)
    return told


def outcome(entry: Entry) -> str:
    """How it was rolled back, when and why."""
    when = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(float(entry.told.get("ended", 0))))
    return f"rolled back at {when}: {entry.told.get('why', '')}; made by {entry.who}{entry.came}"
