"""Where a value lives in a message, declared once and read by two decoders.

A field names a place (a header offset or an attribute path) and a wire format (width, signedness, byte order).
`wire.extract` reads it from one message, `columns.decode` from a buffer of many; both must agree.
This file imports neither numpy nor pyroute2, so declarations cost nothing at start.
"""

from __future__ import annotations

from enum import Enum

from nltui.record import Record

NLMSG_HDRLEN = 16
"""Size of struct nlmsghdr in bytes (linux/netlink.h)."""


class Storage(Enum):
    """How the columnar engine holds a value: an integer, up to 16 address bytes, or a slice of the buffer."""

    INT = "int"
    ADDR = "addr"
    BLOB = "blob"


class Format(Record):
    """Wire format of one value. `size` is in bytes; 0 means any length."""

    name: str
    storage: Storage
    size: int = 0
    signed: bool = False
    big: bool = False


U8 = Format("u8", Storage.INT, 1)
U16 = Format("u16", Storage.INT, 2)
U32 = Format("u32", Storage.INT, 4)
U64 = Format("u64", Storage.INT, 8)
S8 = Format("s8", Storage.INT, 1, signed=True)
S16 = Format("s16", Storage.INT, 2, signed=True)
S32 = Format("s32", Storage.INT, 4, signed=True)
S64 = Format("s64", Storage.INT, 8, signed=True)
BE16 = Format("be16", Storage.INT, 2, big=True)
BE32 = Format("be32", Storage.INT, 4, big=True)
BE64 = Format("be64", Storage.INT, 8, big=True)
ADDR = Format("addr", Storage.ADDR)
"""An address of 4 or 16 bytes in network order; any other length is malformed."""
BLOB = Format("blob", Storage.BLOB)
"""Bytes of any length: text, link-layer addresses, nested attributes, structures."""


class Head(Record):
    """A fixed field at `offset` bytes from the start of the message (16 is the first byte after nlmsghdr).

    Always present, unless the message is too short for it. BLOB is not a legal format here.
    """

    offset: int
    format: Format
    mask: int = -1
    """Only these bits count: one flag of a bit mask as part of a key (NTF_PROXY)."""


class Attr(Record):
    """The payload of the attribute reached by `path` (type numbers, NLA_F_NESTED and NLA_F_NET_BYTEORDER masked off).

    Absent attributes are None. Where an attribute is repeated, the last one wins, as in the kernel's nla_parse().
    """

    path: tuple[int, ...]
    format: Format


class First(Record):
    """The first of several fields of one storage that is present, e.g. RTA_TABLE, else rtm_table."""

    fields: tuple[Head | Attr, ...]

    @property
    def format(self) -> Format:
        """The format of the first alternative; only its storage and signedness matter to a reader."""
        return self.fields[0].format


class Slice(Record):
    """`size` bytes at `offset` of a structure attribute, e.g. rx_bytes of IFLA_STATS64. None where it is too short."""

    path: tuple[int, ...]
    offset: int
    format: Format


class Whole(Record):
    """The whole message, nlmsghdr included, as a BLOB: for what no single field can tell (multipath, link details)."""

    @property
    def format(self) -> Format:
        """Always BLOB."""
        return BLOB


class Property(Record):
    r"""The value of KEY in a uevent, `action@devpath\0KEY=value\0…` (lib/kobject_uevent.c), as a BLOB.

    Three keys are not the sender's: `@action` and `@devpath` are the parts of the first line, `@all` is everything
    after it, NUL-separated. A datagram that is no uevent has none of them.
    """

    key: str

    @property
    def format(self) -> Format:
        """Always BLOB."""
        return BLOB


class Received(Record):
    """When the message arrived, in nanoseconds since the epoch (CLOCK_REALTIME).

    No message carries it: the store of a log remembers it, a decoder of bytes finds it absent.
    """

    @property
    def format(self) -> Format:
        """An unsigned 64-bit integer."""
        return U64


Field = Head | Attr | First | Slice | Whole | Property | Received
"""Anything a column, a key or a condition can read."""

Value = int | bytes | None
"""What a field yields: an integer, address or blob bytes, or None where absent."""


def attr(*path: int, format: Format = BLOB) -> Attr:
    """Shorthand: `attr(RTA_OIF, format=U32)`."""
    return Attr(path, format)
