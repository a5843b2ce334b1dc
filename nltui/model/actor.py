"""Who asked for a change, and how well that is known."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

from nltui.model.types import Json
from nltui.system import users
from nltui.system.processes import Process


class Certainty(Enum):
    """A wrong name is worse than none, so every name says what it rests on."""

    EXACT = "exact"
    """The socket with this port id was seen, held by this process."""
    INFERRED = "inferred"
    """The process that had this number then; nothing that was seen speaks against it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """The answer about one change. `process` is None exactly where the certainty is UNKNOWN or nobody asked."""

    port_id: int
    """nlmsg_pid, as the kernel sends it: unsigned."""
    certainty: Certainty
    process: Process | None = None
    reason: str = ""
    """What the answer rests on, or why there is none: words for a person, visible."""
    word: str = ""
    """Instead of a process's name: `kernel`, `silent`."""

    @property
    def text(self) -> str:
        """`ip[4312]`; where nobody is known, `?[4312]`, and `?` for a port id that is no process id."""
        if self.word:
            return self.word
        if self.process is not None:
            return f"{self.process.name}[{self.process.pid}]"
        return f"?[{self.port_id}]" if 0 < self.port_id < LARGEST_PID else "?"


LARGEST_PID = 1 << 22
"""PID_MAX_LIMIT, linux/threads.h: port ids from here on were chosen otherwise than by process id."""


def program(who: str) -> str:
    """The name in `ip[4312]`, without the number."""
    name, bracket, _ = who.rpartition("[")
    return name if bracket else who


def facts(actor: Actor) -> list[tuple[str, str]]:
    """(name, text) of everything known, for the detail pane. All of it is visible text."""
    found: list[tuple[str, str]] = []
    process = actor.process
    if process is not None:
        found += [
            ("command", process.command),
            ("user", f"{users.name(process.uid)} ({process.uid})" if process.uid >= 0 else ""),
            ("started", started(process)),
            ("service", process.service),
            ("parent", f"{process.parent_name or '?'}[{process.parent}]" if process.parent else ""),
        ]
    found.append(("port id", str(actor.port_id) if actor.port_id else ""))
    said = f": {actor.reason}" if actor.reason else ""
    found.append(("certainty", actor.certainty.value + said))
    return [(name, text) for name, text in found if text]


def started(process: Process) -> str:
    """Local date and time, to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(process.start_time)) if process.start_time > 0 else ""


def record(actor: Actor) -> dict[str, Json] | None:
    """The process as JSON; None where nobody is known."""
    process = actor.process
    if process is None:
        return None
    return {
        "pid": process.pid,
        "command": process.command,
        "uid": process.uid,
        "user": users.name(process.uid),
        "start": process.start_time,
        "service": process.service,
        "parent": process.parent,
    }
