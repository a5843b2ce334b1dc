"""`ip link set`, `delete` and `property`: settings in any order around the link's name."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.changes.base import fields_of
from nltui.changes.command import link_add
from nltui.changes.command.words import Asked, Special, read, unknown
from nltui.changes.links import settings, state
from nltui.changes.links.kind_options import OPTIONS
from nltui.changes.links.options import Options
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.line import Line, cut, first

_OPTIONS: dict[str, type[Options]] = {cls.kind: cls for cls in OPTIONS}


def _state(word: str, left: list[str], found: dict[str, str]) -> None:
    if "state" in found:
        raise UsageError("`up` and `down` exclude each other")
    found["state"] = word


def _nomaster(word: str, left: list[str], found: dict[str, str]) -> None:
    found["master"] = ""


def _vrf(word: str, left: list[str], found: dict[str, str]) -> None:
    if not left:
        raise UsageError("behind `vrf` something is missing: a link")
    found["master"] = left.pop(0)


def _kind(word: str, left: list[str], found: dict[str, str]) -> None:
    found["type"] = " ".join(left)
    left.clear()


def _netns(word: str, left: list[str], found: dict[str, str]) -> None:
    if not left:
        raise UsageError("behind `netns` something is missing: a network namespace")
    found["netns"] = left.pop(0)


def _learning(word: str, left: list[str], found: dict[str, str]) -> None:
    found["learning"] = word


_WORDS: Mapping[str, Mapping[str, Special]] = {"vxlan": dict.fromkeys(("learning", "nolearning"), _learning)}
"""By kind."""
_SPECIAL: dict[str, Special] = {
    "up": _state, "down": _state, "nomaster": _nomaster, "novrf": _nomaster, "vrf": _vrf, "type": _kind,
    "netns": _netns,
    **dict.fromkeys(
        ("xdp", "xdpgeneric", "xdpdrv", "xdpoffload", "vf", "broadcast", "brd", "trailers", "dynamic", "mode",
         "link-netnsid", "protodown_reason", "index", "numtxqueues", "numrxqueues", "tso_max_size"),
        unknown("of a link that is there has no field here: use `ip` itself"),
    ),
}  # fmt: skip


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    words = list(line.words)
    if line.verb == "add":
        return link_add.asked(words)
    if line.verb == "property":
        verb = first(words[0], ("add", "delete")) if words else None
        if verb is None:
            raise UsageError("`ip link property` is followed by `add` or `del`")
        named: type[state.AltnameAdd] = state.AltnameAdd if verb == "add" else state.AltnameDelete
        return named, read(named, words[1:], bare=("dev",)), None
    if line.verb == "delete":
        return _delete(words)
    if line.verb != "set":
        raise UsageError(f"`ip link {line.verb}` is not known here")
    texts = read(settings.LinkSet, words, special=_SPECIAL, bare=("dev",))
    if "dev" not in texts:
        raise UsageError("a link is needed: `ip link set dev LINK …`")
    return _set(texts, world)


def _delete(words: list[str]) -> Asked:
    texts = read(state.LinkDelete, words, special={"type": _kind, "group": unknown("deletes many: mark them instead")},
                 bare=("dev",))  # fmt: skip
    rest = texts.pop("type", "").split()[1:]
    if rest:
        raise UsageError(f"`{cut(' '.join(rest))}` is not understood here")
    if not texts:
        raise UsageError("a link is needed: `ip link del dev LINK`")
    return state.LinkDelete, texts, None


def _set(texts: dict[str, str], world: World) -> Asked:
    """One of the dialogs of a link that is there."""
    row = world.link(world.device(texts["dev"]))
    told = {name: text for name, text in texts.items() if name != "dev"}
    if not told:
        raise UsageError("nothing is set: up, down, mtu, address, master …")
    for word in ("type", "netns"):
        if word in told and len(told) > 1:
            raise UsageError(f"`{word}` stands in a line of its own here")
    if "netns" in told:
        return state.LinkMove, texts, row
    if "type" in told:
        kind, *options = told["type"].split() or [""]
        cls = _OPTIONS.get(kind)
        if cls is None:
            raise UsageError(f"no dialog sets options of a {cut(kind)}; there are {', '.join(_OPTIONS)}")
        own = [field.name for field in fields_of(cls) if field.name != "dev"]
        return cls, cls.filled(row, world) | read(cls, options, special=_WORDS.get(kind), only=own, bare=()), row
    if list(told) == ["state"]:
        return (state.LinkUp if told["state"] == "up" else state.LinkDown), {"dev": texts["dev"]}, row
    return settings.LinkSet, settings.LinkSet.filled(row, world) | texts, row
