"""What changed and who asked for it: old → new of every followed table, newest first. Rows are nltui's own."""

from __future__ import annotations

from nltui.model.table import Column, Feed, Table
from nltui.model.types import Text

_SHOWN = Text()
"""Cells are made by the activity view from history; the type only says that they sort by text."""

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
        Column(name="time", fields=(), type=_SHOWN, json="time", priority=2, help="When it was heard, local time."),
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
            type=_SHOWN,
            json="who",
            priority=4,
            help="The process that asked (by its port id, nlmsg_pid), `kernel`, `silent` or `?`; the detail says why.",
        ),
    ),
    journal=True,
    aliases=("log", "changes"),
)
