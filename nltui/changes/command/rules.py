"""`ip rule …`: actions that are one word, ends that say nothing, and deletion by description."""

from __future__ import annotations

from nltui.changes import rules
from nltui.changes.command.words import Asked, Special, in_family, read, unknown
from nltui.changes.rule_flush import RuleFlush
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.conditions import spread
from nltui.model.ip_line.line import Line
from nltui.model.ip_line.of_others import of_rules

_EMPTY = {"all": "", "any": "", "default": "", "0.0.0.0/0": "inet", "::/0": "inet6"}
"""An end that is every address: the family that it tells."""
_ACTS = ("table_id", "goto", "action", "l3mdev")


def _action(word: str, left: list[str], found: dict[str, str]) -> None:
    found["action"] = word


_SPECIAL: dict[str, Special] = {
    **dict.fromkeys(("blackhole", "unreachable", "prohibit", "nop"), _action),
    **dict.fromkeys(("nat", "map-to"), unknown("is deprecated: the kernel takes it and does nothing")),
    "unicast": unknown("is no action of a rule: `lookup TABLE` is"),
}


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    if line.verb == "flush":
        return RuleFlush, {"where": of_rules(line.words, line.family)}, None
    if line.verb not in ("add", "delete"):
        raise UsageError(f"`ip rule {line.verb}` is not known here")
    texts = read(rules.RuleAdd, line.words, special=_SPECIAL)
    for end in ("source", "to"):
        said = spread(texts[end]) if end in texts else None
        if said in _EMPTY:
            del texts[end]
            texts |= {"family": _EMPTY[said]} if _EMPTY[said] else {}
        elif said is not None:
            texts[end] = said
    if line.verb == "add":
        texts |= {} if any(name in texts for name in _ACTS) else {"table_id": "main"}
        return rules.RuleAdd, in_family(rules.RuleAdd, line, texts), None
    if not texts:
        raise UsageError("which rule? say its priority, or what else tells it apart")
    row = rules.described(in_family(rules.RuleAdd, line, texts), world)
    if row is None:
        raise UsageError("there is no such rule")
    return rules.RuleDelete, {}, row
