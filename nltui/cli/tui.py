"""The launcher of the terminal interface: the only file of cli that imports ui."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nltui.cli import settings
from nltui.cli.arguments import COMMANDS
from nltui.cli.asked import Tui
from nltui.errors import UsageError
from nltui.system import namespaces, privileges
from nltui.system.namespaces import Namespace
from nltui.text import visible

if TYPE_CHECKING:
    from nltui.config import Config

SPARE = 4
"""Monitor sockets of each protocol that are made before privileges are given up: a reader may need another one."""


def run(args: Tui) -> int:
    """Show the interface until the person leaves; returns its exit code. Raises NltuiError before anything is drawn."""
    _check_terminal()
    found, complaint = settings.load(args.config)
    limits = found.limits if found is not None else None
    # Nothing made while starting is garbage; the interface lets the collector work again once rows are shown.
    gc.disable()
    from nltui.tables import TABLES, find

    wanted = find(args.table, COMMANDS) if args.table is not None else None
    if args.filter:
        from nltui.model.filter.parsed import filter_of

        filter_of(args.filter, wanted or TABLES[0])
    theme, wrong = _theme(args.theme, found)
    read_only = args.read_only or (found is not None and found.read_only)
    complaint = " · ".join(filter(None, (complaint, wrong)))
    with ExitStack() as opened:
        from nltui.ui.app import NltuiApp
        from nltui.ui.launch import run as launch
        from nltui.worker.session import Session

        def session(netns: str | None) -> tuple[Session, Namespace]:
            found = opened.enter_context(namespaces.current() if netns is None else namespaces.resolve(netns))
            where = None if netns is None else found
            return Session(where, TABLES, buffer=args.rcvbuf, limits=limits, names=True), found

        def reopen(argument: str) -> tuple[Session, str]:
            from nltui.netlink.socket import Sockets

            made, found = session(argument or None)
            # What cannot be entered is not worth leaving for.
            Sockets(made.namespace).inside(lambda: None)
            return made, found.name

        if read_only:
            namespace = opened.enter_context(
                namespaces.current() if args.netns is None else namespaces.resolve(args.netns)
            )
            from nltui.config import DEFAULTS

            buffer = args.rcvbuf or (limits or DEFAULTS).monitor_buffer
            _lock(namespace if args.netns is not None else None, buffer, args.broker)
            where = namespace if args.netns is not None else None
            first = Session(where, TABLES, buffer=args.rcvbuf, limits=limits, names=True)
        else:
            first, namespace = session(args.netns)
        app = NltuiApp(
            first,
            host=visible(os.uname().nodename, limit=64),
            namespace=namespace.name,
            badge=privileges.current().badge.value,
            start_table=wanted.name if wanted is not None else None,
            start_filter=args.filter,
            complaint=complaint,
            # To enter another namespace takes a privilege.
            reopen=None if read_only else reopen,
            read_only=read_only,
            confirm_seconds=args.confirm_timeout,
            # Whoever cannot change anything can neither confirm; their journals are not for everybody's eyes.
            looks_back=not read_only and privileges.current().has(privileges.CAP_NET_ADMIN),
            theme=theme,
            keys=found.keys if found is not None else {},
            columns=found.columns if found is not None else {},
            places=found.places if found is not None else {},
            ascii=args.ascii or not _is_unicode(),
        )
        code = launch(app, mouse=args.mouse)
        if app.is_pending:
            # The terminal may be gone.
            with suppress(OSError):
                print(app.desk.farewell(), file=sys.stderr)
        return code


def _lock(namespace: Namespace | None, buffer: int, helped: bool = False) -> None:
    """Give up, for good, all that could change anything. Raises UsageError where any of it cannot be."""
    # What whoever started this left open might be a way to change something.
    kept = namespace.fd if namespace is not None else 2
    os.closerange(3, kept)
    os.closerange(kept + 1, 1 << 16)
    # Its threads would keep capabilities; whoever set it otherwise did not mean this.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from nltui.netlink import gate, socket
    from nltui.netlink.constants.netlink import NETLINK_KOBJECT_UEVENT, NETLINK_ROUTE
    from nltui.system import lock, state

    if namespace is not None:
        namespaces.settle_in(namespace)
    for protocol in (NETLINK_ROUTE, NETLINK_KOBJECT_UEVENT):
        socket.prepare(protocol, buffer, SPARE)
    gate.close()
    if helped:
        _help(buffer)
    folder = state.directory()
    if folder:
        # Without it nothing is remembered; where it is no folder of ours, nothing may be written there either.
        with suppress(OSError):
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    # What could change something is not even to be had.
    if any(name.startswith("nltui.changes") for name in sys.modules):
        raise UsageError("read-only mode cannot be entered: what changes things is there already")
    sys.modules["nltui.changes"] = None  # type: ignore[assignment]  # None forbids an import; typeshed knows only modules
    lock.engage([folder])


def _help(buffer: int) -> None:
    """Start the process that keeps CAP_NET_ADMIN, to read what needs it. Raises UsageError."""
    from nltui.netlink import broker, socket
    from nltui.system import lock
    from nltui.tables import TABLES, privileged

    if not privileges.current().has(privileges.CAP_NET_ADMIN):
        raise UsageError("--read-only=broker needs CAP_NET_ADMIN to begin with: run nltui with sudo")
    offers = []
    for protocol in {table.protocol for table in TABLES if privileged(table)}:
        tables = [table for table in TABLES if table.protocol == protocol]
        offers.append(broker.Offer(protocol, tuple(sorted({group for table in tables for group in table.groups}))))
        offers += [broker.Offer(protocol, (), dump.type, dump.body) for table in tables for dump in table.dumps]
    socket.be_helped(
        broker.start(
            offers,
            lambda: lock.engage(keep=1 << privileges.CAP_NET_ADMIN),
            lambda offer, sequence: socket.opened_for(offer, sequence, buffer),
        )
    )


def _theme(named: str | None, found: Config | None) -> tuple[str, str]:
    """As asked for, as in the file, or that of last time; empty: the usual one. And what is wrong with the file's.

    Raises UsageError.
    """
    from nltui.system import state

    told = found.look.get("theme", "") if found is not None else ""
    wanted = named if named is not None else told or state.read("look").get("theme", "")
    if not wanted:
        return "", ""
    from nltui.ui.theme import PALETTES

    said = f"no theme {visible(str(wanted))!r}; there are {', '.join(PALETTES)}"
    if wanted in PALETTES:
        return wanted, ""
    if named is not None:
        raise UsageError(said)
    return "", f"{visible(found.places['theme'], limit=200)}: {said}" if told and found is not None else ""


def _is_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")


def _check_terminal() -> None:
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        lacks = f"the terminal can only print lines (TERM={visible(term)})" if term else "TERM is not set"
    elif not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        lacks = "standard input, output or error is not a terminal"
    else:
        return
    raise UsageError(f"{lacks}; use `nltui dump TABLE` or `nltui monitor` for plain output")
