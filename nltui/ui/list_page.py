"""Pages of the detail pane that are lists with a cursor: what belongs to the row, and what became of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from rich.style import Style

from nltui.model.types import Tone
from nltui.ui.jumps import About
from nltui.ui.summary import Line
from nltui.ui.theme import Paint

if TYPE_CHECKING:
    from nltui.ui.actions import Actions


class ListPage(ABC):
    """What it shows is looked up in a thread of its own, again and again while it is seen."""

    name: str
    empty: str
    """What stands there while there is nothing."""

    def __init__(self, app: Actions) -> None:
        self.app = app
        self.cursor = 0
        self.looked = False
        """Whether anything is known yet."""

    @abstractmethod
    def begin(self, found: About | None) -> None:
        """Another row is shown from now on."""

    @abstractmethod
    def look(self) -> Any:
        """What is known now; called in a thread."""

    @abstractmethod
    def take(self, seen: Any) -> None:
        """What was looked up is shown."""

    @abstractmethod
    def lines(self, width: int, paint: Paint) -> list[Line]:
        """One a choice; the one under the cursor is drawn as such by the pane."""

    def below(self, width: int, paint: Paint) -> list[Line]:
        """What stands under the list, about the line under the cursor."""
        return []

    def move(self, by: int) -> None:
        """The cursor, to the ends at most."""
        self.cursor = max(0, min(self.cursor + by, self.count - 1))

    @property
    @abstractmethod
    def count(self) -> int:
        """Lines."""

    @abstractmethod
    async def enter(self) -> None:
        """What Enter does on the line under the cursor."""

    @abstractmethod
    def mark(self) -> None:
        """What Space does on it."""


def list_lines(page: ListPage, width: int, height: int, paint: Paint) -> list[Line]:
    """A page as so many lines: the list around its cursor, and below it what belongs to the line there."""
    if not page.count:
        return [[(f" {page.empty if page.looked else '…'}", paint.style(Tone.DIM))]]
    blank = [(" ", paint.style())]
    under = [[*blank, *line] for line in page.below(width - 2, paint)]
    room = max(3, min(page.count, height - len(under) - 1)) if under else height
    top = max(0, min(page.cursor - room // 2, page.count - room))
    shown: list[Line] = []
    raised = Style(bgcolor=paint.style(Tone.PLAIN, "cursor").bgcolor)
    for place, line in enumerate(page.lines(width - 2, paint)[top : top + room], top):
        parts: Line = [*blank, *line]
        if place == page.cursor:
            parts.append((" " * width, paint.style()))
            parts = [(text, style + raised) for text, style in parts]
        shown.append(parts)
    return [*shown, [], *under] if under else shown
