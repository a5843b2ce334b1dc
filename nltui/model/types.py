"""How a column's value is shown, sorted and written as JSON. One small class a kind of value; no numpy, no screen.

A type gets what the column's field yields (an int, bytes, or a tuple for a column of several fields) and gives text
that already went through the one door for untrusted bytes. It must be pure but for the context: results are memoised
by value, which is what makes a million rows cheap.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from nltui import text as door

Json = Any
"""What json.dumps takes."""


class Tone(Enum):
    """What a cell's colour says; themes map it to a style. The word or glyph beside it says the same."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    OK = "ok"
    BAD = "bad"
    CHANGED = "changed"
    ACCENT = "accent"
    VIOLET = "violet"
    CYAN = "cyan"


class Align(Enum):
    """Where a column's text stands in its cell."""

    LEFT = "left"
    RIGHT = "right"


class Order(Enum):
    """Sort by the numbers on the wire, or by the text shown."""

    RAW = "raw"
    TEXT = "text"


class Meaning(Enum):
    """How a filter compares a column's value."""

    TEXT = "text"
    """By its text, or by what JSON calls it; as a number where JSON has one, as a prefix where the text is one."""
    WORDS = "words"
    """Several of them, of which `has` asks for one; else as TEXT."""
    NUMBER = "number"
    DURATION = "length of time"
    """Seconds; 2³²-1 is forever."""
    MOMENT = "time"
    """Nanoseconds since the epoch."""
    ADDRESS = "address"
    """4 or 16 bytes."""
    NETWORK = "prefix"
    """The first two fields are address and length; without an address, that of all of the table's family."""
    INTERFACE = "address in its network"
    """The first two fields are address and length; the address has the bits of a host."""


class Context(Protocol):
    """What a type may ask beyond its own value."""

    def lookup(self, table: str, key: int) -> str | None:
        """The label of a row of another table by its integer key (a link's name by ifindex); None where unknown."""


@runtime_checkable
class Remembering(Context, Protocol):
    """A context that knows what was called what before."""

    def at(self, time: int, late: bool = False) -> Context:
        """What it would have answered at a time (ns since the epoch), or a while before, where the news came `late`."""


class Type:
    """Base: shows `str(value)`. Override what differs.

    `absent` says that text/json/tone are to be called for None too (single-field columns; those of several fields
    always get their tuple). Returning None from json() leaves the key out; from text() leaves the cell empty.
    """

    align = Align.LEFT
    order = Order.RAW
    absent = False
    meaning = Meaning.TEXT

    def text(self, value: Any, context: Context) -> str | None:
        """What a person reads."""
        return str(value)

    def json(self, value: Any, context: Context) -> Json:
        """What `-j` prints; as `ip -j -d` spells it."""
        return self.text(value, context)

    def tone(self, value: Any, context: Context) -> Tone:
        """The colour that tells something, PLAIN where none does."""
        return Tone.PLAIN

    def dim_from(self, text: str) -> int:
        """Where in the text of a cell the dimmed rest begins (a prefix length); -1 nowhere."""
        return -1


class Number(Type):
    """An integer, right-aligned; JSON number."""

    align = Align.RIGHT
    meaning = Meaning.NUMBER

    def json(self, value: Any, context: Context) -> Json:
        """The number itself."""
        return value


class Text(Type):
    """NUL-terminated bytes chosen by somebody else."""

    order = Order.TEXT

    def text(self, value: Any, context: Context) -> str:
        """Visible text: control, bidi and invalid bytes escaped."""
        return door.visible(value.split(b"\0", 1)[0])

    def json(self, value: Any, context: Context) -> Json:
        """Unescaped text; the JSON writer escapes to ASCII."""
        return door.plain(value.split(b"\0", 1)[0])


class Enumerated(Type):
    """A number with a name; `names` is a mapping or a function, asked at each miss of the memo. Unknown: the number.

    `tones` colours single names.
    """

    order = Order.TEXT

    def __init__(
        self, names: Mapping[int, str] | Callable[[int], str | None], tones: Mapping[str, Tone] | None = None
    ) -> None:
        self._names = names if callable(names) else names.get
        self._tones = tones or {}

    def text(self, value: Any, context: Context) -> str:
        """The name, or the number in decimal."""
        return self._names(value) or str(value)

    def tone(self, value: Any, context: Context) -> Tone:
        """By name."""
        return self._tones.get(self.text(value, context), Tone.PLAIN)


class FlagSet(Type):
    """A bit mask, in the order declared; bits without a name in hexadecimal at the end, unless `unnamed` is False.

    JSON: a list of names.
    """

    order = Order.TEXT
    meaning = Meaning.WORDS

    def __init__(self, names: Mapping[int, str], separator: str = ",", *, unnamed: bool = True) -> None:
        self._names, self._separator, self._unnamed = names, separator, unnamed

    def text(self, value: Any, context: Context) -> str:
        """Names joined."""
        return self._separator.join(self.json(value, context))

    def json(self, value: Any, context: Context) -> Json:
        """List of names, in the order declared."""
        found = [name for bit, name in self._names.items() if value & bit == bit]
        known = 0
        for bit in self._names:
            known |= bit
        rest = value & ~known
        return found + ([hex(rest)] if rest and self._unnamed else [])


