"""Namespaces for tests of changes; the fixtures of the kernel tests."""

from tests.kernel.conftest import netns, peer

__all__ = ["netns", "peer"]
