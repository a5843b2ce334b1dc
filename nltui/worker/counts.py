"""What a reader met."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Written by one reader, read by anybody without a lock. `trouble` is a sentence for the person."""

    events: int = 0
    lost: int = 0
    overruns: int = 0
    foreign: int = 0
    unknown: int = 0
    """Messages of types that no table takes."""
    malformed: int = 0
    restarts: int = 0
    trouble: str = ""
    port: int = 0
    """Port id of the monitor socket."""
    asked: int = 0
    """Bytes of receive buffer asked for."""
    buffer: int = 0
    """Its receive buffer in bytes, as set; the kernel says, and charges, twice as much (socket(7))."""
    opened: float = 0.0
    """When it was opened, in seconds since the epoch; 0 while there is none."""

    def listens(self, sock: socket.socket) -> None:
        """From now on on this socket."""
        self.port = sock.getsockname()[0]
        self.buffer = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2
        self.opened = time.time()
