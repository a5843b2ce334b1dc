"""What was seen of a port id when a change with it was heard, and what came of looking closer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nltui.system.processes import Process


class Verdict(Enum):
    """How a closer look ended."""

    PENDING = "pending"
    HELD = "held"
    """The socket with this port id is held by `owner`."""
    LEFT = "left"
    """The socket is gone, and so is the process with this number, if there was one: it closed it by ending."""
    LATE = "late"
    """The same, but looked for too late to say that it ended right after."""
    AGAIN = "again"
    """The socket is gone; but the process with this number, which lives on, held one with this port id before."""
    HIDDEN = "hidden"
    """The socket is there, and its holder may not be looked at."""
    DENIED = "denied"
    """Nobody can be named: `reason` says why. What has this number as pid did not ask, as far as can be seen."""


@dataclass(slots=True, eq=False)
class Sighting:
    """One look, extended for as long as nothing changes. Times in ns since the epoch."""

    port_id: int
    process: Process | None
    """What has the port id as its pid, by the same way of counting; None where nothing has."""
    first: int
    last: int
    verdict: Verdict = Verdict.PENDING
    owner: Process | None = None
    fd: int = -1
    inode: int = 0
    """The owner's descriptor of the socket, and the socket's inode number: as long as they fit, nothing has changed."""
    reason: str = ""
