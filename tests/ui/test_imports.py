"""What must not be loaded before the first paint."""

from __future__ import annotations

import subprocess
import sys


def test_the_first_paint_needs_neither_numpy_nor_pyroute2() -> None:
    program = (
        "import asyncio, sys\n"
        "from tests.ui.fake import FakeSession\n"
        "from tests.ui.robot import make_app\n"
        "async def main():\n"
        "    async with make_app(FakeSession()).run_test() as pilot:\n"
        "        await pilot.pause()\n"
        "asyncio.run(main())\n"
        "heavy = {'numpy', 'pyroute2', 'nltui.netlink.codec', 'textual.widgets._data_table', 'nltui.changes'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
