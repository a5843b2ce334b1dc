"""What messages may break: one file a cause, each a function from them, and what would undo them, to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nltui.changes.base import Step, Undo
from nltui.changes.risk import along, rules, session, sockets
from nltui.changes.risk.finding import Finding
from nltui.changes.world import World

Cause = Callable[[Sequence[Step], World, Undo], Iterable[Finding]]
CAUSES: tuple[Cause, ...] = (session.cuts, sockets.used, rules.unused, along.takes)

__all__ = ["Finding", "findings"]


def findings(steps: Sequence[Step], world: World, undo: Undo) -> Sequence[Finding]:
    """All of them, the gravest first."""
    found = [one for cause in CAUSES for one in cause(steps, world, undo)]
    return sorted(found, key=lambda one: not one.cuts)
