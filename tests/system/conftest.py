"""Namespaces for tests of the real kernel, as in the kernel tests."""

from tests.kernel.conftest import netns

__all__ = ["netns"]
