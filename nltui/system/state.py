"""What nltui remembers from one run to the next: small JSON files under the XDG state directory, for this user alone.

Nothing here is ever needed: a file that is missing, damaged or cannot be written costs the memory, not the program.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

LARGEST = 1 << 20
"""Bytes of a file that are read at most: a larger one is not ours."""


def _journals() -> Path:
    """root's are for all; whoever else may change the network has a folder that goes with the last login."""
    if os.geteuid() == 0:
        return Path("/run/nltui")
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(base if base.startswith("/") else f"/run/user/{os.geteuid()}", "nltui")


JOURNALS = _journals()
"""Where changes are told that wait to be confirmed."""


def directory() -> str:
    """$XDG_STATE_HOME/nltui, usually ~/.local/state/nltui; empty where there is no home."""
    base = os.environ.get("XDG_STATE_HOME", "")
    if not base.startswith("/"):
        home = os.environ.get("HOME", "")
        base = f"{home}/.local/state" if home.startswith("/") else ""
    return f"{base}/nltui" if base else ""


def read(name: str) -> dict[str, Any]:
    """The object in NAME.json; empty where there is none that can be read."""
    place = directory()
    if not place:
        return {}
    try:
        # A pipe in its place must not be waited for.
        handle = os.open(Path(place, f"{name}.json"), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, encoding="utf-8") as file:
            # Not before there is something to read: the first paint waits for this.
            import json

            found = json.loads(file.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write(name: str, content: dict[str, Any]) -> bool:
    """Put an object in NAME.json, mode 0600, at once or not at all. False where that is not possible."""
    place = directory()
    if not place:
        return False
    import json
    import tempfile

    made: Path | None = None
    try:
        Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made with mode 0600, and put in place whole: another run that reads meanwhile sees the old or the new one.
        handle, path = tempfile.mkstemp(prefix=f".{name}.", dir=place)
        made = Path(path)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        made.replace(Path(place, f"{name}.json"))
    except (OSError, ValueError):
        if made is not None:
            with contextlib.suppress(OSError):
                made.unlink()
        return False
    return True
