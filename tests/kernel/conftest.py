"""Fixtures for tests that need root and a real kernel; elsewhere they are skipped with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.kernel.netns import CommandFailed, Netns


@pytest.fixture
def netns() -> Iterator[Netns]:
    """A fresh namespace with lo up, removed afterwards."""
    yield from namespace()


@pytest.fixture
def peer() -> Iterator[Netns]:
    """A second namespace, for the other end of a veth pair."""
    yield from namespace()


def namespace() -> Iterator[Netns]:
    """For a fixture of another scope: one namespace, removed afterwards."""
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    if shutil.which("ip") is None:
        pytest.skip("needs iproute2's ip")
    namespace = Netns()
    try:
        namespace.__enter__()
    except CommandFailed as error:
        pytest.skip(f"cannot make a network namespace: {error}")
    try:
        yield namespace
    finally:
        namespace.__exit__(None, None, None)
