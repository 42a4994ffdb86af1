"""A PostgreSQL cluster of the tests' own, on a free port, in a folder that is removed after.

PostgreSQL does not run as root: there, it is run as the user ``postgres``.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from secret_words import watch

PASSWORD = watch("correct-horse-battery")


def _free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def programs() -> Path | None:
    """The folder of the newest PostgreSQL that is installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return homes[-1].parent if homes else None


class Cluster:
    """A cluster that can be stopped, killed and started again."""

    def __init__(self, programs: Path) -> None:
        self.programs, self.port = programs, _free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="landedcost-postgres-"))
        self.url = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        self._run(
            "initdb", "-D", f"{self.folder}/data", "-U", "postgres", "--auth=scram-sha-256",
            f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip

    def _command(self, program: str, *options: str) -> list[str]:
        command = [str(self.programs / program), *options]
        return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            self._command(program, *options),
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        with self.folder.joinpath("log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command(
                    "postgres", "-D", f"{self.folder}/data", "-p", str(self.port),
                    "-h", "127.0.0.1", "-c", f"unix_socket_directories={self.folder}",
                    "-c", "fsync=off",
                ),
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )  # fmt: skip
        for _ in range(400):
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start: {self.log()}")

    def log(self) -> str:
        """What it wrote to its log."""
        return self.folder.joinpath("log").read_text(encoding="utf-8", errors="replace")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: quickly with SIGINT, as in a crash with SIGQUIT."""
        if self.process is None:
            return
        pid = int(self.folder.joinpath("data/postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, how)
        self.process.wait(30)
        self.process = None

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster that runs; tests share it."""
    found = programs()
    if found is None:
        pytest.fail("PostgreSQL is not installed: apt install postgresql")
    cluster = Cluster(found)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"test_{time.time_ns()}"
    with psycopg.connect(postgres.url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
    yield postgres.url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(postgres.url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
