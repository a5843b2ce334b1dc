"""What a change would do, before it is done: the sentence, the line, the messages, what goes along, the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from nltui.changes.again import ROW_GONE
from nltui.changes.base import Change, NothingChanged, Problems, Step, Subject, Tier, Undo
from nltui.changes.risk import Finding, findings
from nltui.changes.world import World
from nltui.record import Record, replace
from nltui.text import visible
from nltui.worker.session import Session

MANY = 50
"""Steps of one plan from which it counts as cutting."""


class Preview(Record):
    """One plan of one or more changes of a kind."""

    changes: tuple[Change, ...]
    sentence: str
    line: str
    """`ip` lines, one a change."""
    steps: tuple[Step, ...]
    undo: Undo
    findings: tuple[Finding, ...]
    tier: Tier
    word: str
    """To be typed before a CUTTING change."""
    subjects: tuple[Subject, ...]


def previewed(session: Session, cls: type[Change], texts: Mapping[str, str], rows: Sequence[bytes]) -> Preview:
    """Of what was typed in the dialog of a change; about several rows, each with its own fields filled in.

    Rows that are already as was typed are left out.

    Raises Problems. Reads the session's tables, so not for the screen's own thread where they are large.
    """
    world = World(session)
    if len(rows) < 2:
        changes = [cls.parsed(texts, world, rows[0] if rows else None)]
    else:
        each = [cls.filled(row, world) for row in rows]
        before = common(each)
        # What was not touched is each row's own.
        shared = {name: text for name, text in texts.items() if text != before.get(name, "")}
        changes = []
        for row, filled in zip(rows, each, strict=True):
            with suppress(NothingChanged):
                changes.append(cls.parsed(filled | shared, world, row))
        if not changes:
            raise NothingChanged
    return of(world, changes)


def common(each: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Fields that hold the same for all rows."""
    return {name: text for name, text in each[0].items() if all(one.get(name) == text for one in each)}


def of(world: World, changes: Sequence[Change]) -> Preview:
    """Of changes that are made up already."""
    undos = [change.undo(world) for change in changes]
    each = planned(changes, world)
    steps = tuple(step for mine in each for step in mine)
    if not steps:
        raise Problems({"dev": "there is nothing to do"})
    # One finding of several changes is told once.
    found = dict.fromkeys(one for mine, undo in zip(each, undos, strict=True) for one in findings(mine, world, undo))
    tier = max(change.tier for change in changes)
    if len(steps) > MANY or any(one.cuts for one in found):
        tier = Tier.CUTTING
    said = [change.sentence(world) for change in changes]
    back = tuple(step for undo in reversed(undos) for step in undo.steps)
    lost = tuple(dict.fromkeys(one for undo in undos for one in undo.lost))
    return Preview(
        changes=tuple(changes),
        # It quotes what was typed or pasted, and what others called things.
        sentence=visible(said[0] if len(said) == 1 else f"{len(said)} changes: {said[0]}, …", limit=1000),
        line="\n".join(change.line for change in changes),
        steps=steps,
        undo=Undo(back, lost),
        findings=tuple(found),
        tier=tier,
        word=_word(changes[0], world),
        subjects=tuple(dict.fromkeys(one for change in changes for one in change.subjects(world))),
    )


def planned(changes: Sequence[Change], world: World) -> list[Sequence[Step]]:
    """The messages of each change. Of several, one may take along what another is to take away."""
    each = [change.steps(world) for change in changes]
    if len(each) < 2:
        return each
    return [[replace(one, fine=one.fine | ROW_GONE) if one.deletes else one for one in mine] for mine in each]


def _word(change: Change, world: World) -> str:
    """The link where one is named, else what is done."""
    device = getattr(change, "dev", None)
    return str(device) if device is not None else change.command[-1] if change.command else "restore"
