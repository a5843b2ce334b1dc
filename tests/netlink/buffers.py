"""Messages laid out in a buffer as recv leaves them, and messages that no kernel ever sent."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import numpy as np

from nltui.model import conditions
from nltui.model.table import Dump, Feed, Table
from nltui.netlink import wire
from nltui.netlink.columns import Batch, Ints, Plan, Words
from nltui.netlink.fields import Attr, Field, First, Slice
from nltui.tables import TABLES
from tests.netlink import golden

DUMPS = {
    "links": ("links",),
    "addresses": ("addresses",),
    "routes": ("routes4", "routes6"),
    "neighbours": ("neighbours", "proxies"),
    "rules": ("rules4", "rules6"),
    "nexthops": ("nexthops",),
    "policies": ("xfrm/policies",),
}
"""Table → files of captured messages."""

FOLLOWED = tuple(table for table in TABLES if table.feed is Feed.FOLLOWED)


def captured(table: Table) -> list[bytes]:
    """Every captured message of a type that is this table's, notifications included."""
    types = table.sets | table.removes
    told = ("notifications",) if table.protocol == 0 else ()
    found = [message for name in (*DUMPS[table.name], *told) for message in golden.load(name)]
    return [message for message in found if wire.header(message).type in types]


def dumps_of(table: Table) -> list[Dump]:
    """Every request of a table; those of a part for a value of 2."""
    return [*table.dumps, *(dump for part in table.parts.values() for dump in part.dumps(2))]


def fields_of(table: Table) -> list[Field]:
    """Every field that a table declares anywhere."""
    found = [field for column in table.columns for field in column.fields]
    if table.key is not None:
        found += table.key.fields
    found += [field for dump in dumps_of(table) for field in conditions.fields(dump.covers)]
    found += [where.field for where in table.accepts]
    found += [doubt.flips[0] for doubt in table.doubts if doubt.flips]
    return list(dict.fromkeys(found))


def paths_of(table: Table) -> list[tuple[int, ...]]:
    """Every attribute path that a table's fields name."""
    out: list[tuple[int, ...]] = []
    for field in fields_of(table):
        options = field.fields if isinstance(field, First) else (field,)
        out += [option.path for option in options if isinstance(option, Attr | Slice)]
    return list(dict.fromkeys(out))


def lay(messages: Iterable[bytes]) -> tuple[Words, Ints, Ints]:
    """Buffer, starts in words and sizes in bytes. Padding is not zero, as nothing says that it must be."""
    found = list(messages)
    padded = [b"\xee" * 16, *(one + b"\xee" * (-len(one) % 4) for one in found), b"\xee" * 16]
    ends = np.cumsum([len(one) // 4 for one in padded])
    return (
        np.frombuffer(b"".join(padded), np.uint32),
        ends[:-2].astype(np.int64),
        np.array([len(one) for one in found], np.int64),
    )


def batch_of(messages: Sequence[bytes], plan: Plan, *, shapes: bool = True) -> Batch:
    """The messages, decoded."""
    return Batch(*lay(messages), plan, shapes=shapes)


def mutated(message: bytes, chance: random.Random) -> bytes:
    """A real message with some bytes changed, cut off, doubled or moved; nlmsg_len says its new length."""
    out = bytearray(message)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
        at = chance.randrange(16, len(out)) if len(out) > 16 else 16
        match chance.randrange(6):
            case 0 if len(out) > at:
                out[at] = chance.randrange(256)
            case 1 if len(out) > at:
                out[at] ^= 1 << chance.randrange(8)
            case 2:
                del out[at:]
            case 3:
                word = at & ~3
                out[word:word] = out[word : word + 4 * chance.randrange(1, 5)]
            case 4:
                word = at & ~3
                out[word : word + 2] = chance.choice((0, 1, 3, 4, 5, 8, 0xFFFF)).to_bytes(2, "little")
            case _:
                word = at & ~3
                del out[word : word + 4 * chance.randrange(1, 5)]
    out[0:4] = len(out).to_bytes(4, "little")
    return bytes(out)
