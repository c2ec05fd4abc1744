"""Bringing the database's schema up to this version's."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from server.exceptions import StartupError

MIGRATIONS = Path(__file__).parent / "migrations"
_POSTGRESQL_LOCK = 0x0FACED


class NewerSchema(StartupError):
    """The database was made by a newer version of this program."""

    exit_code = 65


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, data_dir: Path) -> str:
    """Applies every migration that is missing; several processes may call it at once.

    :returns: the revision afterwards.
    :raises NewerSchema: when the database knows a revision that this version does not.
    """
    config = configuration()
    script = ScriptDirectory.from_config(config)
    with _alone(data_dir), engine.connect() as connection, _tables_may_be_rebuilt(connection):
        _lock(connection)
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and present not in {found.revision for found in script.walk_revisions()}:
            raise NewerSchema(
                f"The database's schema ({present}) is newer than this version of Face Check-in;"
                " install the version that made it, or restore a backup."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return script.get_current_head() or ""


def up_to_date(engine: Engine) -> bool:
    """Whether nothing is left to migrate."""
    script = ScriptDirectory.from_config(configuration())
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == script.get_current_head()


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One migrating process a data folder at a time."""
    with (data_dir / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a constraint by building the table anew.

    With foreign keys on, dropping the old table would delete every row elsewhere that refers to it.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def _lock(connection: Connection) -> None:
    """One migrating process a PostgreSQL database at a time, wherever it runs."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})
