"""Taking back what was done here: what undo sends, weighed like any other change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from nltui.changes import build as b
from nltui.changes import hits
from nltui.changes.again import attributes, away
from nltui.changes.base import Change, Step, Subject, Undo
from nltui.changes.difference import between, differences
from nltui.changes.execute import Done
from nltui.changes.inverse import inverse, settings, taken_along
from nltui.changes.places import Picture, Places, index_of, pictured, table_of
from nltui.changes.world import World
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NLM_F_CREATE
from nltui.record import Record, replace

NAMED = 50
"""Messages of one undo whose lines are told."""


class Left(Record):
    """What was there right after something was done: what is sent next expects to find it so."""

    steps: tuple[Step, ...]
    """What is sent next, with links and rules by their numbers, which were not known before they were made."""
    subjects: tuple[Subject, ...]
    """Links, and what was set of them."""
    picture: Picture


def touched(steps: Sequence[Step]) -> frozenset[str]:
    """The tables that messages are about, and that of links."""
    return frozenset({"links", *(table_of(step.message()) for step in steps)})


def left(world: World, changes: Sequence[Change], steps: Sequence[Step]) -> Left:
    """Of a world that was read after these were done, or undone; `steps`: what would be sent next."""
    named = tuple(_by_number(step, world) for step in steps)
    links = []
    # Of what another nltui did, the way back is all that is known.
    for change in changes or filter(None, (settings(step, world) for step in named)):
        device = getattr(change, "dev", None)
        if device is not None and device.index in world.links:
            links += [one for one in change.subjects(world) if one.device and one.told is not None]
    return Left(named, tuple(links), pictured(world, named))


def meanwhile(world: World, before: Left | None) -> list[str]:
    """What is not any more as it was left, in sentences."""
    if before is None:
        return []
    places = Places(world)
    told = [said for one in before.subjects for said in differences(world, one, places)]
    now = pictured(world, before.steps)
    for key, then in before.picture.items():
        told += _told(world, key[0], then, now.get(key, ()))
    return told + [said for step in before.steps for said in _taken(step, world)]


def _by_number(step: Step, world: World) -> Step:
    """A deletion of a link by its name, which another may have later, or of a rule without the priority it got."""
    if step.type == il.RTM_DELLINK and not index_of(step):
        name = attributes(step.body, 16).get(il.IFLA_IFNAME, b"").rstrip(b"\0")
        mine = next((index for index, row in world.links.items() if _name(row) == name), 0)
        return replace(step, body=b.ifinfomsg(mine)) if mine else step
    if step.type == rt.RTM_DELRULE and fr.FRA_PRIORITY not in attributes(step.body, 12):
        # It was put before all others of its kind.
        rule = hits.rule(world, step.body)
        return away(world, "rules", rule) if rule is not None else step
    return step


def _name(row: bytes) -> bytes:
    return attributes(row, 32).get(il.IFLA_IFNAME, b"").rstrip(b"\0")


@dataclass(frozen=True, kw_only=True)
class TakeBack(Change):
    """Of one change, or several that were one plan."""

    table: ClassVar[str] = "links"
    title: ClassVar[str] = "undo"
    help: ClassVar[str] = "What was done is taken back."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("undo",)
    needs_row: ClassVar[bool] = False

    done: Done
    left: Left | None = None
    """What the change left; None where nobody looked."""

    def sentence(self, world: World) -> str:
        """In words."""
        return f"taken back: {self.done.sentence}"

    @property
    def line(self) -> str:
        """Of each message; of many, of some."""
        return lines_of(self._all)

    @property
    def _all(self) -> tuple[Step, ...]:
        return self.left.steps if self.left is not None else self.done.undo.steps

    def steps(self, world: World) -> Sequence[Step]:
        """What was stored as the way back, but for what went meanwhile: the kernel might take another for it."""
        places = Places(world)
        return [step for step in self._all if not (step.deletes and _is_gone(step, world, places))]

    def undo(self, world: World) -> Undo:
        """What it takes along that came later, too; else what was done, or what somebody made of it, again."""
        steps = self.steps(world)
        if not self.done.steps or meanwhile(world, self.left):
            places = Places(world)
            return _joined([inverse(step, world, places) for step in reversed(steps)])
        each = [taken_along(step, world) for step in steps]
        found = [one for one in reversed(each) if one is not None]
        made = any(_makes(step) for one in found for step in one.steps)
        if not found or len(found) < len(each) or (not made and any(step.type == il.RTM_DELLINK for step in self._all)):
            return Undo(self.done.steps)
        return _joined(found)

    def subjects(self, world: World) -> list[Subject]:
        """None: what is another by now was told, see meanwhile()."""
        return []


@dataclass(frozen=True, kw_only=True)
class MakeAgain(Change):
    """What was taken back with all that it took along, with the numbers that links had."""

    table: ClassVar[str] = "links"
    title: ClassVar[str] = "redo"
    help: ClassVar[str] = "What was undone is done again."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("redo",)
    needs_row: ClassVar[bool] = False

    says: str
    made: tuple[Step, ...]
    back: Undo

    def sentence(self, world: World) -> str:
        """In words."""
        return self.says

    @property
    def line(self) -> str:
        """Of each message; of many, of some."""
        return lines_of(self.made)

    def steps(self, world: World) -> Sequence[Step]:
        """As they were stored when it was undone."""
        return self.made

    def undo(self, world: World) -> Undo:
        """As before."""
        return self.back


def lines_of(steps: Sequence[Step]) -> str:
    """Of many, of some."""
    more = [f"(and {len(steps) - NAMED:,} more)"] if len(steps) > NAMED else []
    return "\n".join([*(step.says for step in steps[:NAMED]), *more])


def _is_gone(step: Step, world: World, places: Places) -> bool:
    """Whether the row that a request would delete is not there."""
    if step.type == il.RTM_DELLINK:
        return index_of(step) not in world.links and not attributes(step.body, 16)
    table = table_of(step.message())
    if table == "rules":
        return hits.rule(world, step.body) is None
    return table in ("addresses", "routes", "neighbours", "nexthops") and not places.rows(table, step.message())


def _told(world: World, table: str, then: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[str]:
    """How rows under one key changed; of what only went nothing is deleted any more."""
    gone, new = [one for one in then if one not in now], [one for one in now if one not in then]
    singular = world.table(table).singular
    if gone and new:
        return [f"the {singular}: {said}" for said in between(gone[0], new[0])]
    return [f"there is another {singular} in its place" for _ in new[:1]]


def _taken(step: Step, world: World) -> list[str]:
    """Of a link that is to be made again: another that has its number or its name by now."""
    if step.type != il.RTM_NEWLINK or not step.flags & NLM_F_CREATE:
        return []
    name = attributes(step.body, 16).get(il.IFLA_IFNAME, b"").rstrip(b"\0")
    return [
        f"there is another link {world.named(index)} with the number or name of one that would be made again"
        for index, row in world.links.items()
        if index == index_of(step) or _name(row) == name
    ]


def _makes(step: Step) -> bool:
    """Whether a link comes by it; a tun by no message."""
    return not step.type or (step.type == il.RTM_NEWLINK and bool(step.flags & NLM_F_CREATE))


def _joined(each: Sequence[Undo]) -> Undo:
    lost = dict.fromkeys(said for one in each for said in one.lost)
    return Undo(tuple(step for one in each for step in one.steps), tuple(lost))
