"""A key that waits for a second one: `g` and a letter goes to what is related, `y` and a letter copies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.app import App
from textual.message import Message

from nltui.ui.completions import Completions

Act = Callable[[], Awaitable[None]]
MOST = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """What a second key does."""

    words: str
    act: Act


class OrderedStep(Message):
    """Something to do after the keys typed before: it goes the way that they go, up from what has the focus."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act


def in_order(app: App[None], act: Act) -> None:
    """Do something when the keys that were typed before have done what they do."""
    (app.screen.focused or app.screen).post_message(OrderedStep(act))


class Leader:
    """Shows the choices until the second key comes; any other key, and Esc, lets go of them."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self.waits = False
        """Whether the next key is the second one."""
        self._keys, self._typed = 1, ""
        self._choices: dict[str, Choice] = {}
        self._list: Completions | None = None

    def lead(self, key: str, make: Callable[[], dict[str, Choice]], keys: int = 1) -> None:
        """Wait for one of these letters; which there are is found out when the keys before have been obeyed.

        `keys`: of how many letters each is. They may be typed faster than anything is obeyed.
        """
        self.waits, self._keys, self._typed = True, keys, ""
        in_order(self._app, partial(self._open, key, make))

    async def _open(self, key: str, make: Callable[[], dict[str, Choice]]) -> None:
        self._choices = make()
        if self._list is None:
            self._list = _Choices(self)
            await self._app.screen.mount(self._list)
        if self.waits:
            lines = [(f"{key}{letter}", choice.words) for letter, choice in self._choices.items()]
            self._list.show(lines, "", 1, -1)

    def take(self, event: events.Key) -> None:
        """The second key, or one of several."""
        self._typed += event.character or event.key
        if event.is_printable and len(self._typed) < self._keys:
            return
        self.waits = False
        in_order(self._app, partial(self.choose, self._typed))

    async def choose(self, letter: str) -> None:
        """Do what it does, if anything."""
        self.waits = False
        choice, self._choices = self._choices.get(letter), {}
        if self._list is not None:
            self._list.hide()
        if choice is not None:
            await choice.act()

    def letter(self, place: int) -> str:
        """Of a line of the list."""
        return list(self._choices)[place]


class _Choices(Completions):
    """The list above the footer; a line can be clicked."""

    def __init__(self, leader: Leader) -> None:
        super().__init__("choices", MOST)
        self._leader = leader

    def on_click(self, event: events.Click) -> None:
        """As its letter."""
        event.stop()
        if self._leader.waits and (row := self.row(event.y)) is not None:
            self.call_later(self._leader.choose, self._leader.letter(row.number))
