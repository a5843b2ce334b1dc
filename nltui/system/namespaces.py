"""Network namespaces: finding, telling apart and entering them.

A namespace's identity is (st_dev, st_ino) of its nsfs file, never its name: a name can be given to another namespace
while this program runs. Source: namespaces(7), ioctl_ns(2), setns(2); names as in `ip netns`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from nltui.errors import NamespaceUnknown, PrivilegeMissing
from nltui.text import visible

if TYPE_CHECKING:
    import ctypes

RUN_DIRECTORY = Path("/run/netns")
"""Where `ip netns add` pins namespaces by name."""

CLONE_NEWNET = 0x40000000
"""linux/sched.h."""
NET_NS_INIT_INO = 0xEFFFFFF9
"""linux/nsfs.h: the inode number of the first network namespace."""
NS_GET_NSTYPE = 0xB703
"""linux/nsfs.h: the CLONE_NEW* flag of the namespace behind a descriptor."""

_Result = TypeVar("_Result")


class Identity(NamedTuple):
    """What a network namespace is: device and inode number of its nsfs file."""

    device: int
    inode: int


class Namespace:
    """An open network namespace; close it, or use it in a `with` statement."""

    fd: int
    """An nsfs descriptor, close-on-exec. It keeps the namespace alive; -1 once closed."""
    name: str
    """Visible: as asked for, else the name that `ip netns` knows, `default`, or `net:[inode]`."""
    identity: Identity
    path: str = ""
    """Where it was found, absolute: what has to be watched to see it go. Empty for the one this process is in."""
    is_entered: bool = False
    """Whether all of this process is in it, for good: nothing has to be entered then, and its end keeps it waiting."""

    def __init__(self, fd: int, name: str, identity: Identity, path: str = "") -> None:
        self.fd, self.name, self.identity, self.path = fd, name, identity, path
        self._closing = threading.Lock()

    def close(self) -> None:
        """Let go of the namespace; sockets in it keep it alive. Any number of times, from any thread."""
        with self._closing:
            fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def resolve(argument: str) -> Namespace:
    """Open what `-n` names: a path where it holds a slash, else a name of `ip netns`, else a process id.

    Raises NamespaceUnknown, or PrivilegeMissing where another process's namespace may not be looked at.
    """
    if "/" in argument:
        return _open(Path(argument), visible(argument), f"no network namespace at {visible(argument)}")
    named_path = RUN_DIRECTORY / argument
    if argument not in ("", ".", "..") and _identity(str(named_path)) is not None:
        return _open(named_path, visible(argument), f"network namespace {visible(argument)} cannot be opened")
    if argument.isascii() and argument.isdigit():
        return _open_process(argument)
    known = ", ".join(sorted(named().values())) or "none"
    raise NamespaceUnknown(
        f"no network namespace is called {visible(argument)} (`ip netns` knows: {visible(known)}); "
        "a path or a process id is taken too"
    )


def _open_process(number: str) -> Namespace:
    shown, directory = visible(number), Path("/proc", number.lstrip("0") or "0")
    if _identity(str(directory)) is None:
        raise NamespaceUnknown(f"no network namespace is called {shown}, and no process has this number")
    return _open(directory / "ns/net", f"pid {shown}", f"the network namespace of process {shown} cannot be opened")


def current() -> Namespace:
    """The namespace that this process's main thread is in, with its name if it has one."""
    with _open(Path("/proc/self/ns/net"), "", "this process has no network namespace") as found:
        return Namespace(os.dup(found.fd), name_of(found.identity), found.identity)


def name_of(identity: Identity) -> str:
    """The visible name that `ip netns` knows, `default` for the first one, else `net:[inode]` as in /proc.

    The first one is process 1's; who may not look there knows it by its number, on kernels from 6.18 on.
    """
    known = named().get(identity)
    if known is not None:
        return known
    first = identity.inode == NET_NS_INIT_INO or _identity("/proc/1/ns/net") == identity
    return "default" if first else f"net:[{identity.inode}]"


def named() -> dict[Identity, str]:
    """Every namespace with a name, in the names' order; of several names for one, the first. Same as `ip netns list`.

    What cannot be looked at is left out.
    """
    return {identity: visible(Path(place).name) for identity, place in reversed(named_paths().items())}


def named_paths() -> dict[Identity, str]:
    """Where every namespace with a name is pinned; of several places for one, the first in the names' order."""
    try:
        entries = sorted(map(str, RUN_DIRECTORY.iterdir()), reverse=True)
    except OSError:
        return {}
    return {identity: entry for entry in entries if (identity := _identity(entry))}


def of_process(pid: int) -> Identity | None:
    """The network namespace of a process; None where there is no such process or it may not be looked at."""
    return _identity(f"/proc/{pid}/ns/net")


def run_in(fd: int, work: Callable[[], _Result]) -> _Result:
    """Call `work` inside the namespace, in a thread of its own that then ends, and return or raise what it does.

    setns() moves one thread; threads that live on must never be moved, and sockets stay where they were opened.
    Raises PrivilegeMissing where the kernel refuses to enter (CAP_SYS_ADMIN).
    """
    results: list[_Result] = []
    failures: list[BaseException] = []

    def body() -> None:
        try:
            _enter(fd)
            results.append(work())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=body, name="nltui-setns", daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


@cache
def _libc() -> ctypes.CDLL:
    # os.setns came with Python 3.12.
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def settle_in(namespace: Namespace) -> None:
    """Move this whole process there, while it has one thread: sockets that are opened later need no privilege then.

    Raises NamespaceUnknown where the kernel refuses.
    """
    try:
        _enter(namespace.fd)
    except OSError as error:
        raise NamespaceUnknown(f"{visible(namespace.name)} cannot be entered: {error.strerror}") from error
    namespace.is_entered = True


def _enter(fd: int) -> None:
    import ctypes

    if _libc().setns(fd, CLONE_NEWNET) == 0:
        return
    number = ctypes.get_errno()
    error = OSError(number, os.strerror(number))
    if isinstance(error, PermissionError):
        raise PrivilegeMissing("entering a network namespace needs CAP_SYS_ADMIN; run as root") from error
    raise NamespaceUnknown(f"this network namespace cannot be entered: {error.strerror}") from error


def _open(path: Path, name: str, sentence: str) -> Namespace:
    try:
        # Without O_NONBLOCK a path to a FIFO would wait for its writer.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except PermissionError as error:
        raise PrivilegeMissing(f"{sentence}: {error.strerror}; run as root, or as the user who made it") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no valid path"
        raise NamespaceUnknown(f"{sentence}: {reason}") from error
    if not _is_network(fd):
        os.close(fd)
        raise NamespaceUnknown(f"{sentence}: the file is not a network namespace")
    return Namespace(fd, name, _of(os.fstat(fd)), str(path.absolute()))


def _is_network(fd: int) -> bool:
    import fcntl

    try:
        return fcntl.ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET
    except OSError:
        return False


def _identity(path: str) -> Identity | None:
    try:
        return _of(Path(path).stat())
    except (OSError, ValueError):
        return None


def _of(status: os.stat_result) -> Identity:
    return Identity(status.st_dev, status.st_ino)
