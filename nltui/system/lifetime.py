"""How long a namespace that somebody asked for may be looked at: until its name, path or process is gone.

Whoever holds a socket or a descriptor in a network namespace keeps it alive, its devices too, and the kernel says
nothing when it loses its name. So the name is watched, and what is held is let go. Nothing here pins a namespace.

- A name or path is gone when it means another file than the namespace, (st_dev, st_ino): `ip netns del` unmounts
  and unlinks. The directory is watched by inotify(7), unmounting by polling /proc/self/mountinfo (proc(5)).
- A process is gone when it has ended (pidfd_open(2)) or went to another namespace. Others may still be in the one it
  was in, but nobody can know: letting go costs a look, holding on would keep a container's devices from going.
- Where the same namespace has (another) name of `ip netns`, that name is watched from then on.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
from pathlib import Path
from typing import Self

from nltui.system.inotify import Inotify
from nltui.system.namespaces import Identity, Namespace, named_paths

OF_PROCESS = re.compile(r"/proc/([0-9]+)/")
GLANCE = 0.5
"""Seconds between looks where the kernel does not tell: at a process, or without inotify."""


class Lifetime:
    """Watches what a namespace was asked for by. One thread may use it; use it in a `with` statement."""

    def __init__(self, namespace: Namespace) -> None:
        """`namespace.path` must not be empty."""
        self._name, self._identity = namespace.name, namespace.identity
        self._path = namespace.path
        self._kept = "; the kernel keeps it until nltui ends, which is in it" if namespace.is_entered else ""
        self._poll = select.poll()
        self._pidfd = self._mounts = -1
        self._inotify: Inotify | None = None
        self._directories: set[str] = set()
        self._parting = ""
        """Said of a process that is gone."""
        self._blind = False
        """Whether something has to be looked at from time to time, because nobody tells."""

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            self._mounts = os.open("/proc/self/mountinfo", os.O_RDONLY | os.O_CLOEXEC)
            self._poll.register(self._mounts, select.POLLPRI)
        with contextlib.suppress(OSError):
            self._inotify = Inotify()
            self._poll.register(self._inotify, select.POLLIN)
        self._attend()
        return self

    def __exit__(self, *_: object) -> None:
        if self._inotify is not None:
            self._inotify.close()
        for fd in (self._mounts, self._pidfd):
            if fd >= 0:
                os.close(fd)
        self._pidfd = self._mounts = -1

    def _attend(self) -> None:
        """Watch the present path."""
        process = OF_PROCESS.match(self._path)
        self._blind = process is not None or self._inotify is None or self._mounts < 0
        if process is not None:
            with contextlib.suppress(OSError):  # it has ended, which is_over() sees
                self._pidfd = os.pidfd_open(int(process[1]))
                self._poll.register(self._pidfd, select.POLLIN)
        self._directories = {str(Path(self._path).parent)}
        if process is None:
            with contextlib.suppress(OSError, RuntimeError):
                self._directories.add(str(Path(self._path).resolve().parent))
        self._watch()

    def _watch(self) -> None:
        """A directory that was removed and made again is another one, so this is done before every wait."""
        for directory in self._directories if self._inotify is not None else ():
            try:
                assert self._inotify is not None
                self._inotify.watch(directory)
            except OSError:
                self._blind = True

    def wait(self, bell: int) -> None:
        """Until something may have happened, or the descriptor `bell` is readable."""
        self._watch()
        self._poll.register(bell, select.POLLIN)
        ready = {fd for fd, _ in self._poll.poll(GLANCE * 1000 if self._blind else None)}
        if self._inotify is not None and self._inotify.fileno() in ready:
            self._inotify.drain()

    def is_over(self) -> bool:
        """Whether the namespace has to be let go of. Where it has another name, that is watched from now on."""
        if not self._is_gone():
            return False
        other = named_paths().get(self._identity)
        if other is None or other == self._path:
            return True
        self._release_process()
        self._path = other
        self._attend()
        return False

    def _is_gone(self) -> bool:
        if self._pidfd >= 0 and select.select([self._pidfd], [], [], 0)[0]:
            return True
        return self._present() not in (self._identity, None)

    def _release_process(self) -> None:
        if self._pidfd >= 0:
            self._poll.unregister(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    def _present(self) -> Identity | None:
        """What the path means now; (0, 0) for nothing at all, None where that may not be seen."""
        try:
            status = Path(self._path).stat()
        except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
            return Identity(0, 0)
        except OSError:
            return None
        return Identity(status.st_dev, status.st_ino)

    def farewell(self) -> str:
        """Once it is over: what happened, and whether there is another namespace in its place. One visible sentence."""
        process = OF_PROCESS.match(self._path)
        if process is None:
            present = self._present()
            new = present is not None and present.device == self._identity.device
            more = "; a new one has its name now, restart nltui to look at it" if new else ""
            return f"network namespace {self._name} was deleted{self._kept or more}"
        if not self._parting:
            self._parting = f"process {process[1]} is no longer in the network namespace that was looked at"
            if self._pidfd < 0 or select.select([self._pidfd], [], [], 0)[0]:
                self._parting = f"process {process[1]} has ended: its network namespace is no longer looked at"
            # Its number will be another process's some day: there is nothing more to see.
            self._release_process()
            self._blind = False
        return self._parting
