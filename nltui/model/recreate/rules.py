"""`ip rule add`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nltui.model.recreate.words import Unrepeatable, Words, flags, is_six, option, options

_REALMS = ("flow_from", "flow_to")


def rule(row: Mapping[str, Any]) -> Words:
    """Every selector and action."""
    six = row["family"] == "inet6" or is_six(row.get("src"), row.get("dst"))
    words = ["-6" if six else "-4", "rule", "add", *flags(row, ("not",)), "priority", str(row["priority"])]
    words += ["from", _prefix(row, "src")] if row.get("src") not in (None, "all") else []
    words += ["to", _prefix(row, "dst")] if "dst" in row else []
    words += options(row, ("tos", "dscp"))
    if "fwmark" in row:
        words += ["fwmark", f"{row['fwmark']}/{row['fwmask']}" if "fwmask" in row else row["fwmark"]]
    words += options(row, ("iif", "oif"))
    if "uid_start" in row:
        words += ["uidrange", f"{row['uid_start']}-{row['uid_end']}"]
    words += _ports(row)
    words += option(row, "tun_id")
    if row.get("protocol") not in (None, "unspec"):
        words += option(row, "protocol")
    return [*words, *_action(row)]


def _prefix(row: Mapping[str, Any], key: str) -> str:
    return f"{row[key]}/{row[f'{key}len']}" if f"{key}len" in row else str(row[key])


def _ports(row: Mapping[str, Any]) -> Words:
    words: Words = []
    if "ipproto" in row:
        words += ["ipproto", str(row["ipproto"]).removeprefix("ipproto-")]
    for key in ("sport", "dport"):
        if f"{key}_mask" in row or f"{key}_start" in row:
            if f"{key}_mask" in row:
                raise Unrepeatable(f"`ip` of this age has no mask for {key}")
            words += [key, f"{row[f'{key}_start']}-{row[f'{key}_end']}"]
        elif key in row:
            words += option(row, key)
    return words


def _action(row: Mapping[str, Any]) -> Words:
    words: Words = []
    if "flow_to" in row:
        words += ["realms", f"{row['flow_from']}/{row['flow_to']}" if "flow_from" in row else row["flow_to"]]
    if "l3mdev" in row:
        return [*words, "l3mdev"]
    if "goto" in row:
        return [*words, *option(row, "table"), "goto", str(row["goto"])]
    if "nop" in row:
        return [*words, "nop"]
    if "action" in row:
        return [*words, row["action"]]
    words += option(row, "table")
    return words + options(row, (("suppress_prefixlen", "suppress_prefixlength"), "suppress_ifgroup"))
