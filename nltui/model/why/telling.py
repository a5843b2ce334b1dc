"""A decision in lines for a person: what was tried, what won, where it goes, and what the kernel says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nltui.model.types import Tone
from nltui.model.why.facts import Hop, Step, Trace
from nltui.model.why.query import Query

Part = tuple[str, Tone]
Line = list[Part]
SELECTOR, ACTION = 30, 24
"""Cells of these columns at most, where no text is longer."""
LOSERS = 5
"""Candidates shown below the one that won."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a nexthop leads: its neighbour's state and link-layer address, and its link's state; visible."""

    hop: Hop
    target: str
    """Whose link-layer address is wanted: the gateway, or on link the destination."""
    neighbour: str
    link: str


@dataclass(frozen=True, slots=True)
class Word:
    """The kernel's: the route as it answers, whether that is what the tables say, and what it said where it refused."""

    route: str
    agrees: bool
    said: str


def lines(query: Query, trace: Trace, ways: Sequence[Way], word: Word) -> list[Line]:
    """Everything, top to bottom."""
    made: list[Line] = [[("packet  ", Tone.DIM), (query.text, Tone.STRONG)], []]
    made += _rules(trace.steps)
    last = trace.steps[-1] if trace.steps else None
    if last is not None and last.candidates:
        made += [[], [(f"table {_table(last)}", Tone.DIM)], *_candidates(last)]
    made.append([])
    for way in ways:
        made.append(_way(way, len(ways) > 1))
    refused = bool(trace.errno)
    made.append([("result  ", Tone.DIM), (trace.verdict, Tone.BAD if refused else Tone.OK)])
    made.append(_kernel(word))
    return made


def _table(step: Step) -> str:
    return step.rule.does.removeprefix("lookup ").split(" ")[0]


def _rules(steps: Sequence[Step]) -> Iterator[Line]:
    yield [("rules", Tone.DIM)]
    width = min(SELECTOR, max((len(step.rule.text) for step in steps), default=0))
    does = min(ACTION, max((len(step.rule.does) for step in steps), default=0))
    for step in steps:
        is_last = step is steps[-1]
        glyph, tone = "·", Tone.DIM
        if step.matches:
            glyph, tone = ("▸", Tone.ACCENT) if is_last else ("✓", Tone.PLAIN)
        said = (step.outcome or ("decides" if is_last else "")) if step.matches else step.reason
        front = f" {glyph} {step.rule.priority:<6}"
        if len(step.rule.text) > width:
            # A long selector has a line of its own, so that the others stay below each other.
            yield [(front + step.rule.text, tone)]
            front, text = " " * len(front), ""
        else:
            text = step.rule.text
        yield [(f"{front}{text:<{width}}  {step.rule.does:<{does}}  ", tone), (said, Tone.DIM)]


def _candidates(step: Step) -> Iterator[Line]:
    before = [one for one in step.candidates if not one.wins]
    place = next((at for at, one in enumerate(step.candidates) if one.wins), len(step.candidates))
    shown = step.candidates[: place + 1 + LOSERS]
    width = min(60, max(len(one.route.text) for one in shown))
    for one in shown:
        glyph, tone = ("▸", Tone.ACCENT) if one.wins else ("·", Tone.DIM)
        metric = f"metric {one.route.metric}" if one.route.metric else ""
        yield [(f" {glyph} {one.route.text:<{width}}  ", tone), (f"{metric:<12}", tone), (one.reason, Tone.DIM)]
    if len(step.candidates) > len(shown):
        yield [(f"   and {len(before) - len(shown) + 1:,} more, with shorter prefixes or higher metrics", Tone.DIM)]


def _way(way: Way, is_one_of: bool) -> Line:
    weight = f" weight {way.hop.weight}" if is_one_of else ""
    gateway = f"via {way.hop.gateway} " if way.hop.gateway else "on link, "
    return [
        ("nexthop ", Tone.DIM),
        (f"{gateway}dev {way.hop.device}{weight}", Tone.STRONG),
        (f"   neighbour {way.target} ", Tone.DIM),
        (way.neighbour, Tone.PLAIN),
        ("   link ", Tone.DIM),
        (way.link, Tone.PLAIN),
    ]


def _kernel(word: Word) -> Line:
    if word.route:
        agreement: Part = ("  the same", Tone.OK) if word.agrees else (f"  DIFFERENT: {word.said}", Tone.BAD)
        return [("kernel  ", Tone.DIM), (word.route, Tone.STRONG), agreement]
    agreement = ("  as above", Tone.OK) if word.agrees else ("  DIFFERENT", Tone.BAD)
    return [("kernel  ", Tone.DIM), (word.said, Tone.STRONG), agreement]
