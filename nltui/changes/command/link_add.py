"""`ip link add`: what all kinds have stands before `type KIND`, what is the kind's own behind it."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.changes.base import fields_of
from nltui.changes.command.words import Asked, Special, read, unknown
from nltui.changes.links.create import COMMON, AddVeth
from nltui.changes.links.kinds import KINDS
from nltui.errors import UsageError, did_you_mean
from nltui.model.ip_line.line import cut

_KINDS = {cls.kind: cls for cls in KINDS}
_SPECIAL: dict[str, Special] = {
    "alias": unknown("is told to a link that is there: `ip link set dev LINK alias …`"),
    "addrgenmode": unknown("is told to a link that is there: `ip link set dev LINK addrgenmode …`"),
    "down": unknown("says nothing of a new link, which is down"),
}


def _usual(word: str, left: list[str], found: dict[str, str]) -> None:
    """What a new link of this kind does anyway."""


_OWN: Mapping[str, Mapping[str, Special]] = {
    "vxlan": dict.fromkeys(("learning", "udpcsum", "noproxy", "norsc", "nol2miss", "nol3miss", "noexternal", "nogbp",
                            "noudp6zerocsumtx", "noudp6zerocsumrx"), _usual),
}  # fmt: skip
"""By kind."""
_PEER = {"name": "peer", "dev": "peer", "address": "peer_address", "mtu": "peer_mtu", "netns": "peer_netns"}
"""Words behind `peer`, and the field of each."""


def asked(words: list[str]) -> Asked:
    """Raises UsageError."""
    if "type" not in words or words.index("type") + 1 >= len(words):
        raise UsageError("`type KIND` is needed")
    at = words.index("type")
    kind, own = words[at + 1], words[at + 2 :]
    cls = _KINDS.get(kind)
    if cls is None:
        hint = did_you_mean(kind, _KINDS, f"; there are {', '.join(_KINDS)}")
        raise UsageError(f"no dialog makes a {cut(kind)}{hint}")
    special: dict[str, Special] = {**_SPECIAL, "dev": _name}
    texts = read(cls, words[:at], special=special, only=COMMON, bare=("name",))
    if cls is AddVeth:
        return cls, texts | _veth(own), None
    mine = [field.name for field in fields_of(cls) if field.name not in COMMON]
    return cls, texts | read(cls, own, special=_OWN.get(kind), only=mine), None


def _name(word: str, left: list[str], found: dict[str, str]) -> None:
    if not left or "name" in found:
        raise UsageError("`dev` is followed by one name")
    found["name"] = left.pop(0)


def _veth(own: list[str]) -> dict[str, str]:
    """The other end; the first word that means nothing else is its name."""
    if own and own[0] != "peer":
        raise UsageError(f"`{cut(own[0])}` is not understood here: `peer name NAME …`")
    texts: dict[str, str] = {}
    left = own[1:]
    while left:
        word = left.pop(0)
        field = _PEER.get(word)
        if field is None and "peer" not in texts:
            field, left = "peer", [word, *left]
        if field is None:
            raise UsageError(f"`{cut(word)}` of the other end is not understood here")
        if not left:
            raise UsageError(f"behind `{cut(word)}` something is missing")
        if field in texts:
            raise UsageError(f"`{cut(word)}` is said twice")
        texts[field] = left.pop(0)
    return texts
