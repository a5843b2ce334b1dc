"""What was asked on the command line, typed: one record a command."""

from __future__ import annotations

from nltui.record import Record


class Tui(Record, kw_only=True):
    """`nltui [TABLE] [FILTER]`."""

    table: str | None = None
    filter: str = ""
    netns: str | None = None
    """Name, path or pid as typed; None: the namespace this process is in."""
    rcvbuf: int | None = None
    """Bytes; None: as many as usual."""
    config: str | None = None
    """The configuration file; None: the usual one, if there is any."""
    theme: str | None = None
    """None: that of last time."""
    ascii: bool = False
    mouse: bool = True
    read_only: bool = False
    """Give up, for good, all that could change anything."""
    broker: bool = False
    """Another process, without a screen, reads what only CAP_NET_ADMIN may."""
    confirm_timeout: int = 60
    """Seconds for which a change that may cut the person off is applied without confirmation."""


class Dump(Record, kw_only=True):
    """`nltui dump TABLE [FILTER]`."""

    table: str
    filter: str = ""
    netns: str | None = None
    config: str | None = None
    family: int | None = None
    """4 or 6; None: both."""
    json: bool = False
    pretty: bool = False
    count: bool = False
    details: bool = False


class Monitor(Record, kw_only=True):
    """`nltui monitor [TABLE...] [FILTER]`."""

    words: tuple[str, ...] = ()
    """As typed: names of tables, and behind them a filter; empty: all tables."""
    filter: str = ""
    """A filter apart from the words."""
    netns: str | None = None
    config: str | None = None
    json: bool = False
    strict: bool = False
    """End with exit code 4 when something was lost."""
    rcvbuf: int | None = None


class Wait(Record, kw_only=True):
    """`nltui wait TABLE [FILTER]`."""

    table: str
    filter: str = ""
    netns: str | None = None
    config: str | None = None
    timeout: float | None = None
    """Seconds; None: as long as it takes."""
    absent: bool = False
    """Wait until no row matches."""


class Why(Record, kw_only=True):
    """`nltui why DST …`."""

    words: tuple[str, ...]
    netns: str | None = None
    config: str | None = None
    json: bool = False


class Export(Record, kw_only=True):
    """`nltui export [FILE]`."""

    file: str | None = None
    """None: a name made of host, namespace and time, here."""
    netns: str | None = None
    config: str | None = None


class Pending(Record, kw_only=True):
    """`nltui confirm`, `nltui rollback` or `nltui status`."""

    what: str
    netns: str | None = None
    """None: of every network namespace."""
    which: str | None = None
    """Of several that wait: its number, or its namespace."""
    config: str | None = None
    json: bool = False


class Doctor(Record, kw_only=True):
    """`nltui doctor`."""

    netns: str | None = None
    config: str | None = None
    json: bool = False
    rcvbuf: int | None = None


Command = Tui | Dump | Monitor | Wait | Why | Export | Doctor | Pending
