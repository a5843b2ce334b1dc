"""`ip tuntap add` and `del`."""

from __future__ import annotations

import grp
import pwd

from nltui.changes.command.words import Asked, Special, read, unknown
from nltui.changes.links import state, tuntap
from nltui.changes.links.common import kind_of
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.line import Line, cut

_SPECIAL: dict[str, Special] = dict.fromkeys(("pi", "vnet_hdr", "one_queue"), unknown("of a tun has no field here"))


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    texts = read(tuntap.AddTuntap, line.words, special=_SPECIAL, bare=("name",))
    if line.verb == "delete":
        return _delete(texts, world)
    for name in ("user", "group"):
        text = texts.get(name, "")
        if text and not (text.isascii() and text.isdigit()):
            texts[name] = _number(name, text)
    return tuntap.AddTuntap, texts, None


def _delete(texts: dict[str, str], world: World) -> Asked:
    if "name" not in texts:
        raise UsageError("a link is needed: `ip tuntap del dev LINK mode tun`")
    if kind_of(world.link(world.device(texts["name"]))) != "tun":
        raise UsageError(f"{cut(texts['name'])} is no tun and no tap")
    return state.LinkDelete, {"dev": texts["name"]}, None


def _number(what: str, name: str) -> str:
    """Of a user or a group. Raises UsageError."""
    try:
        return str(pwd.getpwnam(name).pw_uid if what == "user" else grp.getgrnam(name).gr_gid)
    except KeyError:
        raise UsageError(f"there is no {what} {cut(name)}") from None
