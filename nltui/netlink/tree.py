"""The tree of one message for a person: every byte with its name, place and meaning. Never raises, never loops.

Unknown attributes are `attr#57` with their bytes; what does not fit its declared length is shown as bytes and says so.
Names and nesting come from `codec.layout`, so the first call imports pyroute2.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nltui.errors import MalformedMessage
from nltui.netlink import codec, wire
from nltui.netlink.constants import netlink
from nltui.netlink.fields import NLMSG_HDRLEN
from nltui.netlink.schema import messages, others, show
from nltui.netlink.schema.meaning import Meaning
from nltui.netlink.schema.shape import Form, Part, Shape, parts

DEEPEST = 16
"""Levels of nesting that are followed; the kernel's own limit for policies is 10."""
MOST = 20_000
"""Nodes of one tree; a 64 KiB message of empty attributes has 16,000."""


@dataclass(frozen=True, slots=True)
class Node:
    """One stretch of the message: a structure, a field of it, an attribute.

    An attribute's stretch includes its four bytes of nlattr, not its padding; its children lie behind these four.
    """

    name: str
    number: int
    """Attribute type without flag bits; -1 for what is no attribute."""
    offset: int
    """In bytes from the start of the message."""
    length: int
    """In bytes."""
    value: str = ""
    """Visible text; empty where the children say all."""
    note: str = ""
    """Unit, number behind a name, or what is wrong; visible text."""
    children: tuple[Node, ...] = ()


class _Nobody:
    """A context that knows nothing."""

    def lookup(self, table: str, key: int) -> str | None:
        """Nothing."""
        return None


def describe(protocol: int, message: bytes, context: show.Lookup | None = None) -> tuple[Node, ...]:
    """Header, family header and attributes of one message, nlmsghdr included. Same as `nlmon` shows in Wireshark.

    Any bytes at all give a tree that covers every one of them but padding.
    """
    return _Reader(protocol, bytes(message), context or _Nobody()).message()


_NLMSGHDR = parts(
    (("nlmsg_len", "I"), ("nlmsg_type", "H"), ("nlmsg_flags", "H"), ("nlmsg_seq", "I"), ("nlmsg_pid", "I"))
)
_RTNEXTHOP = parts((("rtnh_len", "H"), ("rtnh_flags", "B"), ("rtnh_hops", "B"), ("rtnh_ifindex", "i")))
_GENLMSGHDR = parts((("cmd", "B"), ("version", "B"), ("reserved", "H")))
_NFGENMSG = parts((("nfgen_family", "B"), ("version", "B"), ("res_id", ">H")))
_ERROR = parts((("error", "i"),))

_FIXED: Mapping[int, tuple[str, tuple[Part, ...]]] = {
    netlink.NETLINK_GENERIC: ("genlmsghdr", _GENLMSGHDR),
    netlink.NETLINK_NETFILTER: ("nfgenmsg", _NFGENMSG),
}
"""Protocol → structure that begins every message of it (linux/genetlink.h, linux/netfilter/nfnetlink.h)."""

ABROAD = {"IFLA_LINK", "NDA_IFINDEX"}
"""Attributes whose ifindex belongs to the namespace that a *_LINK_NETNSID beside them names."""

_NOTHING: Mapping[int, Shape] = {}


