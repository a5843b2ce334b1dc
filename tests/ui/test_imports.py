"""What the first paint costs: which modules it loads, and that everything is done once.

The program below starts as `nltui` does, on a screen of textual's own; what it prints is how things stood when the
session was started, which is right after the first paint.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any

PROGRAM = """
import asyncio, json, sys
from nltui.cli.arguments import parse
from nltui.cli import tui
tui._check_terminal = lambda: None
asked = parse([], "")
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen
counts = {"parsed again": 0, "laid out": 0}

def count(cls, method, name):
    real = getattr(cls, method)
    def counted(self, *args, **given):
        counts[name] += 1
        return real(self, *args, **given)
    setattr(cls, method, counted)

count(Stylesheet, "reparse", "parsed again")
count(Screen, "_refresh_layout", "laid out")
from nltui.ui import launch

def run(app, mouse):
    told = {}
    def start():
        mine = [module for name, module in sorted(sys.modules.items()) if name.startswith("nltui")]
        declared = {one for module in mine for one in vars(module).values() if isinstance(one, type)}
        strips = app.screen._compositor.render_strips(app.size)
        told.update(
            counts,
            modules=sorted(sys.modules),
            dataclasses=sorted(
                one.__name__
                for one in declared
                if one.__module__.startswith("nltui") and hasattr(one, "__dataclass_fields__")
            ),
            screen="\\n".join(strip.text for strip in strips),
        )
    app.session.start = start
    async def paint():
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            told["laid out in the end"] = counts["laid out"]
    asyncio.run(paint())
    print(json.dumps(told))
    return 0

launch.run = run
tui.run(asked)
"""

HEAVY = {
    "ctypes",
    "hashlib",
    "numpy",
    "pyroute2",
    "nltui.changes",
    "nltui.netlink.codec",
    "textual.widgets._data_table",
}
LOADED = {
    "nltui",
    "nltui.errors",
    "nltui.record",
    "nltui.text",
    "nltui.cli",
    "nltui.cli.arguments",
    "nltui.cli.asked",
    "nltui.system.state",
    "nltui.ui.marked",
    "nltui.cli.settings",
    "nltui.cli.tui",
    "nltui.model",
    "nltui.model.lwtunnel",
    "nltui.model.metrics",
    "nltui.model.multipath",
    "nltui.model.route_dumps",
    "nltui.model.routing",
    "nltui.model.rows",
    "nltui.model.table",
    "nltui.model.types",
    "nltui.netlink",
    "nltui.netlink.fields",
    "nltui.netlink.wire",
    "nltui.system",
    "nltui.system.names",
    "nltui.system.namespaces",
    "nltui.system.privileges",
    "nltui.tables",
    "nltui.tables.kinds",
    "nltui.tables.kinds.detail",
    "nltui.tables.kinds.link_types",
    "nltui.tables.kinds.read",
    "nltui.tables.kinds.registry",
    "nltui.tables.kinds.show",
    "nltui.tables.kinds.statistics",
    "nltui.tables.kinds.vf",
    "nltui.tables.kinds.volatile",
    "nltui.tables.kinds.xdp",
    "nltui.ui",
    "nltui.model.destination",
    "nltui.model.relation",
    "nltui.ui.actions",
    "nltui.ui.app",
    "nltui.ui.choices",
    "nltui.ui.columns",
    "nltui.ui.cursor",
    "nltui.ui.dashboard",
    "nltui.ui.footer",
    "nltui.ui.frame",
    "nltui.ui.heart",
    "nltui.ui.launch",
    "nltui.ui.lines",
    "nltui.ui.panel",
    "nltui.ui.plain",
    "nltui.ui.status",
    "nltui.ui.table_view",
    "nltui.ui.tabs",
    "nltui.ui.text",
    "nltui.ui.theme",
    "nltui.ui.threads",
    "nltui.system.signals",
    "nltui.worker",
    "nltui.worker.contract",
    "nltui.worker.lookups",
    "nltui.worker.session",
}
"""Beside the tables' own files and the constants they name. Whoever adds a line here has measured what it costs."""


@cache
def told() -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_first_paint_loads_nothing_heavy() -> None:
    assert HEAVY & set(told()["modules"]) == set()


def test_the_first_paint_loads_no_more_of_ours_than_it_needs() -> None:
    def is_declaration(name: str) -> bool:
        return name.startswith(("nltui.netlink.constants", "nltui.tables.")) and ".kinds." not in name

    ours = {name for name in told()["modules"] if name.split(".")[0] == "nltui" and not is_declaration(name)}
    assert ours - LOADED == set()


def test_what_is_declared_before_the_first_paint_is_declared_cheaply() -> None:
    assert told()["dataclasses"] == []


def test_the_first_paint_reads_the_stylesheet_once_and_lays_out_once() -> None:
    assert (told()["parsed again"], told()["laid out"]) == (0, 1)


def test_after_the_first_paint_textual_lays_out_once_more_for_what_was_mounted_and_no_more() -> None:
    assert told()["laid out in the end"] <= 2


def test_the_first_paint_is_complete() -> None:
    screen = told()["screen"]
    assert screen.count("starting") == 4 + 1
    for text in ("nltui", "1 Links", "0 Activity", "name", "… STARTING", "q quit"):
        assert text in screen
