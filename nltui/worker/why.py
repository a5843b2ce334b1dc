"""Which route a packet takes: from the tables of a session, and by the kernel's own word."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nltui.errors import KernelRefused, MalformedMessage
from nltui.model import chains, single
from nltui.model.filter.columnar import among, chooser
from nltui.model.filter.parsed import filter_of
from nltui.model.filter.writing import equal
from nltui.model.multipath import legs
from nltui.model.store import Store
from nltui.model.types import Context, ip_text
from nltui.model.why.decide import decide, is_assumed
from nltui.model.why.facts import Hop, Prefix, Route, Rule, Trace
from nltui.model.why.query import Query
from nltui.model.why.telling import Line, Way, Word, lines
from nltui.netlink import wire
from nltui.netlink.constants import fib_rules as fr
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.netlink.request import Requests
from nltui.netlink.socket import Sockets
from nltui.system.namespaces import Namespace
from nltui.tables import routes, rules
from nltui.text import visible
from nltui.worker.session import Session

RTM_F_FIB_MATCH, RTM_F_LOOKUP_TABLE = 0x2000, 0x1000
"""linux/rtnetlink.h: answer with the entry of the table, and say which table."""
NEEDED = ("rules", "routes", "links", "neighbours", "nexthops")
RTNH_F_DEAD, RTNH_F_LINKDOWN = 1, 16
RTN_UNICAST = 1
_RTA_VIA, _RTA_GATEWAY = 18, 5


@dataclass(frozen=True, slots=True)
class Answer:
    """The kernel's: its table entry and the route it made of it; what it said where it refused."""

    entry: bytes | None
    route: bytes | None
    refused: str = ""
    errno: int = 0


