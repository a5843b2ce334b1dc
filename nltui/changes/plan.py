"""Several changes as one: their messages in order, and one way back."""

from __future__ import annotations

from collections.abc import Sequence

from nltui.changes.again import ROW_GONE
from nltui.changes.base import Change, Step, Undo
from nltui.changes.world import World
from nltui.record import Record, replace
from nltui.text import visible

NAMED = 50
"""Changes whose `ip` lines are told: making a line takes longer than all else."""


class Plan(Record):
    """What would be sent, and what takes it back."""

    steps: tuple[Step, ...]
    undo: Undo
    after: tuple[int, ...]
    """Of each step of `undo`, how many steps are before those that it takes back."""
    sentence: str
    line: str
    """`ip` lines, one a change; of many, of some."""


def planned(changes: Sequence[Change], world: World) -> Plan:
    """Of what is there now. Raises NltuiError."""
    each = [change.steps(world) for change in changes]
    if len(each) > 1:
        # One may take along what another is to take away.
        each = [[replace(one, fine=one.fine | ROW_GONE) if one.deletes else one for one in mine] for mine in each]
    undo, after = _back(changes, [len(mine) for mine in each], world)
    said = changes[0].sentence(world)
    # It quotes what was typed or pasted, and what others called things.
    sentence = visible(said if len(changes) == 1 else f"{len(changes):,} changes: {said}, …", limit=1000)
    lines = [change.line for change in changes[:NAMED]]
    more = [f"(and {len(changes) - NAMED:,} more)"] if len(changes) > NAMED else []
    return Plan(tuple(step for mine in each for step in mine), undo, after, sentence, "\n".join([*lines, *more]))


def _back(changes: Sequence[Change], sizes: Sequence[int], world: World) -> tuple[Undo, tuple[int, ...]]:
    """The last first. What several take along is made again once."""
    whole = type(changes[0]).together(changes, world) if len({type(one) for one in changes}) == 1 else None
    undos = [whole] if whole is not None else [change.undo(world) for change in changes]
    steps: dict[tuple[int, int, bytes], tuple[Step, int]] = {}
    for number in reversed(range(len(undos))):
        before = sum(sizes[:number])
        for step in undos[number].steps:
            # At its last place: what is deleted between is made again behind it.
            key = step.type, step.flags, step.body
            steps[key] = step, min(before, steps.pop(key, (step, before))[1])
    lost = dict.fromkeys(said for one in undos for said in one.lost)
    found = steps.values()
    return Undo(tuple(step for step, _ in found), tuple(lost)), tuple(before for _, before in found)
