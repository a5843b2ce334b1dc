"""Names of users."""

from __future__ import annotations

from pathlib import Path

from nltui.system.users import Users, name


def test_names_and_numbers(tmp_path: Path) -> None:
    passwd = tmp_path / "passwd"
    passwd.write_bytes(b"root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\nbad\nodd:x:y:\nx\x1b:x:7:7::/:\n")
    users = Users(passwd)
    assert [users.name(uid) for uid in (0, 7, 1000)] == ["root", "x\\x1b", "1000"]
    passwd.write_bytes(b"new:x:1000:0::/:/bin/sh\n")
    assert users.name(1000) == "new"


def test_no_file(tmp_path: Path) -> None:
    assert Users(tmp_path / "none").name(3) == "3"


def test_this_system() -> None:
    assert name(0) == "root"
