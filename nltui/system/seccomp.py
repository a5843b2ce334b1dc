"""System calls that read-only mode gives up: what changes files, other processes or the machine without a capability.

uid 0 owns files and other processes, and daemons obey it over sockets; the kernel asks for no capability there. A list
of what is denied, since Python and Textual need much; what is denied answers EPERM. It holds for later threads and
children. Sources: seccomp(2), linux/seccomp.h, linux/audit.h, linux/filter.h, asm/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator

from nltui.errors import UsageError
from nltui.record import Record

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
RET_ALLOW, RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
"""BPF_LD|W|ABS, BPF_ALU|AND|K, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K."""
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets in struct seccomp_data."""
X32 = 0x40000000
NEWER = 471
"""The first number that was of no system call when this list was made."""
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_*; both have the low half of an argument first."""

_ONE = {
    "fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "file_setattr": 469,
    "process_madvise": 440, "process_mrelease": 448, "pidfd_send_signal": 424, "pidfd_getfd": 438, "clone3": 435,
    "move_mount": 429, "open_tree": 428, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "mount_setattr": 442, "open_tree_attr": 467, "quotactl_fd": 443,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
}  # fmt: skip
"""Numbers that all machines share."""
NUMBERS = {
    "x86_64": _ONE | {
        "chmod": 90, "fchmod": 91, "fchmodat": 268, "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260,
        "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280, "setxattr": 188, "lsetxattr": 189,
        "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "mknod": 133, "mknodat": 259,
        "sched_setaffinity": 203, "sched_setparam": 142, "sched_setscheduler": 144, "sched_setattr": 314,
        "setpriority": 141, "ioprio_set": 251, "migrate_pages": 256, "move_pages": 279, "kill": 62, "tkill": 200,
        "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "prlimit64": 302, "socket": 41,
        "socketpair": 53, "ioctl": 16, "fcntl": 72, "clone": 56, "ptrace": 101, "process_vm_readv": 310,
        "process_vm_writev": 311, "kcmp": 312, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
        "setns": 308, "unshare": 272, "bpf": 321, "perf_event_open": 298, "keyctl": 250, "add_key": 248,
        "request_key": 249, "userfaultfd": 323, "kexec_load": 246, "kexec_file_load": 320, "swapon": 167,
        "swapoff": 168, "acct": 163, "reboot": 169, "settimeofday": 164, "clock_settime": 227, "clock_adjtime": 305,
        "adjtimex": 159, "sethostname": 170, "setdomainname": 171, "init_module": 175, "finit_module": 313,
        "delete_module": 176, "iopl": 172, "ioperm": 173, "quotactl": 179, "mq_open": 240, "mq_unlink": 241,
        "shmget": 29, "shmat": 30, "shmctl": 31, "semget": 64, "semop": 65, "semtimedop": 220, "semctl": 66,
        "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71, "fanotify_init": 300, "open_by_handle_at": 304,
        "vhangup": 153,
    },
    "aarch64": _ONE | {
        "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54, "utimensat": 88, "setxattr": 5, "lsetxattr": 6,
        "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16, "mknodat": 33,
        "sched_setaffinity": 122, "sched_setparam": 118, "sched_setscheduler": 119, "sched_setattr": 274,
        "setpriority": 140, "ioprio_set": 30, "migrate_pages": 238, "move_pages": 239, "kill": 129, "tkill": 130,
        "tgkill": 131, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "prlimit64": 261, "socket": 198,
        "socketpair": 199, "ioctl": 29, "fcntl": 25, "clone": 220, "ptrace": 117, "process_vm_readv": 270,
        "process_vm_writev": 271, "kcmp": 272, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51,
        "setns": 268, "unshare": 97, "bpf": 280, "perf_event_open": 241, "keyctl": 219, "add_key": 217,
        "request_key": 218, "userfaultfd": 282, "kexec_load": 104, "kexec_file_load": 294, "swapon": 224,
        "swapoff": 225, "acct": 89, "reboot": 142, "settimeofday": 170, "clock_settime": 112, "clock_adjtime": 266,
        "adjtimex": 171, "sethostname": 161, "setdomainname": 162, "init_module": 105, "finit_module": 273,
        "delete_module": 106, "quotactl": 60, "mq_open": 180, "mq_unlink": 181, "shmget": 194, "shmat": 196,
        "shmctl": 195, "semget": 190, "semop": 193, "semtimedop": 192, "semctl": 191, "msgget": 186, "msgsnd": 189,
        "msgrcv": 188, "msgctl": 187, "fanotify_init": 262, "open_by_handle_at": 265, "vhangup": 58,
    },
}  # fmt: skip


class Rule(Record):
    """What one argument of a call may be: `only` these values under the mask, or else none of them."""

    argument: int
    values: tuple[int, ...]
    only: bool = True
    mask: int = 0xFFFFFFFF


IOCTLS = (
    0x5401, 0x5402, 0x5403, 0x5404, 0x802C542A, 0x402C542B, 0x402C542C, 0x402C542D, 0x5409, 0x540A, 0x540B, 0x540F,
    0x5410, 0x5411, 0x5413, 0x5429, 0x541B, 0x5421, 0x5450, 0x5451, 0x894C, 0xB703,
)  # fmt: skip
"""TCGETS, TCSETS, TCSETSW, TCSETSF and the same of termios2; TCSBRK, TCXONC, TCFLSH, TIOCGPGRP, TIOCSPGRP, TIOCOUTQ,
TIOCGWINSZ, TIOCGSID: what a terminal is for. FIONREAD, FIONBIO, FIONCLEX, FIOCLEX; SIOCGSKNS, NS_GET_NSTYPE.

