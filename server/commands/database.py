"""Commands that only need the database."""

import sys

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError

from server import data_folder, schema
from server.db import Pool, create_db_engine, create_session_factory
from server.exceptions import BadSetting, Conflict, DatabaseAway
from server.services import accounts
from server.settings import Settings


def connect(settings: Settings) -> Engine:
    """The database as it is.

    :raises BadSetting: for a URL that is none.
    """
    try:
        return create_db_engine(settings.database, Pool(prepare=settings.database_prepare))
    except (ArgumentError, ValueError, ImportError):
        # The URL may hold a password, so it is not repeated.
        raise BadSetting("FACE_CHECKIN_DATABASE_URL", "is not a database URL of SQLAlchemy") from None


def open_database(settings: Settings) -> Engine:
    """The database, migrated.

    :raises StartupError: when the data folder, the URL or the database do not allow it.
    """
    data_folder.prepare(settings)
    engine = connect(settings)
    try:
        schema.upgrade(engine, settings.data_dir)
    except DBAPIError as error:
        raise DatabaseAway(f"The database cannot be used: {str(error.orig).splitlines()[0]}") from error
    return engine


def migrate(settings: Settings) -> int:
    """``python -m server migrate``."""
    open_database(settings).dispose()
    print("The database is up to date.")
    return 0


def setup_link(settings: Settings) -> int:
    """``python -m server setup-link``."""
    engine = open_database(settings)
    with create_session_factory(engine)() as db:
        try:
            token = accounts.new_setup_link(db)
        except Conflict:
            print("There is an administrator already; nothing was changed.", file=sys.stderr)
            return 1
    print(setup_address(settings, token))
    return 0


def setup_address(settings: Settings, token: str) -> str:
    """The one-time link's address."""
    return f"{settings.address}/setup/{token}"
