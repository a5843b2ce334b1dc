"""What a reader said when it could not go on, as the error that a command ends with."""

from __future__ import annotations

from nltui.errors import KernelRefused, NltuiError, PrivilegeMissing


class KernelTrouble(NltuiError):
    """The kernel refused, or a reader could not be started."""

    exit_code = KernelRefused.exit_code


def error(sentence: str) -> NltuiError:
    """With the exit code 77 where the sentence names the capability that is missing, else 2."""
    return PrivilegeMissing(sentence) if "CAP_" in sentence else KernelTrouble(sentence)
