"""All rows of a table that a filter shows, deleted as one plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import away
from nltui.changes.base import Change, Step, Tier, line_of_many
from nltui.changes.places import still
from nltui.changes.world import World


@dataclass(frozen=True, kw_only=True)
class Flush(Change):
    """What flushes have in common; its own is which rows, and what brings them back."""

    key: ClassVar[str] = ""
    tier: ClassVar[Tier] = Tier.CUTTING
    needs_row: ClassVar[bool] = False

    where: str | None = None
    rows: tuple[bytes, ...] = ()
    """Those that were there when it was made up: what comes later was not seen, and stays."""

    @classmethod
    def of_view(cls, where: str) -> dict[str, str]:
        """What the table shows."""
        return {"where": where} if where else {}

    def sentence(self, world: World) -> str:
        """In words."""
        count, one = len(self.rows), self.command[0]
        return f"{count:,} {f'{one} goes' if count == 1 else f'{one}s go'}: all with {self.where}"

    @property
    def line(self) -> str:
        """Of many lines, what they have in common."""
        return line_of_many(f"ip {self.command[0]} del …", len(self.rows), self.where or "")

    def steps(self, world: World) -> Sequence[Step]:
        """One request to delete a row."""
        return [away(world, self.table, row) for row in still(world, self.table, self.rows)]
