"""The benchmarks run, and say what they should; no time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.__main__ import BENCHES, main
from tests.bench.figure import Figure, Settings, medians


def test_a_small_run_writes_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "figures.json"
    code = main(["decode", "--small", "--rounds", "1", "--json", str(out)])
    found = json.loads(out.read_text())
    figures = found["figures"]
    assert found["small"] is True
    assert len(figures) == 2
    assert {"name", "what", "ours", "peer", "unit", "target", "value", "ok"} == set(figures[0])
    assert code == (0 if all(figure["ok"] for figure in figures) else 1)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["dec", "dec"]


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nothing"])
    said = capsys.readouterr().err
    assert all(name in said for name in BENCHES)


def test_a_figure_is_a_ratio_or_absolute() -> None:
    assert Figure("P1", "", 1.0, 2.0, "s", 0.65).ok
    assert not Figure("P1", "", 1.5, 2.0, "s", 0.65).ok
    assert Figure("P3", "", 200.0, None, "MB", 250).ok


def test_rounds_alternate() -> None:
    order: list[str] = []

    def run(name: str) -> float:
        order.append(name)
        return float(len(order))

    assert medians(3, ours=lambda: run("a"), peer=lambda: run("b")) == {"ours": 3.0, "peer": 4.0}
    assert order == ["a", "b"] * 3


def test_small_loads_are_small() -> None:
    assert Settings(small=True).size(1_000_000) == 1000
    assert Settings().size(50) == 50


def test_a_key_is_timed_during_a_storm(capsys: pytest.CaptureFixture[str]) -> None:
    main(["keys", "--small"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["P5", "P5"]
    assert [part in line for part, line in zip(("p50", "p99"), lines, strict=True)] == [True, True]
    assert " 0 events/s" not in lines[0]
