"""The account with which a benchmark signs in to a server of its own."""

from __future__ import annotations

from pathlib import Path

from server import create_app
from server.db import writing
from server.models import Role
from server.runtime import Runtime
from server.services import accounts, passwords
from server.settings import Settings

EMAIL = "benchmark@school.example"
PHRASE = "a long walk by the river"


def make_administrator(folder: Path) -> None:
    """An administrator in the database of this data folder, while the server runs."""
    runtime: Runtime = create_app(Settings(data_dir=folder)).extensions["face_checkin"]
    with runtime.sessions() as db, writing(db):
        accounts.add(db, EMAIL, "Benchmark", passwords.hashed(PHRASE), Role.ADMINISTRATOR)
    runtime.stop()
