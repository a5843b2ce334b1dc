"""Commands are dispatched; whatever goes wrong becomes a sentence and an exit code."""

import os
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

import nltui.cli
from nltui.cli.asked import Dump
from nltui.cli.main import main
from nltui.errors import KernelRefused, PrivilegeMissing, TimedOut, UsageError

Run = Callable[[Dump], int]
Command = Callable[[Run], None]


@pytest.fixture
def dump(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Puts a function in the place of the dump command."""

    def put(run: Run) -> None:
        command = SimpleNamespace(run=run)
        monkeypatch.setitem(sys.modules, "nltui.cli.dump", command)
        monkeypatch.setattr(nltui.cli, "dump", command, raising=False)

    return put


def raising(error: BaseException) -> Run:
    def run(asked: Dump) -> int:
        raise error

    return run


def test_a_command_gets_what_was_asked_and_gives_the_exit_code(dump: Command) -> None:
    asked: list[Dump] = []

    def run(words: Dump) -> int:
        asked.append(words)
        return 5

    dump(run)
    assert main(["dump", "links", "-j"]) == 5
    assert asked == [Dump(table="links", json=True)]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no such table"), 1),
        (KernelRefused("dumping links", 1), 2),
        (PrivilegeMissing("needs root"), 77),
        (TimedOut("no answer"), 124),
    ],
)
def test_an_expected_error_is_one_line_on_stderr(
    dump: Command, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    dump(raising(error))
    assert main(["dump", "links"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"nltui: {error}\n"


def test_an_interrupt_is_quiet(dump: Command, capsys: pytest.CaptureFixture[str]) -> None:
    dump(raising(KeyboardInterrupt()))
    assert main(["dump", "links"]) == 130
    assert capsys.readouterr() == ("", "")


def test_an_unexpected_error_is_not_hidden(dump: Command) -> None:
    dump(raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["dump", "links"])


def test_usage_error_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--nope"]) == 1
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"nltui {nltui.__version__}\n"


def start(*words: str, stdout: int, term: str = "xterm") -> subprocess.Popen[str]:
    environment = {**os.environ, "TERM": term, "PYTHONUNBUFFERED": ""}
    return subprocess.Popen(
        [sys.executable, "-m", "nltui", *words],
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def test_a_broken_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start("--help", stdout=writer)
    os.close(writer)
    assert process.communicate()[1] == ""
    assert process.returncode == 141


@pytest.mark.parametrize("term", ["", "dumb", "xterm"])
def test_without_a_terminal_the_interface_points_to_dump(term: str) -> None:
    process = start(term=term, stdout=subprocess.PIPE)
    out, said = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert "nltui dump" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(("given", "kept"), [(None, "1"), ("4", "4")])
def test_numpy_starts_no_threads_unless_somebody_wants_them(
    given: str | None, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", given or "")
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    main(["--version"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == kept
