"""`--strict-skips`: a test that does not run where it should is a failure, not a quiet dot.

Reasons in `allowed_skips` (pyproject.toml, regular expressions) are accepted; any other skip fails the run.
"""

from __future__ import annotations

import re

import pytest


class StrictSkips:
    """Notes every skip and fails the run at its end where a reason is not on the list."""

    def __init__(self, allowed: list[str]) -> None:
        self._allowed = [re.compile(pattern) for pattern in allowed]
        self._unexpected: list[str] = []

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not any(pattern.search(reason) for pattern in self._allowed):
            self._unexpected.append(f"{report.nodeid}: {reason}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._unexpected and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._unexpected:
            terminalreporter.section("unexpected skips (--strict-skips)", red=True)
            for line in self._unexpected:
                terminalreporter.line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--strict-skips", action="store_true", help="fail on a skip whose reason is not in allowed_skips")
    parser.addini("allowed_skips", "regular expressions of accepted skip reasons", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--strict-skips"):
        config.pluginmanager.register(StrictSkips(config.getini("allowed_skips")), "strict-skips")
