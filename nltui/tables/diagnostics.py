"""How nltui itself is doing: one row a table that it follows and one a socket that it listens to. Rows are its own."""

from __future__ import annotations

from typing import Any

from nltui.model.table import Column, Feed, Table
from nltui.model.types import Clock, Context, Json, Number, Order, Tone, Type

STATES = {
    "STARTING": ("…", Tone.DIM),
    "LOADING": ("…", Tone.ACCENT),
    "FRESH": ("✓", Tone.OK),
    "CONVERGING": ("~", Tone.CHANGED),
    "STALE": ("!", Tone.BAD),
    "LISTENING": ("✓", Tone.OK),
    "DEAF": ("!", Tone.BAD),
}
"""Of tables, and of sockets the last two: glyph and colour."""


class _Subject(Type):
    """(place in the usual order, visible name)."""

    def text(self, value: Any, context: Context) -> str:
        name: str = value[1]
        return name

    def tone(self, value: Any, context: Context) -> Tone:
        return Tone.STRONG


class _State(Type):
    order = Order.TEXT

    def text(self, value: Any, context: Context) -> str:
        return f"{STATES[value][0]} {value}"

    def json(self, value: Any, context: Context) -> Json:
        return value

    def tone(self, value: Any, context: Context) -> Tone:
        return STATES[value][1]


class _Second(Clock):
    """A moment in ns since the epoch, to the second."""

    def text(self, value: Any, context: Context) -> str:
        return super().text(value, context)[:8]


class _Count(Number):
    """How often something happened; `is_bad` where it should not have."""

    def __init__(self, *, is_bad: bool = False) -> None:
        self._is_bad = is_bad

    def text(self, value: Any, context: Context) -> str:
        return f"{value:,}"

    def tone(self, value: Any, context: Context) -> Tone:
        if not value:
            return Tone.DIM
        return Tone.CHANGED if self._is_bad else Tone.PLAIN


class _Seconds(Number):
    def text(self, value: Any, context: Context) -> str:
        return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"

    def json(self, value: Any, context: Context) -> Json:
        return round(value, 6)


class _Bytes(Number):
    def text(self, value: Any, context: Context) -> str:
        if value >= 1 << 20:
            return f"{value / (1 << 20):.4g} MiB"
        return f"{value / (1 << 10):.4g} KiB" if value >= 1 << 10 else f"{value} B"


class _Numbers(Type):
    """Ascending numbers."""

    def text(self, value: Any, context: Context) -> str:
        return " ".join(map(str, value))

    def json(self, value: Any, context: Context) -> Json:
        return list(value)


class _Sentence(Type):
    """Visible text, made here."""

    order = Order.TEXT


def _column(name: str, type_: Type, priority: int, help_: str, json: str = "") -> Column:
    return Column(name=name, fields=(), type=type_, json=json or name, help=help_, priority=priority, volatile=True)


GOOD, BAD = _Count(), _Count(is_bad=True)

DIAGNOSTICS = Table(
    name="diagnostics",
    title="Diagnostics",
    singular="diagnostic",
    help=(
        "What nltui knows about its own picture: for each table whether it is exact, how often it was read again and "
        "what that found; for each socket how much was heard, lost and thrown away. All counts since the start. "
        "Repairs are rows that a routine comparison found wrong though nothing had made them doubtful."
    ),
    command="nltui doctor",
    feed=Feed.LOCAL,
    columns=(
        _column("subject", _Subject(), 1, "A table, or a socket by its Netlink protocol."),
        _column(
            "state",
            _State(),
            1,
            "FRESH: exact. LOADING, CONVERGING: being read. STALE: cannot be read. Sockets: LISTENING or DEAF.",
        ),
        _column("since", _Second(), 4, "When it became so, local time."),
        _column("rows", GOOD, 2, "Rows held, or records of a log."),
        _column("events", GOOD, 2, "Notifications of its kind; of a socket, all that came."),
        _column("lost", BAD, 2, "Messages that the kernel dropped because the receive buffer was full."),
        _column("overruns", BAD, 6, "Times that the kernel said so (ENOBUFS)."),
        _column("resyncs", GOOD, 3, "Times that the table was read."),
        _column("took", _Seconds(), 4, "How long the last reading took, in seconds."),
        _column("interrupted", GOOD, 6, "Readings that a change interrupted (NLM_F_DUMP_INTR)."),
        _column("unconfirmed", BAD, 5, "Rows, dimmed and with a ?, that the last reading neither showed nor refuted."),
        _column("repairs", BAD, 4, "Rows that a routine comparison found wrong, and put right."),
        _column("foreign", BAD, 6, "Messages of other senders than the kernel, thrown away."),
        _column("malformed", BAD, 6, "Messages that are no valid Netlink, thrown away."),
        _column("unknown", GOOD, 7, "Messages of types that no table here takes."),
        _column("restarts", BAD, 6, "Times that its reader failed and began again."),
        _column(
            "asked", _Bytes(), 8, "Receive buffer asked for, in bytes (SO_RCVBUFFORCE, else SO_RCVBUF).", "buffer_asked"
        ),
        _column(
            "got", _Bytes(), 7, "Receive buffer had; without CAP_NET_ADMIN at most sysctl net.core.rmem_max.", "buffer"
        ),
        _column("port", Number(), 8, "The socket's port id, as in /proc/net/netlink and `ss -f netlink`.", "port_id"),
        _column("groups", _Numbers(), 9, "Multicast groups (RTNLGRP_* numbers) that tell of its changes."),
        _column("note", _Sentence(), 9, "What is missing, and what would help."),
    ),
    aliases=("diag",),
)
