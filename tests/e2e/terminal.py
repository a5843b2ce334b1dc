"""nltui on a bare pseudo-terminal, whose other end reads everything: for how it leaves and what it leaves behind."""

from __future__ import annotations

import os
import select
import termios
import threading
import time
from collections.abc import Sequence

from tests.e2e.tmux import ROOT
from tests.pseudo import DEADLINE, OnTerminal

ENTERED = b"\x1b[?1049h"
"""The alternate screen."""
RESTORED = (b"\x1b[?1000l", b"\x1b[?1006l", b"\x1b[?2004l", b"\x1b[?1049l", b"\x1b[?25h")
"""Mouse, bracketed paste and alternate screen off, the cursor shown."""

PROGRAM = """
import os, sys
sys.path.insert(0, {root!r})
for name in ("COLUMNS", "LINES", "NO_COLOR"):
    os.environ.pop(name, None)
{before}
from nltui.cli.main import main
sys.exit(main({words!r}))
"""


class Terminal(OnTerminal):
    """Use it in a `with` statement. `before` is Python that runs in the program before it starts."""

    def __init__(self, words: Sequence[str], before: str = "", ready: bytes = ENTERED) -> None:
        super().__init__(PROGRAM.format(root=str(ROOT), words=list(words), before=before), ready)
        self.started = time.monotonic()
        self._output = bytearray()
        self._news = threading.Condition()
        self._ending = threading.Event()
        self._drain = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._drain.start()

    def _read(self) -> None:
        while not self._ending.is_set():
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            got = os.read(self.master, 1 << 16)
            with self._news:
                self._output += got
                self._news.notify_all()

    @property
    def output(self) -> bytes:
        """What was sent after `ready`."""
        with self._news:
            return bytes(self._output)

    def shows(self, *texts: str) -> None:
        """Wait until these have been drawn, each somewhere since the start."""
        wanted = [text.encode() for text in texts]
        with self._news:
            found = self._news.wait_for(lambda: all(text in self._output for text in wanted), DEADLINE)
        assert found, (texts, self.output[-2000:])

    def press(self, keys: str) -> None:
        """What a terminal sends for keys: a letter, or the control character of ctrl and a letter."""
        os.write(self.master, keys.encode())

    def leaves(self) -> tuple[int, float]:
        """Wait for the end: exit code as a shell has it, and seconds since this call."""
        begun = time.monotonic()
        code = self.process.wait(DEADLINE)
        return (code if code >= 0 else 128 - code), time.monotonic() - begun

    @property
    def is_restored(self) -> bool:
        """Modes as before, and everything that was turned on turned off after it was on."""
        sent = ENTERED + self.output
        places = [sent.rfind(off) for off in RESTORED]
        on = max(sent.rfind(off.replace(b"l", b"h")) for off in RESTORED if off.endswith(b"l"))
        return termios.tcgetattr(self.slave) == self.modes and min(places) >= 0 and min(places[:-1]) > on

    def settles(self) -> None:
        """Wait until the last bytes were read and the terminal is as it was; fails where it never is."""
        with self._news:
            assert self._news.wait_for(lambda: self.is_restored, DEADLINE), self._output[-500:]

    def hang_up(self) -> None:
        """Close both ends; nobody reads any more."""
        self._ending.set()
        self._drain.join()
        super().hang_up()
