"""What holds for every test: what it keeps is its own, and it leaves nothing to the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import apart
from tests.strict_skips import pytest_addoption, pytest_configure

__all__ = ["pytest_addoption", "pytest_configure"]

# As soon as this is imported: before any thread is there.
HAS_OWN_MOUNTS = apart.own_mounts()


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nltui remembers between runs is each test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def no_journals_left() -> Iterator[None]:
    """A change that a test left waiting is not found by the next one."""
    yield
    if HAS_OWN_MOUNTS:
        apart.clear()
