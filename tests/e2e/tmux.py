"""nltui on the screen of a tmux server of its own: what a person sees, and every byte that the program sends."""

from __future__ import annotations

import itertools
import os
import re
import select
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import nltui
from tests.pseudo import DEADLINE

ROOT = Path(nltui.__path__[0]).parent
LOOK = 0.05
"""Seconds after which a condition is looked at even though the program has sent nothing."""
_numbers = itertools.count()


class Tmux:
    """One program on a terminal of fixed size. Waits are for what the screen shows; output wakes them, no clock does.

    Use it in a `with` statement; `folder` takes the record of what the program sent.
    """

    def __init__(
        self, folder: Path, *words: str, width: int = 120, height: int = 36, through: Callable[[str], str] = str
    ) -> None:
        """`words` follow `nltui` on its command line; `through` makes a shell line that runs it another way."""
        self._socket = f"nltui-{os.getpid()}-{next(_numbers)}"
        self._sent, self._bell, self._code = (folder / f"{self._socket}.{what}" for what in ("raw", "bell", "code"))
        self._size = (width, height)
        program = through(shlex.join([sys.executable, "-m", "nltui", *words]))
        # The record begins before the program does: the shell waits for a line.
        # Without COLUMNS and LINES of whoever runs the tests, which count more than the terminal's own size.
        run = f"env -u COLUMNS -u LINES -u NO_COLOR {program}; echo $? > {shlex.quote(str(self._code))}"
        self._command = f"stty -echo; cd {shlex.quote(str(ROOT))}; read -r _; stty echo; {run}"

    def __enter__(self) -> Self:
        width, height = self._size
        os.mkfifo(self._bell)
        # Read and write: opening waits for nobody, and the end of the writer is no end of file.
        self._ringing = os.open(self._bell, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        shell = f"sh -c {shlex.quote(self._command)}"
        self.ask("new-session", "-d", "-x", str(width), "-y", str(height), shell)
        try:
            self.ask("set-option", "-w", "remain-on-exit", "on")
            record, bell = shlex.quote(str(self._sent)), shlex.quote(str(self._bell))
            self.ask("pipe-pane", "-O", f"exec tee {record} > {bell}")
            self.wait("the record of output", self._sent.exists)
            self.keys("Enter")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)
        os.close(self._ringing)

    @property
    def _tmux(self) -> list[str]:
        return ["tmux", "-u", "-f", os.devnull, "-L", self._socket]

    def ask(self, *words: str) -> str:
        """One tmux command; its answer without the last line end."""
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    # -- the screen --

    @property
    def screen(self) -> str:
        """What is shown now, line by line."""
        return self.ask("capture-pane", "-p")

    @property
    def sent(self) -> bytes:
        """Every byte the program has sent to its terminal so far."""
        return self._sent.read_bytes()

    def wait(self, what: str, is_so: Callable[[], bool]) -> float:
        """Until a condition holds; seconds that took. Looked at again whenever the program has sent something."""
        begun = time.monotonic()
        while not is_so():
            assert time.monotonic() - begun < DEADLINE, f"waited for {what}:\n{self.screen}"
            if select.select([self._ringing], [], [], LOOK)[0]:
                os.read(self._ringing, 1 << 16)
        return time.monotonic() - begun

    def sees(self, *texts: str) -> float:
        """All of these are on the screen, one blank standing for any number; seconds that took."""
        return self.wait(f"{texts}", lambda: not self._missing(texts))

    def _missing(self, texts: tuple[str, ...]) -> list[str]:
        shown = re.sub(" +", " ", self.screen)
        return [text for text in texts if text not in shown]

    def misses(self, *texts: str) -> float:
        """None of these is on the screen any more."""
        return self.wait(f"no {texts}", lambda: len(self._missing(texts)) == len(texts))

    # -- the hands --

    def keys(self, *names: str) -> Self:
        """Press keys by tmux's names: `Enter`, `Escape`, `C-c`, `q`."""
        self.ask("send-keys", *names)
        return self

    def type(self, text: str) -> Self:
        """Letters as they are."""
        self.ask("send-keys", "-l", "--", text)
        return self

    def click(self, text: str, times: int = 1) -> Self:
        """The left button on the first letter of a text on the screen."""
        line, column = next((y, line.index(text)) for y, line in enumerate(self.screen.splitlines(), 1) if text in line)
        press = f"\x1b[<0;{column + 1};{line}"
        for byte in (f"{press}M{press}m" * times).encode():
            self.ask("send-keys", "-H", f"{byte:02x}")
        return self

    # -- the end --

    @property
    def is_running(self) -> bool:
        """Whether the program is still there."""
        return not self._code.exists() or not self._code.read_text().endswith("\n")

    def ends(self) -> int:
        """Wait for the exit code."""
        self.wait("the end", lambda: not self.is_running)
        return int(self._code.read_text())
