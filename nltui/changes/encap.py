"""A header that packets get on their way, as `ip` takes it: `ip id 7 dst 10.9.0.1`, `mpls 100/200`, `seg6 …`.

Sources: RTA_ENCAP, NHA_ENCAP and linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/seg6_iptunnel.h, linux/seg6_local.h.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nltui.changes import build as b
from nltui.changes.again import attributes, joined
from nltui.changes.inputs import Address, Choice, Dev, Input, Number, Spelled, Tos
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model import lwtunnel
from nltui.model.recreate import Unrepeatable
from nltui.model.recreate.encap import encap
from nltui.netlink.constants import lwtunnel as lwt
from nltui.netlink.wire import nlattr
from nltui.system import names
from nltui.text import visible

_LABELS = "labels"
"""Of MPLS: said without a word."""
_SEGMENTS_TYPE = 4
"""IPV6_SRCRT_TYPE_4, struct ipv6_sr_hdr."""
_BYTE = Number(0, 255)
_TABLE = Spelled(names.table, 0xFFFFFFFF, "a routing table")
_INLINE, _INSERTS = 0, 9
"""A mode and an action (End.B6) that put segments before the destination, instead of packets into packets."""


class _Labels(Input):
    hint = "labels: 100/200"

    def parse(self, text: str, world: World) -> bytes:
        """A struct mpls_label each, the last one marked."""
        try:
            labels = [int(one) for one in text.split("/") if one.isascii()]
        except ValueError:
            labels = []
        if not labels or len(labels) != len(text.split("/")) or max(labels) >= 1 << 20 or min(labels) < 0:
            raise UsageError(f"`{visible(text, limit=40)}`: labels are up to 1048575, with `/` between them")
        last = len(labels) - 1
        return b"".join(struct.pack("!I", label << 12 | (at == last) << 8) for at, label in enumerate(labels))


class _Segments(Input):
    hint = "addresses, with `,` between them"

    def parse(self, text: str, world: World) -> list[bytes]:
        """In the order in which packets come by."""
        segments = [b.packed(Address(6).parse(one, world)) for one in text.split(",")]
        if len(segments) > 127:
            raise UsageError("127 segments fit")
        return segments


def _header(segments: list[bytes], *, room: bool = False) -> bytes:
    """struct ipv6_sr_hdr, in which the last one stands first; `room` for the destination, behind it."""
    listed = ([bytes(16)] if room else []) + segments[::-1]
    last = len(listed) - 1
    return struct.pack("=BBBBBBH", 0, 2 * len(listed), _SEGMENTS_TYPE, last, last, 0, 0) + b"".join(listed)


Part = tuple[int, Input, Callable[[int, Any], bytes]]
"""Attribute, how its value is typed, how it is packed."""


def _tunnel(family: int, ttl: str, tos: str) -> Mapping[str, Part]:
    return {
        "id": (lwt.LWTUNNEL_IP_ID, Number(0, 0xFFFFFFFFFFFFFFFF), b.be64),
        "src": (lwt.LWTUNNEL_IP_SRC, Address(family), b.ip),
        "dst": (lwt.LWTUNNEL_IP_DST, Address(family), b.ip),
        ttl: (lwt.LWTUNNEL_IP_TTL, _BYTE, b.u8),
        tos: (lwt.LWTUNNEL_IP_TOS, Tos(), b.u8),
    }


def _device(type_: int, value: Any) -> bytes:
    return b.u32(type_, value.index)


@dataclass(frozen=True)
class _Kind:
    number: int
    parts: Mapping[str, Part]
    flags: Mapping[str, int]
    needed: tuple[str, ...] = ()


_FLAGS = {"key": lwt.TUNNEL_KEY, "csum": lwt.TUNNEL_CSUM, "seq": lwt.TUNNEL_SEQ}
_MODES = {word: number for number, word in lwt.SEG6_MODES.items()}
_ACTIONS = {word: number for number, word in lwt.SEG6_LOCAL_ACTIONS.items()}
_KINDS: Mapping[str, _Kind] = {
    "mpls": _Kind(
        lwt.LWTUNNEL_ENCAP_MPLS,
        {_LABELS: (lwt.MPLS_IPTUNNEL_DST, _Labels(), nlattr), "ttl": (lwt.MPLS_IPTUNNEL_TTL, _BYTE, b.u8)},
        {},
        (_LABELS,),
    ),
    "ip": _Kind(lwt.LWTUNNEL_ENCAP_IP, _tunnel(4, "ttl", "tos"), _FLAGS),
    "ip6": _Kind(lwt.LWTUNNEL_ENCAP_IP6, _tunnel(6, "hoplimit", "tc"), _FLAGS),
    "seg6": _Kind(
        lwt.LWTUNNEL_ENCAP_SEG6,
        {"mode": (0, Choice(_MODES), b.u32), "segs": (lwt.SEG6_IPTUNNEL_SRH, _Segments(), nlattr)},
        {},
        ("mode", "segs"),
    ),
    "seg6local": _Kind(
        lwt.LWTUNNEL_ENCAP_SEG6_LOCAL,
        {
            "action": (lwt.SEG6_LOCAL_ACTION, Choice(_ACTIONS), b.u32),
            "table": (lwt.SEG6_LOCAL_TABLE, _TABLE, b.u32),
            "vrftable": (lwt.SEG6_LOCAL_VRFTABLE, _TABLE, b.u32),
            "nh4": (lwt.SEG6_LOCAL_NH4, Address(4), b.ip),
            "nh6": (lwt.SEG6_LOCAL_NH6, Address(6), b.ip),
            "iif": (lwt.SEG6_LOCAL_IIF, Dev(), _device),
            "oif": (lwt.SEG6_LOCAL_OIF, Dev(), _device),
            "segs": (lwt.SEG6_LOCAL_SRH, _Segments(), nlattr),
        },
        {"srh": 0},
        ("action",),
    ),
}


def taken(left: list[str]) -> list[str]:
    """The words of an encapsulation, taken from those that are left as `ip` takes them. Raises UsageError."""
    kind = _KINDS.get(left[0]) if left else None
    if kind is None:
        said = f"`encap {visible(left[0], limit=40)}`" if left else "behind `encap` something is missing"
        raise UsageError(f"{said}: one of {', '.join(_KINDS)}")
    words = [left.pop(0)]
    words += [left.pop(0)] if _LABELS in kind.parts and left else []
    while left and (left[0] in kind.flags or left[0] in kind.parts):
        is_flag = left[0] in kind.flags
        words.append(left.pop(0))
        if not is_flag:
            if not left:
                raise UsageError(f"behind `{words[-1]}` something is missing")
            words.append(left.pop(0))
    return words


def encoded(text: str, world: World) -> tuple[int, bytes]:
    """(LWTUNNEL_ENCAP_*, its attributes). Raises UsageError."""
    left = text.split()
    words = taken(left)
    if left:
        raise UsageError(f"`{visible(left[0], limit=40)}` is not understood of `encap {words[0]}`")
    kind, said, flags = _KINDS[words.pop(0)], dict[str, Any](), 0
    words = [_LABELS, *words] if _LABELS in kind.parts and words else words
    while words:
        word = words.pop(0)
        if word in said:
            raise UsageError(f"`{word}` is said twice")
        flags |= kind.flags.get(word, 0)
        said[word] = kind.parts[word][1].parse(words.pop(0), world) if word in kind.parts else True
    for word in kind.needed:
        if word not in said:
            raise UsageError(f"`{word}` is missing: {kind.parts[word][1].hint}")
    if "segs" in said:
        said["segs"] = _header(said["segs"], room=said.get("mode") == _INLINE or said.get("action") == _INSERTS)
    if kind.number == lwt.LWTUNNEL_ENCAP_SEG6:
        return kind.number, nlattr(lwt.SEG6_IPTUNNEL_SRH, struct.pack("=I", said["mode"]) + said["segs"])
    body = b"".join(pack(type_, said[word]) for word, (type_, _, pack) in kind.parts.items() if word in said)
    return kind.number, body + (b.be16(lwt.LWTUNNEL_IP_FLAGS, flags) if flags else b"")


class Encap(Input):
    """A header, of one of the kinds that `ip` has words for."""

    hint = "ip id N dst A, mpls 100/200, seg6 mode encap segs A,B …"

    def parse(self, text: str, world: World) -> str:
        """As it is."""
        encoded(text, world)
        return " ".join(text.split())

    def words(self, value: Any) -> list[str]:
        """Each by itself."""
        return str(value).split()


def packed(text: str | None, world: World, nest: int, type_: int) -> bytes:
    """Both attributes, by their numbers; nothing where nothing is said."""
    if text is None:
        return b""
    number, body = encoded(text, world)
    return b.nest(nest, body) + b.u16(type_, number)


def told(found: Mapping[int, bytes], world: World, nest: int, type_: int) -> str:
    """What a dialog shows of a row that has one; empty where it has none. Raises Unrepeatable for what has no words."""
    if nest not in found:
        return ""
    number = int.from_bytes(found.get(type_, b""), sys.byteorder)
    words = encap(lwtunnel.encap(number, found[nest], world.context))[1:]
    try:
        again = encoded(" ".join(words), world)
    except UsageError as error:
        raise Unrepeatable(f"it has parts that the dialog has no words for (encap): {error}") from error
    if again[0] != number or plain(found[nest]) != plain(again[1]):
        raise Unrepeatable("it has parts that the dialog has no words for (encap)")
    return " ".join(words)


def plain(payload: bytes) -> bytes:
    """In order, without the zeros that the kernel tells though nobody said them."""
    return joined({type_: raw for type_, raw in sorted(attributes(payload, 0).items()) if any(raw)})
