"""What changed and who asked for it: old → new of every followed table, newest first. Rows are nltui's own."""

from __future__ import annotations

from typing import Any

from nltui.model.table import Column, Feed, Table
from nltui.model.types import Clock, Context, Json, Order, Type


class _Shown(Type):
    """What the activity view made of history, already visible."""

    order = Order.TEXT


class _Who(_Shown):
    """`ip[4312]`; a filter finds every process of a program by the name alone."""

    def json(self, value: Any, context: Context) -> Json:
        from nltui.model.actor import program

        return program(value)


_SHOWN = _Shown()

ACTIVITY = Table(
    name="activity",
    title="Activity",
    singular="change",
    help=(
        "Every change of links, addresses, routes, neighbours, rules and nexthops since nltui started, newest first: "
        "+ added, − removed, ~ changed with old → new. The requester is named where its socket was seen (exact), or "
        "where only one process can have had its number then (inferred): the detail says which. Links' notifications "
        "carry no requester, so theirs is `?`; `kernel` acted by itself, or for an ioctl or a sysctl; `silent` changes "
        "were found by a dump, the kernel had sent no message. GAP tells of messages that were lost, and how many rows "
        "differed when the tables were read again: Enter shows which."
    ),
    command="ip -ts monitor all",
    feed=Feed.LOCAL,
    columns=(
        Column(name="time", fields=(), type=Clock(), json="time", priority=2, help="When it was heard, local time."),
        Column(
            name="change",
            fields=(),
            type=_SHOWN,
            json="change",
            priority=1,
            help="+ added, − removed, ~ changed, ! not heard.",
        ),
        Column(name="type", fields=(), type=_SHOWN, json="type", priority=3, help="What kind of object it is."),
        Column(name="object", fields=(), type=_SHOWN, json="object", priority=1, help="Which one."),
        Column(name="what", fields=(), type=_SHOWN, json="what", priority=1, help="Old → new, or the whole row."),
        Column(
            name="who",
            fields=(),
            type=_Who(),
            json="who",
            priority=4,
            help="The process that asked (by its port id, nlmsg_pid), `kernel`, `silent` or `?`; the detail says why.",
        ),
    ),
    journal=True,
    aliases=("log", "changes"),
)
