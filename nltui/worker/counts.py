"""What a reader met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Written by one reader, read by anybody without a lock. `trouble` is a sentence for the person."""

    events: int = 0
    lost: int = 0
    overruns: int = 0
    foreign: int = 0
    malformed: int = 0
    restarts: int = 0
    trouble: str = ""
