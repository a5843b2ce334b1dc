"""What a table *is*: one declaration from which panel, filter, sort, dump, monitor, JSON and help are derived.

No numpy here (declarations are imported before the first paint), no socket, no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from types import MappingProxyType

from nltui.model.relation import Relation
from nltui.model.types import Type
from nltui.netlink.fields import Field, Head
from nltui.record import Record


class Feed(Enum):
    """Where rows come from; the panel says which."""

    FOLLOWED = "followed"
    """Dump and multicast events, kept exact."""
    SAMPLED = "sampled"
    """No notifications exist: dumped at an interval, labelled with the time."""
    LOG = "log"
    """Only events exist: a bounded ring."""
    LOCAL = "local"
    """Rows that nltui makes itself."""


class Framing(Enum):
    """How a datagram is laid out."""

    NLMSG = "nlmsghdr"
    UEVENT = "uevent"
    """`action@devpath\\0KEY=value\\0…` (lib/kobject_uevent.c); fields are read by the table's own functions."""


class Where(Record):
    """A condition on an integer field: member of `among`, not member of `without`, and no bit of `clear` set.

    An absent field counts as 0.
    """

    field: Field
    among: frozenset[int] | None = None
    without: frozenset[int] = frozenset()
    clear: int = 0
    set: int = 0
    """Bits that must all be set."""


class Uses(Record):
    """A condition: the route goes out by this link, directly (`device`) or by one leg of `legs` (RTA_MULTIPATH)."""

    device: Field
    legs: Field
    ifindex: int


Condition = Where | Uses
"""What a message must fulfil."""


class Dump(Record):
    """One dump request: message type, what follows nlmsghdr, and which rows its reply is the whole truth about.

    Rows outside `covers` are never removed by this dump.
    """

    type: int
    body: bytes
    covers: tuple[Condition, ...] = ()
    strict: bool = True
    """Ask with NETLINK_GET_STRICT_CHK."""
    empty: frozenset[int] = frozenset()
    """Errors (errno) that mean that there are no such rows: ENODEV where the link that was asked about is gone."""
    family: int | None = None
    """AF_* this dump is all about; it is not sent where only another family is wanted. None: always sent."""


class Grouping(Enum):
    """How many rows one key may have in the kernel."""

    UNIQUE = "unique"
    MULTISET = "multiset"
    """Identical rows can exist; each NEW adds one, each DEL removes one (rules)."""
    CHAIN = "chain"
    """Several rows in the kernel's order; NLM_F_APPEND and NLM_F_REPLACE decide the place (routes)."""


class Key(Record):
    """A row's identity *as the kernel sees it*: fields compared and hashed on the wire's own values.

    For CHAIN, `fields` name the group and `row` tells rows of one group apart: a function of the whole message
    to something hashable (masking what an event may carry differently).
    """

    fields: tuple[Field, ...]
    grouping: Grouping = Grouping.UNIQUE
    row: Callable[[bytes], Hashable] | None = None


class Column(Record, kw_only=True):
    """One column. `name` is the header and the filter field; `json` a dotted path as `ip -j` spells it, or None.

    A `fields` tuple of several gives its type a tuple of values. `volatile` columns (counters, timers) are shown but
    never compared, flashed or written to history.
    """

    name: str
    fields: tuple[Field, ...]
    type: Type
    json: str | None = None
    help: str
    """One sentence: what it is, its unit, its source (uapi attribute)."""
    volatile: bool = False
    volatile_keys: frozenset[str] = frozenset()
    """Of a column whose JSON is an object: keys that are volatile, where the rest is compared."""
    shown: bool = True
    """In the panel from the start; others appear in wide mode, the column chooser, the detail and JSON."""
    priority: int = 5
    """Who keeps its place when space is short: 1 first, 9 last. The first column always stays."""
    rate_of: str = ""
    """Name of the counter column whose change a second this one shows."""

    @property
    def field(self) -> Field | None:
        """The one field of a single-field column, else None."""
        return self.fields[0] if len(self.fields) == 1 else None


class Doubt(Record):
    """What an event makes uncertain without the kernel saying so: on these message types, these tables.

    `flips` (field, mask) restricts it to events in which one of the bits differs from the row before.
    """

    on: frozenset[int]
    tables: tuple[str, ...]
    flips: tuple[Field, int] | None = None
    part: tuple[str, Field] | None = None
    """Only rows of this part are doubtful: its name among `Table.parts`, and where the event tells its value. Tables
    that have no such part are doubtful as a whole."""
    rejected: bool = False
    """Cast by messages that the table's `accepts` turns away (a bridge port's own notification), not by its events."""


class Part(Record):
    """How some rows are dumped apart from the others, by a strict filter of the kernel: those of one link, say.

    `dumps` makes the requests for a value (an ifindex). Not to be used while the table `unless` has rows: rows that
    refer to those may change with more than the part's value.
    """

    dumps: Callable[[int], tuple[Dump, ...]]
    unless: str = ""


class Narrowing(Record):
    """How the kernel itself leaves out rows with another value of `field` from a strict dump."""

    field: Field
    dumps: Callable[[int], tuple[Dump, ...]]
    """(value) → the requests in place of the table's own."""


