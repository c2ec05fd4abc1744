"""A PostgreSQL server of our own on the loopback, from the programs of the machine."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.running_server import free_port


def postgresql_program(name: str) -> str:
    """Where a program of PostgreSQL is: it is not always on the path."""
    found = shutil.which(name) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    assert found, "PostgreSQL is missing: `make test` installs it"
    return os.path.realpath(found)


@dataclass
class RunningPostgresql:
    """One cluster. `start` before use, `stop` after."""

    folder: Path
    port: int
    user: str | None

    @classmethod
    def start(cls, folder: Path) -> "RunningPostgresql":
        """Make a cluster in `folder` and run it; it forgets everything in a power failure, and is quick."""
        user = None
        if os.geteuid() == 0:  # It refuses to run as root.
            user = next(one.pw_name for one in pwd.getpwall() if one.pw_name in {"postgres", "nobody"})
            shutil.chown(folder, user)
        running = cls(folder, free_port(), user)
        running._run("initdb", "-U", "school", "-A", "trust", "-N", "-E", "UTF8")
        running.restart()
        return running

    def restart(self) -> None:
        """Run it again after a stop, with what it holds."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-l", str(self.folder / "log"), "-o", options, "-w", "start")

    @property
    def url(self) -> str:
        """Address of its databases for SQLAlchemy, without a name."""
        return f"postgresql+psycopg://school@127.0.0.1:{self.port}/"

    def execute(self, statement: str, *names: str) -> None:
        """Run one statement, with names put into its {}."""
        address = f"postgresql://school@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def stop(self) -> None:
        """End it at once."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def runs(self) -> bool:
        """Whether it was started and not stopped."""
        return (self.folder / "data" / "postmaster.pid").exists()

    def _run(self, program: str, *options: str) -> None:
        if self.user is not None:  # Every pytest that starts closes the folder that all of them share.
            for parent in self.folder.parents[:3]:
                parent.chmod(parent.stat().st_mode | 0o011)
        command = [postgresql_program(program), "-D", str(self.folder / "data"), *options]
        subprocess.run(command, user=self.user, check=True, capture_output=True, cwd=self.folder)
