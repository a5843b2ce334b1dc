"""Decoding of a nest of attributes into the JSON object that `ip -j -d` prints, by declaration.

A kind declares which attribute becomes which key and how its payload is read. Nothing is lost: an attribute that is
not declared, or whose payload has another length than declared, is kept in hexadecimal under `attr#NUMBER`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nltui.errors import MalformedMessage
from nltui.model.types import Context, Json
from nltui.netlink import wire
from nltui.record import Record

Payloads = Mapping[int, bytes]
"""Attribute number → payload; the last one where repeated, as in the kernel's nla_parse()."""

Reader = Callable[[bytes, Context], Json]
"""Payload → JSON value; None leaves the key out. Raises MalformedMessage where the length is wrong."""

MEMO_LIMIT = 4096
"""Nests remembered; a bridge's timers make new ones all the time, so the memo is emptied when full."""


class Item(Record):
    """One attribute that is one key."""

    number: int
    key: str
    read: Reader


class Part(Record):
    """Keys that depend on several attributes, or on one in more than one way. `show` gets those that are present.

    It is asked even where none of them is; a None in what it returns is a JSON null.
    """

    numbers: tuple[int, ...]
    show: Callable[[Payloads, Context], dict[str, Json]]


class Nest(Record):
    """What the attributes of one nest mean, in the order `ip` prints them."""

    name: str
    parts: tuple[Item | Part, ...]
    silent: frozenset[int] = frozenset()
    """Known attributes that say nothing to show: padding."""


class _Asked:
    """A context that remembers whether it was asked: such an answer may be another one next time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.asked = False

    def lookup(self, table: str, key: int) -> str | None:
        self.asked = True
        return self._context.lookup(table, key)


_memo: dict[tuple[str, bytes], dict[str, Json]] = {}


def decode(nest: Nest, data: bytes, context: Context) -> dict[str, Json]:
    """The JSON object of one nest's payload. Malformed framing ends it with the rest in hexadecimal under `rest`.

    The result is shared between calls: do not change it.
    """
    known = _memo.get((nest.name, data))
    if known is not None:
        return known
    watched = _Asked(context)
    out = _decode(nest, data, watched)
    if not watched.asked:
        if len(_memo) >= MEMO_LIMIT:
            _memo.clear()
        _memo[nest.name, data] = out
    return out


def _decode(nest: Nest, data: bytes, context: Context) -> dict[str, Json]:
    payloads, rest = split(data)
    out: dict[str, Json] = {}
    declared = set(nest.silent)
    for part in nest.parts:
        if isinstance(part, Item):
            declared.add(part.number)
            payload = payloads.get(part.number)
            if payload is not None:
                _item(part, payload, context, out)
            continue
        declared.update(part.numbers)
        present = {number: payloads[number] for number in part.numbers if number in payloads}
        try:
            out.update(part.show(present, context))
        except MalformedMessage:
            out.update({f"attr#{number}": payload.hex() for number, payload in present.items()})
    for number, payload in payloads.items():
        if number not in declared:
            out[f"attr#{number}"] = payload.hex()
    if rest:
        out["rest"] = rest.hex()
    return out


def _item(item: Item, payload: bytes, context: Context, out: dict[str, Json]) -> None:
    try:
        value = item.read(payload, context)
    except MalformedMessage:
        out[f"attr#{item.number}"] = payload.hex()
        return
    if value is not None:
        out[item.key] = value


def split(data: bytes) -> tuple[dict[int, bytes], bytes]:
    """A nest's payloads by number, and the bytes from the first attribute that does not fit."""
    payloads: dict[int, bytes] = {}
    end = 0
    try:
        for attribute in wire.attributes(data, 0):
            payloads[attribute.type] = data[attribute.payload]
            end = wire.align(attribute.offset + attribute.length)
    except MalformedMessage:
        return payloads, data[end:]
    return payloads, b""


def repeated(data: bytes) -> list[bytes]:
    """The payloads of a list of equal attributes, in order. Raises MalformedMessage."""
    return [data[attribute.payload] for attribute in wire.attributes(data, 0)]
