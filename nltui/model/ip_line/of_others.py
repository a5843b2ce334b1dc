"""`ip address`, `link`, `neighbour`, `rule` and `nexthop` with `show` or `flush`, as filters of their tables."""

from __future__ import annotations

import re
from fnmatch import translate

from nltui.errors import UsageError, did_you_mean
from nltui.model.filter.writing import quoted
from nltui.model.ip_line.conditions import ANY, Conditions, spread
from nltui.model.ip_line.line import cut
from nltui.system import names

_TEMPORARY = "(flags has secondary or flags has temporary)"
"""One flag, which has two names by family."""
_ADDRESS_FLAGS = {
    **{name: f"flags has {name}" for name in ("dynamic", "tentative", "deprecated", "dadfailed", "home", "nodad",
                                              "mngtmpaddr", "noprefixroute", "autojoin", "optimistic")},
    "permanent": "not flags has dynamic", "primary": f"not {_TEMPORARY}", "secondary": _TEMPORARY,
    "temporary": _TEMPORARY,
}  # fmt: skip
_OF_LINK = dict.fromkeys(
    ("up", "master", "vrf", "nomaster", "group", "type"), "is about links: `ip link show` filters by it"
)


def of_addresses(words: tuple[str, ...], family: str = "") -> str:
    """Of `ip address show` and `flush`. Raises UsageError."""
    left = Conditions(words, family)
    while word := left.next():
        flag = _ADDRESS_FLAGS.get(word.removeprefix("-"))
        if flag is not None:
            left.parts.append(f"not ({flag})" if word.startswith("-") else flag)
        elif word in _OF_LINK:
            raise UsageError(f"`{word}` {_OF_LINK[word]}")
        elif word == "scope":
            left.once(word, word)
            said = left.value(word)
            if said != "all":
                left.named("scope", said, names.scope)
        elif word == "to":
            left.once(word, word)
            left.inside("address", left.value(word))
        elif word == "label":
            left.once(word, word)
            pattern = quoted(_pattern(left.value(word)))
            # Of an address without a label, `ip` takes the link's name for it.
            left.parts.append(f"(label ~ {pattern} or not label ~ . dev ~ {pattern})")
        elif word in ("proto", "protocol"):
            left.once(word, "proto")
            left.named("proto", left.value(word), names.address_protocol)
        else:
            left.once(word, "dev")
            left.equal("dev", left.value(word) if word == "dev" else word)
    return left.filter()


def _pattern(text: str) -> str:
    """A shell's pattern as a regular expression."""
    inside = translate(text).removeprefix("(?s:").removesuffix(")\\Z")
    return f"^{inside}$"


_STATES = ("permanent", "noarp", "reachable", "stale", "delay", "probe", "failed", "incomplete", "none")


def _in_state(states: list[str], flushing: bool) -> str:
    if not states:
        return "not state ~ PERMANENT|NOARP" if flushing else "state ~ . not state ~ NOARP"
    named = [state.upper() for state in states if state != "none"]
    parts = ([f"state ~ {quoted('|'.join(named))}"] if named else []) + (["not state ~ ."] if "none" in states else [])
    return f"({' or '.join(parts)})"


def of_neighbours(words: tuple[str, ...], family: str = "", flushing: bool = False) -> str:
    """Of `ip neighbour show` and `flush`, which leave out what needs no resolution. Raises UsageError."""
    left, states, every = Conditions(words, family), list[str](), False
    while word := left.next():
        if word == "nud":
            said = left.value(word).lower()
            every |= said == "all"
            if said not in (*_STATES, "all"):
                raise UsageError(f"`nud {cut(said)}`: one of {', '.join(_STATES)}, all")
            states += [said] if said != "all" else []
        elif word in ("proxy", "router", "extern_learn", "managed"):
            left.once(word, word)
            left.parts.append(f"flags has {word}")
        elif word in _OF_LINK or word == "unused":
            raise UsageError(f"`{word}` cannot be a filter of neighbours here")
        elif word in ("proto", "protocol"):
            left.once(word, "proto")
            left.named("proto", left.value(word), names.protocol)
        elif word == "dev":
            left.once(word, word)
            left.equal("dev", left.value(word))
        else:
            left.once(word, "to")
            left.inside("address", left.value(word) if word == "to" else word)
    if not every and not left.said("proxy"):
        left.parts.append(_in_state(states, flushing))
    if not left.said("proxy"):
        left.parts.append("not flags has proxy")
    return left.filter()


def of_links(words: tuple[str, ...], family: str = "") -> str:
    """Of `ip link show`. Raises UsageError."""
    left = Conditions(words)
    columns = {"dev": "name", "type": "kind", "master": "master", "vrf": "master"}
    while word := left.next():
        if word == "up":
            left.parts.append("flags has UP")
        elif word == "nomaster":
            left.parts.append("not master ~ .")
        elif word == "group":
            left.once(word, word)
            left.named("group", left.value(word), names.group)
        else:
            column = columns.get(word, "name")
            left.once(word, column)
            left.equal(column, left.value(word) if word in columns else word)
    return left.filter()


_RULE_WORDS = ("from", "to", "iif", "oif", "fwmark", "table", "lookup", "pref", "priority", "preference", "order",
               "protocol", "proto")  # fmt: skip
_NEXTHOP_WORDS = ("id", "dev", "protocol", "proto", "groups", "fdb")


def of_rules(words: tuple[str, ...], family: str = "") -> str:
    """Of `ip rule show` and `flush`. Raises UsageError."""
    left = Conditions(words, family)
    while word := left.next():
        left.once(word, word)
        if word not in _RULE_WORDS:
            hint = did_you_mean(word, _RULE_WORDS)
            raise UsageError(f"`{cut(word)}` is no word of `ip rule show` or `flush` that is known here{hint}")
        if word in ("table", "lookup"):
            left.named("table", left.value(word), names.table)
        elif word in ("pref", "priority", "preference", "order"):
            left.parts.append(f"priority == {cut(left.value(word))}")
        elif word in ("protocol", "proto"):
            left.named("proto", left.value(word), names.protocol)
        else:
            said = spread(left.value(word))
            said = hex(int(said)) if word == "fwmark" and said.isascii() and said.isdigit() else said
            if said not in ANY:
                left.parts.append(f"selector ~ {quoted(f'(^| ){word} {re.escape(said)}( |/|$)')}")
    left.family = left.family or "inet"
    return left.filter()


def of_nexthops(words: tuple[str, ...], family: str = "") -> str:
    """Of `ip nexthop show` and `flush`. Raises UsageError."""
    left = Conditions(words, family)
    while word := left.next():
        left.once(word, word)
        if word in ("id", "dev"):
            left.equal(word, left.value(word))
        elif word in ("protocol", "proto"):
            left.named("proto", left.value(word), names.protocol)
        elif word == "groups":
            left.parts.append("group ~ .")
        elif word == "fdb":
            left.parts.append("fdb ~ .")
        else:
            hint = did_you_mean(word, _NEXTHOP_WORDS)
            raise UsageError(f"`{cut(word)}` is no word of `ip nexthop show` or `flush` that is known here{hint}")
    return left.filter()
