"""The rule that no test stays out unnoticed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tests

PLUGIN = Path(tests.__path__[0]) / "strict_skips.py"
CONFIG = """\
[pytest]
allowed_skips =
    no such device \\w+
"""


def run(directory: Path, body: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on one file in a project of its own that has the rule."""
    shutil.copy(PLUGIN, directory / "conftest.py")
    (directory / "pytest.ini").write_text(CONFIG)
    (directory / "test_it.py").write_text(f"import pytest\n{body}\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(words, cwd=directory, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "body",
    [
        "def test(): pass",
        "def test(): pytest.skip('no such device eth7')",
        "@pytest.mark.xfail(reason='known')\ndef test(): assert False",
    ],
)
def test_a_listed_reason_passes(tmp_path: Path, body: str) -> None:
    done = run(tmp_path, body, "--strict-skips")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "body",
    [
        "def test(): pytest.skip('not today')",
        "@pytest.mark.skipif(True, reason='not today')\ndef test(): pass",
        "def test(): pass\n@pytest.fixture\ndef f(): pytest.skip('x')\ndef test_f(f): pass",
        "pytest.skip('whole file', allow_module_level=True)",
    ],
)
def test_any_other_reason_fails(tmp_path: Path, body: str) -> None:
    done = run(tmp_path, body, "--strict-skips")
    assert done.returncode != 0, done.stdout
    assert "unexpected skips" in done.stdout


def test_without_the_option_a_skip_is_a_skip(tmp_path: Path) -> None:
    assert run(tmp_path, "def test(): pytest.skip('not today')").returncode == 0
