"""Kinds of values that a change takes: how they are typed, what is wrong with them, how `ip` spells them.

A sentence about what is wrong never repeats more than a little of what was typed, and is visible text.
"""

from __future__ import annotations

import ipaddress
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nltui.changes.world import Device, World
from nltui.errors import UsageError, did_you_mean
from nltui.system import names
from nltui.text import visible

Offers = Iterable[tuple[str, str]]
"""(text, note) of what could be typed."""
NAME_LENGTH = 15
"""IFNAMSIZ without the zero byte."""
FOREVER = 0xFFFFFFFF
_INTEGER = re.compile(r"-?(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)")


def integer(text: str) -> int:
    """As `int(text, 0)`, but not of all that Python takes for digits. Raises ValueError."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text, 0)


class Input(ABC):
    """One kind of value."""

    hint = ""
    """What is typed here, in a few words."""

    @abstractmethod
    def parse(self, text: str, world: World) -> Any:
        """The value. Raises UsageError with what is wrong."""

    def words(self, value: Any) -> list[str]:
        """What `ip` takes behind the field's word."""
        return [str(value)]

    def offers(self, world: World) -> Offers:
        """What could be typed, from what is there now."""
        return ()

    @property
    def is_flag(self) -> bool:
        """Whether the word alone says it."""
        return False

    @property
    def takes(self) -> int:
        """Words that follow the field's own on an `ip` line."""
        return 0 if self.is_flag else 1


class Text(Input):
    """Any text of so many bytes."""

    def __init__(self, most: int, hint: str = "text", pattern: str = "", otherwise: str = "") -> None:
        self.hint, self._most = hint, most
        self._pattern, self._otherwise = re.compile(pattern, re.ASCII), otherwise

    def parse(self, text: str, world: World) -> str:
        """As it is."""
        size = len(text.encode("utf-8", "surrogateescape"))
        if size > self._most:
            raise UsageError(f"{size} bytes are too long, {self._most} fit")
        if "\0" in text or not self._pattern.search(text):
            raise UsageError(self._otherwise or f"{visible(text, limit=40)!r} is not allowed here")
        return text


class Name(Input):
    """What a link may be called: dev_valid_name() of the kernel."""

    hint = "a name, 1 to 15 bytes"

    def parse(self, text: str, world: World) -> str:
        """Checked."""
        size = len(text.encode("utf-8", "surrogateescape"))
        if size > NAME_LENGTH:
            raise UsageError(f"{size} bytes are too long for a name, {NAME_LENGTH} fit")
        if text in (".", "..") or any(char in "/:\0" or char.isspace() for char in text):
            raise UsageError(f"{visible(text, limit=40)!r} cannot be a link's name: no spaces, `/` or `:`")
        if "%" in text:
            raise UsageError("with `%` the kernel would choose the name: say which")
        return text


class Number(Input):
    """An integer, also as 0x…, in a range. `named` gives numbers names, and the other way round."""

    def __init__(self, low: int, high: int, unit: str = "", named: Mapping[str, int] | None = None) -> None:
        self.low, self.high, self._named = low, high, named or {}
        self.hint = f"{low} to {high}" + (f" {unit}" if unit else "")

    def parse(self, text: str, world: World) -> int:
        """In the range."""
        if text in self._named:
            return self._named[text]
        try:
            value = integer(text)
        except ValueError:
            raise UsageError(f"{visible(text, limit=40)!r} is no number; {self.hint}") from None
        if not self.low <= value <= self.high:
            raise UsageError(f"{value} is out of range: {self.hint}")
        return value

    def offers(self, world: World) -> Offers:
        """The names."""
        return [(name, str(number)) for name, number in self._named.items()]


class Spelled(Input):
    """A number that goes by a name in a file of iproute2: routing tables, protocols, scopes."""

    def __init__(self, names: Callable[[int], str | None], high: int, hint: str, offered: Iterable[int] = ()) -> None:
        self._names, self._high, self.hint, self._offered = names, high, hint, tuple(offered)

    def parse(self, text: str, world: World) -> int:
        """By name or number."""
        try:
            value = integer(text)
        except ValueError:
            known = {name: n for n in range(min(self._high, 0xFFFF), -1, -1) if (name := self._names(n)) is not None}
            if text not in known:
                hint = did_you_mean(text, known, f"; {self.hint}")
                raise UsageError(f"{visible(text, limit=40)!r} is no name here{hint}") from None
            value = known[text]
        if not 0 <= value <= self._high:
            raise UsageError(f"{value} is out of range: 0 to {self._high}")
        return value

    def words(self, value: Any) -> list[str]:
        """The name where there is one."""
        return [self._names(value) or str(value)]

    def offers(self, world: World) -> Offers:
        """The usual ones."""
        return [(self._names(number) or str(number), str(number)) for number in self._offered]


class Tos(Input):
    """A TOS byte, as `ip` takes it: by name, or in hexadecimal with or without 0x."""

    hint = "two hexadecimal digits, or a name"

    def parse(self, text: str, world: World) -> int:
        """By name or number."""
        named = next((number for number in range(256) if names.dsfield(number) == text), None)
        if named is not None:
            return named
        try:
            value = integer(f"0x{text.lower().removeprefix('0x')}")
        except ValueError:
            value = -1
        if not 0 <= value <= 255:
            raise UsageError(f"{visible(text, limit=40)!r} is none: {self.hint}")
        return value

    def words(self, value: Any) -> list[str]:
        """Always in hexadecimal."""
        return [f"{value:#04x}"]


