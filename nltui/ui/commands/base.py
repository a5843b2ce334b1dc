"""What a command of the command line is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nltui.ui.menu import Line

if TYPE_CHECKING:
    from nltui.ui.actions import Actions


@dataclass(frozen=True, slots=True)
class Offer:
    """Lines to choose from for the text from `start` on; where there are none, a hint."""

    lines: tuple[Line, ...] = ()
    start: int = 0
    hint: str = ""


class Command(ABC):
    """One word and what follows it. `names[0]` is its name, the others are aliases."""

    names: tuple[str, ...]
    note: str
    """One line: what it does."""
    needs: bool = False
    """Whether it does nothing without an argument."""
    picks: bool = False
    """Whether the argument is one of those offered, wherever any is: what is typed of it finds it."""

    def offer(self, app: Actions, rest: str) -> Offer:
        """What could follow, or finish, the argument."""
        return Offer()

    @abstractmethod
    async def run(self, app: Actions, rest: str) -> None:
        """Do it. Raises NltuiError where it cannot be; then nothing was done."""
