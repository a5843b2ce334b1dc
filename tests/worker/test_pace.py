"""Side jobs take no more than their share."""

from __future__ import annotations

from nltui.worker.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_share() -> None:
    clock = Clock()
    pace = Pace(0.1, 0.5, clock)
    assert pace.is_free()
    with pace.working():
        clock.now += 1.0
    assert not pace.is_free()
    assert 3.9 < pace.wait() < 4.1, "half a second was saved up, a tenth of the second worked has come in"
    clock.now += 3.0
    assert not pace.is_free()
    clock.now += 2.0
    assert pace.is_free()
    assert pace.wait() == 0.0


def test_no_more_is_saved_up_than_said() -> None:
    clock = Clock()
    pace = Pace(0.5, 0.2, clock)
    clock.now += 1000.0
    assert pace.is_free()
    with pace.working():
        clock.now += 0.5
    assert not pace.is_free()