class _Reader:
    """One message being described; counts nodes so that no bytes make a tree without end."""

    def __init__(self, protocol: int, message: bytes, context: show.Lookup) -> None:
        self.protocol, self.raw, self.context = protocol, message, context
        self.family = 0
        self.left = MOST
        self.quoted = False  # an acknowledgement quoted in an acknowledgement stays bytes

    def message(self, start: int = 0) -> tuple[Node, ...]:
        """The message at `start`, which may be the request quoted in an acknowledgement."""
        if len(self.raw) - start < NLMSG_HDRLEN:
            return self.rest("nlmsghdr", start, len(self.raw), f"too short, needs {NLMSG_HDRLEN} bytes")
        head = wire.header(self.raw, start)
        children = self.fields(_NLMSGHDR, start, start + NLMSG_HDRLEN, "")
        stop = start + head.length
        note = messages.type_name(self.protocol, head.type)
        if not NLMSG_HDRLEN <= head.length <= len(self.raw) - start:
            note += f"; says {head.length} bytes, {len(self.raw) - start} are here"
            stop = len(self.raw)
        nodes = [Node("nlmsghdr", -1, start, NLMSG_HDRLEN, "", note, children)]
        nodes += self.body(head, start + NLMSG_HDRLEN, stop)
        return (*nodes, *self.rest("trailing bytes", stop, len(self.raw), "after the end of the message"))

    def body(self, head: wire.Header, start: int, stop: int) -> list[Node]:
        """What follows nlmsghdr."""
        if head.type in (netlink.NLMSG_ERROR, netlink.NLMSG_DONE):
            return self.acknowledgement(head, start, stop)
        if head.type < netlink.NLMSG_MIN_TYPE:
            return list(self.rest("payload", start, stop))
        layout = codec.layout(self.protocol, head.type)
        if layout is None:
            name, fixed = _FIXED.get(self.protocol, ("payload", ()))
            if not fixed:
                return list(self.rest("payload", start, stop, "no description of this message type"))
            return self.structured(name, 4, fixed, lambda: _NOTHING, start, stop)
        self.family = self.raw[start] if start < stop else 0
        return self.structured(layout.struct, layout.size, layout.parts, layout.attributes, start, stop)

    def structured(
        self,
        name: str,
        size: int,
        fixed: tuple[Part, ...],
        attributes: Callable[[], Mapping[int, Shape]],
        start: int,
        stop: int,
    ) -> list[Node]:
        """A C structure and the attributes behind it."""
        if stop - start < size:
            return list(self.rest(name, start, stop, f"too short, needs {size} bytes"))
        node = Node(name, -1, start, size, "", "", self.fields(fixed, start, start + size, ""))
        return [node, *self.attributes(attributes(), min(start + wire.align(size), stop), stop, 0)]

    def acknowledgement(self, head: wire.Header, start: int, stop: int) -> list[Node]:
        """struct nlmsgerr: errno, the request (its header alone where CAPPED), ext-ack attributes."""
        if stop - start < 4:
            return list(self.rest("nlmsgerr", start, stop, "too short, needs 4 bytes"))
        nodes = [Node("nlmsgerr", -1, start, 4, "", "", self.fields(_ERROR, start, start + 4, ""))]
        start += 4
        if head.type == netlink.NLMSG_ERROR and stop - start >= NLMSG_HDRLEN and not self.quoted:
            request = wire.header(self.raw, start)
            capped = head.flags & netlink.NLM_F_CAPPED
            length = NLMSG_HDRLEN if capped else min(max(request.length, NLMSG_HDRLEN), stop - start)
            name = messages.type_name(self.protocol, request.type)
            quoted = _Reader(self.protocol, self.raw[: start + length], self.context)
            quoted.left, quoted.quoted = self.left, True
            inner = (
                (Node("nlmsghdr", -1, start, length, "", name, self.fields(_NLMSGHDR, start, start + length, "")),)
                if capped
                else quoted.message(start)
            )
            self.left = quoted.left
            nodes.append(Node("request", -1, start, length, name, "as it was sent", inner))
            start = min(start + wire.align(length), stop)
        if head.flags & netlink.NLM_F_ACK_TLVS:
            return [*nodes, *self.attributes(others.ACKNOWLEDGEMENT, start, stop, 0)]
        return [*nodes, *self.rest("payload", start, stop)]

    def attributes(self, shapes: Mapping[int, Shape], start: int, stop: int, depth: int) -> list[Node]:
        """Attributes to `stop`; from the first malformed one on, the rest as bytes."""
        found, offset = [], start
        places: dict[int, tuple[int, int]] = {}
        while stop - offset >= wire.NLA_HDRLEN:
            try:
                attribute = next(wire.attributes(self.raw, offset, stop))
            except MalformedMessage:
                break
            found.append(attribute)
            places[attribute.type] = (attribute.offset + wire.NLA_HDRLEN, attribute.offset + attribute.length)
            offset = min(offset + wire.align(attribute.length), stop)

        def sibling(number: int) -> bytes | None:
            place = places.get(number)
            return None if place is None else self.raw[place[0] : place[1]]

        abroad = any(shapes[number].name.endswith("_LINK_NETNSID") for number in places if number in shapes)
        nodes: list[Node] = []
        for attribute in found:
            if self.left <= 0:
                return nodes + list(self.rest("more", attribute.offset, stop, "too many attributes to show"))
            shape = shapes.get(attribute.type)
            if shape is not None and shape.choose is not None:
                empty = attribute.length == wire.NLA_HDRLEN
                chosen = Shape("", Form.BYTES) if empty else shape.choose(sibling, self.family)
                shape = Shape(shape.name, chosen.form, chosen.parts, chosen.repeat, chosen.attributes)
            nodes.append(self.attribute(attribute, shape, depth, abroad and shape is not None and shape.name in ABROAD))
        if stop - offset >= wire.NLA_HDRLEN:
            length = int.from_bytes(self.raw[offset : offset + 2], sys.byteorder)
            says = f"malformed: says {length} bytes, {stop - offset} are left"
            nodes += self.rest("malformed attribute", offset, stop, says)
        elif any(self.raw[offset:stop]):
            nodes += self.rest("trailing bytes", offset, stop, "too short for an attribute")
        return nodes

    def attribute(self, attribute: wire.Attribute, shape: Shape | None, depth: int, abroad: bool) -> Node:
        """One attribute by its shape; without one, nested where its flag says so, else bytes.

        `abroad`: an ifindex of another namespace, which must not be looked up in this one.
        """
        self.left -= 1
        number, place = attribute.type, attribute.payload
        name = shape.name if shape is not None else f"attr#{number}"
        if shape is None:
            nested = attribute.flags & wire.NLA_F_NESTED and place.stop > place.start
            shape = Shape(name, Form.NEST if nested else Form.BYTES, attributes=lambda: _NOTHING)
        children: tuple[Node, ...] = ()
        value = note = ""
        if shape.form in (Form.NEST, Form.STRUCT, Form.NEXTHOPS) and depth >= DEEPEST:
            value, note = show.hexadecimal(self.raw[place]), "nested too deep to follow"
        elif shape.form is Form.NEST:
            children = tuple(self.nest(shape, place.start, place.stop, depth + 1))
        elif shape.form is Form.NEXTHOPS:
            children = tuple(self.nexthops(shape, place.start, place.stop, depth + 1))
        elif shape.form is Form.STRUCT and shape.repeat:
            children = self.array(shape, place.start, place.stop)
        elif shape.form is Form.STRUCT:
            children = self.fields(shape.parts, place.start, place.stop, shape.name + ".")
        else:
            context = _Nobody() if abroad else self.context
            value, note = show.payload(shape.form, name, self.raw[place], self.family, context)
            note += " in another namespace" if abroad else ""
        return Node(name, number, attribute.offset, attribute.length, value, note, children)

    def nest(self, shape: Shape, start: int, stop: int, depth: int) -> list[Node]:
        """Fields, where the nest begins with a structure, and attributes."""
        size = max((part.offset + part.size for part in shape.parts), default=0)
        if stop - start < size:
            return list(self.rest("structure", start, stop, f"too short, needs {size} bytes"))
        head = list(self.fields(shape.parts, start, start + size, shape.name + ".")) if size else []
        inner = shape.attributes() if shape.attributes is not None else _NOTHING
        return head + self.attributes(inner, min(start + wire.align(size), stop), stop, depth)

    def nexthops(self, shape: Shape, start: int, stop: int, depth: int) -> list[Node]:
        """struct rtnexthop, again and again."""
        nodes: list[Node] = []
        inner = shape.attributes() if shape.attributes is not None else _NOTHING
        while stop - start >= 8 and self.left > 0:
            length = int.from_bytes(self.raw[start : start + 2], sys.byteorder)
            if not 8 <= length <= stop - start:
                break
            self.left -= 1
            head = self.fields(_RTNEXTHOP, start, start + 8, "")
            children = (*head, *self.attributes(inner, start + 8, start + length, depth))
            nodes.append(Node("rtnexthop", -1, start, length, "", f"next hop {len(nodes) + 1}", children))
            start = min(start + wire.align(length), stop)
        return nodes + list(self.rest("malformed rtnexthop", start, stop, f"{stop - start} bytes are left"))

    def array(self, shape: Shape, start: int, stop: int) -> tuple[Node, ...]:
        """Structures of one kind to the end."""
        size = max(part.offset + part.size for part in shape.parts)
        nodes: list[Node] = []
        while stop - start >= size and self.left > 0:
            self.left -= 1
            inner = self.fields(shape.parts, start, start + size, shape.name + ".")
            name = f"[{len(nodes)}]"
            if len(shape.parts) == 1:
                nodes.append(Node(name, -1, start, size, inner[0].value, inner[0].note))
            else:
                nodes.append(Node(name, -1, start, size, "", "", inner))
            start += size
        return (*nodes, *self.rest("rest", start, stop, f"shorter than {size} bytes"))

    def fields(self, fixed: tuple[Part, ...], start: int, stop: int, owner: str) -> tuple[Node, ...]:
        """Fields of a structure that fit before `stop`, and whatever stands behind the last of them."""
        nodes: list[Node] = []
        end = start
        for part in fixed:
            place = start + part.offset
            size = part.size or max(stop - place, 0)
            if place + size > stop:
                return (*nodes, *self.rest(part.name, end, stop, f"too short, needs {part.size} bytes"))
            raw = self.raw[place : place + size]
            value, note = self.header_value(part.name, raw, place) or show.payload(
                part.form, owner + part.name, raw, self.family, self.context
            )
            nodes.append(Node(part.name, -1, place, size, value, note))
            end = place + size
        self.left -= len(nodes)
        padding = stop - end < 8 and not any(self.raw[end:stop])
        behind = () if padding else self.rest("rest", end, stop, "more than is known here")
        return (*nodes, *behind)

    def header_value(self, name: str, raw: bytes, place: int) -> tuple[str, str] | None:
        """Fields of nlmsghdr and nlmsgerr, whose meaning depends on the protocol."""
        if name == "nlmsg_type":
            number = int.from_bytes(raw, sys.byteorder)
            return messages.type_name(self.protocol, number), str(number)
        if name == "nlmsg_flags":
            type_ = int.from_bytes(self.raw[place - 2 : place], sys.byteorder)
            meaning = Meaning(flags=messages.flag_names(self.protocol, type_))
            return show.number(int.from_bytes(raw, sys.byteorder), 2, meaning, self.context)
        if name == "error":
            number = -int.from_bytes(raw, sys.byteorder, signed=True)
            return (errno.errorcode.get(number, str(-number)), str(-number)) if number > 0 else (str(-number), "")
        return None

    def rest(self, name: str, start: int, stop: int, note: str = "") -> tuple[Node, ...]:
        """Bytes that belong to nothing known; no node where there are none."""
        if stop <= start:
            return ()
        return (Node(name, -1, start, stop - start, show.hexadecimal(self.raw[start:stop]), note),)
