"""Namespaces for tests of changes; the fixtures of the kernel tests."""

import pytest

from nltui.changes import pending
from tests.kernel.conftest import netns, peer

__all__ = ["netns", "peer"]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change may be tried for a second, which is enough for a test."""
    monkeypatch.setattr(pending, "LEAST", 1)
