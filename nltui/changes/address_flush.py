"""`ip address flush` of a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import away
from nltui.changes.along import Along
from nltui.changes.base import Change, Problems, Step, Tier, Undo, asked, line_of_many, quoted
from nltui.changes.inputs import Dev, Text
from nltui.changes.places import still
from nltui.changes.world import Device, World
from nltui.model.filter.writing import both, equal


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

    rows: tuple[bytes, ...] = ()
    """Those that were there when it was made up: what comes later was not seen, and stays."""

    def check(self, world: World) -> None:
        """The filter must be one, and show something."""
        mine = world.rows("addresses", both([equal([("dev", self.dev.name)]), self.where or ""]))
        if not mine:
            said = f"no address of {self.dev} is left by that" if self.where else f"{self.dev} has no addresses"
            raise Problems({"where" if self.where else "dev": said})
        object.__setattr__(self, "rows", tuple(mine))

    def sentence(self, world: World) -> str:
        """In words."""
        if self.where is not None:
            count = len(self.rows)
            return f"{self.dev} loses {count} {'address' if count == 1 else 'addresses'}: all with {self.where}"
        return f"{self.dev} loses all its {len(self.rows)} addresses"

    @property
    def line(self) -> str:
        """Of many lines, what they have in common."""
        if self.where is None:
            return super().line
        return line_of_many(f"ip address del … dev {quoted(self.dev)}", len(self.rows), self.where)

    def steps(self, world: World) -> Sequence[Step]:
        """One RTM_DELADDR an address; a secondary one may be gone with its primary."""
        return [away(world, "addresses", row) for row in still(world, "addresses", self.rows)]

    def undo(self, world: World) -> Undo:
        """All of them again."""
        return Along(world).addresses(self.dev, self.rows)
