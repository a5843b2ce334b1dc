"""Any history of processes, played."""

from __future__ import annotations

from nltui.system.processes import Process
from nltui.worker.lives import Life, Lives


def process(pid: int, name: str = "ip", inner: int = 0) -> Process:
    return Process(pid, name, 0.0, 0, f"{name} route add", inner or pid)


def names(lives: list[Life], at: int) -> list[str | None]:
    return [seen.name if (seen := life.at(at)) is not None else None for life in lives]


def test_a_short_life() -> None:
    lives = Lives()
    lives.forked(77, 5, 100)
    lives.executed(77, 110, process(77))
    assert names(lives.with_port_id(77, 0, 105), 105) == [None], "it had executed nothing yet"
    assert names(lives.with_port_id(77, 0, 200), 200) == ["ip"]
    assert lives.with_port_id(77, 0, 99) == [], "it was not born"
    lives.died(77, 300)
    assert names(lives.with_port_id(77, 250, 400), 400) == ["ip"]
    assert lives.with_port_id(77, 301, 400) == [], "it was gone"
    assert lives.with_port_id(78, 0, 400) == []


def test_a_number_given_out_again() -> None:
    lives = Lives()
    for begin, name in ((100, "ip"), (200, "tc")):
        lives.forked(77, 5, begin)
        lives.executed(77, begin + 10, process(77, name))
        lives.died(77, begin + 50)
    assert names(lives.with_port_id(77, 140, 220), 220) == ["ip", "tc"]
    assert names(lives.with_port_id(77, 160, 220), 220) == ["tc"]


def test_an_end_of_what_began_before_anything_was_heard() -> None:
    lives = Lives()
    lives.died(77, 100)
    lives.forked(77, 5, 120)
    assert len(lives.with_port_id(77, 90, 130)) == 2
    assert len(lives.with_port_id(77, 101, 130)) == 1


def test_what_executes_nothing_is_another_one_of_its_parent() -> None:
    lives = Lives()
    lives.executed(5, 50, process(5, "daemon"))
    lives.forked(77, 5, 100)
    (life,) = lives.with_port_id(77, 0, 200)
    seen = life.at(200)
    assert seen is not None
    assert (seen.pid, seen.name, seen.parent, seen.inner) == (77, "daemon", 5, 77)


def test_another_pid_namespace_counts_otherwise() -> None:
    lives = Lives()
    lives.forked(77, 5, 100)
    lives.executed(77, 110, process(77, inner=3))
    lives.forked(78, 77, 120)
    assert names(lives.with_port_id(3, 0, 200), 200) == ["ip"]
    (child,) = lives.with_port_id(78, 0, 200)
    assert child.at(200) is None, "what its number is, is not known"


def test_the_memory_is_bounded() -> None:
    lives = Lives(limit=100)
    for pid in range(1, 1000):
        lives.forked(pid, 0, pid)
        lives.executed(pid, pid, process(pid, inner=pid % 7 + 1))
        lives.died(pid % 50, pid)
    assert len(lives) == 100
    assert len(lives._by_pid) <= 100
    assert len(lives._by_inner) <= 7
    assert all(len(numbers) <= 4 for numbers in lives._by_inner.values())


def test_after_a_loss_nothing_is_known() -> None:
    lives = Lives()
    lives.forked(77, 5, 100)
    lives.forget()
    assert (len(lives), lives.with_port_id(77, 0, 200)) == (0, [])


def test_the_kernels_word_names_what_was_not_looked_at() -> None:
    lives = Lives()
    lives.forked(77, 5, 100)
    lives.executed(77, 110, None)
    lives.died(77, 120)
    lives.was(process(77, "true"))
    assert names(lives.with_port_id(77, 0, 200), 200) == ["true"]
    lives.was(process(77, "other"))
    assert names(lives.with_port_id(77, 0, 200), 200) == ["true"], "what was seen counts more"
    lives.died(78, 120)
    lives.was(process(78, "old"))
    assert names(lives.with_port_id(78, 0, 200), 200) == ["old"]
