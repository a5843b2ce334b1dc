"""The log's line for a rollback that nobody saw: whoever finds the journal of it writes it, once.

The journal stays for a day, for who looks with `nltui status`; what the log has does not go.
"""

from __future__ import annotations

import os
import time

from nltui.changes.change_log import record
from nltui.changes.guardian import Journal
from nltui.changes.journals import Entry, entries

STAYS = 24 * 3600
"""Seconds that the journal of a rollback is there to be seen, unless the clock is set."""


def settle() -> list[str]:
    """Log what guardians did after the nltui that they watched for had ended; a sentence of each that was not yet."""
    told = []
    for entry in entries():
        # The guardian itself writes no log: it is to need nothing but what it was given at its start.
        journal = entry.own() if entry.state == "rolled back" else None
        if journal is None:
            continue
        try:
            kept = Journal(journal)
            if not kept.told.get("logged"):
                unlogged = record(entry.namespace, "roll back", str(entry.told.get("line", "")), outcome(entry))
                kept.write(logged=not unlogged)
                told.append(f"in {entry.namespace}, {entry.sentence}: {outcome(entry)}{unlogged and ' · '}{unlogged}")
            elif abs(time.time() - entry.ended) > STAYS:
                entry.forget()
        except (OSError, ValueError):
            continue
        finally:
            os.close(journal)
    return told


def outcome(entry: Entry) -> str:
    """How it was rolled back, when and why."""
    when = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(entry.ended))
    return f"rolled back at {when}: {entry.told.get('why', '')}; made by {entry.who}{entry.came}"