No others: some type into the terminal, where a shell reads next (TIOCSTI), some send signals (FIOSETOWN), and some
change files or file systems through what was only opened to be read (FS_IOC_SETFLAGS, FS_IOC_SET_ENCRYPTION_POLICY)."""
OWNERS = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX: signals to others."""
NAMESPACES = 0x7E020080
"""CLONE_NEW*: in a user namespace of its own it would have all capabilities. (TIME is no flag of clone.)"""
STREAM, SEQPACKET = 1, 5
"""A pair of datagram sockets could be turned to a path."""


def _rules(pid: int) -> dict[str, tuple[Rule, ...]]:
    """Calls that are needed, but not for everything."""
    itself = (Rule(0, (pid,)),)
    return {
        "kill": itself, "tgkill": itself, "rt_sigqueueinfo": itself, "rt_tgsigqueueinfo": itself,
        "prlimit64": (Rule(0, (0,)),),
        "socket": (Rule(0, (socket.AF_NETLINK,)),),
        "socketpair": (Rule(0, (socket.AF_UNIX,)), Rule(1, (STREAM, SEQPACKET), mask=0xF)),
        "ioctl": (Rule(1, IOCTLS),),
        "fcntl": (Rule(1, OWNERS, only=False),),
        "clone": (Rule(0, (0,), mask=NAMESPACES),),
    }  # fmt: skip


Instruction = tuple[int, int, int, int]
"""struct sock_filter: code, jump if true, jump if false, operand."""
ALLOW: Instruction = (RETURN, 0, 0, RET_ALLOW)
DENY: Instruction = (RETURN, 0, 0, RET_ERRNO | errno.EPERM)
UNKNOWN: Instruction = (RETURN, 0, 0, RET_ERRNO | errno.ENOSYS)


def program(machine: str, pid: int) -> list[Instruction]:
    """The filter of a machine, for a process that may send signals to itself only."""
    out = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, MACHINES[machine]), DENY, (LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        out += [(AT_LEAST, 0, 1, X32), DENY]
    out += [(AT_LEAST, 0, 1, NEWER), UNKNOWN]
    rules = _rules(pid)
    for name, number in NUMBERS[machine].items():
        # Its flags lie where no filter can read them; whoever is told that there is none takes clone().
        block = [UNKNOWN if name == "clone3" else DENY] if name not in rules else list(_checked(rules[name]))
        out += [(EQUAL, 0, len(block), number), *block]
    return [*out, ALLOW]


def _checked(rules: tuple[Rule, ...]) -> Iterator[Instruction]:
    for rule in rules:
        yield (LOAD, 0, 0, ARGUMENTS + 8 * rule.argument)
        yield (AND, 0, 0, rule.mask)
        for place, value in enumerate(rule.values):
            if rule.only:
                yield (EQUAL, len(rule.values) - place, 0, value)
            else:
                yield (EQUAL, 0, 1, value)
                yield DENY
        if rule.only:
            yield DENY
    yield ALLOW


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def lacks() -> str:
    """Why there is no filter here, in words; empty where there is."""
    machine = os.uname().machine
    # A 32-bit program on a 64-bit kernel has other numbers.
    if machine not in MACHINES or ctypes.sizeof(ctypes.c_void_p) != 8:
        return f"nltui has no list of system calls for {machine}"
    libc = ctypes.CDLL(None, use_errno=True)
    # A filter that cannot be read is refused with EFAULT by a kernel that knows filters.
    libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None, 0, 0)
    return "" if ctypes.get_errno() in (errno.EFAULT, errno.EACCES) else "this kernel has no system call filters"


def engage(libc: ctypes.CDLL) -> bool:
    """Give them up, for good; False where there is no filter. Needs no_new_privs. Raises UsageError where it fails."""
    if lacks():
        return False
    raw = b"".join(struct.pack("=HBBI", *one) for one in program(os.uname().machine, os.getpid()))
    buffer = ctypes.create_string_buffer(raw, len(raw))
    told = _Program(len(raw) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(told), 0, 0):
        number = ctypes.get_errno()
        raise UsageError(f"read-only mode cannot be entered: seccomp: {os.strerror(number)}")
    return True
