"""`nltui export FILE`: everything that is known, in one file."""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

from nltui.cli import settings, trouble
from nltui.cli.asked import Export
from nltui.model.table import Feed
from nltui.system import namespaces
from nltui.tables import TABLES
from nltui.text import visible
from nltui.worker.bundle import export, usual_name
from nltui.worker.session import Session

LOAD = 60.0
"""Seconds to wait for all tables; what is not exact by then is told as such."""


def run(args: Export) -> int:
    """Write, and say what. Raises NltuiError."""
    limits, _ = settings.limits(args.config)
    with namespaces.resolve(args.netns) if args.netns else namespaces.current() as namespace:
        path = args.file or usual_name(platform.node(), namespace.name, time.time())
        if Path(path).is_dir():
            path = f"{path.rstrip('/')}/{usual_name(platform.node(), namespace.name, time.time())}"
        session = Session(namespace if args.netns else None, TABLES, limits=limits)
        session.start()
        try:
            session.wait([table.name for table in TABLES if table.feed is Feed.FOLLOWED], LOAD)
            if session.status().trouble:
                raise trouble.error(session.status().trouble)
            manifest = export(session, path, namespace.name, _tell)
        finally:
            session.stop()
    rows = sum(one["rows"] for one in manifest["tables"].values())
    said = f"{rows:,} rows of {len(manifest['tables'])} tables, {manifest['packets']:,} messages"
    print(f"{visible(path, limit=1000)}: {said}", file=sys.stderr)
    return 0


def _tell(what: str, rows: int) -> bool:
    if sys.stderr.isatty():
        print(f"\r{what}: {rows:,} rows\x1b[K", end="\r", file=sys.stderr, flush=True)
    return True
