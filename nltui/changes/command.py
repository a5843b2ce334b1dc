"""An `ip …` line as changes: what was pasted or typed fills the dialog of the change that it is."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence

from nltui.changes import addresses, neighbours, nexthops, routes, rules
from nltui.changes.again import attributes
from nltui.changes.base import Change, fields_of
from nltui.changes.links import bridges, create, settings, state, tuntap
from nltui.changes.route_rows import METRICS
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import rtnetlink as rt
from nltui.text import visible

Asked = tuple[type[Change], dict[str, str], bytes | None]
"""The change, what its fields hold, and the row that it is about."""

_OBJECTS = {
    "link": "link", "address": "address", "addr": "address", "route": "route", "neighbour": "neighbour",
    "neighbor": "neighbour", "neigh": "neighbour", "rule": "rule", "nexthop": "nexthop",
}  # fmt: skip
_VERBS: Mapping[str, Mapping[str, type[Change]]] = {
    "address": {"add": addresses.AddressAdd, "replace": addresses.AddressReplace, "change": addresses.AddressReplace,
                "delete": addresses.AddressDelete, "flush": addresses.AddressFlush},
    "route": {"add": routes.RouteAdd, "replace": routes.RouteReplace, "change": routes.RouteReplace,
              "append": routes.RouteAppend, "prepend": routes.RoutePrepend, "delete": routes.RouteDelete},
    "neighbour": {"add": neighbours.NeighbourAdd, "replace": neighbours.NeighbourReplace,
                  "change": neighbours.NeighbourReplace, "delete": neighbours.NeighbourDelete,
                  "flush": neighbours.NeighbourFlush},
    "rule": {"add": rules.RuleAdd, "delete": rules.RuleDelete},
    "nexthop": {"add": nexthops.NexthopAdd, "replace": nexthops.NexthopReplace, "delete": nexthops.NexthopDelete},
    "link": {"add": create.LinkAdd, "set": settings.LinkSet, "delete": state.LinkDelete, "property": state.AltnameAdd},
}  # fmt: skip
_KINDS = {cls.kind: cls for cls in create.KINDS}


def is_change(line: str) -> bool:
    """Whether a line is one of `ip` that asks for a change; else it only shows something, or is none of `ip`."""
    try:
        _, _, verb, _ = _begin(line)
    except UsageError:
        return False
    return verb is not None


def parsed(line: str, world: World) -> Asked:
    """Of one line. Raises UsageError with what is not understood."""
    family, thing, verb, words = _begin(line)
    if verb is None:
        raise UsageError(f"`{visible(line, limit=80)}` is no change that is known here")
    if thing == "tuntap":
        return tuntap.AddTuntap, _read(tuntap.AddTuntap, words), None
    if thing == "link":
        return _link(verb, words, world)
    cls = _VERBS[thing][verb]
    if thing == "neighbour" and "proxy" in words:
        words.remove("proxy")
        cls = neighbours.ProxyAdd if verb == "add" else cls
        texts = _read(cls, words) | ({"proxy": "yes"} if verb == "delete" else {})
        return cls, texts, None
    if cls in (routes.RouteDelete, rules.RuleDelete):
        return _of_row(cls, thing, words, family, world)
    if family and cls in (addresses.AddressFlush, neighbours.NeighbourFlush):
        raise UsageError("a flush of one family is not known here: mark the rows, and delete them")
    texts = _route(cls, words) if thing == "route" else _rule(words) if thing == "rule" else _read(cls, words)
    if family and "family" in {field.name for field in fields_of(cls)}:
        texts.setdefault("family", family)
    return cls, texts, None


def _begin(line: str) -> tuple[str, str, str | None, list[str]]:
    """(family, object, verb, the rest); verb None where nothing is changed. Raises UsageError for no line of `ip`."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{visible(line, limit=80)}: {error}") from None
    words = words[1:] if words[:1] == ["sudo"] else words
    words = words[1:] if words[:1] == ["ip"] else words
    family = ""
    while words and words[0].startswith("-"):
        family = {"-4": "inet", "-6": "inet6"}.get(words[0], family)
        words = words[1:]
    if not words:
        raise UsageError("an object is needed: link, address, route …")
    if words[0] == "tuntap":
        return family, "tuntap", "add" if words[1:2] and "add".startswith(words[1]) else None, words[2:]
    thing = _one(words[0], _OBJECTS)
    if thing is None:
        raise UsageError(f"`ip {visible(words[0], limit=40)}` is not known here")
    thing = _OBJECTS[thing]
    verb = _one(words[1], _VERBS[thing]) if len(words) > 1 else None
    return family, thing, verb, words[2:]


