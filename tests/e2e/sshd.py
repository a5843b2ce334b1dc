"""A real sshd in one network namespace, for a client in another: with keys of its own, on nothing of the machine's."""

from __future__ import annotations

import getpass
import shlex
import subprocess
from pathlib import Path
from typing import Self

from tests.kernel.netns import Netns
from tests.pseudo import DEADLINE

SERVER, CLIENT, PORT = "10.50.0.1", "10.50.0.2", 2222
PROGRAM = Path("/usr/sbin/sshd")
SETTINGS = """
Port {port}
ListenAddress {server}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/client.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
"""


class Sshd:
    """Use it in a `with` statement; `server` and `client` must reach each other."""

    def __init__(self, folder: Path, server: Netns, client: Netns) -> None:
        self._folder, self._server, self._client = folder, server, client

    def __enter__(self) -> Self:
        folder = self._folder
        for name in ("host", "client"):
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(words, check=True, timeout=DEADLINE)
        settings = folder / "sshd_config"
        settings.write_text(SETTINGS.format(port=PORT, server=SERVER, folder=folder))
        # Where it wants to be confined before anybody has logged in.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._process = self._server.popen(
            [str(PROGRAM), "-D", "-e", "-f", str(settings)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        assert "listening" in said, said
        return self

    def __exit__(self, *told: object) -> None:
        self._process.terminate()
        self._process.wait(DEADLINE)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def login(self, command: str) -> str:
        """A shell line that logs in from the client with a terminal and runs a command there."""
        options = {
            "StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "LogLevel": "ERROR",
            "IdentitiesOnly": "yes", "ServerAliveInterval": "0",
        }  # fmt: skip
        words = ["ip", "netns", "exec", self._client.name, "ssh", "-tt", "-F", "none", "-p", str(PORT)]
        words += ["-i", str(self._folder / "client"), "-l", getpass.getuser()]
        words += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return shlex.join([*words, SERVER, command])
