"""Bringing the database's schema up to this version's.

Replicas are upgraded one by one, so for a while an older version works on a newer schema. A migration that it
can live with says so: ``older_versions_work = True``. What such a migration may do is checked by
``tests/server/test_schema.py``: new tables, and new columns that have a value by themselves. How far back a
version may be is written into the database, where the older version finds it when it starts.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, delete, insert, select, text

from server.exceptions import StartupError
from server.models import InstallationNote

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
_POSTGRESQL_LOCK = 0x0FACED
_NOTE = "schema"


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

    A newer schema that this version can work with stays as it is.

    :returns: the revision afterwards.
    :raises NewerSchema: when the database was made by a version too new for this one.
    """
    with _alone(data_dir), engine.connect() as connection, tables_may_be_rebuilt(connection):
        _lock(connection)
        found = present(connection)
        if found is not None and not is_known(found):
            _refuse_too_new(connection, found)
            log.warning("the database's schema (%s) is newer than this version, which works with it", found)
            return found
        migrate(connection)
        connection.commit()
    return head()


def refuse_newer(engine: Engine) -> None:
    """Looks whether this version can work with the database.

    :raises NewerSchema: when the database was made by a version too new for this one.
    """
    with engine.connect() as connection:
        found = present(connection)
        if found is not None and not is_known(found):
            _refuse_too_new(connection, found)


def _refuse_too_new(connection: Connection, found: str) -> None:
    value = connection.scalar(select(InstallationNote.value).where(InstallationNote.key == _NOTE))
    if value is None or value.get("revision") != found or not is_known(str(value.get("works_from"))):
        raise NewerSchema(
            f"The database's schema ({found}) is newer than this version of Face Check-in;"
            " install the version that made it, or restore a backup."
        )


def migrate(connection: Connection, revision: str = "head") -> None:
    """Applies migrations up to a revision, in the transaction under way."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if revision == "head":
        _note(connection)


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


def oldest_version() -> str:
    """The head of the oldest version that works with the newest schema."""
    script = ScriptDirectory.from_config(configuration())
    revision = script.get_revision("head")
    while revision.down_revision is not None and getattr(revision.module, "older_versions_work", False):
        revision = script.get_revision(str(revision.down_revision))
    return str(revision.revision)


def _note(connection: Connection) -> None:
    connection.execute(delete(InstallationNote).where(InstallationNote.key == _NOTE))
    note = {"revision": head(), "works_from": oldest_version()}
    connection.execute(insert(InstallationNote).values(key=_NOTE, value=note))


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
