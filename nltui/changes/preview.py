"""What a change would do, before it is done: the sentence, the line, the messages, what goes along, the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from nltui.changes.base import Change, NothingChanged, Problems, Step, Subject, Tier, Undo
from nltui.changes.plan import planned
from nltui.changes.risk import Finding, findings
from nltui.changes.world import World
from nltui.record import Record
from nltui.worker.session import Session

EDIT = "e"
"""The key of dialogs that show a row as it is."""
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
    asks: bool = False
    """Whether a person is to be asked in any case."""


def previewed(session: Session, cls: type[Change], texts: Mapping[str, str], rows: Sequence[bytes]) -> Preview:
    """Of what was typed in the dialog of a change; about several rows, each with its own fields filled in.

    Rows that are already as was typed are left out.

    Raises Problems. Reads the session's tables, so not for the screen's own thread where they are large.
    """
    world = World(session)
    if len(rows) < 2:
        changes = [cls.parsed(texts, world, rows[0] if rows else None)]
        before = cls.filled(rows[0], world) if rows and cls.key == EDIT else {}
        if before and all(text == before.get(name, "") for name, text in texts.items()):
            raise NothingChanged
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
    plan = planned(changes, world)
    if not plan.steps:
        raise Problems({"": "there is nothing to do"})
    found = findings(plan.steps, world, plan.undo)
    tier = max(change.tier for change in changes)
    if len(plan.steps) > MANY or any(one.cuts for one in found):
        tier = Tier.CUTTING
    return Preview(
        changes=tuple(changes),
        sentence=plan.sentence,
        line=plan.line,
        steps=plan.steps,
        undo=plan.undo,
        findings=tuple(found),
        tier=tier,
        word=_word(changes[0], world),
        subjects=tuple(dict.fromkeys(one for change in changes for one in change.subjects(world))),
    )


def _word(change: Change, world: World) -> str:
    """The link where one is named, else what is done."""
    device = getattr(change, "dev", None)
    return str(device) if device is not None else change.command[-1] if change.command else "restore"
