"""What is imported when: a command line answers before anything heavy is loaded, and declarations cost nothing.

The rules about who may import whom are import-linter contracts in pyproject.toml; these are about module level.
"""

import json
import subprocess
import sys

import pytest

HEAVY = ("numpy", "textual", "pyroute2", "rich")
PROGRAM = "import json, sys, {module}; print(json.dumps([name for name in {heavy!r} if name in sys.modules]))"


def loaded(module: str) -> list[str]:
    """Which heavy packages importing a module loads, in a fresh interpreter."""
    program = PROGRAM.format(module=module, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "module",
    [
        "nltui.cli.main",
        "nltui.cli.tui",
        "nltui.tables",
        "nltui.model.table",
        "nltui.model.types",
        "nltui.netlink.wire",
        "nltui.system.names",
        "nltui.system.namespaces",
        "nltui.system.processes",
        "nltui.worker.contract",
    ],
)
def test_nothing_heavy_at_module_level(module: str) -> None:
    assert loaded(module) == []


def test_the_screen_loads_neither_numpy_nor_pyroute2() -> None:
    assert not {"numpy", "pyroute2"} & set(loaded("nltui.ui.app"))
