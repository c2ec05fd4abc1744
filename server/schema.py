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
    with _alone(data_dir), engine.connect() as connection, tables_may_be_rebuilt(connection):
        _lock(connection)
        _refuse_newer(connection)
        migrate(connection)
        connection.commit()
    return head()


def refuse_newer(engine: Engine) -> None:
    """Looks whether this version can work with the database.

    :raises NewerSchema: when the database knows a revision that this version does not.
    """
    with engine.connect() as connection:
        _refuse_newer(connection)


def _refuse_newer(connection: Connection) -> None:
    found = present(connection)
    if found is not None and not is_known(found):
        raise NewerSchema(
            f"The database's schema ({found}) is newer than this version of Face Check-in;"
            " install the version that made it, or restore a backup."
        )


def migrate(connection: Connection, revision: str = "head") -> None:
    """Applies migrations up to a revision, in the transaction under way."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def head() -> str:
    """This version's revision."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def is_known(revision: str) -> bool:
    """Whether this version has the revision."""
    script = ScriptDirectory.from_config(configuration())
    return revision in {found.revision for found in script.walk_revisions()}


def present(connection: Connection) -> str | None:
    """The database's revision; none for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


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
def tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
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
