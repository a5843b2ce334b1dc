"""Everything that is known, in one file: all tables, the activity log, and a capture that Wireshark opens."""

from __future__ import annotations

import json
import os
import platform
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from nltui import __version__
from nltui.errors import NltuiError, UsageError
from nltui.model.bulk import JsonWriter
from nltui.model.bulk_text import TextWriter
from nltui.model.history import Change, Kind
from nltui.model.lines import Lines
from nltui.model.local import LocalView
from nltui.model.log import LogView
from nltui.model.store import FREE, Store
from nltui.model.table import Feed, Table
from nltui.model.telling import line, object_of
from nltui.netlink.capture import CaptureWriter
from nltui.netlink.columns import Ints
from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.worker.session import Session

CHUNK = 4096
Progress = Callable[[str, int], bool]
"""(what is written, rows written so far) → whether to go on."""


class NotExported(NltuiError):
    """The file could not be written, or somebody said stop; nothing of it is left."""

    exit_code = 2


def usual_name(host: str, namespace: str, now: float) -> str:
    """`nltui-gw1-blue-20260131-140230.tar.gz`."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    kept = ["".join(c if c.isalnum() or c in "._-" else "_" for c in text) for text in (host, namespace)]
    return f"nltui-{kept[0]}-{kept[1]}-{stamp}.tar.gz"


def export(session: Session, path: str, namespace: str, progress: Progress) -> dict[str, Any]:
    """Write the bundle, mode 0600, at once or not at all; returns its manifest. Raises NltuiError."""
    target = Path(path).expanduser().absolute()
    if target.exists():
        raise UsageError(f"{target} exists already; nothing was written")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".nltui-") as folder:
            place = Path(folder, "bundle")
            place.mkdir()
            manifest = _Bundle(session, place, progress).write(namespace)
            packed = Path(folder, "packed")
            # Read-only mode may change the mode of no file.
            packed.touch(mode=0o600, exist_ok=False)
            with tarfile.open(packed, "w:gz", compresslevel=5) as archive:
                archive.add(place, target.name.removesuffix(".gz").removesuffix(".tar"))
            # A link fails where somebody made the file meanwhile; renaming would take its place.
            os.link(packed, target)
    except OSError as error:
        raise NotExported(f"{target} was not written: {error.strerror}") from error
    return manifest


class _Bundle:
    def __init__(self, session: Session, place: Path, progress: Progress) -> None:
        self._session, self._place, self._progress = session, place, progress
        self._written = 0

    def _tell(self, what: str, rows: int) -> None:
        self._written += rows
        if not self._progress(what, self._written):
            raise NotExported("the export was stopped; nothing was written")

    def write(self, namespace: str) -> dict[str, Any]:
        status = self._session.status()
        tables: dict[str, Any] = {}
        with Path(self._place, "capture.pcap").open("wb") as file:
            capture = CaptureWriter(file)
            for table in self._session.tables:
                rows = self._table(table, capture)
                state = status.tables[table.name]
                tables[table.name] = {"rows": rows, "state": state.freshness.value, "note": state.sentence}
            changes = self._activity(capture)
        manifest = {
            "program": f"nltui {__version__}",
            "kernel": platform.release(),
            "host": platform.node(),
            "namespace": namespace,
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "events": status.events,
            "lost": status.lost,
            "tables": tables,
            "changes": changes,
            "packets": capture.count,
        }
        Path(self._place, "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        return manifest

    # -- tables --

    def _table(self, table: Table, capture: CaptureWriter) -> int:
        if table.feed is Feed.FOLLOWED:
            return self._stored(table, self._session.store(table.name), capture)
        rows = self._session.rows(table.name)
        if isinstance(rows, LogView):
            return self._log(table, rows)
        return self._local(table, rows) if isinstance(rows, LocalView) else 0

    def _open(self, table: Table, ending: str) -> TextIO:
        return Path(self._place, f"{table.name}.{ending}").open("w", encoding="utf-8", errors="backslashreplace")

    def _stored(self, table: Table, store: Store, capture: CaptureWriter) -> int:
        columns = [column for column in table.columns if not column.rate_of]
        writer, lines = JsonWriter(store, self._session.context), TextWriter(store, self._session.context, columns)
        now, count = time.time_ns(), 0
        with self._open(table, "jsonl") as objects, self._open(table, "txt") as text:
            for slots in _chunks(store):
                with store.lock:
                    live = slots[store.state[slots] != FREE]
                    messages = [store.message(slot) for slot in live.tolist()]
                for chunk in writer.objects(live):
                    objects.writelines(f"{one}\n" for one in chunk)
                text.writelines(lines.texts(live))
                for message in messages:
                    capture.write(now, table.protocol, message)
                count += len(live)
                self._tell(table.title.lower(), len(live))
        return count

    def _local(self, table: Table, rows: LocalView) -> int:
        rows.tick()
        with self._open(table, "jsonl") as objects:
            objects.writelines(json.dumps(one) + "\n" for one in rows.objects())
        with self._open(table, "txt") as text:
            found = rows.rows(0, len(rows), table.columns)
            text.writelines(Lines(table.columns).render([[cell.text for cell in row.cells] for row in found]))
        return len(rows)

    def _log(self, table: Table, rows: LogView) -> int:
        rows.tick()
        found = rows.rows(0, len(rows), table.columns)
        names = [column.name for column in table.columns]
        with self._open(table, "jsonl") as objects, self._open(table, "txt") as text:
            texts = [[cell.text for cell in row.cells] for row in found]
            objects.writelines(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in texts)
            text.writelines(Lines(table.columns).render(texts))
        return len(found)

    # -- changes --

    def _activity(self, capture: CaptureWriter) -> int:
        count = 0
        context, answer = self._session.context, self._session.actor
        with (
            Path(self._place, "activity.jsonl").open("w", encoding="utf-8") as objects,
            Path(self._place, "activity.txt").open("w", encoding="utf-8", errors="backslashreplace") as text,
        ):
            for change in self._changes():
                table = self._session.tables[change.table]
                objects.write(json.dumps(object_of(table, change, context, answer)) + "\n")
                text.write(line(table, change, context, answer) + "\n")
                # As it was heard: the new state, or of what went, the last one.
                capture.write(change.time, NETLINK_ROUTE, change.new or change.old)
                count += 1
        self._tell("changes", count)
        return count

    def _changes(self) -> Iterator[Change]:
        history = self._session.history
        for number in range(history.first, history.last + 1):
            change = history.get(number)
            if change is not None and change.kind is not Kind.GAP and (change.new or change.old):
                yield change


def _chunks(store: Store) -> Iterator[Ints]:
    slots = store.live()
    for begin in range(0, len(slots), CHUNK):
        yield slots[begin : begin + CHUNK]
    if not len(slots):
        yield np.zeros(0, np.int64)
