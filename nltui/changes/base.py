"""What a change is: fields that a person fills in, its `ip` line, the messages it becomes, and what takes it back."""

from __future__ import annotations

import dataclasses
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, ClassVar, Self

from nltui.changes.inputs import Input
from nltui.changes.world import Device, World
from nltui.errors import UsageError
from nltui.netlink.constants.netlink import NLM_F_ACK, NLM_F_REQUEST
from nltui.netlink.wire import nlmsg
from nltui.record import Record
from nltui.text import visible


class Tier(IntEnum):
    """How carefully a change is confirmed."""

    REVERSIBLE = 0
    """Enter applies it."""
    AFFECTING = 1
    """Service may suffer: the focus stands on Cancel."""
    CUTTING = 2
    """It may cut the person off, or takes much along: the name is to be typed."""


class Step(Record):
    """One message: type, flags beside REQUEST and ACK, family header with attributes, and the `ip` line for it."""

    type: int
    flags: int
    body: bytes
    line: str | Callable[[], str]
    """See `says`."""
    fine: frozenset[int] = frozenset()
    """Errnos that mean: it is so already."""
    holds: object = None
    """What must stay open until it is sent: a descriptor that is named in it."""

    def message(self, sequence: int = 0) -> bytes:
        """With its nlmsghdr; empty where it is no message."""
        return nlmsg(self.type, self.flags | NLM_F_REQUEST | NLM_F_ACK, sequence, self.body) if self.type else b""

    @property
    def says(self) -> str:
        """The `ip` line. Of many steps few are ever read, so it is only made then."""
        return self.line if isinstance(self.line, str) else self.line()

    @property
    def deletes(self) -> bool:
        """Whether it takes a row away: requests of rtnetlink come in fours, new, delete, get, set."""
        return self.type & 3 == 1

    def perform(self) -> None:
        """Of what is no message: do it, in the network namespace that the thread is in."""
        raise UsageError(f"{self.says}: a message is sent, not performed")


