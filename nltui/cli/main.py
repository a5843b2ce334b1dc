"""The command line: parse, import only what the command needs, turn errors into sentences and exit codes.

Exit codes: 0 ok, 1 usage, 2 the kernel refused or the namespace is gone, 4 data lost, 77 privilege, 124 timed out,
128+n signal n. Data goes to stdout, messages to stderr; a broken pipe is quiet.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Sequence

from nltui import __version__
from nltui.cli import arguments, asked
from nltui.errors import NltuiError
from nltui.text import visible


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; `argv` is without the program's name and defaults to this process's. Returns the exit code."""
    # Nothing here needs linear algebra: the threads that numpy starts for it, one a core, are only in the way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        # PYTHONUNBUFFERED: of a text that is written at once, what the kernel does not take at once would be lost.
        whole = io.BufferedWriter(io.FileIO(sys.stdout.fileno(), "wb", closefd=False))
        sys.stdout = io.TextIOWrapper(whole, sys.stdout.encoding, line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A locale that lacks a character must not turn a table into a traceback.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except NltuiError as error:
        print(f"nltui: {visible(str(error), limit=1000)}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        _discard_output()
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code


def _run(argv: Sequence[str]) -> int:
    try:
        request = arguments.parse(argv, f"nltui {__version__}")
    except arguments.Shown as shown:
        print(shown, end="")
        return 0
    match request:
        case asked.Dump():
            from nltui.cli import dump

            return dump.run(request)
        case asked.Monitor():
            from nltui.cli import monitor

            return monitor.run(request)
        case asked.Wait():
            from nltui.cli import wait

            return wait.run(request)
        case asked.Why():
            from nltui.cli import why

            return why.run(request)
        case asked.Export():
            from nltui.cli import export

            return export.run(request)
        case asked.Doctor():
            from nltui.cli import doctor

            return doctor.run(request)
        case asked.Pending():
            from nltui.cli import pending

            return pending.run(request)
        case asked.Tui():
            from nltui.cli import tui

            return tui.run(request)


def _discard_output() -> None:
    # What is still buffered would raise again when the interpreter flushes stdout at its end.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
