"""What changes again and again: objects by how often they changed over a while, from the history. Rows are nltui's."""

from __future__ import annotations

from typing import Any

from nltui.model.table import Column, Feed, Table
from nltui.model.types import Align, Clock, Context, Json, Meaning, Number, Order, Tone, Type


class _Word(Type):
    """Visible text that the lens made."""

    order = Order.TEXT


class _Object(Type):
    """(table's singular, visible name): a name may stand in several tables."""

    order = Order.TEXT

    def text(self, value: Any, context: Context) -> str:
        name: str = value[1]
        return name

    def tone(self, value: Any, context: Context) -> Tone:
        return Tone.STRONG


class _Period(Type):
    """Seconds from one change to the next, on average."""

    align = Align.RIGHT
    meaning = Meaning.DURATION

    def text(self, value: Any, context: Context) -> str:
        if value >= 120:
            return f"{value / 60:.1f}m"
        return f"{value:.1f}s" if value >= 1 else f"{value * 1000:.0f}ms"

    def json(self, value: Any, context: Context) -> Json:
        return round(value, 3)


class _Trend(_Word):
    """Changes over the time looked at, oldest first."""

    def tone(self, value: Any, context: Context) -> Tone:
        return Tone.ACCENT


FLAPS = Table(
    name="flaps",
    title="Flaps",
    singular="flap",
    help=(
        "Objects that changed more than once, the most restless first, with the mean time between two changes, when "
        "they changed over the time looked at, and who asked last. `:flaps 1m`, `5m`, `15m`, `1h` or `all` chooses "
        "that time. It is counted from the history, which reaches as far back as its rings hold."
    ),
    command="ip -ts monitor all | sort | uniq -c",
    feed=Feed.LOCAL,
    columns=(
        Column(name="object", fields=(), type=_Object(), json="object", priority=1, help="Which one."),
        Column(name="type", fields=(), type=_Word(), json="type", priority=3, help="What kind of object it is."),
        Column(
            name="changes",
            fields=(),
            type=Number(),
            json="changes",
            priority=1,
            help="How often it came, went or changed.",
        ),
        Column(
            name="period",
            fields=(),
            type=_Period(),
            json="period",
            priority=2,
            help="Mean time from one change to the next.",
        ),
        Column(
            name="trend",
            fields=(),
            type=_Trend(),
            json="trend",
            priority=2,
            help="Changes over the time looked at, oldest first; the highest bar is the most of any ten seconds.",
        ),
        Column(name="last", fields=(), type=Clock(), json="last", priority=3, help="When it changed last."),
        Column(name="who", fields=(), type=_Word(), json="who", priority=2, help="Who asked for the last change."),
    ),
    sort="changes",
    aliases=("flapping", "restless"),
)
