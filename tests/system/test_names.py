"""Name files as iproute2 reads them, and odd ones that must do no harm."""

from pathlib import Path

import pytest

from nltui.system import names
from nltui.system.names import GROUPS, PROTOCOLS, TABLES, Database, read


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    directory = tmp_path / "etc"
    directory.mkdir()
    return directory


@pytest.fixture
def share(tmp_path: Path) -> Path:
    directory = tmp_path / "share"
    directory.mkdir()
    return directory


def test_without_files_the_built_in_names_hold(tmp_path: Path) -> None:
    assert read(TABLES, [tmp_path / "missing"]) == {253: "default", 254: "main", 255: "local"}


def test_decimal_hexadecimal_comments_and_blanks(etc: Path) -> None:
    (etc / "group").write_text("# names\n\n  7\tdmz\n0x2a  lab # why\n0\tdefault\n")
    assert read(GROUPS, [etc]) == {0: "default", 7: "dmz", 42: "lab"}


def test_a_file_in_etc_replaces_the_whole_file_of_the_distribution(etc: Path, share: Path) -> None:
    (share / "rt_tables").write_text("1 one\n2 two\n")
    (etc / "rt_tables").write_text("2 zwei\n")
    assert read(TABLES, [etc, share]) == {2: "zwei", 253: "default", 254: "main", 255: "local"}


def test_files_of_the_d_directories_add_and_those_in_etc_win_by_file_name(etc: Path, share: Path) -> None:
    for directory, word in ((etc, "etc"), (share, "share")):
        (directory / "rt_protos.d").mkdir()
        (directory / "rt_protos.d" / "both.conf").write_text(f"200 both-{word}\n")
        (directory / "rt_protos.d" / f"{word}.conf").write_text(f"{201 if word == 'etc' else 202} only-{word}\n")
    (etc / "rt_protos.d" / "README").write_text("203 no\n")
    found = read(PROTOCOLS, [etc, share])
    assert (found[200], found[201], found[202]) == ("both-etc", "only-etc", "only-share")
    assert 203 not in found


def test_odd_lines_are_passed_over_and_names_come_out_visible(etc: Path) -> None:
    odd = b"x y\n-1 minus\n300 large\n5\n\xff\xfe\n6 \x1b[31m\n99999999999999999999 huge\n7 # none\n8 fine\n"
    (etc / "rt_protos").write_bytes(odd)
    found = read(PROTOCOLS, [etc])
    assert found[6] == "\\x1b[31m"
    assert found[8] == "fine"
    assert not {5, 7, 300} & found.keys()


def test_a_directory_in_the_place_of_a_file_names_nothing(etc: Path) -> None:
    (etc / "rt_protos").mkdir()
    (etc / "rt_protos.d").write_text("1 no\n")
    assert read(Database("rt_protos", 255), [etc]) == {}


def test_names_that_every_system_has() -> None:
    assert names.protocol(2) == "kernel"
    assert names.protocol(16) == "dhcp"
    assert names.table(254) == "main"
    assert names.scope(0) == "global"
    assert names.group(0) == "default"
    assert names.table(4_000_000_000) is None
