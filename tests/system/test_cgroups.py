"""Services and containers by the path of a control group."""

from __future__ import annotations

import pytest

from nltui.system.cgroups import service

ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("0::/\n", ""),
        ("", ""),
        ("garbage", ""),
        ("0::/system.slice/ssh.service\n", "ssh.service"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n", "x.scope"),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"),
        (f"0::/system.slice/docker-{ID}.scope\n", "docker 0123456789ab"),
        (f"0::/docker/{ID}\n", "docker 0123456789ab"),
        (f"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope\n", "containerd 0123456789ab"),
        (f"0::/machine.slice/libpod-{ID}.scope/container\n", "podman 0123456789ab"),
        (f"0::/kubepods/besteffort/pod77/{ID}\n", "container 0123456789ab"),
        ("0::/lxc.payload.web/init.scope\n", "lxc web"),
        ("0::/own/group\n", "/own/group"),
        ("4:memory:/a\n1:name=systemd:/system.slice/b.service\n0::/\n", "b.service"),
        ("4:memory:/a\n0::/\n", "/a"),
        ("0::/\x1b[2J.service\n", "\\x1b[2J.service"),
    ],
)
def test_service(raw: str, said: str) -> None:
    assert service(raw.encode()) == said
