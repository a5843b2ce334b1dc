"""Changes about exactly the row that the dialog was opened on, whatever it is made of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from nltui.changes.again import away
from nltui.changes.base import Change, Problems, Subject, Tier
from nltui.changes.world import World


@dataclass(frozen=True, kw_only=True)
class OfRow(Change):
    """Its `ip` line is told by the row: the one that takes it away, unless another is made."""

    tier: ClassVar[Tier] = Tier.AFFECTING

    row: bytes | None = None
    says: Callable[[], str] = str
    """Makes the `ip` line."""

    @property
    def seen(self) -> bytes:
        """The row, as it was seen. Raises Problems where there was none."""
        if self.row is None:
            raise Problems({"row": f"put the cursor on one of the {self.table} first"})
        return self.row

    def check(self, world: World) -> None:
        """There must be a row; its line is remembered, because only the world knows the names in it."""
        object.__setattr__(self, "says", partial(self._line, world.settled()))
        self.stands(world)

    def stands(self, world: World) -> None:
        """The kernel must not take another row for it."""
        other = self.before(world)
        if other is not None:
            said = away(world, self.table, other).says
            raise Problems(
                {"": f"the kernel would take another of the {self.table} instead, which stands before: {said}"}
            )

    def before(self, world: World) -> bytes | None:
        """Another row, which the kernel would take for this one when it is told to delete it."""
        return None

    def _line(self, world: World) -> str:
        return away(world, self.table, self.seen).says

    @property
    def line(self) -> str:
        """From the row."""
        return self.says()

    @abstractmethod
    def sentence(self, world: World) -> str:
        """In words."""

    def subjects(self, world: World) -> list[Subject]:
        """The row."""
        return [Subject(self.table, self.seen)]
