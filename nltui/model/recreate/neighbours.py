"""`ip neighbour replace`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nltui.model.recreate.words import Unrepeatable, Words, flags, option, options

_LASTING = ("PERMANENT", "NOARP", "STALE", "REACHABLE", "DELAY", "PROBE")


def neighbour(row: Mapping[str, Any]) -> Words:
    """Or `add proxy`. States that only resolution brings cannot be asked for."""
    rest = flags(row, ("router", "extern_learn", "managed"))
    protocol = option(row, "protocol") if row.get("protocol") not in (None, "unspec") else []
    if "proxy" in row:
        return ["neighbour", "add", "proxy", row["dst"], *option(row, "dev"), *rest, *protocol]
    words = ["neighbour", "replace", row["dst"], *options(row, ("lladdr", "dev")), *rest, *protocol]
    state = str(row["state"]).split()[-1] if isinstance(row["state"], str) else row["state"][0]
    if "managed" in row:
        return words
    if state not in _LASTING or "lladdr" not in row:
        raise Unrepeatable(f"a neighbour in state {state} only comes of resolution")
    return [*words, "nud", state.lower()]
