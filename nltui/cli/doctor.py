"""`nltui doctor`: what this kernel, this process's privilege and this terminal allow, and a short session's figures."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from nltui import __version__
from nltui.cli import settings, trouble
from nltui.cli.asked import Doctor
from nltui.model.table import Feed
from nltui.model.types import Json
from nltui.system import namespaces, privileges, ssh, terminal
from nltui.tables import TABLES
from nltui.tables.diagnostics import DIAGNOSTICS
from nltui.text import visible
from nltui.worker.contract import Freshness
from nltui.worker.session import Session

if TYPE_CHECKING:
    from nltui.model.local import LocalView

ANSWER = 1.0
"""Seconds to wait for the kernel's word on process events."""
LOAD = 20.0
"""Seconds to wait for all tables."""
LIBRARIES = ("numpy", "pyroute2", "textual")
CAPABILITIES = {
    privileges.CAP_NET_ADMIN: ("CAP_NET_ADMIN", "larger receive buffers, changes, and tables of other protocols"),
    privileges.CAP_SYS_ADMIN: ("CAP_SYS_ADMIN", "other network namespaces (-n)"),
}
SUDO = "sudo nltui"


@dataclass(slots=True)
class Report:
    """Findings by section and name: for machines a value, for people a text and, where something lacks, what helps."""

    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    texts: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    def say(self, section: str, name: str, value: Json, text: str | None = None, help_: str = "") -> None:
        """Add one; `text` defaults to yes, no, or the value. Everything becomes visible here."""
        if text is None:
            text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        self.values.setdefault(section, {})[name] = value
        self.texts.setdefault(section, []).append((name, visible(text, limit=1000), visible(help_)))


def run(args: Doctor) -> int:
    """Print and return the exit code. Raises NltuiError where nothing at all can be read, after it was printed."""
    limits, _ = settings.limits(args.config)
    report = Report()
    _program(report)
    _terminal(report)
    with namespaces.resolve(args.netns) if args.netns else namespaces.current() as namespace:
        _namespaces(report, namespace)
        _privilege(report)
        wished = args.rcvbuf or (limits.monitor_buffer if limits is not None else None)
        _netlink(report, namespace if args.netns else None, wished)
        session = Session(namespace if args.netns else None, TABLES, buffer=args.rcvbuf, limits=limits)
        session.start()
        try:
            refused = _session(report, session, args.json)
        finally:
            session.stop()
    if refused:
        raise trouble.error(refused)
    return 0


def _program(report: Report) -> None:
    system = os.uname()
    report.say("program", "nltui", __version__)
    report.say("program", "kernel", f"{system.sysname} {system.release} {system.machine}")
    report.say("program", "python", platform.python_version())
    for name in LIBRARIES:
        report.say("program", name, metadata.version(name))


def _terminal(report: Report) -> None:
    found = terminal.current()
    dumb = "" if found.term not in ("", "dumb") else "the screen needs a terminal that can do more than print lines"
    report.say("terminal", "term", found.term, found.term or "not set", dumb)
    piped = "" if found.is_terminal else "the screen needs one on input, output and error; else use `nltui dump`"
    report.say("terminal", "is_terminal", found.is_terminal, help_=piped)
    few = "" if found.colours >= 256 else "COLORTERM=truecolor where the terminal can; a glyph stands by every colour"
    report.say("terminal", "colours", found.colours, f"{found.colours:,}", few)
    narrow = found.is_terminal and (found.columns < 80 or found.lines < 24)
    size = f"{found.columns}x{found.lines}" if found.columns else "unknown"
    report.say("terminal", "size", [found.columns, found.lines], size, "80x24 or more shows more" if narrow else "")
    unicode_ = "" if found.is_unicode else "a UTF-8 locale (LANG=C.UTF-8) for glyphs and lines"
    report.say("terminal", "encoding", found.encoding, help_=unicode_)
    over_ssh, tmux = ssh.connection() is not None, bool(os.environ.get("TMUX"))
    report.say("terminal", "over_ssh", over_ssh)
    report.say("terminal", "in_tmux", tmux)


