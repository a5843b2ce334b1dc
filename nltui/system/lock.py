"""Read-only mode: nothing of the network or of files can be changed any more, by whatever runs in this process.

The same holds for its later threads and its children. While there is one thread only: no new privileges, no writing
into files but a few, no setting of devices, no signals to others (Landlock), no capability in any set, no system call
that uid 0 changes something by without a capability (seccomp); then all of it is read back. Where the kernel has no
Landlock, or nltui no filter for the machine, the rest of it still holds. Sources: prctl(2), capabilities(7),
linux/landlock.h. Imports nothing but ctypes.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from nltui.errors import UsageError
from nltui.system import privileges, seccomp

PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, PR_SET_KEEPCAPS = 38, 24, 47, 4, 8
CAPABILITY_VERSION_3 = 0x20080522
LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")
SYS_CREATE_RULESET, SYS_ADD_RULE, SYS_RESTRICT_SELF = 444, 445, 446
LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
WRITE_FILE, TRUNCATE, REFER, IOCTL_DEV = 1 << 1, 1 << 14, 1 << 13, 1 << 15
SCOPE_ABSTRACT_UNIX_SOCKET, SCOPE_SIGNAL = 1, 2
WRITES = WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""LANDLOCK_ACCESS_FS_*: write, remove, make; of every version of Landlock."""
NOBODY = 65534


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def engage(folders: Sequence[str] = (), keep: int = 0) -> None:
    """Lock this process; `folders` may still be written into. There is no way back.

    `keep`: capabilities that it goes on having, as a bit mask; no program that it would start has them.

    Raises UsageError where any step of it fails: then the program must not go on.
    """
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise UsageError("read-only mode cannot be entered: there are other threads already")
    libc = ctypes.CDLL(None, use_errno=True)
    _called(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    if _landlocked(libc, folders) < 3:
        # Older ones let files be cut to nothing, or nothing at all be held back.
        if keep:
            _called(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keeping capabilities")
        _become_nobody()
    _drop(libc, keep)
    _see_that_it_holds(keep, seccomp.engage(libc))


def _called(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise UsageError(f"read-only mode cannot be entered: {what}: {os.strerror(number)}")
    return result


def _landlocked(libc: ctypes.CDLL, folders: Sequence[str]) -> int:
    """No file can be written but the terminal and what lies in the folders, no device be set, nobody be signalled.

    Which version of Landlock this kernel has, 0 none: of what it does not know, nothing is held back.
    """
    version = landlock_version(libc)
    if not version:
        return 0
    handled = WRITES | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    handled |= IOCTL_DEV if version >= 5 else 0
    rules = _Ruleset(handled, 0, SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL if version >= 6 else 0)
    # An older kernel refuses more than it knows, unless it is nothing.
    ruleset = _called(
        libc.syscall(SYS_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0), "Landlock"
    )
    try:
        for path, access in _writable(folders, handled):
            _allow(libc, ruleset, path, access)
        _called(libc.syscall(SYS_RESTRICT_SELF, ruleset, 0), "Landlock")
    finally:
        os.close(ruleset)
    return version


def landlock_version(libc: ctypes.CDLL) -> int:
    """Of this kernel, 0 none."""
    version = libc.syscall(SYS_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_CREATE_RULESET_VERSION)
    if version < 0 and ctypes.get_errno() in (errno.ENOSYS, errno.EOPNOTSUPP):
        return 0
    return _called(version, "Landlock")


def _writable(folders: Sequence[str], handled: int) -> list[tuple[str, int]]:
    """The terminal, what swallows everything, and the folders."""
    terminal = handled & (WRITE_FILE | TRUNCATE | IOCTL_DEV)
    found = [(path, terminal) for path in ("/dev/null", "/dev/tty")]
    for descriptor in (0, 1, 2):
        try:
            found.append((os.ttyname(descriptor), terminal))
        except OSError:
            continue
    return found + [(folder, handled & ~IOCTL_DEV) for folder in folders if is_own(folder)]


def is_own(folder: str) -> bool:
    """Whether what is written into a folder can be nothing but ours: itself no link, of this user, and a directory."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, access: int) -> None:
    try:
        # Neither a link: what was looked at is what is opened.
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        # What is not there cannot be written.
        return
    try:
        rule = _Beneath(access, descriptor)
        made = libc.syscall(SYS_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, ctypes.byref(rule), 0)
        _called(made, f"Landlock rule of {path}")
    finally:
        os.close(descriptor)


def _become_nobody() -> None:
    """Without Landlock: a user who owns nothing, since uid 0 writes sysctls even without any capability."""
    if 0 not in os.getresuid():
        return
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError as error:
        raise UsageError(f"read-only mode cannot be entered: this kernel has no Landlock, and {error}") from error


def _drop(libc: ctypes.CDLL, keep: int) -> None:
    """Every capability set, the bounding one first: it takes a capability to shrink it."""
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    try:
        last = int(LAST_CAPABILITY.read_text())
    except (OSError, ValueError):
        last = 63
    if privileges.current().effective:
        for number in range(last + 1):
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    low, high = keep & 0xFFFFFFFF, keep >> 32
    _called(libc.capset(header, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)), "capset")


def _see_that_it_holds(keep: int, filtered: bool) -> None:
    """From the kernel's own word; a bounding set is of no use to whoever can gain nothing by exec."""
    now = privileges.current()
    left = (now.effective | now.permitted) & ~keep | now.inheritable | now.ambient
    if left or not now.no_new_privs:
        raise UsageError("read-only mode cannot be entered: a capability is left, or new ones can be gained")
    if now.bounding and os.getuid() == 0:
        raise UsageError("read-only mode cannot be entered: the bounding set of capabilities is not empty")
    if filtered and not now.filtered:
        raise UsageError("read-only mode cannot be entered: the filter of system calls is not in force")
    for place in (*map(Path, sys.path), Path(__file__).parent):
        _readable(place)


def _readable(place: Path) -> None:
    """What is imported later must be readable without capabilities, which a folder in somebody else's home is not."""
    try:
        if place.is_dir():
            next(place.iterdir(), None)
        elif place.exists():
            place.stat()
    except PermissionError as error:
        raise UsageError(
            f"read-only mode cannot be entered: {place} cannot be read without privileges; "
            "run it as its owner, or from an installation that everybody can read"
        ) from error
