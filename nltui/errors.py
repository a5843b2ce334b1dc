"""The errors a person can meet: what was tried, what the kernel said, what to do; each with its exit code.

Exit codes: 0 ok, 1 usage, 2 the kernel refused or the namespace is gone, 4 data lost, 77 privilege, 124 timed out,
128+n signal.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable


class NltuiError(Exception):
    """Base of everything nltui raises on purpose; `str()` is one sentence fit for stderr."""

    exit_code = 1


class UsageError(NltuiError):
    """The command line asks for something that does not exist."""


class MalformedMessage(NltuiError):
    """Bytes that are no valid message; names the place and both lengths."""

    exit_code = 2


class KernelRefused(NltuiError):
    """The kernel answered a request with an errno.

    `number` is positive; `said` is the ext-ack text or empty; `offset` that of the offending attribute, 0 unknown.
    """

    exit_code = 2

    def __init__(self, tried: str, number: int, said: str = "", offset: int = 0) -> None:
        self.tried, self.number, self.said, self.offset = tried, number, said, offset
        name = errno.errorcode.get(number, str(number))
        super().__init__(f"{tried}: {name}, {said or os.strerror(number)}")


class DataLost(NltuiError):
    """Something was not heard, where the person had asked for all or nothing."""

    exit_code = 4


class PrivilegeMissing(NltuiError):
    """The kernel or the operating system wants a capability that this process lacks."""

    exit_code = 77


class NamespaceUnknown(UsageError):
    """No network namespace has this name, path or process."""


class TimedOut(NltuiError):
    """A deadline passed; the outcome is unknown, not failed."""

    exit_code = 124


_COMPARED = 64
"""Letters of a word that are compared with others: it takes time with the square of them."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a sentence about an unknown word: the known one that is spelled most like it, else `otherwise`."""
    # Only whoever mistypes waits for this.
    import difflib

    near = difflib.get_close_matches(word[:_COMPARED].casefold(), [one for one in known if one], 1)
    return f"; did you mean `{near[0]}`?" if near else otherwise