def _namespaces(report: Report, namespace: namespaces.Namespace) -> None:
    named = list(namespaces.named().values())
    report.say("namespaces", "current", namespace.name)
    report.say("namespaces", "named", named, " ".join(named) or "none")
    seen = [namespaces.of_process(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()]
    hidden = seen.count(None) if os.geteuid() else 0
    helps = f"{hidden} of {len(seen)} processes may not be looked at: {SUDO}" if hidden else ""
    report.say("namespaces", "of_processes", len(set(seen) - {None}), help_=helps)


def _privilege(report: Report) -> None:
    held = privileges.current()
    report.say("privilege", "uid", os.geteuid())
    report.say("privilege", "badge", held.badge.value)
    for number, (name, allows) in CAPABILITIES.items():
        has = held.has(number)
        helps = "" if has else f"{SUDO}, or setcap {name.lower()}+ep on a Python of its own, allows {allows}"
        report.say("privilege", name.lower(), has, help_=helps)
    _lock(report)


def _lock(report: Report) -> None:
    """What read-only mode can be made of here."""
    import ctypes

    from nltui.system import lock, seccomp

    version = lock.landlock_version(ctypes.CDLL(None, use_errno=True))
    helps = {0: "Linux 6.12 with Landlock: nltui --read-only must become another user here"}.get(
        version, "" if version >= 6 else "Linux 6.12: nltui --read-only then signals nobody, and asks no daemon"
    )
    report.say("privilege", "landlock", version, f"version {version}" if version else "no", helps)
    lacks = seccomp.lacks()
    helps = f"{lacks}: nltui --read-only leaves to root what needs no capability, and is not called READ-ONLY"
    report.say("privilege", "seccomp", not lacks, help_=helps if lacks else "")


def _netlink(report: Report, namespace: namespaces.Namespace | None, wished: int | None) -> None:
    from nltui.errors import NltuiError
    from nltui.netlink import probe
    from nltui.netlink.socket import MONITOR_BUFFER, Sockets

    sockets = Sockets(namespace)
    protocols = probe.protocols(sockets)
    told = [{"number": one.number, "name": one.name, "opens": not one.error, "error": one.error} for one in protocols]
    opening = " ".join(one.name for one in protocols if not one.error)
    report.say("netlink", "protocols", told, opening or "none can be opened")
    for error in dict.fromkeys(one.error for one in protocols if one.error):
        words = "not in this kernel" if error == "EPROTONOSUPPORT" else f"refused with {error}"
        names = " ".join(one.name for one in protocols if one.error == error)
        report.texts["netlink"].append((words, names, ""))
    try:
        for name, has in probe.options(sockets).items():
            report.say("netlink", name, has, help_="" if has else "a newer kernel (4.20 has them all)")
        buffer = probe.buffer(sockets, wished or MONITOR_BUFFER)
    except NltuiError as error:
        report.say("netlink", "trouble", str(error))
        return
    small = "" if buffer.got >= buffer.asked else f"{SUDO}, or sysctl net.core.rmem_max={buffer.asked}: fewer losses"
    told_buffer = {"asked": buffer.asked, "got": buffer.got, "forced": buffer.forced}
    report.say("netlink", "buffer", told_buffer, f"{buffer.got:,} of {buffer.asked:,} bytes", small)
    _process_events(report)


def _process_events(report: Report) -> None:
    """They name who asked for a change even where the process was gone in a moment."""
    from nltui.worker.process_events import ProcessEvents

    events = ProcessEvents()
    listening = threading.Thread(target=events.run, daemon=True)
    listening.start()
    deadline = time.monotonic() + ANSWER
    while not (events.hears or events.counts.trouble) and time.monotonic() < deadline:
        time.sleep(0.01)
    heard, why = events.hears, events.counts.trouble
    events.stop()
    listening.join(ANSWER)
    helps = "" if heard else f"{SUDO}, or Linux 6.6, in the first network namespace: names of short-lived requesters"
    report.say(
        "netlink", "process_events", {"heard": heard, "error": why}, "heard" if heard else why or "silent", helps
    )


def _session(report: Report, session: Session, as_json: bool) -> str:
    """Load every table and print; returns why none can be read, empty where one can."""
    from nltui.model.local import LocalView

    session.wait([table.name for table in TABLES if table.feed is not Feed.LOCAL], LOAD)
    rows, status = session.rows(DIAGNOSTICS.name), session.status()
    states = [status.tables[table.name] for table in TABLES if table.feed is not Feed.LOCAL]
    if as_json:
        import json

        objects = rows.objects() if isinstance(rows, LocalView) else []
        helps = [help_ for texts in report.texts.values() for _, _, help_ in texts if help_]
        said = {**report.values, "diagnostics": objects, "trouble": status.trouble or None, "helps": helps}
        sys.stdout.write(json.dumps(said) + "\n")
    else:
        sys.stdout.writelines(_lines(report))
        if isinstance(rows, LocalView):
            sys.stdout.writelines(_tables(rows))
        if status.trouble:
            sys.stdout.write(f"\n{visible(status.trouble)}\n")
    if any(state.freshness is not Freshness.STALE for state in states):
        return ""
    return next((state.sentence for state in states if state.sentence), status.trouble) or "nothing can be read"


def _lines(report: Report) -> Iterator[str]:
    names = max(len(name) for texts in report.texts.values() for name, _, _ in texts)
    for section, texts in report.texts.items():
        yield f"{section}\n"
        for name, text, help_ in texts:
            yield f"  {name.replace('_', ' '):<{names}}  {text}".rstrip() + "\n"
            if help_:
                yield f"  {'':<{names}}  → {help_}\n"
        yield "\n"


def _tables(rows: LocalView) -> Iterator[str]:
    """The diagnostics, tables and sockets apart: they have few columns in common."""
    from nltui.model.lines import Lines

    columns = DIAGNOSTICS.columns
    texts = [[cell.text for cell in row.cells] for row in rows.rows(0, len(rows), columns)]
    sockets = [row for row in texts if row[0].startswith("socket ")]
    yield from Lines(columns).render([row for row in texts if row not in sockets])
    yield "\n"
    yield from Lines(columns).render(sockets)
