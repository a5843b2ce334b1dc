"""The decision, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network

from nltui.model.why.decide import GOTO, NOP, PROHIBIT, TO_TABLE, decide
from nltui.model.why.facts import Hop, Prefix, Route, Rule, Trace
from nltui.model.why.query import Query, parse


def prefix(text: str) -> Prefix:
    found = ip_network(text)
    return Prefix(found.max_prefixlen, int(found.network_address), found.prefixlen)


def route(
    dst: str, table: int = 254, *, metric: int = 0, type: int = 1, dev: str = "eth0", dead: bool = False
) -> Route:
    hop = Hop(1 if dev == "eth0" else 2, dev, "10.0.0.9", dead)
    return Route(f"{dst} {metric}", table, prefix(dst), None, 0, metric, type, (hop,))


def rule(priority: int, table: int = 254, action: int = TO_TABLE, goto: int | None = None) -> Rule:
    return Rule(priority, "from all", f"lookup {table}", action, table, goto=goto)


def asked(line: str, rules: Sequence[Rule], routes: Sequence[Route], groups: dict[int, int] | None = None) -> Trace:
    def candidates(table: int, query: Query) -> list[Route]:
        return [one for one in routes if one.table == table and one.dst.holds(query.dst)]

    return decide(parse(line.split()), rules, candidates, groups or {})


def winner(trace: Trace) -> str:
    return trace.route.text if trace.route is not None else trace.errno


ROUTES = [route("0.0.0.0/0"), route("10.0.0.0/8", metric=20), route("10.0.0.0/8", metric=10), route("10.1.0.0/16", 100)]


def test_the_longest_prefix_then_the_lowest_metric() -> None:
    trace = asked("10.1.1.1", [rule(1)], ROUTES)
    assert winner(trace) == "10.0.0.0/8 10"
    assert [(one.route.text, one.reason) for one in trace.steps[0].candidates if not one.wins] == [
        ("10.0.0.0/8 20", "its metric 20 is higher"),
        ("0.0.0.0/0 0", "its prefix is shorter"),
    ]


def test_rules_in_their_order_until_one_leads_somewhere() -> None:
    rules = [rule(1, 77), replace(rule(2, 100), mark=5, mask=0xF), rule(3)]
    assert winner(asked("10.1.1.1", rules, ROUTES)) == "10.0.0.0/8 10"
    assert winner(asked("10.1.1.1 mark 0x15", rules, ROUTES)) == "10.1.0.0/16 0"
    assert asked("10.1.1.1", rules, ROUTES).steps[1].reason == "mark is 0x0"


def test_not_turns_a_rule_round() -> None:
    inverted = replace(rule(1, 100), dst=prefix("10.2.0.0/16"), inverted=True)
    assert winner(asked("10.1.1.1", [inverted, rule(2)], ROUTES)) == "10.1.0.0/16 0"
    assert asked("10.2.1.1", [inverted, rule(2)], ROUTES).steps[0].reason == "all of it is true, and it says not"


def test_goto_nop_and_refusals() -> None:
    rules = [rule(1, action=NOP), rule(2, action=GOTO, goto=4), rule(3, action=PROHIBIT), rule(4)]
    assert winner(asked("10.1.1.1", rules, ROUTES)) == "10.0.0.0/8 10"
    assert winner(asked("10.1.1.1", rules[2:], ROUTES)) == "EACCES"


def test_suppressed_routes_leave_the_choice_to_later_rules() -> None:
    rules = [replace(rule(1), suppress_length=0), rule(2, 100)]
    assert winner(asked("10.1.1.1", rules, ROUTES)) == "10.0.0.0/8 10"
    assert winner(asked("192.0.2.1", rules, ROUTES)) == "ENETUNREACH"
    assert (
        winner(asked("10.1.1.1", [replace(rule(1), suppress_group=3), rule(2, 100)], ROUTES, {1: 3})) == "10.1.0.0/16 0"
    )


def test_routes_that_refuse_or_throw() -> None:
    throwing = [route("10.0.0.0/8", 7, type=9), *ROUTES]
    assert winner(asked("10.1.1.1", [rule(1, 7), rule(2)], throwing)) == "10.0.0.0/8 10"
    refusing = asked("10.1.1.1", [rule(1)], [route("10.1.0.0/16", type=6), *ROUTES])
    assert (refusing.errno, refusing.verdict) == ("EINVAL", "the route refuses it: blackhole")


def test_dead_nexthops_and_other_devices_are_passed_over() -> None:
    routes = [route("10.1.0.0/16", dead=True), route("10.0.0.0/8", dev="eth1"), route("0.0.0.0/0")]
    assert winner(asked("10.1.1.1", [rule(1)], routes)) == "10.0.0.0/8 0"
    assert winner(asked("10.1.1.1 oif eth0", [rule(1)], routes)) == "0.0.0.0/0 0"
    reasons = [one.reason for one in asked("10.1.1.1 oif eth0", [rule(1)], routes).steps[0].candidates]
    assert reasons == ["all its nexthops are dead", "it does not leave by eth0", ""]


def test_without_a_route_a_device_is_enough_for_ipv4() -> None:
    trace = asked("192.0.2.1 oif eth7", [rule(1)], [])
    assert trace.errno == "ENETUNREACH"
    assert "takes it for on link at eth7" in trace.verdict
