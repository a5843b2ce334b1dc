"""The configuration file: what is wrong in it is named with line and key, and what is right is used."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from nltui.cli import settings
from nltui.config import DEFAULTS, LONGEST, Config, Limits, load
from nltui.errors import UsageError
from nltui.model.log import LogStore
from nltui.model.view import View
from nltui.tables import TABLES, find
from nltui.worker.budget import budget
from nltui.worker.session import Session
from tests.kernel.followed import comes_true

NAMES = [table.name for table in TABLES]
DEADLINE = 10.0


def read(folder: Path, text: str | bytes) -> Config:
    file = folder / "config.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(str(file), NAMES)


def test_every_limit_can_be_set(tmp_path: Path) -> None:
    wanted = {one.name: one.metadata["range"][0] for one in fields(Limits) if one.metadata}
    lines = "\n".join(f"{name} = {value}" for name, value in wanted.items())
    found = read(tmp_path, f"[limits]\n{lines}\n[rows]\nroutes = 4_000_000\n")
    assert found.complaints == ()
    assert found.limits == Limits(**wanted, rows={"routes": 4_000_000})


def test_the_defaults_lie_within_their_ranges() -> None:
    for one in fields(Limits):
        if one.metadata:
            least, most, unit = one.metadata["range"]
            assert least <= getattr(DEFAULTS, one.name) <= most
            assert unit


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[limits]\nhistory_entries = true", 2, "`limits.history_entries` must be a whole number from 1,024"),
        ("\n[limits]\n\nlog_bytes = '16M'", 4, "`limits.log_bytes`"),
        ("[limits]\nmonitor_buffer = 1", 2, "(bytes); the default is used"),
        ("[limits]\nhistry_bytes = 1", 2, "no `limits.histry_bytes`; did you mean `history_bytes`?"),
        ("[rows]\n\troutse = 5000", 2, "no `rows.routse`; did you mean `routes`?"),
        ("[rows]\nroutes = 5", 2, "`rows.routes` must be a whole number from 1,024 to 33,554,432 (rows)"),
        ("[limts]\nx = 1", 1, "no `limts`; did you mean `limits`?"),
        ("limits = 3", 1, "`limits` must be a section"),
        ("rows.links = 'many'", 1, "`rows.links`"),
        ('[limits]\n"log_records" = 0', 2, "`limits.log_records`"),
        ("[limits]\nhistory_entries", 2, "in 'history_entries'; the file is not used"),
        ("[limits]\nlog_bytes 5\n\n", 2, "in 'log_bytes 5'"),
        (b"# fine\n\n# \xff\n", 3, "not UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str | bytes, line: int, said: str) -> None:
    found = read(tmp_path, text)
    assert found.limits == DEFAULTS
    assert len(found.complaints) == 1
    assert f"line {line}" in found.complaints[0]
    assert said in found.complaints[0]


def test_what_is_right_is_used_beside_what_is_wrong(tmp_path: Path) -> None:
    found = read(tmp_path, "[limits]\nlog_records = 500\nlog_bytes = -1\nhello = 2\n")
    assert found.limits == Limits(log_records=500)
    assert len(found.complaints) == 2


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "nested too deeply" in read(tmp_path, "x = " + "[" * 100_000).complaints[0]
    assert "longer than" in read(tmp_path, "#" * (LONGEST + 1)).complaints[0]
    assert "directory" in load(str(tmp_path), NAMES).complaints[0]
    with pytest.raises(UsageError, match="no configuration file"):
        load(str(tmp_path / "missing"), NAMES)
    assert load("/\0", NAMES).complaints
    os.mkfifo(tmp_path / "fifo")
    assert load(str(tmp_path / "fifo"), NAMES) == Config()


def test_the_usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings.limits(None) == (None, "")
    (tmp_path / "nltui").mkdir()
    file = tmp_path / "nltui" / "config.toml"
    file.write_text("[limits]\nlog_records = 500\n'\\u001b[31m' = 1\nfoo = 1\n")
    found, said = settings.limits(None)
    assert found == Limits(log_records=500)
    assert said.endswith("(and 1 more)")
    heard = capsys.readouterr().err
    assert heard.count("\n") == 2
    assert "\x1b" not in said + heard
    assert "line 4: there is no `limits.foo`" in heard
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings.usual() == f"{tmp_path}/.config/nltui/config.toml"
    monkeypatch.delenv("HOME")
    assert settings.limits(None) == (None, "")


def test_without_a_file_nothing_is_imported_for_it() -> None:
    words = "import sys; from nltui.cli import settings; settings.limits(None); print(*sys.modules)"
    env = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent"}
    loaded = subprocess.check_output([sys.executable, "-c", words], text=True, env=env).split()
    assert not {"tomllib", "nltui.config", "nltui.tables", "dataclasses"} & set(loaded)


def test_a_session_holds_what_it_is_told_to() -> None:
    limits = Limits(
        history_entries=2048, history_bytes=1 << 20, log_records=100, log_bytes=1 << 17, rows={"links": 1024},
        processes=64, memo_values=1000, names=128,
    )  # fmt: skip
    session = Session(None, TABLES, limits=limits, names=True)
    session.start()
    try:
        assert session.ready.wait(DEADLINE)
        assert session.store("links").table.capacity == 1024
        assert session.store("addresses").table.capacity == find("addresses").capacity
        assert len(session.history._meta) == 2048
        assert session.history._room * 4 == 1 << 20
        assert session.log("uevents")._most == 100
        assert session.log("uevents")._room == 1 << 17
        # Requesters are named last: the tables do not wait for it.
        assert comes_true(lambda: session.crew.actors is not None)
        assert session.crew.actors is not None
        assert session.crew.actors._remembered == 64
        past = session.crew.readers[0].followers["links"].past
        assert past is not None
        assert past._most == 128
        view = session.rows("links")
        assert isinstance(view, View)
        assert view._memo._most == 1000
    finally:
        session.stop()


def test_a_log_keeps_so_many_records_and_bytes() -> None:
    log = LogStore(find("uevents"), most=5, size=100)
    for number in range(20):
        log.append(number, bytes(10))
        assert len(log) == min(number + 1, 5)
    log.append(20, bytes(95))
    assert len(log) == 1
    log.append(21, bytes(500))
    assert log.last == 22
    newest = log.get(22)
    assert newest is not None
    assert len(newest[1]) == 500
    assert log.get(21) is None


def test_the_most_memory_is_the_sum_of_all_bounds_and_the_readme_says_it() -> None:
    found = budget(TABLES)
    assert found.total == sum(found.fixed.values()) + sum(found.rows.values())
    assert set(found.rows) == {"links", "addresses", "routes", "neighbours", "rules", "nexthops", "sockets", "policies"}
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    fixed = sum(found.fixed.values()) / 2**20
    assert f"{round(fixed, -1):.0f} MB" in readme
    assert f"{found.total / 2**30:.1f} GB" in readme
    for name, part in (("history_bytes", "history"), ("memo_values", "rendered values"), ("log_bytes", "logs")):
        larger = budget(TABLES, Limits(**{name: getattr(DEFAULTS, name) * 2}))
        assert larger.fixed[part] > found.fixed[part]
    assert budget(TABLES, Limits(rows={"routes": 1 << 22})).rows["routes"] == 2 * found.rows["routes"]


def test_keys_and_look_are_words_with_their_places(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\n"app.pause" = "P"\n"app.zoom" = 7\n[look]\ntheme = "light"\ncolour = "red"\n')
    found = load(str(file), ["links"])
    assert (found.keys, found.look) == ({"app.pause": "P"}, {"theme": "light"})
    assert found.places == {"app.pause": f"{file} line 2", "theme": f"{file} line 5"}
    assert found.complaints == (
        f"{file} line 3: `keys.app.zoom` must be a word in quotation marks",
        f"{file} line 6: there is no `look.colour`; there are theme",
    )


def test_columns_are_lists_of_names(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[columns]\nlinks = ["name", "mtu"]\nlinsk = ["name"]\nroutes = "dst"\n')
    found = load(str(file), ["links", "routes"])
    assert found.columns == {"links": ("name", "mtu")}
    assert found.complaints == (
        f"{file} line 3: there is no `columns.linsk`; did you mean `links`?",
        f"{file} line 4: `columns.routes` must be a list of names in quotation marks",
    )


def test_read_only_is_true_false_or_taken_as_true(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for text, wanted, said in (("read_only = true", True, ""), ("read_only = false", False, ""), ("", False, "")):
        file.write_text(text + "\n[limits]\n")
        found = load(str(file), [])
        assert (found.read_only, "".join(found.complaints)) == (wanted, said)
    file.write_text('read_only = "no"\n')
    found = load(str(file), [])
    assert found.read_only
    assert "line 1: `read_only` must be true or false" in found.complaints[0]


@pytest.mark.parametrize(
    "text",
    [
        "read_only = true\n[look]\ntheme = 'dark\n",
        "[look]\nread_only = true\n",
        "read-only = true\n",
        "read_only=1\n\xff",
    ],
)
def test_read_only_is_not_lost_where_the_rest_cannot_be_used(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(text.encode("latin-1"))
    found = load(str(file), [])
    assert found.read_only
    assert found.complaints
    file.write_bytes(text.replace("true", "false").replace("=1", "= false").encode("latin-1"))
    assert not load(str(file), []).read_only
