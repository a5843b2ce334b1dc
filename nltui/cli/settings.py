"""The configuration file as every command takes it: what is wrong in it is said, and never ends the program.

config.py is imported only where there is a file: this runs before the first paint.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from nltui.text import visible

if TYPE_CHECKING:
    from nltui.config import Config, Limits


def limits(named: str | None) -> tuple[Limits | None, str]:
    """What to hold at most (None: the defaults), and what is wrong in the file: one visible sentence, or empty."""
    found, complaint = load(named)
    return (found.limits if found is not None else None), complaint


def load(named: str | None) -> tuple[Config | None, str]:
    """What the file says (None: there is none), and what is wrong in it: one visible sentence, or empty.

    `named`: as given with --config. Everything that is wrong is said on stderr too. Raises UsageError.
    """
    path = named or usual()
    if not path or (named is None and not os.access(path, os.F_OK)):
        return None, ""
    from nltui import config
    from nltui.tables import TABLES

    found = config.load(path, [table.name for table in TABLES])
    complaints = [visible(sentence, limit=400) for sentence in found.complaints]
    for sentence in complaints:
        print(f"nltui: {sentence}", file=sys.stderr, flush=True)
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return found, complaints[0] + more if complaints else ""


def usual() -> str:
    """Where the file is where none is named (XDG base directories); empty where there is no such place."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not base.startswith("/"):
        home = os.environ.get("HOME", "")
        base = f"{home}/.config" if home.startswith("/") else ""
    return f"{base}/nltui/config.toml" if base else ""
