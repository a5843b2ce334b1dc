"""A scripted session: tables with thousands of rows that tests change by hand, no kernel, no threads, no clock."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nltui.model.actor import Actor, Certainty
from nltui.model.filter.parsed import NO_FILTER, filter_of
from nltui.model.filter.records import accepts
from nltui.model.rows import Cell, Mark, Row, evenly
from nltui.model.table import Column, Feed, Framing, Table
from nltui.model.types import Align, Context, Json, Tone, Type
from nltui.model.why.query import Query
from nltui.model.why.telling import Line
from nltui.netlink.fields import U32, attr
from nltui.worker.contract import Freshness, SessionStatus, TableStatus

NOON = 1_700_000_000.0
"""The fixed clock of pictures, in seconds since the epoch."""


class Right(Type):
    """Numbers."""

    align = Align.RIGHT


def column(name: str, type_: int = 0, *, right: bool = False, shown: bool = True, priority: int = 5) -> Column:
    """A column whose cells the fake rows give as text."""
    kind = Right() if right else Type()
    return Column(
        name=name,
        fields=(attr(type_, format=U32),) if type_ else (),
        type=kind,
        help=f"The {name}, as the fake says.",
        shown=shown,
        priority=priority,
    )


def table(name: str, title: str, columns: Sequence[Column], feed: Feed = Feed.FOLLOWED) -> Table:
    """A declaration with the least that a screen needs."""
    framing = Framing.UEVENT if name == "uevents" else Framing.NLMSG
    return Table(
        name=name,
        title=title,
        singular=name.rstrip("s"),
        help=f"What the kernel knows about {name}.",
        command=f"ip {name}",
        feed=feed,
        columns=tuple(columns),
        framing=framing,
        journal=name == "activity",
        header=12 if name == "routes" else 0,
    )


LINKS = table(
    "links",
    "Links",
    [
        column("name", priority=1), column("state", priority=2), column("kind"), column("mtu", right=True, priority=3),
        column("rx/s", right=True, priority=4), column("tx/s", right=True, priority=4),
        column("alias", shown=False), column("address", shown=False),
    ],
)  # fmt: skip
ADDRESSES = table(
    "addresses",
    "Addresses",
    [column("address", priority=1), column("dev", priority=2), column("scope"), column("valid", right=True)],
)
ROUTES = table(
    "routes",
    "Routes",
    [
        column("destination", 1, priority=1), column("via", 5, priority=2), column("dev", 4, priority=3),
        column("proto", priority=4), column("scope", priority=6), column("metric", 6, right=True, priority=5),
        column("table", shown=False),
    ],
)  # fmt: skip
NEIGHBOURS = table("neighbours", "Neighbours", [column("address"), column("dev"), column("lladdr"), column("state")])
RULES = table("rules", "Rules", [column("priority", right=True), column("selector"), column("action")])
NEXTHOPS = table("nexthops", "Nexthops", [column("id", right=True), column("via"), column("dev")])
UEVENTS = table("uevents", "Uevents", [column("time"), column("action"), column("device")], Feed.LOG)
ACTIVITY = table(
    "activity",
    "Activity",
    [column("time", priority=2), column("change", priority=3), column("object", priority=1), column("what", priority=1),
     column("actor", right=True, priority=4)],
    Feed.LOCAL,
)  # fmt: skip
TABLES = (LINKS, ADDRESSES, ROUTES, UEVENTS, NEIGHBOURS, RULES, NEXTHOPS, ACTIVITY)


@dataclass
class Record:
    """One row: cells by column name."""

    identity: Hashable
    cells: dict[str, Cell]
    mark: Mark = Mark.NONE
    flash: frozenset[str] = frozenset()
    message: bytes | None = None
    before: bytes | None = None
    is_gap: bool = False
    """Its cells after the time are one sentence."""


def record(identity: Hashable, message: bytes | None = None, **values: str | Cell) -> Record:
    """A row from words; `rx__s` means `rx/s`."""
    given = {name.replace("__", "/"): Cell(v) if isinstance(v, str) else v for name, v in values.items()}
    return Record(identity, given, message=message)


class FakeTable:
    """The model of one table: records in the order they came."""

    def __init__(self, declared: Table) -> None:
        self.table = declared
        self.records: dict[Hashable, Record] = {}
        self.generation = 0

    def put(self, *records: Record) -> None:
        """Add or replace."""
        for one in records:
            self.records[one.identity] = one
        self.generation += 1

    def drop(self, *identities: Hashable) -> None:
        """Remove."""
        for identity in identities:
            del self.records[identity]
        self.generation += 1

    def change(self, identity: Hashable, **values: str) -> None:
        """New texts for some cells of a row, which flash."""
        old = self.records[identity]
        cells = old.cells | {name: Cell(text) for name, text in values.items()}
        self.records[identity] = replace(old, cells=cells, flash=frozenset(values))
        self.generation += 1


class NoNames:
    """A context that knows no other table."""

    def lookup(self, table: str, key: int) -> str | None:
        return None


@dataclass
class Seen:
    """A record as a filter sees it: every value is its text."""

    record: Record
    context: Context = field(default_factory=NoNames)

    def value(self, column: Column) -> str | None:
        cell = self.record.cells.get(column.name)
        return cell.text if cell is not None else None

    def contains(self, word: str) -> bool:
        return any(word in cell.text.casefold() for cell in self.record.cells.values())


class FakeRows:
    """A view with its own order and filter."""

    def __init__(self, source: FakeTable) -> None:
        self.table = source.table
        self._source = source
        self._sort = (source.table.sort, False)
        self._filter = NO_FILTER
        self._narrowed = False
        self._order: list[Record] = []
        self._places: dict[Hashable, int] = {}
        self.generation = -1
        self._stale = True
        self.tick()

    @property
    def total(self) -> int:
        return len(self._source.records)

    @property
    def sort(self) -> tuple[str, bool]:
        return self._sort

    @property
    def filter_text(self) -> str:
        return self._filter.text

    @property
    def busy(self) -> bool:
        return False

    @property
    def narrowed(self) -> bool:
        return self._narrowed

    def narrow(self, usual: bool) -> None:
        self._narrowed, self._stale = usual, True

    def __len__(self) -> int:
        return len(self._order)

    def tick(self) -> bool:
        if not self._stale and self.generation == self._source.generation:
            return False
        self.generation, self._stale = self._source.generation, False
        name, reverse = self._sort
        found = [one for one in self._source.records.values() if self._passes(one)]
        if name:
            found.sort(key=lambda one: one.cells.get(name, Cell("")).text, reverse=reverse)
        self._order = found
        self._places = {one.identity: place for place, one in enumerate(found)}
        return True

    def _passes(self, one: Record) -> bool:
        usual = self.table.usual
        if self._narrowed and usual is not None and one.cells["table"].text != usual.name:
            return False
        return accepts(self._filter.node, Seen(one))

    def rows(self, start: int, stop: int, columns: Sequence[Column]) -> list[Row]:
        return [self._row(one, columns) for one in self._order[start:stop]]

    def _row(self, one: Record, columns: Sequence[Column]) -> Row:
        cells = tuple(one.cells.get(column.name, Cell("")) for column in columns)
        flash = frozenset(i for i, column in enumerate(columns) if column.name in one.flash)
        words = ("change", "object", "what", "actor") if one.is_gap else ()
        flow = frozenset(i for i, column in enumerate(columns) if column.name in words)
        return Row(one.identity, cells, one.mark, flash, flow)

    def meanwhile(self, identity: Hashable) -> tuple[list[tuple[Cell, ...]], int] | None:
        one = self._source.records.get(identity)
        if one is None or not one.is_gap:
            return None
        others = [other for other in self._source.records.values() if not other.is_gap]
        return [tuple(other.cells.get(c.name, Cell("")) for c in self.table.columns) for other in others], 1200

    def index_of(self, identity: Hashable) -> int | None:
        return self._places.get(identity)

    def seen(self, column: Column, most: int) -> list[tuple[str, Json]]:
        texts = [one.cells.get(column.name, Cell("")).text for one in self._source.records.values()]
        return [(texts[place], texts[place]) for place in evenly(len(texts), most)]

    def sort_by(self, column: str, reverse: bool = False) -> None:
        self._sort, self._stale = (column, reverse), True

    def filter(self, text: str) -> None:
        self._filter, self._stale = filter_of(text, self.table), True

    def message(self, identity: Hashable) -> bytes | None:
        one = self._source.records.get(identity)
        return one.message if one else None

    def before(self, identity: Hashable) -> bytes | None:
        one = self._source.records.get(identity)
        return one.before if one else None


@dataclass
class FakeSession:
    """What a test scripts: `tables`, their rows, their states; it remembers what the screen asked."""

    tables: tuple[Table, ...] = TABLES
    context: Context = field(default_factory=NoNames)
    store: dict[str, FakeTable] = field(default_factory=dict)
    states: dict[str, TableStatus] = field(default_factory=dict)
    events: int = 0
    lost: int = 0
    gap: str = ""
    trouble: str = ""
    started: bool = False
    stopped: bool = False
    watched: dict[str, bool] = field(default_factory=dict)
    at_start: Callable[[], None] | None = None

    @property
    def pulse(self) -> int:
        return sum(one.generation for one in self.store.values())

    def __post_init__(self) -> None:
        self.store = {one.name: FakeTable(one) for one in self.tables}

    def start(self) -> None:
        self.started = True
        if self.at_start is not None:
            self.at_start()

    def stop(self) -> None:
        self.stopped = True

    def status(self) -> SessionStatus:
        states = {
            name: self.states.get(name, TableStatus(Freshness.FRESH, len(held.records)))
            for name, held in self.store.items()
        }
        return SessionStatus(events=self.events, lost=self.lost, tables=states, gap=self.gap, trouble=self.trouble)

    def rows(self, name: str) -> FakeRows | None:
        return FakeRows(self.store[name]) if self.started and name in self.store else None

    def watch(self, name: str, visible: bool) -> None:
        self.watched[name] = visible

    def count(self, name: str, text: str) -> int | None:
        rows = FakeRows(self.store[name])
        rows.filter(text)
        rows.tick()
        return len(rows)

    def why(self, query: Query) -> list[Line]:
        return [[("packet  ", Tone.DIM), (query.text, Tone.STRONG)], [("result  it takes [b]default[/]", Tone.OK)]]

    def export(self, path: str, namespace: str, progress: Callable[[str, int], bool]) -> dict[str, Any]:
        assert progress("links", 6)
        return {"tables": {"links": {"rows": 6}}, "packets": 7}

    def actor(self, port_id: int, time_ns: int) -> Actor:
        return Actor(port_id, Certainty.UNKNOWN)


def route_message(destination: bytes, length: int, gateway: bytes, ifindex: int, metric: int) -> bytes:
    """RTM_NEWROUTE as `ip route add D/L via G dev I proto bgp metric M` makes the kernel send it."""
    header = bytes([2, length, 0, 0, 254, 186, 0, 1, 0, 0, 0, 0])
    attributes = [(1, destination), (5, gateway), (4, ifindex.to_bytes(4, "little")), (6, metric.to_bytes(4, "little"))]
    body = header + b"".join(
        (4 + len(value)).to_bytes(2, "little") + kind.to_bytes(2, "little") + value
        for kind, value in attributes
        if value
    )
    return (16 + len(body)).to_bytes(4, "little") + bytes([24, 0, 2, 0, 1, 0, 0, 0, 205, 9, 0, 0]) + body


def uevent(action: str, devpath: str, **properties: str) -> bytes:
    """A datagram as lib/kobject_uevent.c sends it."""
    pieces = [f"{action}@{devpath}", f"ACTION={action}", f"DEVPATH={devpath}"]
    pieces += [f"{key}={value}" for key, value in properties.items()]
    return "".join(piece + "\0" for piece in pieces).encode()


def routes(count: int) -> Iterable[Record]:
    """`10.x.y.0/24 via 10.0.0.9 …`."""
    for n in range(count):
        destination = f"10.{n >> 8}.{n & 255}.0"
        raw = route_message(bytes([10, n >> 8, n & 255, 0]), 24, bytes([10, 0, 0, 9 + n % 3]), 3, 20)
        yield record(
            n, raw, destination=Cell(destination + "/24", dim_from=len(destination)), via=f"10.0.0.{9 + n % 3}",
            dev="eth0", proto=Cell("bgp", Tone.VIOLET), scope="global", metric="20", table="main",
        )  # fmt: skip


def home_router(session: FakeSession, route_count: int = 1000) -> FakeSession:
    """The rows of the drawings."""
    up, down = Cell("▲ UP", Tone.OK), Cell("▼ DOWN", Tone.BAD)
    fill = session.store
    fill["links"].put(
        record(1, name="lo", state=up, kind=Cell("loopback", Tone.DIM), mtu="65536", rx__s="0", tx__s="0"),
        record(2, name="eth0", state=up, kind=Cell("phys", Tone.DIM), mtu="1500", rx__s="1.24M", tx__s="88.1k"),
        record(3, name="eth1", state=Cell("◇ NO-CARRIER", Tone.CHANGED), kind=Cell("phys", Tone.DIM), mtu="1500"),
        record(4, name="br-lan", state=up, kind="bridge", mtu="1500", rx__s="412k", tx__s="1.02M"),
        record(5, name="veth12", state=up, kind="veth", mtu="1500", rx__s="201k", tx__s="640k"),
        record(6, name="wg0", state=down, kind="wireguard", mtu="1420", rx__s="3.1k", tx__s="2.8k"),
    )
    for place, (address, length, dev, scope) in enumerate(
        [
            ("10.0.0.5", 24, "eth0", "global"), ("2001:db8:9::5", 64, "eth0", "global"),
            ("fe80::5054:ff:fe12:1", 64, "eth0", "link"), ("192.168.7.1", 24, "br-lan", "global"),
            ("127.0.0.1", 8, "lo", "host"),
        ]
    ):  # fmt: skip
        text = Cell(f"{address}/{length}", dim_from=len(address))
        tone = Tone.PLAIN if scope == "global" else Tone.DIM
        fill["addresses"].put(record(place, address=text, dev=dev, scope=Cell(scope, tone), valid="forever"))
    fill["routes"].put(
        record("d", route_message(b"", 0, bytes([10, 0, 0, 1]), 2, 100), destination=Cell("default", Tone.ACCENT),
               via="10.0.0.1", dev="eth0", proto=Cell("dhcp", Tone.CYAN), scope="global", metric="100", table="main"),
        *routes(route_count),
    )  # fmt: skip
    fill["rules"].put(record(0, priority="0", selector="from all", action="lookup local"))
    for n, device in enumerate(["net/veth13", "net/veth13/queues/rx-0", "net/veth13/queues/tx-0"]):
        raw = uevent("add", f"/devices/virtual/{device}", SUBSYSTEM="net")
        fill["uevents"].put(
            record(n, raw, time=Cell(f"14:02:30.11{n}", Tone.DIM), action=Cell("add", Tone.OK), device=device)
        )
    fill["activity"].put(
        record(2, time=Cell("14:02:31.004", Tone.DIM), change=Cell("~", Tone.CHANGED), object="link eth0",
               what="mtu 1500→9000", actor="?"),
        record(1, time=Cell("14:02:30.771", Tone.DIM), change=Cell("+", Tone.OK), object="route 10.20.0.0/16",
               what="via 10.0.0.9 dev eth0 proto bgp", actor="bird[812]"),
        record(0, time=Cell("14:02:29.355", Tone.DIM), change=Cell("−", Tone.BAD), object="route 10.31.0.0/16",
               what="via 10.0.0.9 dev eth0", actor="kernel"),
    )  # fmt: skip
    session.events = 420
    return session
