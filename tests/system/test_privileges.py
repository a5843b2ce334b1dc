"""The badge is computed from what the kernel says."""

from pathlib import Path

import pytest

from nltui.system import privileges
from nltui.system.privileges import CAP_NET_ADMIN, CAP_SYS_ADMIN, Badge, current

STATUS = """\
Name:\tpython3
CapInh:\t{inheritable}
CapPrm:\t{permitted}
CapEff:\t{effective}
CapBnd:\t{bounding}
CapAmb:\t{ambient}
NoNewPrivs:\t{nnp}
Seccomp:\t{filtered}
"""
NONE = "0000000000000000"
ALL = "000001ffffffffff"
NET_ADMIN = f"{1 << CAP_NET_ADMIN:016x}"


def status(
    tmp_path: Path,
    effective: str = NONE,
    permitted: str = NONE,
    bounding: str = ALL,
    ambient: str = NONE,
    nnp: int = 0,
    filtered: int = 2,
) -> Path:
    file = tmp_path / "status"
    file.write_text(
        STATUS.format(
            inheritable=NONE,
            permitted=permitted,
            effective=effective,
            bounding=bounding,
            ambient=ambient,
            nnp=nnp,
            filtered=filtered,
        )
    )
    return file


def test_root_can_change(tmp_path: Path) -> None:
    found = current(status(tmp_path, effective=ALL, permitted=ALL))
    assert found.badge is Badge.CAN_CHANGE
    assert found.has(CAP_SYS_ADMIN)


def test_net_admin_alone_can_change(tmp_path: Path) -> None:
    found = current(status(tmp_path, effective=NET_ADMIN, permitted=NET_ADMIN))
    assert found.badge is Badge.CAN_CHANGE
    assert not found.has(CAP_SYS_ADMIN)


def test_a_user_is_unprivileged(tmp_path: Path) -> None:
    assert current(status(tmp_path)).badge is Badge.UNPRIVILEGED


@pytest.mark.parametrize(
    ("permitted", "bounding", "ambient", "nnp", "badge"),
    [
        (NONE, NONE, NONE, 1, Badge.READ_ONLY),
        (NONE, NONE, NONE, 0, Badge.UNPRIVILEGED),
        (NONE, ALL, NONE, 1, Badge.UNPRIVILEGED),
        (NET_ADMIN, NONE, NONE, 1, Badge.UNPRIVILEGED),
        (NONE, NONE, NET_ADMIN, 1, Badge.UNPRIVILEGED),
    ],
)
def test_read_only_needs_every_set_empty_for_good(
    tmp_path: Path, permitted: str, bounding: str, ambient: str, nnp: int, badge: Badge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privileges, "is_denied", lambda: True)
    assert current(status(tmp_path, NONE, permitted, bounding, ambient, nnp)).badge is badge


@pytest.mark.parametrize(("filtered", "answers"), [(0, True), (1, True), (2, False)])
def test_a_container_without_capabilities_is_not_read_only(
    tmp_path: Path, filtered: int, answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uid 0 still writes sysctls there, and the container's own filter is not ours."""
    monkeypatch.setattr(privileges, "is_denied", lambda: answers)
    assert current(status(tmp_path, NONE, NONE, NONE, NONE, 1, filtered)).badge is Badge.UNPRIVILEGED


def test_what_cannot_be_read_is_neither_privilege_nor_guarantee(tmp_path: Path) -> None:
    assert current(tmp_path / "missing").badge is Badge.UNPRIVILEGED
    odd = tmp_path / "odd"
    odd.write_text("CapEff:\tzz\nNoNewPrivs:\t1\n")
    assert current(odd).badge is Badge.UNPRIVILEGED


def test_this_process_has_a_badge() -> None:
    assert current().badge in Badge