class IpAddress(Type):
    """4 or 16 bytes as inet_ntop writes them."""

    meaning = Meaning.ADDRESS

    def text(self, value: Any, context: Context) -> str:
        """Dotted or colon form."""
        return ip_text(value)


class LinkAddress(Type):
    """A link-layer address: colon-separated hexadecimal; 4 and 16 bytes (tunnels) as IP addresses, as `ip` does."""

    def text(self, value: Any, context: Context) -> str:
        """aa:bb:cc:dd:ee:ff."""
        return value.hex(":") if value else ""


class Device(Type):
    """An ifindex, shown as the link's name; `if7` where no such link is known, as `ip` does. 0 is absent."""

    order = Order.TEXT

    def text(self, value: Any, context: Context) -> str | None:
        """Visible name."""
        if not value:
            return None
        return context.lookup("links", value) or f"if{value}"


class Computed(Type):
    """Text, JSON and tone by functions of (value, context); for columns of several fields."""

    def __init__(
        self,
        text: Callable[[Any, Context], str | None],
        json: Callable[[Any, Context], Json] | None = None,
        tone: Callable[[Any, Context], Tone] | None = None,
        *,
        align: Align = Align.LEFT,
        order: Order = Order.TEXT,
        absent: bool = False,
        meaning: Meaning = Meaning.TEXT,
    ) -> None:
        self._text, self._json, self._tone = text, json or text, tone
        self.align, self.order, self.absent, self.meaning = align, order, absent, meaning

    def text(self, value: Any, context: Context) -> str | None:
        """By the function given."""
        return self._text(value, context)

    def json(self, value: Any, context: Context) -> Json:
        """By the function given, else the text."""
        return self._json(value, context)

    def tone(self, value: Any, context: Context) -> Tone:
        """By the function given, else PLAIN."""
        return self._tone(value, context) if self._tone else Tone.PLAIN


class Prefix(Computed):
    """Text that ends in a prefix length, which is dimmed; ordered by the numbers on the wire."""

    def __init__(
        self,
        text: Callable[[Any, Context], str | None],
        json: Callable[[Any, Context], Json] | None = None,
        tone: Callable[[Any, Context], Tone] | None = None,
        *,
        plain: bool = False,
        meaning: Meaning = Meaning.TEXT,
    ) -> None:
        """`plain`: the first two fields are address and length, and JSON is `address/length`, without a full length."""
        super().__init__(text, json, tone, order=Order.RAW, meaning=Meaning.NETWORK if plain else meaning)
        self.plain = plain

    def dim_from(self, text: str) -> int:
        """From the last slash on."""
        return text.rfind("/")


class Lifetime(Type):
    """Seconds left; 2³²-1 is forever. JSON: the number."""

    align = Align.RIGHT
    meaning = Meaning.DURATION
    FOREVER = 0xFFFFFFFF

    def text(self, value: Any, context: Context) -> str:
        """`forever`, or a duration in its largest unit."""
        return "forever" if value == self.FOREVER else duration(value)

    def json(self, value: Any, context: Context) -> Json:
        """Seconds, as the kernel counts them."""
        return value

    def tone(self, value: Any, context: Context) -> Tone:
        """Whatever ends stands out."""
        return Tone.PLAIN if value == self.FOREVER else Tone.CHANGED


class Clock(Type):
    """A moment in nanoseconds since the epoch, in local time. JSON: ISO 8601 with the zone, to the microsecond."""

    meaning = Meaning.MOMENT

    def text(self, value: Any, context: Context) -> str:
        """HH:MM:SS.mmm."""
        return f"{self._moment(value):%H:%M:%S}.{value // 1_000_000 % 1000:03d}"

    def json(self, value: Any, context: Context) -> Json:
        """2026-01-31T14:02:30.118000+01:00."""
        return self._moment(value).replace(microsecond=value // 1000 % 1_000_000).isoformat(timespec="microseconds")

    def tone(self, value: Any, context: Context) -> Tone:
        """Always in the background."""
        return Tone.DIM

    @staticmethod
    def _moment(value: int) -> datetime:
        return datetime.fromtimestamp(value // 1_000_000_000, UTC).astimezone()


def duration(seconds: int) -> str:
    """A length of time in its largest whole unit: 45s, 58m, 3h, 12d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def ip_text(value: bytes) -> str:
    """4 or 16 bytes in network order as text; other lengths as hexadecimal."""
    if len(value) == 4:
        return socket.inet_ntoa(value)
    if len(value) == 16:
        return socket.inet_ntop(socket.AF_INET6, value)
    return value.hex()
