"""Leaving on a signal with the terminal as it was, even when the program is stuck.

SIGTERM, SIGHUP, SIGQUIT and SIGINT ask the screen to leave. A watchdog thread gives it 0.7 s; then it restores the
terminal itself and ends the process with 128+n. The watchdog hears signals through the wakeup descriptor
(signal.set_wakeup_fd), which the C-level handler writes to even while the main thread runs something endless.
Source: termios(3), console_codes(4), xterm's control sequences, the kitty keyboard protocol.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import threading
from collections.abc import Callable, Sequence
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
PATIENCE = 0.7
"""Seconds the screen has for leaving by itself."""

RESET = (
    b"\x1b[?2026l"  # synchronised output off: what follows is shown at once
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    b"\x1b[?1004l"  # focus events
    b"\x1b[?2004l"  # bracketed paste
    b"\x1b[?2048l"  # resize reports
    b"\x1b[<u"  # kitty keyboard: pop what was pushed
    b"\x1b[?7h"  # wrapping lines
    b"\x1b[?1049l"  # alternate screen
    b"\x1b[0m\x1b[?25h"  # colours, cursor
)
"""Undoes what a full-screen program turns on; harmless where it is not on."""


class Terminal:
    """The terminal as it was at the start, if there is one."""

    def __init__(self, candidates: Sequence[int] = (0, 1, 2)) -> None:
        self._fd = -1
        self._saved: list[int | list[bytes | int]] | None = None
        for candidate in candidates:
            try:
                self._saved = termios.tcgetattr(candidate)
            except (termios.error, ValueError):
                continue
            self._fd = _reopened(candidate)
            return

    def restore(self) -> None:
        """Put modes, screen, mouse, paste, keyboard and cursor back. Never blocks, never raises; any thread."""
        if self._saved is None:
            return
        # From a background process group, tcsetattr would stop the process.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            with contextlib.suppress(termios.error):
                # TCSANOW: the other ways wait for output that a stopped (ctrl-s) or dead terminal never takes.
                termios.tcsetattr(self._fd, termios.TCSANOW, self._saved)
                # Mouse and focus reports under way would otherwise be typed into the shell.
                termios.tcflush(self._fd, termios.TCIFLUSH)
            with contextlib.suppress(OSError, ValueError):
                if select.select([], [self._fd], [], 0)[1]:
                    os.write(self._fd, RESET)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def close(self) -> None:
        """Let go of the descriptor; restore() does nothing from here on."""
        if self._saved is not None:
            self._saved = None
            os.close(self._fd)


class Watchdog:
    """Turns signals into a request to leave, and ends the process where nobody does.

    `leave` gets 128+n; it is called from another thread than the main one and must be safe for that. Make it in the
    main thread. The watchdog stays until close(), so that a hanging shutdown is ended too.
    """

    def __init__(self, leave: Callable[[int], None], terminal: Terminal) -> None:
        self._leave, self._terminal = leave, terminal
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._before = {number: signal.signal(number, _heard) for number in SIGNALS}
        self._wakeup_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._watch, name="nltui-watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the signals back to whom they belonged."""
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        os.close(self._writer)
        self._thread.join()
        os.close(self._reader)

    def _watch(self) -> None:
        while heard := os.read(self._reader, 64):
            number = next((byte for byte in heard if byte in SIGNALS), 0)
            if number:
                self._end(128 + number)
                return

    def _end(self, code: int) -> None:
        # In a thread of its own: asking may block, and must not keep the watchdog from its deadline.
        threading.Thread(target=self._leave, args=(code,), name="nltui-leave", daemon=True).start()
        if self._closed_within(PATIENCE):
            return
        self._terminal.restore()
        os._exit(code)

    def _closed_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._reader, 0)  # only the end of file (POLLHUP), not more signals
        return bool(poll.poll(seconds * 1000))


def _heard(number: int, frame: FrameType | None) -> None:
    """Nothing: that a handler exists makes the kernel tell the wakeup descriptor instead of ending the process."""


def _reopened(fd: int) -> int:
    # A description of our own can be non-blocking; O_NONBLOCK on the shared one would change the shell's.
    try:
        return os.open(os.ttyname(fd), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return os.dup(fd)