class Undo(Record):
    """What takes a change back, and sentences about what it cannot bring back."""

    steps: tuple[Step, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def can_be_guarded(self) -> bool:
        """Whether a guardian could do it: it only sends messages."""
        return bool(self.steps) and all(step.type for step in self.steps)


class Subject(Record):
    """A row that a change is about, as it was seen; `device`: only that it is the same link counts."""

    table: str
    message: bytes
    device: bool = False
    told: Callable[[bytes, World], Mapping[str, str]] | None = None
    """What of it counts, by name; None all that lasts."""
    names: tuple[str, ...] = ()
    """Of these."""
    is_absent: bool = False
    """There was none under this key: `message` is the request that makes it."""


@dataclass(frozen=True)
class Asked:
    """A field of a change: its kind, the word before it on an `ip` line ("" none), what it means."""

    name: str
    input: Input
    word: str
    help: str
    required: bool
    also: tuple[str, ...] = ()
    """Other words that `ip` takes for it."""


def asked(input: Input, word: str = "", help: str = "", *, required: bool = False, also: tuple[str, ...] = ()) -> Any:
    """Declare a field; None: not said."""
    told = {"asked": (input, word, help, required, also)}
    return dataclasses.field(metadata=told) if required else dataclasses.field(default=None, metadata=told)


@cache
def fields_of(cls: type[Change]) -> tuple[Asked, ...]:
    """The fields that a person fills in, in their order."""
    found = ((field.name, field.metadata.get("asked")) for field in dataclasses.fields(cls))
    return tuple(Asked(name, *told) for name, told in found if told is not None)


class Problems(UsageError):
    """Fields that cannot be used, each with a sentence."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self.sentences = dict(sentences)
        super().__init__("; ".join(f"{name}: {said}" if name else said for name, said in sentences.items()))


class NothingChanged(Problems):
    """It would be as it is."""

    def __init__(self) -> None:
        super().__init__({"": "nothing is changed yet"})


@dataclass(frozen=True, kw_only=True)
class Change(ABC):
    """Something that the kernel can be asked for. Subclasses are frozen dataclasses of asked() fields."""

    table: ClassVar[str]
    """The table whose rows it changes."""
    title: ClassVar[str]
    """In a list of what can be done: `add an address`."""
    help: ClassVar[str]
    key: ClassVar[str]
    """The key that opens its dialog; several of one table and key are chosen from a list. Empty: only in the list of
    all that can be done."""
    command: ClassVar[tuple[str, ...]]
    """Words of the `ip` line before the fields."""
    tier: ClassVar[Tier] = Tier.REVERSIBLE
    needs_row: ClassVar[bool] = True
    """Whether it is about a row that is there."""

    @classmethod
    def parsed(cls, texts: Mapping[str, str], world: World, row: bytes | None = None) -> Self:
        """From what was typed, field by field; empty is not said. Raises Problems for all that is wrong."""
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for field in fields_of(cls):
            text = texts.get(field.name, "").strip()
            if not text:
                if field.required:
                    wrong[field.name] = f"must be given: {field.input.hint}"
                continue
            try:
                values[field.name] = field.input.parse(text, world)
            except UsageError as error:
                wrong[field.name] = str(error)
        if wrong:
            raise Problems(wrong)
        made = cls(**values, **cls.beside(row))
        made.check(world)
        return made

    @classmethod
    def beside(cls, row: bytes | None) -> dict[str, Any]:
        """Values of fields that nobody types: the row that the dialog was opened on, where the change keeps it."""
        return {"row": row} if "row" in cls.__dataclass_fields__ else {}

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """What the dialog shows at first for a row of `table`."""
        return {}

    @classmethod
    def of_view(cls, where: str) -> dict[str, str]:
        """What the dialog shows at first, by the filter of the table it is opened from."""
        return {}

    def check(self, world: World) -> None:
        """See that the fields go together. Raises Problems."""
        return

    # -- saying

    @abstractmethod
    def sentence(self, world: World) -> str:
        """In plain words, without a full stop."""

    def families(self) -> tuple[str, ...]:
        """`-4` or `-6`, where `ip` must be told."""
        return ()

    def words(self) -> list[str]:
        """Of the `ip` line."""
        return [*self.families(), *self.command, *self.spoken()]

    def spoken(self, *names: str) -> list[str]:
        """Fields that are said, or of them those named, with their words."""
        out: list[str] = []
        for field in fields_of(type(self)):
            value = getattr(self, field.name)
            if value is None or value is False or (names and field.name not in names):
                continue
            out += [field.word] if field.word else []
            out += field.input.words(value)
        return out

    @property
    def line(self) -> str:
        """The `ip` line, fit for a shell; what cannot be shown is escaped."""
        return line_of(self.words())

    # -- doing

    @abstractmethod
    def steps(self, world: World) -> Sequence[Step]:
        """The messages, in order. Raises NltuiError."""

    @abstractmethod
    def undo(self, world: World) -> Undo:
        """What takes it back, asked before it is applied."""

    @classmethod
    def together(cls, changes: Sequence[Change], world: World) -> Undo | None:
        """What takes several of this kind back, where that is more than one after the other."""
        return None

    def stands(self, world: World) -> None:
        """See right before it is sent that the kernel will do it to what is meant. Raises Problems."""
        return

    def subjects(self, world: World) -> list[Subject]:
        """Rows that must still be as they were seen: the links that it names."""
        named = (getattr(self, field.name) for field in fields_of(type(self)))
        return [Subject("links", world.link(one), True) for one in named if isinstance(one, Device)]


def line_of(words: Sequence[str]) -> str:
    """Words as a line for a shell."""
    return "ip " + shlex.join([visible(word, limit=len(word) + 1) for word in words])


def line_of_many(command: str, count: int, where: str) -> str:
    """Where no line of `ip` does it: a comment for a shell, with what is sent for each row that a filter shows."""
    return f"# no single line: `{command}` for each of {count:,} with {visible(where, limit=200)}"


def quoted(name: object) -> str:
    """One word of a line for a shell: what others called something may be any text."""
    return shlex.quote(visible(str(name), limit=1000))


def device_index(device: Device | None) -> int:
    """Its ifindex, 0 where none is named."""
    return device.index if device is not None else 0