class Explainer:
    """Explains packets on the tables of a session that is fresh."""

    def __init__(self, session: Session, namespace: Namespace | None) -> None:
        self._session, self._context = session, session.context
        self._requests = Requests(Sockets(namespace), NETLINK_ROUTE)
        self._routes = session.store("routes")
        self._chooser = chooser(self._routes, self._context)

    def close(self) -> None:
        """Let go of the socket."""
        self._requests.close()

    def explain(self, query: Query) -> Trace:
        """By the tables. A packet made here is, unless told otherwise, of the user who asks, as for the kernel."""
        if query.uid is None and not query.iif:
            query = replace(query, uid=os.getuid())
        return decide(query, self._rules(query.family), self._candidates, self._groups())

    # -- what the tables say --

    def _rules(self, family: int) -> list[Rule]:
        store = self._session.store("rules")
        messages = [store.message(slot) for slot in store.live().tolist()]
        made = [rule_of(message, self._context) for message in messages if message[16] == family]
        # In a dump rules of one priority stand in the kernel's order, and slots are given in that of the dump.
        return sorted(made, key=lambda one: one.priority)

    def _groups(self) -> dict[int, int]:
        table, store = rules_of(self._session, "links"), self._session.store("links")
        index, group = table.column("index").fields[0], table.column("group").fields[0]
        messages = [store.message(slot) for slot in store.live().tolist()]
        found = ((single.value(table, index, one), single.value(table, group, one)) for one in messages)
        return {number: at for number, at in found if isinstance(number, int) and isinstance(at, int)}

    def _candidates(self, table: int, query: Query) -> list[Route]:
        family = "inet" if query.family == 2 else "inet6"
        text = f"dst covers {ip_text(query.dst)} table == {table} family == {family}"
        store = self._routes
        slots = among(self._chooser, filter_of(text, routes.ROUTES).node, store.live())
        found: list[Route] = []
        for head in chains.heads(store, slots):
            for place, slot in enumerate(chains.members(store, head)):
                found.append(self._route(store, slot, place))
        return found

    def _route(self, store: Store, slot: int, place: int) -> Route:
        with store.lock:
            message = store.message(slot)
        return route_of(message, self._context, place)

    def ways(self, query: Query, trace: Trace) -> list[Way]:
        """Neighbour and link of each nexthop that can be used."""
        found: list[Way] = []
        if trace.route is None or trace.route.type != RTN_UNICAST:
            return found
        for hop in trace.hops:
            target = hop.gateway or ip_text(query.dst)
            near = self._texts("neighbours", equal([("address", target), ("dev", hop.device)]), ("state", "lladdr"))
            link = self._texts("links", equal([("name", hop.device)]), ("state",))
            found.append(Way(hop, target, " ".join(near) or "not known yet", " ".join(link) or "gone"))
        return found

    def _texts(self, name: str, text: str, columns: tuple[str, ...]) -> list[str]:
        """Of the first row that fulfils a filter."""
        table, store = rules_of(self._session, name), self._session.store(name)
        slots = among(chooser(store, self._context), filter_of(text, table).node, store.live())
        if not len(slots):
            return []
        message = store.message(int(slots[0]))
        found = (single.text(table, table.column(column), message, self._context) for column in columns)
        return [one for one in found if one]

    # -- what the kernel says --

    def word(self, query: Query, trace: Trace) -> Word:
        """Its answer beside that of the tables."""
        answer = self.ask(query)
        if answer.route is None:
            agrees = bool(trace.errno)
            return Word("", agrees, answer.refused.partition(": ")[2] or answer.refused)
        made = route_of(answer.route, self._context)
        source = single.text(routes.ROUTES, routes.ROUTES.column("prefsrc"), answer.route, self._context)
        shown = f"{made.text} src {source}" if source else made.text
        if trace.errno:
            agrees = is_assumed(query)
            return Word(shown, agrees, "the tables say that it is refused")
        entry = route_of(answer.entry, self._context) if answer.entry is not None else None
        if entry is None or trace.route is None or _entry(entry) != _entry(trace.route):
            said = f"its entry is {entry.text} of table {entry.table}" if entry is not None else "it names no entry"
            return Word(shown, False, said)
        return Word(shown, True, "")

    def ask(self, query: Query) -> Answer:
        """RTM_GETROUTE, for the entry and for the route. Same as `ip route get fibmatch` and `ip route get`."""
        entry: bytes | None = None
        with contextlib.suppress(KernelRefused):
            entry = self._requests.get(rt.RTM_GETROUTE, self._body(query, RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE))
        try:
            return Answer(entry, self._requests.get(rt.RTM_GETROUTE, self._body(query, RTM_F_LOOKUP_TABLE)))
        except KernelRefused as refused:
            return Answer(entry, None, str(refused), refused.number)

    def _body(self, query: Query, flags: int) -> bytes:
        bits = 8 * len(query.dst)
        source = bits if query.src is not None else 0
        body = struct.pack("=BBBBBBBBI", query.family, bits, source, query.tos, 0, 0, 0, 0, flags)
        body += wire.nlattr(rt.RTA_DST, query.dst)
        if query.src is not None:
            body += wire.nlattr(rt.RTA_SRC, query.src)
        if query.mark:
            body += wire.nlattr(rt.RTA_MARK, struct.pack("=I", query.mark))
        for name, type_ in ((query.iif, rt.RTA_IIF), (query.oif, rt.RTA_OIF)):
            if name:
                body += wire.nlattr(type_, struct.pack("=I", self._index(name)))
        if query.uid is not None:
            body += wire.nlattr(rt.RTA_UID, struct.pack("=I", query.uid))
        if query.ipproto:
            body += wire.nlattr(rt.RTA_IP_PROTO, struct.pack("=B", query.ipproto))
        for number, type_ in ((query.sport, rt.RTA_SPORT), (query.dport, rt.RTA_DPORT)):
            if number:
                body += wire.nlattr(type_, struct.pack("!H", number))
        return body

    def _index(self, name: str) -> int:
        store, table = self._session.store("links"), rules_of(self._session, "links")
        for slot in store.live().tolist():
            message = store.message(slot)
            if single.text(table, table.column("name"), message, self._context) == name:
                return int(single.text(table, table.column("index"), message, self._context))
        raise KernelRefused(f"there is no link {name}", errno.ENODEV)


def explained(session: Session, namespace: Namespace | None, query: Query) -> list[Line]:
    """All of it in lines, once. Raises NltuiError."""
    explainer = Explainer(session, namespace)
    try:
        trace = explainer.explain(query)
        return lines(query, trace, explainer.ways(query, trace), explainer.word(query, trace))
    finally:
        explainer.close()


def rules_of(session: Session, name: str) -> Any:
    """A table of a session."""
    return next(table for table in session.tables if table.name == name)


def _entry(route: Route) -> tuple[object, ...]:
    """What makes an entry of a table the same, whatever the state of its links."""
    return route.dst, route.table, route.metric, route.type, sorted(hop.gateway for hop in route.hops)


def _prefix(address: bytes | None, length: int, bits: int) -> Prefix:
    return Prefix(bits, int.from_bytes(address) if address is not None else 0, length)


