"""The decision. Source: net/core/fib_rules.c, net/ipv4/{fib_rules,fib_trie,route}.c, net/ipv6/{fib6_rules,route}.c."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nltui.model.why.facts import Candidate, Hop, Route, Rule, Step, Trace
from nltui.model.why.query import Query

TO_TABLE, GOTO, NOP, BLACKHOLE, UNREACHABLE, PROHIBIT = 1, 2, 3, 6, 7, 8
"""FR_ACT_*, linux/fib_rules.h."""
REFUSALS = {
    BLACKHOLE: ("blackhole", "EINVAL"),
    UNREACHABLE: ("unreachable", "ENETUNREACH"),
    PROHIBIT: ("prohibit", "EACCES"),
}
THROW = 9
ERRORS = {6: ("blackhole", "EINVAL"), 7: ("unreachable", "EHOSTUNREACH"), 8: ("prohibit", "EACCES")}
"""RTN_*: what such a route makes of a packet."""
_PREFERENCE = {1: 2, 0: 1, 3: 0}
"""RTA_PREF → its rank: high, medium, low."""

Candidates = Callable[[int, Query], Sequence[Route]]
"""(table, query) → its routes whose prefix covers the destination, in any order."""


def decide(query: Query, rules: Sequence[Rule], candidates: Candidates, groups: Mapping[int, int]) -> Trace:
    """`rules` in the kernel's order; `groups`: link group by ifindex."""
    steps: list[Step] = []
    place = 0
    while place < len(rules):
        rule = rules[place]
        place += 1
        reason = mismatch(rule, query)
        if reason:
            steps.append(Step(rule, False, reason))
            continue
        if rule.action == GOTO:
            target = next((n for n, one in enumerate(rules) if one.priority == rule.goto and n >= place), None)
            if target is None:
                steps.append(Step(rule, True, "", outcome="there is no such rule: goes on"))
            else:
                steps.append(Step(rule, True, "", outcome=f"goes on at {rule.goto}"))
                place = target
            continue
        if rule.action == NOP:
            steps.append(Step(rule, True, "", outcome="does nothing"))
            continue
        if rule.action in REFUSALS:
            word, errno = REFUSALS[rule.action]
            steps.append(Step(rule, True, "", outcome=word))
            return Trace(
                tuple(steps), None, (), f"the rule {rule.priority} refuses it: {word}{_all_the_same(query)}", errno
            )
        if rule.action != TO_TABLE:
            steps.append(Step(rule, True, "", outcome="an action that is not known here: goes on"))
            continue
        found = _enter(rule, query, candidates, groups)
        steps.append(found[0])
        if found[1] is not None:
            return _ended(steps, *found[1], query)
    return Trace(tuple(steps), None, (), "no rule led to a route" + _all_the_same(query), "ENETUNREACH")


def _all_the_same(query: Query) -> str:
    """With a device given, IPv4 does not take no for an answer."""
    return f"; but as oif is given, the kernel takes it for on link at {query.oif}" if is_assumed(query) else ""


def is_assumed(query: Query) -> bool:
    """Whether a packet that no route leads to is sent all the same (ip_route_output_key_hash_rcu)."""
    return query.family == 2 and bool(query.oif)


def _ended(steps: list[Step], route: Route, hops: tuple[Hop, ...], query: Query) -> Trace:
    if route.type in ERRORS:
        word, errno = ERRORS[route.type]
        return Trace(tuple(steps), route, (), f"the route refuses it: {word}{_all_the_same(query)}", errno)
    several = " (one of them, by a hash of the flow)" if len(hops) > 1 else ""
    return Trace(tuple(steps), route, hops, f"it takes {route.text}{several}")


# -- rules --


def mismatch(rule: Rule, query: Query) -> str:
    """Why a rule is not true of a packet; empty where it is."""
    reason = _differs(rule, query)
    if not rule.inverted:
        return reason
    return "" if reason else "all of it is true, and it says not"


def _differs(rule: Rule, query: Query) -> str:
    # Packets made here come in by the loopback device.
    if rule.iif and rule.iif != (query.iif or "lo"):
        return f"iif is {query.iif or 'lo (made here)'}"
    if rule.oif and rule.oif != query.oif:
        return f"oif is {query.oif or 'open'}"
    if (rule.mark ^ query.mark) & rule.mask:
        return f"mark is {query.mark:#x}"
    if rule.tunnel:
        return "it comes by no tunnel"
    if rule.l3mdev:
        return "no VRF is involved"
    if rule.uids is not None and not _within(rule.uids, query.uid):
        return f"uid is {query.uid}" if query.uid is not None else "it belongs to no user here"
    return _addresses_differ(rule, query) or _ports_differ(rule, query)


def _within(limits: tuple[int, int], value: int | None) -> bool:
    return value is not None and limits[0] <= value <= limits[1]


