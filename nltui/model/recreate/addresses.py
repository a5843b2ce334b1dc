"""`ip address add`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nltui.model.recreate.words import Words, flags, option

FOREVER = 0xFFFFFFFF
_KEPT = ("noprefixroute", "nodad", "mngtmpaddr", "home", "autojoin", "optimistic")
"""Flags that a person sets; the others are states."""
_MADE = ("kernel_lo", "kernel_ll", "kernel_ra", "unspec")


def address(row: Mapping[str, Any]) -> Words:
    """With peer, broadcast, label, scope, lifetimes and flags."""
    six = row["family"] == "inet6"
    words = ["-6" if six else "-4", "address", "add"]
    if "address" in row:
        words += [row["local"], "peer", f"{row['address']}/{row['prefixlen']}"]
    else:
        words.append(f"{row['local']}/{row['prefixlen']}")
    words += option(row, "broadcast")
    if not six and row.get("label") not in (None, row["ifname"]):
        words += option(row, "label")
    if not six:
        # Of IPv6 the address itself tells.
        words += option(row, "scope")
    words += option(row, "metric")
    if row.get("protocol") not in (None, *_MADE):
        words += ["proto", row["protocol"]]
    for key, word in (("valid_life_time", "valid_lft"), ("preferred_life_time", "preferred_lft")):
        if row.get(key, FOREVER) != FOREVER:
            words += [word, str(row[key])]
    return [*words, *flags(row, _KEPT), "dev", row["ifname"]]
