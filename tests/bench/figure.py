"""One measured figure, and how it is measured: both sides alternately, so that a machine's moods hit both."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """How much to do. `small` loads are for trying the benchmarks themselves: their figures mean nothing."""

    rounds: int = 5
    small: bool = False

    def size(self, full: int) -> int:
        """Rows, events or messages to make instead of `full`."""
        return max(full // 1000, 100) if self.small else full


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: ours, the peer's in the same unit (None: the target is absolute), and the target."""

    name: str
    what: str
    ours: float
    peer: float | None
    unit: str
    target: float

    @property
    def value(self) -> float:
        """The ratio to the peer, or ours where there is none."""
        return self.ours if self.peer is None else self.ours / self.peer

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self.value <= self.target

    def line(self) -> str:
        """For the person."""
        peer = "" if self.peer is None else f"{self.peer:.3f}"
        value = f"{self.value:.2f}" if self.peer is not None else ""
        verdict = "ok" if self.ok else "MISS"
        return (
            f"{self.name:<4} {self.what:<58} {self.ours:>9.3f} {peer:>8} {self.unit:<3}"
            f" {value:>6}  <= {self.target:<6g} {verdict}"
        )

    def record(self) -> dict[str, Any]:
        """For the machine."""
        return {**asdict(self), "value": self.value, "ok": self.ok}


def medians(rounds: int, **runs: Callable[[], float]) -> dict[str, float]:
    """Run each in turn, `rounds` times; the median of each by name."""
    got: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            got[name].append(run())
    return {name: statistics.median(values) for name, values in got.items()}
