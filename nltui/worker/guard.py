"""Lets go of a namespace that was deleted, so that the kernel can free it, and says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from nltui.system.lifetime import Lifetime
from nltui.system.namespaces import Namespace
from nltui.worker.wake import Wake


class Guard:
    """A thread that sleeps until the namespace may be gone. It ends with stop(), or with the process."""

    def __init__(self, namespace: Namespace, let_go: Callable[[], None], on_change: Callable[[], None]) -> None:
        """`let_go` closes every socket and descriptor in the namespace; then `on_change` is called: see `sentence`."""
        self.sentence = ""
        """What happened to the namespace; empty while it is there."""
        self.since = 0.0
        """When, in seconds since the epoch."""
        self._namespace, self._let_go, self._on_change = namespace, let_go, on_change
        self._wake = Wake()
        self._stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name="nltui-guard", daemon=True)

    def stop(self) -> None:
        """Ask the thread to end; callable from any thread."""
        self._stopping.set()
        self._wake.ring()

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # whoever looks must be told that nothing is watched over any more
            self._tell(f"watching over the network namespace failed: {type(error).__name__}: {error}")

    def _watch(self) -> None:
        with Lifetime(self._namespace) as lifetime:
            while not self._stopping.is_set():
                if self.sentence or lifetime.is_over():
                    self._tell(lifetime.farewell())
                lifetime.wait(self._wake.fileno())
                self._wake.clear()

    def _tell(self, sentence: str) -> None:
        if sentence == self.sentence:
            return
        if not self.sentence:
            self._let_go()
            self.since = time.time()
        # Said last: whoever reads it may count on everything that was heard being taken in.
        self.sentence = sentence
        self._on_change()
