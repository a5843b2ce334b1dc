"""Values as people write them: numbers, lengths of time, moments, addresses and prefixes, words."""

from __future__ import annotations

import ipaddress
import re
import time
from dataclasses import dataclass
from functools import cached_property

_NUMBER = re.compile(r"([+-]?)(0x[0-9a-f]+|\d+(?:\.\d+)?)(k|m|g|t|ki|mi|gi|ti)?", re.IGNORECASE)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)[t ]?)?(?:(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?", re.IGNORECASE)
_SCALE = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

Network = tuple[int, int, int]
"""(bits of an address: 32 or 128, address as a number with the host's bits kept, prefix length)."""


@dataclass(frozen=True)
class Literal:
    """One value of a filter, seen as whatever it can be. Its readings are None where it cannot be that."""

    text: str
    start: int
    stop: int
    """Where it stands in the filter."""
    is_quoted: bool = False

    @cached_property
    def folded(self) -> str:
        """For comparisons of text."""
        return folded(self.text)

    @cached_property
    def number(self) -> float | int | None:
        """`0x2a`, `1500`, `1.5k` (1,500), `4Ki` (4,096)."""
        return number(self.text)

    @cached_property
    def seconds(self) -> float | None:
        """`90`, `90s`, `1.5h`, `1h30m`, `forever`."""
        return seconds(self.text)

    @cached_property
    def moment(self) -> int | None:
        """`14:02`, `14:02:30.5`, `2026-01-31`, `2026-01-31T14:02`, `-5m` (five minutes ago): ns since the epoch."""
        return moment(self.text)

    @cached_property
    def network(self) -> Network | None:
        """An address or a prefix, also as short as `10/8`."""
        return network(self.text)

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """The same, but `default` is both families' default route."""
        if self.folded == "default":
            return (32, 0, 0), (128, 0, 0)
        return (self.network,) if self.network is not None else ()


def folded(text: str) -> str:
    """A text for comparisons: case never matters, and the sign for what was removed is typed as a keyboard has it."""
    return text.casefold().replace("−", "-")


def number(text: str) -> float | int | None:
    """See Literal.number."""
    found = _NUMBER.fullmatch(text.replace(",", ""))
    if found is None:
        return None
    sign, digits, unit = found.groups()
    if digits[:2].lower() == "0x":
        value: float | int = int(digits, 16)
    else:
        value = float(digits) if "." in digits else int(digits)
    value *= _SCALE[unit.lower()] if unit else 1
    return -value if sign == "-" else value


def seconds(text: str) -> float | None:
    """See Literal.seconds."""
    if text.casefold() in ("forever", "never"):
        return float("inf")
    if text.isdecimal():
        return float(text)
    parts = list(_DURATION.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        return None
    return sum(float(part[1]) * _SECONDS[part[2].lower()] for part in parts)


def moment(text: str, now: float | None = None) -> int | None:
    """See Literal.moment; `now` in seconds since the epoch."""
    now = time.time() if now is None else now
    if text.startswith("-"):
        ago = seconds(text[1:])
        return None if ago is None or ago == float("inf") else int((now - ago) * 1e9)
    found = _CLOCK.fullmatch(text)
    if found is None or not text:
        return None
    year, month, day, hour, minute, second, rest = found.groups()
    today = time.localtime(now)
    date = (int(year), int(month), int(day)) if year else today[:3]
    clock = (int(hour or 0), int(minute or 0), int(second or 0))
    is_clock = clock[0] < 24 and clock[1] < 60 and clock[2] <= 60
    if not is_clock or not (1 <= date[1] <= 12 and 1 <= date[2] <= 31):
        return None
    try:
        whole = time.mktime((*date, *clock, 0, 0, -1))
    except (OverflowError, ValueError):
        return None
    return int(whole) * 1_000_000_000 + int((rest or "").ljust(9, "0"))


def network(text: str, short: bool = True) -> Network | None:
    """See Literal.network. Not `short`: only what is written in full, as in a row, where realms may be `10/7`."""
    address, slash, length = text.partition("/")
    if not address or (slash and not length.isdecimal()):
        return None
    if (
        short
        and slash
        and ":" not in address
        and address.count(".") < 3
        and all(p.isdecimal() for p in address.split("."))
    ):
        address = ".".join([*address.split("."), "0", "0", "0"][:4])
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if getattr(found, "scope_id", None):
        return None
    bits = found.max_prefixlen
    prefix = int(length) if slash else bits
    return (bits, int(found), prefix) if prefix <= bits else None
