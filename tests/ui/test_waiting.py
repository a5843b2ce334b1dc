"""What start tells of journals that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from nltui.changes import journals
from nltui.system import state
from nltui.ui import waiting
from tests.ui.fake import FakeSession
from tests.ui.robot import sitting


async def test_a_damaged_journal_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    monkeypatch.setattr(journals, "FOLDER", folder)
    monkeypatch.setattr(state, "JOURNALS", folder)
    assert not waiting.is_any()
    folder.mkdir()
    assert not waiting.is_any()
    (folder / "1-1.json").write_bytes(b"{\x1b[31m" + bytes(100))
    assert waiting.is_any()
    async with sitting(200, session=FakeSession(), badge="CAN CHANGE", looks_back=True, complaint="odd theme") as robot:
        await robot.app.workers.wait_for_complete()
        await robot.sees("odd theme · ", "1-1.json is damaged", " · Esc")
        await robot.press("escape")
        await robot.misses("is damaged")
