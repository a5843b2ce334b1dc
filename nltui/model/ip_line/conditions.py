"""Words of `ip … show` and `ip … flush`, and the comparisons of the filter language that they become."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping

from nltui.errors import UsageError
from nltui.model.filter.writing import both, equal
from nltui.model.ip_line.line import cut

_SHORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,2})(/\d{1,2})?", re.ASCII)
Named = Callable[[int], str | None]
ANY = ("default", "any", "all")


def spread(text: str) -> str:
    """`10.30/16` with all four numbers, as `ip` takes it; everything else as it is."""
    short = _SHORT.fullmatch(text)
    if short is None:
        return text
    numbers = short[1].split(".")
    return ".".join([*numbers, *["0"] * (4 - len(numbers))]) + (short[2] or "")


def prefix(text: str, family: str = "") -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Of an address, a prefix or `default`. Raises UsageError."""
    if text in ANY:
        return ipaddress.ip_network("::/0" if family == "inet6" else "0.0.0.0/0")
    try:
        return ipaddress.ip_network(spread(text), strict=False)
    except ValueError:
        raise UsageError(f"`{cut(text)}` is no address and no prefix") from None


class Conditions:
    """Words behind a verb, taken one after another, and the comparisons that they became."""

    def __init__(self, words: tuple[str, ...], family: str = "") -> None:
        self.left, self.family = list(words), family
        self.parts: list[str] = []
        self._seen: set[str] = set()

    def next(self) -> str:
        """One word; empty at the end."""
        return self.left.pop(0) if self.left else ""

    def value(self, word: str) -> str:
        """What stands behind a word. Raises UsageError."""
        if not self.left:
            raise UsageError(f"behind `{cut(word)}` something is missing")
        return self.left.pop(0)

    def once(self, word: str, name: str) -> None:
        """Raises UsageError where `name` was said before."""
        if name in self._seen:
            raise UsageError(f"`{cut(word)}` is said twice")
        self._seen.add(name)

    def said(self, name: str) -> bool:
        """Whether it was."""
        return name in self._seen

    def equal(self, column: str, value: str) -> None:
        """A comparison with a text."""
        self.parts.append(equal([(column, value)]))

    def named(self, column: str, value: str, name: Named) -> None:
        """A comparison with a name, which may be said by its number."""
        number = int(value, 0) if re.fullmatch(r"0x[0-9a-fA-F]+|0|[1-9]\d*", value, re.ASCII) else None
        self.equal(column, (name(number) if number is not None else None) or value)

    def inside(self, column: str, value: str, operator: str = "in") -> None:
        """A comparison with a prefix, which tells the family too; inside of `all` is everything."""
        if value in ANY and operator == "in":
            return
        net = prefix(value, self.family)
        family = "inet6" if net.version == 6 else "inet"
        if self.family not in ("", family):
            raise UsageError(f"`{cut(value)}` is not of the family {self.family}")
        self.family = family
        if net.prefixlen or operator != "in":
            self.parts.append(f"{column} {operator} {net}")

    def filter(self) -> str:
        """All of them."""
        return both([*self.parts, *([f"family == {self.family}"] if self.family else [])])


def begins(word: str, known: Mapping[str, str]) -> str:
    """What a word, or the first that it is the beginning of, stands for; empty where there is none."""
    return known.get(word) or next((known[one] for one in known if word.isalpha() and one.startswith(word)), "")