class Refresh(Record):
    """How a followed table's volatile values are brought up to date while it is visible.

    The reply (message types `replies`, family header of `header` bytes) is matched to rows by the integer `key`;
    `values` maps a column's name to the field of the reply that holds its present value.
    """

    dump: Dump
    replies: frozenset[int]
    header: int
    key: Field
    values: tuple[tuple[str, Field], ...]
    interval: float
    """Seconds."""


class Usual(Record):
    """The rows that most people mean, shown first: `ip route` shows the main table. Fields must be of the key."""

    name: str
    """A word for the count: `main 17 of 30`."""
    where: tuple[Where, ...]


class Table(Record, kw_only=True):
    """One live table. See the architecture: one file in `tables/`, one line in `TABLES`."""

    name: str
    """As in `nltui dump NAME`; lower case."""
    title: str
    """As in the panel's border."""
    singular: str
    """As in an activity line: `route`."""
    help: str
    """A short paragraph for the help screen."""
    command: str
    """The `ip` equivalent, e.g. `ip route show table all`."""
    feed: Feed
    columns: tuple[Column, ...]
    line: tuple[str, ...] = ()
    """How a row reads in an activity line: column names, each optionally with the word before it, `via:gateway`."""
    label: str = ""
    """Column whose text stands for a row in other tables' columns (a link's name)."""
    protocol: int = 0
    """NETLINK_* number."""
    groups: tuple[int, ...] = ()
    """Multicast group numbers (RTNLGRP_*), not masks."""
    framing: Framing = Framing.NLMSG
    header: int = 0
    """Bytes of the family header after nlmsghdr (struct rtmsg: 12)."""
    sets: frozenset[int] = frozenset()
    """Message types that add or change a row."""
    removes: frozenset[int] = frozenset()
    unsettles: frozenset[int] = frozenset()
    """Message types that tell of a change, but not of which row: the table is read again."""
    key: Key | None = None
    accepts: tuple[Where, ...] = ()
    """Messages that do not match all of these are not this table's."""
    family: Field | None = None
    """Where a row's AF_* is, by which `-4` and `-6` select; None: rows have none."""
    dumps: tuple[Dump, ...] = ()
    parts: Mapping[str, Part] = MappingProxyType({})
    """By name: what can be dumped apart, which is cheaper where the table is huge."""
    narrowings: Mapping[str, Narrowing] = MappingProxyType({})
    """By column: what a command that only wants rows with one value of it asks the kernel for."""
    inexact: tuple[str, Field] | None = None
    """The part that is doubtful after an event that cannot be applied exactly, and where the event tells its value;
    None: the whole table is."""
    ask: Callable[[bytes], Dump] | None = None
    """(row) → the request that the kernel answers with this one row, or with ENODEV or ENOENT where it is gone; None
    where it knows no such request."""
    silent_misses: bool = False
    """Whether its dumps may leave out unchanged rows under churn without NLM_F_DUMP_INTR."""
    volatile: frozenset[int] = frozenset()
    """Top-level attribute types never compared: counters, timers, cache info."""
    volatile_paths: frozenset[tuple[int, ...]] = frozenset()
    """Nested attributes never compared, by path."""
    volatile_given: Mapping[tuple[int, ...], tuple[tuple[int, ...], bytes]] = MappingProxyType({})
    """Paths of `volatile_paths` that are volatile only where the attribute at another path has this content: a bridge's
    timers, whose numbers are settings in other kinds' nests."""
    volatile_heads: tuple[Head, ...] = ()
    """Fields of the family header never compared, whole aligned 32-bit words: ifi_change."""
    doubts: tuple[Doubt, ...] = ()
    merge: Callable[[bytes, bytes], bytes] | None = None
    """(old message, event) → new message, where events carry only what changed."""
    interval: float = 5.0
    """Seconds between the dumps of a SAMPLED table."""
    refresh: Refresh | None = None
    anonymous: bool = False
    """Whether its notifications never carry the requester's port id: 0 then means unknown, not the kernel."""
    audit: float = 0.0
    """Seconds after which a small table is dumped again because the kernel changes some of it without any event; 0: the
    usual interval. What such a dump finds is no bug."""
    resync: int = 5
    """Of several doubtful tables the one with the lowest number is dumped first: what others build on."""
    sort: str = ""
    """Column of the first order; empty: the first column."""
    usual: Usual | None = None
    capacity: int = 1 << 20
    """Most rows held; memory is reserved, not used, until rows come."""
    journal: bool = False
    """Of a LOCAL table: rows only come, the newest first, as in a LOG; there is no state to dump."""
    related: tuple[Relation, ...] = ()
    """What its rows have to do with others; the one with the letter `o` finds the row itself."""
    aliases: tuple[str, ...] = ()
    """Other names the command line takes."""

    def __hash__(self) -> int:
        # One field holds a mapping, which has no hash.
        return hash(self.name)

    @property
    def is_log(self) -> bool:
        """Whether rows tell what happened, not what is."""
        return self.feed is Feed.LOG or self.journal

    @property
    def body(self) -> int:
        """Offset of the first attribute in a message."""
        return 16 + ((self.header + 3) & ~3)

    def column(self, name: str) -> Column:
        """By name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
