"""`ip address flush` of a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import again, away
from nltui.changes.along import Along
from nltui.changes.base import Change, Problems, Step, Tier, Undo, asked
from nltui.changes.inputs import Dev, Text
from nltui.changes.world import Device, World
from nltui.model.filter.writing import both, equal
from nltui.text import visible


@dataclass(frozen=True, kw_only=True)
class AddressFlush(Change):
    """`ip address flush dev`."""

    table: ClassVar[str] = "addresses"
    title: ClassVar[str] = "flush: delete all addresses of a link"
    help: ClassVar[str] = "Every address of the link, or those that a filter shows, with the routes that need them."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("address", "flush")
    tier: ClassVar[Tier] = Tier.CUTTING

    dev: Device = asked(Dev(), "dev", "the link", required=True)
    where: str | None = asked(Text(1000, "scope == global, family == inet6 …"), "", "of those, which: a filter")

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The link of the address under the cursor."""
        return {"dev": world.said("addresses", row).get("ifname", "")}

    def check(self, world: World) -> None:
        """The filter must be one, and show something."""
        if self.where is not None and not self.rows(world):
            raise Problems({"where": f"no address of {self.dev} is left by that"})

    def rows(self, world: World) -> list[bytes]:
        """Those that would go."""
        return world.rows("addresses", both([equal([("dev", self.dev.name)]), self.where or ""]))

    def sentence(self, world: World) -> str:
        """In words."""
        if self.where is not None:
            count = len(self.rows(world))
            return f"{self.dev} loses {count} {'address' if count == 1 else 'addresses'}: all with {self.where}"
        return f"{self.dev} loses all its {len(self.rows(world))} addresses"

    @property
    def line(self) -> str:
        """Of many lines, what they have in common."""
        return (
            super().line
            if self.where is None
            else f"ip address del … dev {self.dev}  (each with {visible(self.where or '', limit=200)})"
        )

    def steps(self, world: World) -> Sequence[Step]:
        """One RTM_DELADDR an address; a secondary one may be gone with its primary."""
        return [away(world, "addresses", row) for row in self.rows(world)]

    def undo(self, world: World) -> Undo:
        """All of them again, and nothing of those that stay."""
        gone = self.rows(world)
        rest = (row for row in world.where("addresses", dev=self.dev.name) if row not in gone)
        stay = {again(world, "addresses", row).body for row in rest}
        found = Along(world).addresses(self.dev)
        return Undo(tuple(step for step in found.steps if step.body not in stay), found.lost)
