"""The configuration file as every command takes it: what is wrong in it is said, and never ends the program.

config.py is imported only where there is a file: this runs before the first paint.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from nltui.text import visible

if TYPE_CHECKING:
    from nltui.config import Limits


def limits(named: str | None) -> tuple[Limits | None, str]:
    """What to hold at most (None: the defaults), and what is wrong in the file: one visible sentence, or empty.

    `named`: as given with --config. Everything that is wrong is said on stderr too. Raises UsageError.
    """
    path = named or usual()
    if not path or (named is None and not os.access(path, os.F_OK)):
        return None, ""
    from nltui.config import load
    from nltui.tables import TABLES

    names = [table.name for table in TABLES]
    found = load(path, names)
    complaints = [visible(sentence, limit=400) for sentence in found.complaints]
    for sentence in complaints:
        print(f"nltui: {sentence}", file=sys.stderr, flush=True)
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return found.limits, complaints[0] + more if complaints else ""


def usual() -> str:
    """Where the file is where none is named (XDG base directories); empty where there is no such place."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not base.startswith("/"):
        home = os.environ.get("HOME", "")
        base = f"{home}/.config" if home.startswith("/") else ""
    return f"{base}/nltui/config.toml" if base else ""
