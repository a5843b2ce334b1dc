"""Every table that nltui knows, in display order, and how the command line names them."""

from __future__ import annotations

from collections.abc import Sequence

from nltui.errors import UsageError, did_you_mean
from nltui.model.table import Table
from nltui.netlink.constants.netlink import NETLINK_XFRM
from nltui.tables.activity import ACTIVITY
from nltui.tables.addresses import ADDRESSES
from nltui.tables.diagnostics import DIAGNOSTICS
from nltui.tables.flaps import FLAPS
from nltui.tables.links import LINKS
from nltui.tables.neighbours import NEIGHBOURS
from nltui.tables.nexthops import NEXTHOPS
from nltui.tables.policies import POLICIES
from nltui.tables.routes import ROUTES
from nltui.tables.rules import RULES
from nltui.tables.sockets import SOCKETS
from nltui.tables.uevents import UEVENTS

TABLES: tuple[Table, ...] = (
    LINKS,
    ADDRESSES,
    ROUTES,
    NEIGHBOURS,
    RULES,
    NEXTHOPS,
    UEVENTS,
    DIAGNOSTICS,
    FLAPS,
    SOCKETS,
    POLICIES,
    ACTIVITY,
)


def privileged(table: Table) -> bool:
    """Whether the kernel shows it only to CAP_NET_ADMIN: protocols that do not say NL_CFG_F_NONROOT_RECV."""
    return table.protocol == NETLINK_XFRM


def find(name: str, others: Sequence[str] = ()) -> Table:
    """The table of this name, alias, or unique beginning of either, as `ip` abbreviates its objects.

    `others`: words that could have stood in its place. Raises UsageError with the names there are, and the nearest one.
    """
    wanted = name.lower()
    for table in TABLES:
        if wanted == table.name or wanted in table.aliases:
            return table
    found = [table for table in TABLES if any(word.startswith(wanted) for word in (table.name, *table.aliases))]
    if wanted and len(found) == 1:
        return found[0]
    names = ", ".join(table.name for table in TABLES)
    if wanted and found:
        raise UsageError(f"table {name!r} could be {' or '.join(table.name for table in found)}; tables: {names}")
    words = (word for table in TABLES for word in (table.name, *table.aliases))
    hint = did_you_mean(wanted, (*words, *others), ";")
    raise UsageError(f"no table {name!r}{hint} tables: {names}")