def _one(word: str, known: Mapping[str, object]) -> str | None:
    """The first that begins so, as `ip` takes it."""
    return word if word in known else next((one for one in known if word and one.startswith(word)), None)


def _read(cls: type[Change], words: Sequence[str], texts: dict[str, str] | None = None) -> dict[str, str]:
    """Words into the fields that they belong to. Raises UsageError."""
    found = texts if texts is not None else {}
    # Of two fields with one word the first has it: a veth's other end is read apart.
    by_word = {word: field for field in reversed(fields_of(cls)) for word in (field.word, *field.also) if word}
    placed = [field for field in fields_of(cls) if not field.word]
    left, seen = list(words), set[str]()
    while left:
        word = left.pop(0)
        field = by_word.get(word)
        if field is not None and field.name in seen:
            raise UsageError(f"`{word}` is said twice")
        seen |= {field.name} if field is not None else set()
        if field is None:
            if not placed or placed[0].name in found:
                raise UsageError(f"`{visible(word, limit=40)}` is not understood here")
            found[placed[0].name] = word
        elif field.input.is_flag:
            found[field.name] = "yes"
        elif left:
            found[field.name] = left.pop(0)
        else:
            raise UsageError(f"behind `{word}` something is missing: {field.input.hint}")
    return found


def _route(cls: type[Change], words: list[str]) -> dict[str, str]:
    """The type before the destination, several nexthops, `via inet6`, metrics that have no field of their own."""
    texts: dict[str, str] = {}
    types = {name for number, name in rt.ROUTE_TYPES.items()}
    if words and words[0] in types:
        texts["type"] = words.pop(0)
    if "nexthop" in words:
        at = words.index("nexthop")
        legs = " ".join(words[at:]).split("nexthop")
        texts["hops"] = " / ".join(
            " ".join(w for w in leg.split() if w not in ("inet", "inet6")) for leg in legs if leg.strip()
        )
        words = words[:at]
    if words[:1] == ["to"]:
        words = words[1:]
    words = [w for i, w in enumerate(words) if not (w in ("inet", "inet6") and i and words[i - 1] == "via")]
    metrics: list[str] = []
    for name in METRICS:
        while name in words and name not in ("mtu", "advmss"):
            at = words.index(name)
            metrics += words[at : at + 2]
            del words[at : at + 2]
    if metrics:
        texts["metrics"] = " ".join(metrics)
    return _read(cls, words, texts)


def _rule(words: list[str]) -> dict[str, str]:
    """Actions that are one word; `from all` says nothing."""
    texts: dict[str, str] = {}
    for action in ("blackhole", "unreachable", "prohibit", "nop"):
        if action in words:
            words.remove(action)
            texts["action"] = action
    for side in ("from", "to"):
        at = words.index(side) if side in words else -1
        if at >= 0 and words[at + 1 : at + 2] == ["all"]:
            del words[at : at + 2]
    return _read(rules.RuleAdd, words, texts)


def _of_row(cls: type[Change], thing: str, words: list[str], family: str, world: World) -> Asked:
    """Deleting by description: the first row, in the kernel's order, that has all that was said."""
    like: type[Change] = routes.RouteAdd if thing == "route" else rules.RuleAdd
    texts = _route(like, words) if thing == "route" else _rule(words)
    if family:
        texts.setdefault("family", family)
    if thing == "route":
        where = world.where("routes", dst=texts.get("dst", ""))
        rows = [row for row in where if _has(world.said("routes", row), texts)]
    else:
        wanted = like.parsed({"action": "nop"} | texts if not _acts(texts) else texts, world)
        body = wanted.steps(world)[0].body
        told = attributes(body, 12)
        rows = [row for row in world.rows("rules") if row[16] == body[0] and _tells(row, told, body, _acts(texts))]
    if not rows:
        raise UsageError(f"there is no such {thing}")
    return cls, {}, rows[0]


def _acts(texts: Mapping[str, str]) -> bool:
    return any(name in texts for name in ("table_id", "goto", "action"))


def _tells(row: bytes, told: Mapping[int, bytes], body: bytes, acts: bool) -> bool:
    there = attributes(row, 28)
    same = all(there.get(type_) == raw for type_, raw in told.items())
    same &= row[17:20] == body[1:4] and not (row[24] ^ body[8]) & fr.FIB_RULE_INVERT
    if fr.FRA_FWMARK in told:
        same &= there.get(fr.FRA_FWMASK, b"\xff" * 4) == told.get(fr.FRA_FWMASK, b"\xff" * 4)
    table = int.from_bytes(there.get(15, b""), sys.byteorder) & 0xFF
    return same and (not acts or (row[23] == body[7] and table == (body[4] or table)))