class Choice(Input):
    """One of a few words, each standing for a number."""

    def __init__(self, options: Mapping[str, int]) -> None:
        self._options = dict(options)
        self.hint = ", ".join(options)

    def parse(self, text: str, world: World) -> int:
        """Its number."""
        if text not in self._options:
            raise UsageError(f"{visible(text, limit=40)!r} is none of {self.hint}")
        return self._options[text]

    def words(self, value: Any) -> list[str]:
        """Its word."""
        return [next((word for word, number in self._options.items() if number == value), str(value))]

    def offers(self, world: World) -> Offers:
        """All."""
        return [(word, "") for word in self._options]


class Flag(Input):
    """Said by its word alone, or not at all."""

    hint = "yes or empty"

    def parse(self, text: str, world: World) -> bool:
        """Said or not."""
        if text.casefold() not in ("yes", "on", "true", "1", "no", "off", "false", "0"):
            raise UsageError(f"{visible(text, limit=40)!r} is neither yes nor no")
        return text.casefold() in ("yes", "on", "true", "1")

    def words(self, value: Any) -> list[str]:
        """Nothing behind the word."""
        return []

    def offers(self, world: World) -> Offers:
        """Yes; empty is no."""
        return [("yes", ""), ("no", "")]

    @property
    def is_flag(self) -> bool:
        """The word alone says it."""
        return True


class Switch(Choice):
    """On or off."""

    def __init__(self) -> None:
        super().__init__({"on": 1, "off": 0})


class Dev(Input):
    """A link that is there."""

    hint = "a link"

    def parse(self, text: str, world: World) -> Device:
        """By name."""
        return world.device(text)

    def offers(self, world: World) -> Offers:
        """All there are."""
        return [(device.name, world.text("links", "state", world.links[device.index])) for device in world.devices]


class Address(Input):
    """An IP address; `family` 4 or 6 where only one will do."""

    def __init__(self, family: int = 0) -> None:
        self._family = family
        self.hint = f"an IPv{family} address" if family else "an address"

    def parse(self, text: str, world: World) -> str:
        """As it is usually written."""
        try:
            found = ipaddress.ip_address(text)
        except ValueError:
            raise UsageError(f"{visible(text, limit=60)!r} is no IP address") from None
        if self._family and found.version != self._family:
            raise UsageError(f"{found} is IPv{found.version}; IPv{self._family} is needed here")
        if getattr(found, "scope_id", None):
            raise UsageError("name the link in its own field, not behind `%`")
        return str(found)


class Prefix(Input):
    """A network, or an address with the length of its network. `host`: bits behind the length may be set."""

    def __init__(self, host: bool = False, named: bool = False) -> None:
        """`named`: `default` stands for 0.0.0.0/0 or ::/0, as told by the rest."""
        self._host, self._named = host, named
        self.hint = "address/length" if host else "network/length" + (", or default" if named else "")

    def parse(self, text: str, world: World) -> str:
        """With its length, or `default`."""
        if self._named and text in ("default", "any", "all"):
            return "default"
        try:
            found = ipaddress.ip_interface(text)
        except ValueError:
            raise UsageError(f"{visible(text, limit=60)!r} is no {self.hint}") from None
        if getattr(found, "scope_id", None):
            raise UsageError("name the link in its own field, not behind `%`")
        if not self._host and found.ip != found.network.network_address:
            raise UsageError(f"{found} has bits set behind its length; did you mean {found.network}?")
        return str(found)


class Mac(Input):
    """A link-layer address of six bytes, or any of up to 32."""

    hint = "02:00:00:00:00:01"

    def parse(self, text: str, world: World) -> str:
        """In pairs of digits."""
        if not re.fullmatch(r"[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){0,31}", text, re.ASCII):
            raise UsageError(f"{visible(text, limit=60)!r} is no link-layer address like {self.hint}")
        return text.lower()


class Realms(Text):
    """Where packets go to, or from where to where, for `tc` and counters."""

    def __init__(self) -> None:
        super().__init__(11, "to, or from/to", r"^[0-9]{1,5}(/[0-9]{1,5})?$", "numbers")

    def parse(self, text: str, world: World) -> str:
        """Of 16 bits each."""
        found = super().parse(text, world)
        if max(map(int, found.split("/"))) > 0xFFFF:
            raise UsageError("are up to 65535")
        return found

    @staticmethod
    def number(text: str) -> int:
        """As the kernel has both; one alone is where packets go to."""
        origin, _, to = text.rpartition("/")
        return int(origin or 0) << 16 | int(to)


class Lifetime(Input):
    """Seconds, or forever."""

    hint = "seconds, or forever"

    def parse(self, text: str, world: World) -> int:
        """FOREVER for ever."""
        if text == "forever":
            return FOREVER
        word = text.removesuffix("sec")
        if not (word.isascii() and word.isdigit()) or int(word) > FOREVER:
            raise UsageError(f"{visible(text, limit=40)!r} is no lifetime: {self.hint}")
        return int(word)

    def words(self, value: Any) -> list[str]:
        """As `ip` takes it."""
        return ["forever" if value == FOREVER else str(value)]

    def offers(self, world: World) -> Offers:
        """The usual."""
        return [("forever", ""), ("3600", "an hour")]
