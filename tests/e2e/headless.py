"""nltui without a terminal: exit code, standard output and standard error of one command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from tests.e2e.tmux import ROOT
from tests.pseudo import DEADLINE


def nltui(*words: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run `nltui WORDS` to its end, through another program where `before` names one."""
    return subprocess.run(
        [*before, sys.executable, "-m", "nltui", *words],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
