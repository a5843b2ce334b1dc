"""`ip rule flush`, by a filter of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from nltui.changes import hits, standing
from nltui.changes.again import again, attributes, away
from nltui.changes.base import Problems, Undo, asked
from nltui.changes.flush import Flush
from nltui.changes.inputs import Text
from nltui.changes.places import key_of, still
from nltui.changes.world import World
from nltui.netlink.constants import fib_rules as fr


@dataclass(frozen=True, kw_only=True)
class RuleFlush(Flush):
    """`ip rule flush`, by a filter of the table."""

    table: ClassVar[str] = "rules"
    title: ClassVar[str] = "flush: delete all rules that the filter shows"
    help: ClassVar[str] = "Also those that lead to the main table, as `ip rule flush` does; rules of priority 0 stay."
    command: ClassVar[tuple[str, ...]] = ("rule", "flush")

    where: str | None = asked(
        Text(1000, "table == 100, family == inet …"), "", "which, in the filter language", required=True
    )

    def check(self, world: World) -> None:
        """The filter must be one, and show something; of rules that are alike the kernel must take none that stays."""
        shown = set(world.rows("rules", self.where or ""))
        rows = tuple(row for row in standing.rules(world) if row in shown and _has_priority(row))
        if not rows:
            raise Problems({"where": "no rule is left by that; those of priority 0 stay"})
        for group, gone in _alike(world, rows):
            for row in gone:
                body = away(world, "rules", row).body
                before = group[: group.index(row)]
                other = next((one for one in before if one not in gone and hits.takes_rule(one, body)), None)
                if other is not None:
                    said = away(world, "rules", other).says
                    raise Problems({"where": f"the kernel would take another one, which stands before: {said}"})
        object.__setattr__(self, "rows", rows)

    def undo(self, world: World) -> Undo:
        """All of them again; added again they come last of their priority."""
        rows = still(world, self.table, self.rows)
        behind = (group for group, gone in _alike(world, rows) if set(group[group.index(gone[0]) :]) - set(gone))
        lost = [
            f"the place of rules of priority {world.text('rules', 'priority', group[0])} before others that stay:"
            " they come last"
            for group in behind
        ]
        return Undo(tuple(again(world, "rules", row) for row in rows), tuple(lost))


def _has_priority(row: bytes) -> bool:
    """`ip` leaves those alone that the kernel tells no priority of."""
    return fr.FRA_PRIORITY in attributes(row, 28)


def _alike(world: World, rows: Sequence[bytes]) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Rules of one family and priority in the kernel's order, and those of them that are among `rows`."""
    chosen = set(rows)
    for _, found in groupby(standing.rules(world), key=lambda row: key_of("rules", row)):
        group = list(found)
        if gone := [row for row in group if row in chosen]:
            yield group, gone
