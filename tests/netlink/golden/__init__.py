"""Messages as a real kernel sent them, one file a table: for tests that need no root.

Each file names the command, the kernel and the iproute2 that made it; `python -m tests.netlink.golden.make` remakes
them. A line is one message in hexadecimal, nlmsghdr included.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Every family of messages of NETLINK_ROUTE there is; those of other protocols lie in folders."""
    return sorted(path.stem for path in HERE.glob("*.hex"))


def load(name: str) -> list[bytes]:
    """The messages of one family."""
    lines = (HERE / f"{name}.hex").read_text(encoding="ascii").splitlines()
    return [bytes.fromhex(line) for line in lines if line and not line.startswith("#")]


def everything() -> list[bytes]:
    """The messages of all families."""
    return [message for name in names() for message in load(name)]