def _addresses_differ(rule: Rule, query: Query) -> str:
    if rule.dst is not None and not rule.dst.holds(query.dst):
        return "the destination is another"
    if rule.src is not None and rule.src.length:
        # IPv6 lets a source that is still to be chosen pass only where the rule asks to find one.
        source = query.src
        if source is None and query.family == 2:
            source = bytes(4)
        if source is None:
            return "" if rule.find_source else "no source is chosen yet"
        if not rule.src.holds(source):
            return "the source is another" if query.src is not None else "no source is chosen yet"
    if rule.tos and rule.tos != query.tos & 0xFC:
        return f"tos is {query.tos:#x}"
    if rule.dscp is not None and rule.dscp != query.tos >> 2:
        return f"dscp is {query.tos >> 2:#x}"
    return ""


def _ports_differ(rule: Rule, query: Query) -> str:
    if rule.ipproto and rule.ipproto != query.ipproto:
        return f"ipproto is {query.ipproto or 'open'}"
    for limits, value, name in ((rule.sports, query.sport, "sport"), (rule.dports, query.dport, "dport")):
        if limits is not None and not _within(limits, value):
            return f"{name} is {value or 'open'}"
    return ""


# -- tables --


def _enter(
    rule: Rule, query: Query, candidates: Candidates, groups: Mapping[int, int]
) -> tuple[Step, tuple[Route, tuple[Hop, ...]] | None]:
    considered: list[Candidate] = []
    winner: Route | None = None
    hops: tuple[Hop, ...] = ()
    for route in in_order(candidates(rule.table, query), query):
        if winner is not None:
            considered.append(Candidate(route, False, _beaten(winner, route)))
            continue
        reason, hops = _unusable(route, query)
        if reason:
            considered.append(Candidate(route, False, reason))
            continue
        winner = route
        considered.append(Candidate(route, True, ""))

    def step(outcome: str) -> Step:
        return Step(rule, True, "", tuple(considered), outcome)

    if winner is None:
        return step("no route here: goes on"), None
    if winner.type == THROW:
        return step("throw: goes on with the next rule"), None
    if winner.type not in ERRORS and _is_suppressed(rule, winner, hops, groups):
        considered[:] = [
            Candidate(one.route, False, "suppressed by the rule") if one.wins else one for one in considered
        ]
        return step("suppressed: goes on"), None
    return step(""), (winner, hops)


def in_order(routes: Sequence[Route], query: Query) -> list[Route]:
    """As the kernel tries them.

    The longest prefix first. Then, of IPv4, the highest tos, the lowest metric, and the place among equals; of IPv6,
    the longest source, the lowest metric, and the best score: a device that was asked for, and the router preference.
    """
    if query.family == 2:
        return sorted(routes, key=lambda one: (-one.dst.length, -one.tos, one.metric, one.order))

    def rank(route: Route) -> tuple[int, int, int, int, int]:
        source = route.src.length if route.src is not None else 0
        return -route.dst.length, -source, route.metric, -_score(route, query), route.order

    return sorted(routes, key=rank)


def _score(route: Route, query: Query) -> int:
    wished = not query.oif or any(hop.device == query.oif for hop in route.hops)
    return 4 * _PREFERENCE.get(route.preference, 1) + 2 * wished


def _unusable(route: Route, query: Query) -> tuple[str, tuple[Hop, ...]]:
    if query.family == 2 and route.tos and route.tos != query.tos & 0xFC:
        return f"tos {route.tos:#x} is another", ()
    if route.src is not None and route.src.length:
        if query.src is None:
            return "no source is chosen yet", ()
        if not route.src.holds(query.src):
            return "the source is another", ()
    refuses = route.type in ERRORS or route.type == THROW
    if refuses and query.family == 2:
        return "", ()
    alive = tuple(hop for hop in route.hops if not hop.dead)
    if route.hops and not alive:
        return "all its nexthops are dead", ()
    if query.oif:
        through = tuple(hop for hop in alive if hop.device == query.oif)
        # IPv6: a route that refuses leaves by the loopback device.
        if not through and _is_strict(query):
            return f"it does not leave by {query.oif}", ()
        alive = through or alive
    return "", () if refuses else alive


def _is_strict(query: Query) -> bool:
    """Whether a route by another device than asked for is none. IPv6 only wishes, where a source is given."""
    return query.family == 2 or query.src is None or query.dst[:2] in (b"\xfe\x80", b"\xff\x02")


def _is_suppressed(rule: Rule, route: Route, hops: tuple[Hop, ...], groups: Mapping[int, int]) -> bool:
    if route.dst.length <= rule.suppress_length:
        return True
    return rule.suppress_group != -1 and bool(hops) and groups.get(hops[0].ifindex, 0) == rule.suppress_group


def _beaten(winner: Route, route: Route) -> str:
    if route.dst.length < winner.dst.length:
        return "its prefix is shorter"
    if route.metric > winner.metric:
        return f"its metric {route.metric} is higher"
    return "another comes before it"