def _has(said: Mapping[str, object], texts: Mapping[str, str]) -> bool:
    keys = {"via": "gateway", "source": "from", "dev": "dev", "metric": "metric", "proto": "protocol", "src": "prefsrc",
            "tos": "tos", "nhid": "nhid", "table_id": "table", "scope": "scope", "type": "type",
            "family": "family"}  # fmt: skip
    more = texts.keys() - keys.keys() - {"dst"}
    if more:
        raise UsageError(f"deleting by {', '.join(sorted(more))} is not known here: delete it where it is shown")
    table = texts.get("table_id", "main")
    if str(said.get("table", "main")) != table:
        return False
    return all(
        str(said.get(keys[name], "")) == text for name, text in texts.items() if name in keys and name != "table_id"
    )


def _link(verb: str, words: list[str], world: World) -> Asked:
    if verb == "add":
        return _link_add(words)
    if verb == "property":
        named: type[Change] = state.AltnameDelete
        if words[:1] and "add".startswith(words[0]):
            named = state.AltnameAdd
        return named, _read(named, words[1:]), None
    words = _named_first(words)
    if not words:
        raise UsageError("a link is needed")
    name, rest = words[0], words[1:]
    if verb == "delete":
        if rest and not (rest[0] == "type" and len(rest) == 2):
            raise UsageError(f"`{visible(' '.join(rest), limit=80)}` is not understood here")
        return state.LinkDelete, {"dev": name}, None
    row = world.link(world.device(name))
    if rest in (["up"], ["down"]):
        return (state.LinkUp if rest == ["up"] else state.LinkDown), {"dev": name}, row
    if rest[:1] == ["type"] and rest[1:2] in (["bridge"], ["bridge_slave"]):
        cls: type[bridges.Options] = bridges.BridgeSet if rest[1] == "bridge" else bridges.BridgePortSet
        return cls, _read(cls, rest[2:], cls.filled(row, world)), row
    if rest[:1] == ["netns"] and len(rest) == 2:
        return state.LinkMove, {"dev": name, "netns": rest[1]}, row
    texts = settings.LinkSet.filled(row, world)
    if "nomaster" in rest:
        rest = [word for word in rest if word != "nomaster"]
        texts["master"] = ""
    if "up" in rest or "down" in rest:
        raise UsageError("`up` and `down` stand alone here; say the rest in a line of its own")
    return settings.LinkSet, _read(settings.LinkSet, rest, texts), row


def _named_first(words: list[str]) -> list[str]:
    """The link's name before what is set: `up dev X` and `mtu 1400 dev X` as `ip` takes them too."""
    if "dev" in words[:-1]:
        at = words.index("dev")
        return [words[at + 1], *words[:at], *words[at + 2 :]]
    return [words[1], words[0]] if words[:1] in (["up"], ["down"]) and len(words) == 2 else words


def _link_add(words: list[str]) -> Asked:
    if "type" not in words or words.index("type") + 1 >= len(words):
        raise UsageError("`type KIND` is needed")
    at = words.index("type")
    common, kind, own = words[:at], words[at + 1], words[at + 2 :]
    cls = _KINDS.get(kind)
    if cls is None:
        raise UsageError(f"no dialog makes a {visible(kind, limit=40)}; there are {', '.join(_KINDS)}")
    texts: dict[str, str] = {}
    if cls is create.AddVeth and own[:1] == ["peer"]:
        peer, own = own[1:], []
        while peer:
            word = peer.pop(0)
            field = {"name": "peer", "address": "peer_address"}.get(word)
            if field is None or not peer:
                raise UsageError(f"`{visible(word, limit=40)}` of the other end is not understood here")
            texts[field] = peer.pop(0)
    words = []
    left = list(common)
    known = {word for field in fields_of(cls) for word in (field.word, *field.also)}
    while left:
        word = left.pop(0)
        if word == "dev" or word not in known:
            # `ip link add [dev] NAME`.
            word = left.pop(0) if word == "dev" and left else word
            if "name" in words:
                raise UsageError(f"`{visible(word, limit=40)}` is not understood here")
            words += ["name", word]
        else:
            words += [word, *(left[:1] if word != "up" else [])]
            left = left[1:] if word != "up" else left
    return cls, _read(cls, [*words, *own], texts), None