def rule_of(message: bytes, context: Context) -> Rule:
    """A row of the rules as the decision takes it."""
    table = rules.RULES
    found = {name: single.value(table, field, message) for name, field in {**rules.PARTS, **rules.ENDS}.items()}
    family = message[16]
    bits = 32 if family == 2 else 128

    def pair(name: str, form: str = "=HH") -> tuple[int, int] | None:
        raw = found[name]
        return struct.unpack(form, raw) if isinstance(raw, bytes) and len(raw) == struct.calcsize(form) else None

    def name(key: str) -> str:
        raw = found[key]
        return visible(raw.split(b"\0", 1)[0]) if isinstance(raw, bytes) else ""

    given: Mapping[str, Any] = found
    priority = single.value(table, rules.PRIORITY, message)
    mask = given["fwmask"] if given["fwmask"] is not None else (0xFFFFFFFF if given["fwmark"] else 0)
    return Rule(
        priority=priority if isinstance(priority, int) else 0,
        text=single.text(table, table.column("selector"), message, context),
        does=single.text(table, table.column("action"), message, context),
        action=given["action"],
        table=given["table"] or 0,
        src=_prefix(given["src"], given["src_len"], bits) if given["src_len"] else None,
        dst=_prefix(given["dst"], given["dst_len"], bits) if given["dst_len"] else None,
        inverted=bool(given["flags"] & fr.FIB_RULE_INVERT),
        mark=given["fwmark"] or 0,
        mask=mask,
        iif=name("iif"),
        oif=name("oif"),
        tos=given["tos"] or 0,
        dscp=given["dscp"],
        l3mdev=bool(given["l3mdev"]),
        tunnel=given["tun_id"] or 0,
        uids=pair("uid_range", "=II"),
        ipproto=given["ipproto"] or 0,
        sports=pair("sport"),
        dports=pair("dport"),
        goto=given["goto"],
        suppress_length=-1 if given["suppress_prefixlen"] is None else given["suppress_prefixlen"],
        suppress_group=-1 if given["suppress_ifgroup"] is None else given["suppress_ifgroup"],
        find_source=bool(given["flags"] & fr.FIB_RULE_FIND_SADDR),
    )


def route_of(message: bytes, context: Context, place: int = 0) -> Route:
    """A row of the routes as the decision takes it."""
    table = routes.ROUTES

    def read(field: Any) -> Any:
        return single.value(table, field, message)

    bits = 32 if message[16] == 2 else 128
    words = [single.text(table, table.column(name), message, context) for name in ("destination", "via", "dev")]
    via, device = words[1], words[2]
    words = [words[0], f"via {via}" if via and via != "on-link" else "", f"dev {device}" if device else ""]
    preference = read(table.column("pref").fields[0])
    return Route(
        text=" ".join(filter(None, words)),
        table=read(routes.TABLE_FIELD),
        dst=_prefix(read(routes.DST), read(routes.DST_LEN), bits),
        src=_prefix(read(routes.SRC), read(routes.SRC_LEN), bits) if read(routes.SRC_LEN) else None,
        tos=read(routes.TOS) or 0,
        metric=read(routes.METRIC) or 0,
        type=read(routes.TYPE),
        hops=tuple(_hops(message, read, context)),
        preference=preference or 0,
        order=place,
        message=message,
    )


def _hops(message: bytes, read: Any, context: Context) -> list[Hop]:
    payload = read(routes.MULTIPATH)
    if payload is not None:
        try:
            return [_hop(leg.ifindex, leg.flags, dict(leg.attributes), context, leg.weight) for leg in legs(payload)]
        except MalformedMessage:
            return []
    ifindex = read(table_field("dev"))
    if ifindex is None:
        return []
    found = {_RTA_GATEWAY: read(routes.GATEWAY), _RTA_VIA: read(routes.VIA)}
    return [_hop(ifindex, read(routes.FLAGS), {k: v for k, v in found.items() if v is not None}, context, 1)]


def _hop(ifindex: int, flags: int, found: Mapping[int, bytes], context: Context, weight: int) -> Hop:
    gateway = ""
    if _RTA_GATEWAY in found and len(found[_RTA_GATEWAY]) in (4, 16):
        gateway = ip_text(found[_RTA_GATEWAY])
    elif _RTA_VIA in found and len(found[_RTA_VIA]) in (6, 18):
        gateway = ip_text(found[_RTA_VIA][2:])
    device = context.lookup("links", ifindex) or f"if{ifindex}"
    return Hop(ifindex, device, gateway, bool(flags & RTNH_F_DEAD), bool(flags & RTNH_F_LINKDOWN), weight)


def table_field(name: str) -> Any:
    """Of the routes."""
    return routes.ROUTES.column(name).fields[0]
