"""`ip nexthop add`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nltui.model.recreate.encap import encap
from nltui.model.recreate.words import Words, option, options


def nexthop(row: Mapping[str, Any]) -> Words:
    """One, or a group of them."""
    words = ["-6" if row.get("family") == "inet6" else "-4", "nexthop", "add", "id", str(row["id"])]
    if "group" in row:
        members = (
            f"{one['id']},{one['weight']}" if one.get("weight", 1) != 1 else str(one["id"]) for one in row["group"]
        )
        words = ["nexthop", *words[2:], "group", "/".join(members)]
        if row.get("type") == "resilient":
            timers = ("buckets", "idle_timer", "unbalanced_timer")
            words += ["type", "resilient", *options(row["resilient_args"], timers)]
    elif "blackhole" in row:
        words.append("blackhole")
    else:
        words += [*encap(row, ("id",)), *option(row, "gateway", "via"), *option(row, "dev")]
        words += ["onlink"] if "onlink" in row.get("flags", ()) else []
    words += ["fdb"] if "fdb" in row else []
    return words + (option(row, "protocol") if row.get("protocol") not in (None, "unspec") else [])
