"""`ip link set … type KIND …`: options of a link that is there, which the kernel tells in a nest of its row."""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from nltui.changes import build as b
from nltui.changes.base import (
    Asked,
    Change,
    NothingChanged,
    Problems,
    Step,
    Subject,
    Tier,
    Undo,
    asked,
    fields_of,
    quoted,
)
from nltui.changes.inputs import Address, Dev, Input, Mac
from nltui.changes.links.common import data_of, kind_of, set_kind
from nltui.changes.world import Device, World
from nltui.model.types import ip_text
from nltui.netlink.constants import if_link as il
from nltui.netlink.fields import NLMSG_HDRLEN
from nltui.netlink.wire import nlattr


@dataclass(frozen=True, kw_only=True)
class Options(Change):
    """Options that the kernel tells in a nest of the link's row, each with its number and width there."""

    table: ClassVar[str] = "links"
    tier: ClassVar[Tier] = Tier.AFFECTING
    command: ClassVar[tuple[str, ...]] = ("link", "set")
    help: ClassVar[str] = "Only what you change is sent."
    key: ClassVar[str] = ""
    numbers: ClassVar[Mapping[str, int]]
    nest: ClassVar[int] = il.IFLA_INFO_DATA
    kind: ClassVar[str]
    lasting: ClassVar[frozenset[str]] = frozenset()
    """Fields that the kernel does not unset again."""

    dev: Device = asked(Dev(), "dev", "the link", required=True)
    row: bytes | None = None

    @classmethod
    def said_by(cls, step: Step, world: World) -> Self:
        """What a message sets."""
        raw = cls.raw(bytes(NLMSG_HDRLEN) + step.body)
        kinds = {field.name: field.input for field in fields_of(cls)}
        told = {name: _shown(kinds[name], one, world) for name, one in raw.items() if one and name in kinds}
        return cls(dev=world.named(int.from_bytes(step.body[4:8], sys.byteorder)), **told)

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """As the kernel tells them. Raises Problems for a link that has none."""
        cls.belongs(row, world)
        raw = cls.raw(row)
        found = {"dev": world.said("links", row)["ifname"]}
        for field in fields_of(cls):
            if raw.get(field.name):
                found[field.name] = field.input.words(_shown(field.input, raw[field.name], world))[0]
        return found

    @classmethod
    def belongs(cls, row: bytes, world: World) -> None:
        """See that the link can have these options. Raises Problems."""
        if kind_of(row) != cls.kind:
            raise Problems({"dev": f"{world.said('links', row)['ifname']} is no {cls.kind}"})

    @classmethod
    def raw(cls, row: bytes) -> dict[str, bytes]:
        """What the kernel tells, by field; empty: nothing is set."""
        found = data_of(row, cls.nest)
        return {name: found[number] for name, number in cls.numbers.items() if number in found}

    @classmethod
    def attribute(cls, name: str, payload: bytes) -> bytes:
        """Of one field."""
        return nlattr(cls.numbers[name], payload)

    @classmethod
    def parsed(cls, texts: Mapping[str, str], world: World, row: bytes | None = None) -> Self:
        """Only what differs from what is there."""
        if row is None and texts.get("dev"):
            row = world.link(world.device(texts["dev"].strip()))
        before = cls.filled(row, world) if row is not None else {}
        changed = {name: text for name, text in texts.items() if text.strip() != before.get(name, "")}
        made = super().parsed(changed | {"dev": texts.get("dev", before.get("dev", ""))}, world, row)
        if not made._told():
            raise NothingChanged
        return made

    @classmethod
    def word_of(cls, field: Asked, text: str) -> str:
        """What `ip` calls a field that holds this."""
        return field.word

    def subjects(self, world: World) -> list[Subject]:
        """That it is the same link, and that nobody set the same meanwhile."""
        return [Subject("links", world.link(self.dev), True, self.filled, tuple(self._told()))]

    def _told(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.numbers if hasattr(self, name)}
        return {name: value for name, value in values.items() if value is not None}

    def words(self) -> list[str]:
        """The kind stands between the link and its options."""
        return [*self.command, *self.spoken("dev"), "type", self.kind, *self.spoken(*self._told())]

    def sentence(self, world: World) -> str:
        """In words."""
        before = self.filled(world.link(self.dev), world)
        told = (f"{name} {before.get(name, 'unset')} → {self.spoken(name)[-1]}" for name in self._told())
        return f"{self.dev}: {', '.join(told)}"

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_NEWLINK with IFLA_LINKINFO; numbers as wide as the kernel tells them."""
        raw, data = self.raw(world.link(self.dev)), b""
        for name, value in self._told().items():
            if name not in raw:
                raise Problems({name: "this kernel does not know it"})
            data += self.attribute(name, self._payload(name, value, raw[name]))
        return [self._step(self.line, data)]

    def _payload(self, name: str, value: Any, before: bytes) -> bytes:
        return _packed(next(field.input for field in fields_of(type(self)) if field.name == name), value, len(before))

    def _step(self, says: str, data: bytes) -> Step:
        return set_kind(self.dev, says, self.kind.removesuffix("_slave"), data, self.kind.endswith("_slave"))

    def undo(self, world: World) -> Undo:
        """The values that were there; zeros where there was none."""
        row = world.link(self.dev)
        raw, before, words, data = self.raw(row), self.filled(row, world), "", b""
        lost = []
        for field in fields_of(type(self)):
            name, was = field.name, raw.get(field.name)
            if was is None or name not in self._told():
                continue
            if not was and name in self.lasting:
                lost.append(f"that {field.word} of {self.dev} was not set")
                continue
            was = was or bytes(len(self._payload(name, getattr(self, name), was)))
            data += self.attribute(name, was)
            kind = field.input
            text = before.get(name) or ("" if isinstance(kind, Dev) else kind.words(_shown(kind, was, world))[0])
            words += "".join(f" {word}" for word in (self.word_of(field, text), text) if word) if text else ""
        says = f"ip link set dev {quoted(self.dev)} type {self.kind}{words}" if words else f"({self.dev} as it was)"
        return Undo((self._step(says, data),) if data else (), tuple(lost))


def _packed(kind: Input, value: Any, size: int) -> bytes:
    if isinstance(kind, Mac):
        return bytes.fromhex(value.replace(":", ""))
    if isinstance(kind, Address):
        return b.packed(value)
    return struct.pack("=I", value.index) if isinstance(value, Device) else int(value).to_bytes(size, sys.byteorder)


def _shown(kind: Input, raw: bytes, world: World) -> Any:
    if isinstance(kind, Mac):
        return raw.hex(":")
    if isinstance(kind, Address):
        return ip_text(raw)
    number = int.from_bytes(raw, sys.byteorder)
    return world.named(number) if isinstance(kind, Dev) else number
