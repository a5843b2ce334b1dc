"""What a person may set: `$XDG_CONFIG_HOME/nltui/config.toml`, else `~/.config/nltui/config.toml`, or `--config FILE`.

    read_only = true
    [limits]
    history_entries = 200_000
    [rows]
    routes = 4_000_000
    [keys]
    "app.pause" = "space"
    [look]
    theme = "light"
    [columns]
    links = ["name", "mtu", "state"]

What cannot be used is complained of with its line, and the default takes its place: a slip in a file must not keep
anybody from looking.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from nltui.errors import UsageError, did_you_mean

LONGEST = 1 << 20
"""Bytes of a file that are read."""
ROWS = (1 << 10, 1 << 25, "rows")
"""Least and most rows that a table may be told to hold."""
SECTIONS = ("limits", "rows", "keys", "look", "columns")
WISHED = re.compile(rb"""^[ \t]*["']?read[-_]only["']?[ \t]*=(?![ \t]*false\b)""", re.MULTILINE | re.IGNORECASE)
"""A line that asks for read-only mode, wherever it stands."""
SWITCHES = ("read_only",)
"""What is said at the top of the file, true or false."""
WORDS = {"look": ("theme",)}
"""Sections of words, and the keys they may have; those of [keys] are known to the screen."""


def _limit(default: int, least: int, most: int, unit: str) -> int:
    value: int = field(default=default, metadata={"range": (least, most, unit)})
    return value


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most that queues, rings and memories hold; worker/budget.py adds them up."""

    history_entries: int = _limit(1 << 17, 1 << 10, 1 << 24, "changes")
    """Changes remembered in the activity."""
    history_bytes: int = _limit(32 << 20, 1 << 20, 1 << 32, "bytes")
    """Bytes of messages, old and new, remembered with them."""
    log_records: int = _limit(10_000, 100, 1 << 20, "records")
    """Records of a log (uevents) remembered."""
    log_bytes: int = _limit(16 << 20, 1 << 17, 1 << 30, "bytes")
    """Bytes of those records."""
    monitor_buffer: int = _limit(8 << 20, 1 << 12, 1 << 30, "bytes")
    """What the kernel may queue for one monitor socket (SO_RCVBUFFORCE) before it drops notifications."""
    memo_values: int = _limit(50_000, 1_000, 1 << 22, "values")
    """Rendered values that one view of a table remembers."""
    processes: int = _limit(4_096, 64, 1 << 20, "processes")
    """Processes remembered that asked for changes, and half of those whose begin and end are."""
    names: int = _limit(4_096, 64, 1 << 20, "rows")
    """Rows of each table whose former names are remembered."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Most rows by table name, where not the table's own capacity."""


DEFAULTS = Limits()


@dataclass(frozen=True)
class Config:
    """What a file says."""

    limits: Limits = DEFAULTS
    keys: Mapping[str, str] = field(default_factory=dict)
    """By what a key does (`app.pause`): the keys, separated by commas."""
    look: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By table: names of the columns shown from the start, in their order."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each of `keys`, `look` and `columns` stands in the file: what a complaint about it begins with."""
    read_only: bool = False
    """Whether the interface gives up every privilege when it starts."""
    complaints: tuple[str, ...] = ()
    """One sentence each; they quote the file, so they have to go through the door for untrusted text."""


def load(path: str, tables: Sequence[str]) -> Config:
    """A file; `tables` are the names that [rows] may have. Raises UsageError where there is no such file.

    Whoever asks for read-only mode wants to be safe: it is so also where the rest of the file cannot be used.
    """
    found, raw = _loaded(path, tables)
    return replace(found, read_only=True) if not found.read_only and WISHED.search(raw) else found


def _loaded(path: str, tables: Sequence[str]) -> tuple[Config, bytes]:
    raw = b""
    try:
        raw = _read(path)
        text = raw.decode("utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"no configuration file {path!a}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Config(complaints=(f"{path} line {line}: not UTF-8; the file is not used",)), raw
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Config(complaints=(f"{path}: {reason}; the file is not used",)), raw
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Config(complaints=(f"{path} {_syntax(text, str(error))}; the file is not used",)), raw
    except RecursionError:
        return Config(complaints=(f"{path}: nested too deeply; the file is not used",)), raw
    return _checked(path, text, found, tables), raw


def _read(path: str) -> bytes:
    # Without O_NONBLOCK a FIFO would wait for its writer.
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        found = b""
        while part := os.read(fd, LONGEST):
            found += part
            if len(found) > LONGEST:
                raise ValueError(f"longer than {LONGEST:,} bytes")
        return found
    finally:
        os.close(fd)


def _checked(path: str, text: str, found: dict[str, Any], tables: Sequence[str]) -> Config:
    """What can be used of a file, and a complaint about everything else."""
    complaints: list[str] = []

    def complain(section: str, key: str, what: str) -> None:
        line = _line(text, section, key)
        complaints.append(f"{path}{f' line {line}' if line else ''}: {what}")

    ranges = {
        "limits": {one.name: one.metadata["range"] for one in fields(Limits) if one.metadata},
        "rows": dict.fromkeys(tables, ROWS),
    }
    values: dict[str, dict[str, int]] = {"limits": {}, "rows": {}}
    words: dict[str, dict[str, str]] = {"keys": {}, "look": {}}
    places: dict[str, str] = {}
    columns: dict[str, tuple[str, ...]] = {}
    switches = dict.fromkeys(SWITCHES, False)
    for section, entries in found.items():
        if section in switches:
            if isinstance(entries, bool):
                switches[section] = entries
            else:
                # Whoever wrote that wanted to be safe.
                switches[section] = True
                complain("", section, f"`{section}` must be true or false; it is taken as true")
            continue
        if section in words and isinstance(entries, dict):
            for key, value in entries.items():
                known = WORDS.get(section)
                if known is not None and key not in known:
                    complain(section, key, f"there is no `{section}.{key}`{_nearest(key, known)}")
                elif not isinstance(value, str) or not value.isprintable():
                    complain(section, key, f"`{section}.{key}` must be a word in quotation marks")
                else:
                    words[section][key] = value
                    line = _line(text, section, key)
                    places[key] = f"{path}{f' line {line}' if line else ''}"
            continue
        if section == "columns" and isinstance(entries, dict):
            for key, value in entries.items():
                if key not in tables:
                    complain(section, key, f"there is no `columns.{key}`{_nearest(key, list(tables))}")
                elif not value or not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                    complain(section, key, f"`columns.{key}` must be a list of names in quotation marks")
                else:
                    columns[key] = tuple(value)
                    line = _line(text, section, key)
                    places[f"columns.{key}"] = f"{path}{f' line {line}' if line else ''}"
            continue
        if section not in ranges:
            complain("", section, f"there is no `{section}`{_nearest(section, (*SECTIONS, *SWITCHES))}")
            continue
        if not isinstance(entries, dict):
            complain("", section, f"`{section}` must be a section: [{section}]")
            continue
        for key, value in entries.items():
            if key not in ranges[section]:
                complain(section, key, f"there is no `{section}.{key}`{_nearest(key, list(ranges[section]))}")
                continue
            least, most, unit = ranges[section][key]
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                range_ = f"a whole number from {least:,} to {most:,} ({unit})"
                complain(section, key, f"`{section}.{key}` must be {range_}; the default is used")
                continue
            values[section][key] = value
    limits = Limits(**values["limits"], rows=values["rows"])
    return Config(limits, words["keys"], words["look"], columns, places, switches["read_only"], tuple(complaints))


def _syntax(text: str, said: str) -> str:
    """tomllib's word on malformed TOML, with the line and what stands there."""
    lines = text.splitlines() or [""]
    told = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", said)
    number = int(told[1]) if told and told[1] else len(lines)
    what = said[: told.start()] if told else said
    return f"line {number}: {what}, in {lines[min(number, len(lines)) - 1].strip()[:60]!r}"


def _nearest(word: str, words: Sequence[str]) -> str:
    return did_you_mean(word, words, f"; there are {', '.join(words)}")


def _line(text: str, section: str, key: str) -> int:
    """Where a key or (section empty) a section stands; 0 where it is written in some unusual way."""
    bare = rf"""["']?{re.escape(key)}["']?"""
    dotted = rf"""["']?{re.escape(section)}["']?\s*\.\s*{bare}"""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"""\s*\[+\s*["']?([^\]"']*?)["']?\s*\]""", line)
        if header:
            inside = header[1]
            if not section and inside.split(".")[0] == key:
                return number
        elif re.match(rf"\s*{bare if inside == section else dotted}\s*[=.]", line):
            return number
    return 0
