"""`nltui why`: which route a packet takes, and why."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from nltui.cli import settings, trouble
from nltui.cli.asked import Why
from nltui.errors import KernelRefused, TimedOut
from nltui.model import single
from nltui.model.types import Tone
from nltui.model.why.facts import Trace
from nltui.model.why.query import Query, parse
from nltui.model.why.telling import Line, Way, Word, lines
from nltui.system import namespaces
from nltui.tables import TABLES
from nltui.worker.contract import Freshness
from nltui.worker.session import Session
from nltui.worker.why import NEEDED, Explainer

DEADLINE = 60.0
"""Seconds after which tables that do not become exact are an error."""
CODES = {Tone.STRONG: "1", Tone.DIM: "2", Tone.OK: "32", Tone.BAD: "31", Tone.ACCENT: "1;36"}


def run(args: Why) -> int:
    """Print; 0 where there is a route, 2 where the kernel refuses. Raises NltuiError."""
    query = parse(args.words)
    limits, _ = settings.limits(args.config)
    tables = tuple(table for table in TABLES if table.name in NEEDED)
    with namespaces.resolve(args.netns) if args.netns else namespaces.current() as namespace:
        where = namespace if args.netns else None
        session = Session(where, tables, limits=limits)
        session.start()
        try:
            _wait(session)
            explainer = Explainer(session, where)
            trace = explainer.explain(query)
            ways, word = explainer.ways(query, trace), explainer.word(query, trace)
            if args.json:
                sys.stdout.write(json.dumps(_object(session, query, trace, ways, word)) + "\n")
            else:
                _print(lines(query, trace, ways, word))
            explainer.close()
        finally:
            session.stop()
    return 0 if word.route else KernelRefused.exit_code


def _wait(session: Session) -> None:
    fresh = session.wait(NEEDED, DEADLINE)
    status = session.status()
    stale = next((one.sentence for one in status.tables.values() if one.freshness is Freshness.STALE), "")
    if status.trouble or stale:
        raise trouble.error(status.trouble or stale)
    if not fresh:
        raise TimedOut(f"the tables did not settle within {DEADLINE:.0f} s: the kernel changes them all the time")


def _print(made: list[Line]) -> None:
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in made:
        text = "".join(_coloured(part, tone) if is_coloured else part for part, tone in line)
        sys.stdout.write(text.rstrip() + "\n")


def _coloured(text: str, tone: Tone) -> str:
    return f"\x1b[{CODES[tone]}m{text}\x1b[0m" if tone in CODES and text.strip() else text


def _object(session: Session, query: Query, trace: Trace, ways: list[Way], word: Word) -> dict[str, Any]:
    table = next(table for table in session.tables if table.name == "routes")
    route = single.record(table, trace.route.message, session.context) if trace.route is not None else None
    return {
        "packet": query.text,
        "rules": [
            {
                "priority": step.rule.priority,
                "selector": step.rule.text,
                "action": step.rule.does,
                "matches": step.matches,
                "reason": step.reason or step.outcome,
                "candidates": [
                    {"route": one.route.text, "metric": one.route.metric, "wins": one.wins, "reason": one.reason}
                    for one in step.candidates
                ],
            }
            for step in trace.steps
        ],
        "route": route,
        "nexthops": [
            {"gateway": way.hop.gateway or None, "dev": way.hop.device, "neighbour": way.neighbour, "link": way.link}
            for way in ways
        ],
        "verdict": trace.verdict,
        "errno": trace.errno or None,
        "kernel": {"route": word.route or None, "agrees": word.agrees, "said": word.said or None},
    }
