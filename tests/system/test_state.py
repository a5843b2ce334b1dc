"""Where things are kept that outlive one run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nltui.system import state


@pytest.mark.parametrize(
    ("user", "runtime", "place"),
    [
        (0, "/run/user/0", "/run/nltui"),
        (1000, "/run/user/1000", "/run/user/1000/nltui"),
        (1000, "/tmp/mine", "/tmp/mine/nltui"),
        (1000, "relative", "/run/user/1000/nltui"),
        (1000, None, "/run/user/1000/nltui"),
    ],
)
def test_journals_of_root_are_for_all(
    user: int, runtime: str | None, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    if runtime is None:
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    else:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    assert state._journals() == Path(place)
