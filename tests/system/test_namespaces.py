"""Finding namespaces; entering them is tested against the real kernel in tests/kernel/."""

import os
from pathlib import Path

import pytest

from nltui.errors import NamespaceUnknown
from nltui.system import namespaces
from nltui.system.namespaces import current, name_of, resolve


def test_the_own_namespace_by_path_pid_and_current() -> None:
    with current() as mine, resolve("/proc/self/ns/net") as by_path, resolve(str(os.getpid())) as by_pid:
        assert mine.identity == by_path.identity == by_pid.identity
        assert by_pid.name == f"pid {os.getpid()}"
        assert mine.name == name_of(mine.identity)
        assert not os.get_inheritable(mine.fd)


@pytest.mark.parametrize(
    "argument",
    [
        "nltui-no-such",
        "",
        ".",
        "..",
        "2147483647",
        "99999999999999999999",
        "/no/such",
        "/proc/self/ns/mnt",
        "/dev/null",
    ],
)
def test_what_is_no_network_namespace_is_refused_in_one_sentence(argument: str) -> None:
    with pytest.raises(NamespaceUnknown) as caught:
        resolve(argument)
    assert "\n" not in str(caught.value)


def test_a_fifo_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NamespaceUnknown):
        resolve(str(tmp_path / "fifo"))


def test_a_nul_byte_and_escapes_do_no_harm() -> None:
    with pytest.raises(NamespaceUnknown, match=r"\\x1b"):
        resolve("\x1b[31m")
    with pytest.raises(NamespaceUnknown):
        resolve("/a\0b")
    with pytest.raises(NamespaceUnknown):
        resolve("a\0b")


def test_named_lists_what_stands_in_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b", "a\x1b"):
        (tmp_path / name).touch()
    monkeypatch.setattr(namespaces, "RUN_DIRECTORY", tmp_path)
    assert list(namespaces.named().values()) == ["a\\x1b", "b"]
    monkeypatch.setattr(namespaces, "RUN_DIRECTORY", tmp_path / "missing")
    assert namespaces.named() == {}
