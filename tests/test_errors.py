"""Every error is one sentence and has the exit code that the documentation gives."""

import errno

import pytest

from nltui import errors
from nltui.errors import KernelRefused, NltuiError


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 1),
        (errors.NamespaceUnknown, 1),
        (errors.MalformedMessage, 2),
        (errors.PrivilegeMissing, 77),
        (errors.TimedOut, 124),
    ],
)
def test_exit_codes(kind: type[NltuiError], code: int) -> None:
    assert kind("a sentence").exit_code == code
    assert str(kind("a sentence")) == "a sentence"


def test_a_refusal_says_what_was_tried_the_errno_and_the_kernels_words() -> None:
    refused = KernelRefused("deleting route 10.0.0.0/8", errno.ESRCH, "Route not found", 36)
    assert str(refused) == "deleting route 10.0.0.0/8: ESRCH, Route not found"
    assert (refused.number, refused.said, refused.offset, refused.exit_code) == (errno.ESRCH, "Route not found", 36, 2)


def test_a_refusal_without_words_has_those_of_the_errno() -> None:
    assert str(KernelRefused("dumping links", errno.EPERM)) == "dumping links: EPERM, Operation not permitted"


def test_an_errno_without_a_name_is_its_number() -> None:
    assert str(KernelRefused("dumping links", 524)).startswith("dumping links: 524, ")
