"""The namespaces of the kernel tests."""

from tests.kernel.conftest import netns

__all__ = ["netns"]
